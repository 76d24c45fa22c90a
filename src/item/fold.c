/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An item as policy's question. Invariant: nothing is decided here.
 */
#include <stdlib.h>

#include "item/item.h"

void
item_fold(const struct item *it, const struct policy_rights *rights,
    const struct policy_time *when, struct policy_state *state)
{
	struct policy_party *parties =
	    alloc_zero(it->parties_n + 1, sizeof(*parties));
	struct policy_question q = {
		.subject = &it->subject,
		.subject_created =
		    it->cert == NULL ? 0 : pgp_cert_primary(it->cert)->created,
		.statements = it->folded,
		.statements_n = it->about_n,
		.parties = parties,
		.parties_n = it->parties_n,
		.rights = rights,
		.when = *when,
	};

	for (size_t i = 0; i < it->parties_n; i++)
		parties[i] = it->parties[i].policy;
	policy_fold(&q, state);
	free(parties);
}
