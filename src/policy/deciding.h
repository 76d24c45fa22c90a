/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of decide share: one deciding, and the predicates. */
#ifndef POLICY_DECIDING_H
#define POLICY_DECIDING_H

#include "policy/inside.h"

struct policy_deciding {
	const struct policy_asking *asking;
	struct policy_decision *decision;
	enum policy_rule rule; /* that speaks */
	enum policy_purpose purpose;
	unsigned refusals; /* for other reasons than age */
};
/* The rule that speaks says so. r->rule is filled in. */
void policy_say(struct policy_deciding *d, struct policy_reason r);

/* Rows of levels.def. */
struct policy_level_row {
	const char *word;
	unsigned must, any, should;
	bool wants_state;
};
const struct policy_level_row *policy_level_row(const struct policy_domain
	*domain);
/* Bits 1 << enum notations_status. */
unsigned policy_purpose_states(enum policy_purpose purpose);

#define X(id, word, check, words, help) \
	void policy_check_##check(struct policy_deciding *d);
#include "policy/checks.def"
#undef X

#endif
