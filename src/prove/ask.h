/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is so about an item: by the anchors' word, computed here; or without
 * anchors by the server's, which then is told as such, each statement with
 * whether its signature verifies here.
 */
#ifndef PROVE_ASK_H
#define PROVE_ASK_H

#include "prove/anchors.h"
#include "prove/evidence.h"
#include "prove/require.h"
#include "prove/when.h"

enum prove_doc {
	PROVE_DOC_ITEM,
	PROVE_DOC_STATUS,
	PROVE_DOC_HISTORY
};

struct prove_question {
	const struct where *where; /* lent */
	const struct prove_anchors
	    *anchors; /* lent; n is 0: the server judges */
	struct prove_when_said said;
	struct policy_time when;
	/* lent: with anchors, the document gets "required"; NULL: nothing */
	const struct prove_requires *requires;
};

/*
 * Understand "sha256:...", "rec:...", a fingerprint; anything else is looked
 * for as a certificate, of which there must be one. ICS_EUSAGE,
 * ICS_ENOTFOUND and others, told.
 */
enum ics_err prove_subject_find(const struct where *where, const char *typed,
    struct notations_subject *subject);

/*
 * The document, with "verified" in each of its statements and, where the
 * server judged, "according_to". ICS_ENOTFOUND, untold: nothing is known.
 * The caller owns *doc.
 */
struct prove_wanted {
	const struct notations_subject *subject;
	enum prove_doc doc;
};
enum ics_err prove_question_ask(const struct prove_question *q,
    const struct prove_wanted *wanted, json_t **doc);

/* Say that nothing is known about it; gives ICS_ENOTFOUND. */
enum ics_err prove_tell_unknown(const struct notations_subject *subject);

/* True when the state lets a thing be used: active, released, approved, or
 * nobody named one. */
bool prove_status_is_good(const json_t *status);

#endif
