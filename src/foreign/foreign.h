/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures that know no OpenPGP: of openssl, ssh-keygen -Y sign, minisign
 * and signify. A developer who has such a key signs his file with it; who
 * publishes the file as code vouches for key and signature, which travel in
 * the notations evidence@ and evidence-key@.
 *
 *	files of the user ── foreign_read ──┐
 *	two notations ── foreign_of_values ─┴▶ struct foreign_sig
 *	    ├ foreign_values   as notations
 *	    └ foreign_check    does it hold for these octets?
 *
 * No I/O: who asks for a check hands over the octets or their digest.
 * Invariant: values are verified by src/pgp, so that a point or a scalar which
 * is refused there is refused here.
 */
#ifndef FOREIGN_FOREIGN_H
#define FOREIGN_FOREIGN_H

#include "base/buf.h"
#include "foreign/keytext.h"

#define FOREIGN_FILE_MAX  16384u /* octets of a signature's or key's file */
#define FOREIGN_VALUE_MAX 1024u	 /* octets of a notation's value */
#define FOREIGN_SIG_MAX	  768u	 /* so that base 64 of it is one */
#define FOREIGN_WORDS_MAX 256u

/* What is signed: the file's octets, or a digest of them. */
enum foreign_need {
	FOREIGN_OCTETS,
	FOREIGN_SHA256,
	FOREIGN_SHA384,
	FOREIGN_SHA512,
	FOREIGN_BLAKE2B, /* of 512 bits */
	FOREIGN_NEEDS
};

enum foreign_form {
#define X(id, word, need, words) FOREIGN_##id,
#include "foreign/forms.def"
#undef X
	FOREIGN_FORMS
};

struct foreign_sig {
	enum foreign_form form;
	struct buf sig;	       /* owned: as its program makes it */
	struct buf global;     /* owned: minisign's second signature */
	struct buf words;      /* owned: SSH's namespace, minisign's comment */
	struct buf key_octets; /* owned: the key as its program has it */
	struct foreign_keytext key; /* the same, understood */
};
void foreign_init(struct foreign_sig *sig);
void foreign_release(struct foreign_sig *sig);

/*
 * Understand the octets of two files. Of SSH the key may be empty, since the
 * signature brings it. A raw signature by RSA or ECDSA does not say its
 * digest: it is taken for SHA-256, and foreign_check_any finds out. NULL, or
 * why it cannot be read.
 */
const struct reason *foreign_read(struct bytes sig_file, struct bytes key_file,
    struct foreign_sig *sig);

/* The same from the values of evidence@ and evidence-key@. */
const struct reason *foreign_of_values(struct bytes evidence, struct bytes key,
    struct foreign_sig *sig);
/* Append these values. */
void foreign_values(const struct foreign_sig *sig, struct buf *evidence,
    struct buf *key);

/* Who is asked for what is signed. ICS_ENOTFOUND: it is not at hand. The
 * octets are lent until the next call. */
struct foreign_source {
	enum ics_err (*get)(void *arg, enum foreign_need need,
	    struct bytes *octets);
	void *arg;
};

enum foreign_answer {
	FOREIGN_GOOD,
	FOREIGN_BAD,
	FOREIGN_UNCHECKED, /* what is signed is not at hand */
	FOREIGN_UNSUPPORTED
};
const char *foreign_answer_word(enum foreign_answer answer);
enum foreign_answer foreign_check(const struct foreign_sig *sig,
    const struct foreign_source *source);
/* The same; a raw signature gets the digest by which it holds. */
enum foreign_answer foreign_check_any(struct foreign_sig *sig,
    const struct foreign_source *source);

/* Append what people call it: the program, and the key's name as that shows
 * it. */
void foreign_describe(const struct foreign_sig *sig, struct buf *to);

#endif
