/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy descriptors as text: the language of ics-policy(5) inside an OpenPGP
 * cleartext signature by the domain's owner. Verified before read.
 *
 *	text.c    cleartext signatures: what was signed, by whom
 *	parse.c   words, lists and blocks, with their lines
 *	value.c   a value as each type of keywords.def has it
 *	read.c    keywords.def: blocks to struct policy_domain
 *	write.c   and back; writing.c its values; json.c for programs
 *	serial.c  the next version of a text
 *	edit/     a text changed where it stands: edit.h
 *	start.c   profiles.def: what a descriptor begins with
 *	set.c     all domains of a server: set.h
 *	live.c    the set that is in force
 *	access.c  who may see what of it: access.h; count.c how much
 *
 * But for the last two pure: no I/O, no clock, no store, nothing shared
 * between threads.
 */
#ifndef DOMAIN_DOMAIN_H
#define DOMAIN_DOMAIN_H

#include "base/buf.h"
#include "base/report.h"
#include "policy/policy.h"

#define DOMAIN_TEXT_MAX	      (4u << 20) /* octets of a signed descriptor */
#define DOMAIN_SIGNATURES_MAX 16	 /* under one text */
#define DOMAIN_COMPLAINTS_MAX 64	 /* told; further ones are counted */

/* Reasons of findings about signatures: DOMAIN_REASON(x). */
enum domain_reason_index {
#define X(id, name, severity, words, help) DOMAIN_REASON_##id,
#include "domain/reasons.def"
#undef X
	DOMAIN_REASON_COUNT
};
extern const struct reason domain_reasons[DOMAIN_REASON_COUNT];
#define DOMAIN_REASON(id) (&domain_reasons[DOMAIN_REASON_##id])

/* ---- signatures ---------------------------------------------------------- */

/* A cleartext signature taken apart. Spec: RFC 9580 7. */
struct domain_signed {
	struct buf plain;   /* owned: the text as a person reads it, LF */
	struct buf text;    /* owned: as it is digested: CRLF, no blanks before
	                     * a line's end, none behind the last line */
	struct buf packets; /* owned: the signature packets */
};
/*
 * Take it apart. What stands before or behind it is not signed, so nothing
 * may; so is no header but Hash. ICS_EFORMAT, ICS_ETOOBIG, ICS_ETRUNCATED.
 * Release *s in any case.
 */
enum ics_err domain_signed_read(struct bytes input, struct domain_signed *s);
void domain_signed_release(struct domain_signed *s);
/* Does the input begin like one? */
bool domain_is_signed(struct bytes input);

struct domain_judge {
	const struct pgp_cert *owner; /* clean; lent */
	int64_t now;
};
/*
 * Does the certificate of an owner vouch for it: with a good signature
 * of type 0x01, not from the future, not expired, by a key that may sign? The
 * newest counts; *created is its date. Findings say why the others do not.
 */
bool domain_signed_check(const struct domain_signed *s,
    const struct domain_judge *by, struct report *rep, int64_t *created);
/* Who says that he signed: the issuer of the first signature that names one;
 * nothing is verified. False: none does. */
bool domain_signed_issuer(const struct domain_signed *s, struct pgp_fpr *fpr);

/* A text as it is digested, and as it stands between the marks: for who signs.
 * Append. */
void domain_text_canonical(struct bytes plain, struct buf *out);
void domain_text_escaped(struct bytes plain, struct buf *out);

/* Append the whole: the text, and the packets of its signatures by this key,
 * with the hash that suits it (compose_hash). */
void domain_signed_write(const struct pgp_key *by, struct bytes plain,
    struct bytes packets, struct buf *out);

/* ---- the language -------------------------------------------------------- */

/* Complaints about a text: "LINE: what; what would help". */
struct domain_complaints {
	struct buf lines; /* owned */
	size_t n;
};
void domain_complaints_release(struct domain_complaints *c);

/*
 * Read what was signed (or is to be). NULL with complaints. "${" is refused,
 * and so is all that would name files. signed_at is left 0: it is the
 * signature's. The caller frees the domain with policy_domain_free.
 */
struct policy_domain *domain_read(struct bytes text,
    struct domain_complaints *c);

/* Append a text that domain_read takes: equal domains, equal texts. */
void domain_write(const struct policy_domain *d, struct buf *out);
/* The same for who goes on from there: comments say what each word means, and
 * give an example of each sort of block that is not there. */
void domain_write_explained(const struct policy_domain *d, struct buf *out);
/* The same as a JSON object, in one line; nothing of a domain whose text would
 * be no descriptor. */
void domain_write_json(const struct policy_domain *d, struct buf *out);

/*
 * Append the text with another serial in it, all else as it stands: comments,
 * order, blanks. ICS_EFORMAT: the text is none that domain_read takes.
 */
enum ics_err domain_serial_set(struct bytes text, int64_t serial,
    struct buf *out);

/* The words of values, for whoever speaks of one of them. Append. */
void domain_terms_text(const struct policy_terms *terms, struct buf *out);
void domain_network_text(const struct policy_network *n, struct buf *out);

/* ---- to begin with ------------------------------------------------------- */

/* Kinds of servers: profiles.def. */
enum domain_profile {
#define X(id, word, words, text) DOMAIN_PROFILE_##id,
#include "domain/profiles.def"
#undef X
	DOMAIN_PROFILES
};
const char *domain_profile_word(enum domain_profile profile); /* "infield" */
const char *domain_profile_words(enum domain_profile profile);
/* False: there is none of that name. */
bool domain_profile_find(struct bytes word, enum domain_profile *profile);

/* What a descriptor begins with; all lent. */
struct domain_start {
	enum domain_profile profile;
	const char *name;
	struct pgp_fpr owner;
	const struct policy_grant *grants;
	size_t grants_n;
};
/* The first version for a domain of that profile: level, members, what is
 * required, who may read. NULL with complaints, as about the name. The caller
 * frees it with policy_domain_free. */
struct policy_domain *domain_start(const struct domain_start *start,
    struct domain_complaints *c);

#include "domain/access.h"
#include "domain/edit.h"
#include "domain/look.h"
#include "domain/set.h"

#endif
