/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands that sign: what stands on the line becomes a draft, and every
 * draft goes the same way (src/sign). A verb is a row: what it may be about,
 * how it is carried, and what it says. Failures are told.
 */
#ifndef ICS_VERB_H
#define ICS_VERB_H

#include "ics/sign.h"
#include "sign/verb.h"

/* A command under way. */
struct ics_verb_run {
	struct ics *ics;
	struct sign_act act;
	struct sign_said said;
	struct sign_target target;
	struct sign_draft draft;
	char passphrase[SIGN_PASSPHRASE_MAX];
	const void *arg; /* lent: what a verb has to know besides; or NULL */
};

struct ics_verb {
	enum notations_kind kind;
	bool certifies; /* entities, unless --carrier says otherwise */
	bool counts;	/* has a seq@ */
	enum ics_err (*say)(struct ics_verb_run *r);
};

/* Read the options; release *r in any case. */
enum ics_err ics_verb_open(struct ics_verb_run *r, struct ics *ics);
void ics_verb_release(struct ics_verb_run *r);
/* What every --set says, --expire, and with counts the counter. */
enum ics_err ics_verb_finish(struct ics_verb_run *r, bool counts);
/* With the target found: draft, sign, send. */
enum ics_err ics_verb_run(struct ics_verb_run *r, const struct ics_verb *verb);
/* All of it, about the entity or code that an argument names; an exit
 * status. */
int ics_verb_entity(struct ics *ics, const struct ics_verb *verb,
    size_t argument);

#endif
