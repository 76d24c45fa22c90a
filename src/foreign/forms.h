/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to foreign: what the forms have in common, and a reader for each.
 */
#ifndef FOREIGN_FORMS_H
#define FOREIGN_FORMS_H

#include "foreign/foreign.h"

struct foreign_form_row {
	const char *word, *words;
	enum foreign_need need;
};
const struct foreign_form_row *foreign_form_row(enum foreign_form form);

static inline bool
foreign_is_raw(enum foreign_form form)
{
	return form <= FOREIGN_RAW_SHA512;
}

static inline bool
foreign_is_ssh(enum foreign_form form)
{
	return form == FOREIGN_SSH_SHA256 || form == FOREIGN_SSH_SHA512;
}

/* The octets of base 64. ICS_EFORMAT, ICS_ETOOBIG. */
enum ics_err foreign_base64(struct bytes text, struct buf *to);

/* The next line without its end, "\r" included; false at the end. */
bool foreign_line_next(struct cursor *cur, struct bytes *line);

/* Spec: openssh PROTOCOL.sshsig, PROTOCOL; RFC 4253 6.6, RFC 5656 3.1 */
const struct reason *foreign_ssh_read(struct bytes sig_file,
    struct bytes key_file, struct foreign_sig *sig);
const struct reason *foreign_ssh_key(struct foreign_sig *sig);
/* What the key signs: a frame around the file's digest. */
void foreign_ssh_frame(const struct foreign_sig *sig, struct bytes digest,
    struct buf *frame);
/* The signature's values, as OpenPGP writes them, and by which digest the
 * frame is signed (0: by none). False: it is malformed. */
bool foreign_ssh_values(const struct foreign_sig *sig, struct buf *values,
    uint8_t *hash);

/* Spec: minisign(1), signify(1) */
const struct reason *foreign_minisign_read(struct bytes sig_file,
    struct bytes key_file, struct foreign_sig *sig);
const struct reason *foreign_minisign_key(struct foreign_sig *sig);

#endif
