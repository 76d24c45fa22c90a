/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A developer's own signature of a file, taken into the statement about it.
 * What does not hold for the file is refused before anybody signs. Failures
 * are told.
 */
#ifndef SIGN_EVIDENCE_H
#define SIGN_EVIDENCE_H

#include "sign/draft.h"

struct sign_evidence {
	const char *code;      /* the file, or a digest */
	const char *signature; /* a file, or NULL: there is none */
	const char *key;       /* a file, or NULL */
};

enum ics_err sign_say_evidence(struct sign_draft *draft,
    const struct sign_evidence *e);

#endif
