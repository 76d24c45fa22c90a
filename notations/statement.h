/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to notations: the steps from a set to a statement. Each notes what
 * is wrong and answers ICS_EDENIED then.
 */
#ifndef NOTATIONS_STATEMENT_H
#define NOTATIONS_STATEMENT_H

#include "notations/value.h"

/* Fill kind, says, status and code_status from the set, and hold the set
 * against the row of the kind. The subject is filled. */
enum ics_err notations_rules_apply(struct notations_statement *st,
    struct report *rep);

static inline unsigned
notations_kind_bit(enum notations_kind kind)
{
	return kind == NOTATIONS_KIND_NONE ? 0 : 1u << kind;
}

#endif
