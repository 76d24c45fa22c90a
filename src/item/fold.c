/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An item as policy's question. Invariant: nothing is decided here.
 */
#include <stdlib.h>

#include "item/item.h"

void
item_question(const struct item *it, struct policy_party *parties,
    struct policy_question *q)
{
	for (size_t i = 0; i < it->parties_n; i++)
		parties[i] = it->parties[i].policy;
	q->subject = &it->subject;
	q->subject_created =
	    it->cert == NULL ? 0 : pgp_cert_primary(it->cert)->created;
	q->statements = it->folded;
	q->statements_n = it->about_n;
	q->parties = parties;
	q->parties_n = it->parties_n;
}

void
item_fold(const struct item *it, const struct policy_rights *rights,
    const struct policy_time *when, struct policy_state *state)
{
	struct policy_party *parties =
	    alloc_zero(it->parties_n + 1, sizeof(*parties));
	struct policy_question q = { .rights = rights, .when = *when };

	item_question(it, parties, &q);
	policy_fold(&q, state);
	free(parties);
}
