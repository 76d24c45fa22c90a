/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public keys as factories write them down: digits of a raw Ed25519 key or of
 * a point, PEM, or base 64 of a SubjectPublicKeyInfo. No I/O.
 */
#ifndef FOREIGN_KEYTEXT_H
#define FOREIGN_KEYTEXT_H

#include "compose/compose.h"
#include "foreign/reasons.h"

#define FOREIGN_KEYTEXT_MAX 4096u /* octets of a key */

struct foreign_keytext {
	struct compose_key key; /* its views into room */
	struct bytes octets;	/* what the text stood for, in room */
	uint8_t room[FOREIGN_KEYTEXT_MAX];
};

/*
 * Read one. Version and creation time are left to the caller. NULL, or why
 * it is none.
 */
const struct reason *foreign_keytext_read(struct bytes text,
    struct foreign_keytext *to);

#endif
