/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public keys as factories write them down: digits of a raw Ed25519 key or of
 * a point, PEM, or base 64 of a SubjectPublicKeyInfo. No I/O.
 */
#ifndef SIGN_KEYTEXT_H
#define SIGN_KEYTEXT_H

#include "base/report.h"
#include "compose/compose.h"

/* Reasons of findings: SIGN_REASON(x) is a const struct reason. */
enum sign_reason_index {
#define X(id, name, severity, words, help) SIGN_REASON_##id,
#include "sign/reasons.def"
#undef X
	SIGN_REASON_COUNT
};
extern const struct reason sign_reasons[SIGN_REASON_COUNT];
#define SIGN_REASON(id) (&sign_reasons[SIGN_REASON_##id])

#define SIGN_KEYTEXT_MAX 4096u /* octets of a key */

struct sign_keytext {
	struct compose_key key; /* its views into room */
	uint8_t room[SIGN_KEYTEXT_MAX];
};

/*
 * Read one. Version and creation time are left to the caller. NULL, or why
 * it is none.
 */
const struct reason *sign_keytext_read(struct bytes text,
    struct sign_keytext *to);

#endif
