/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parties to an item: who they are, in which roles, and why. */
#include <stdlib.h>

#include "item/json.h"

/* What was found about a party: bits of roles, and the first reason. */
struct standing {
	unsigned roles;
	enum policy_basis basis;
	bool spoke, counts;
};

static void
standing_add(struct standing *s, enum notations_role role,
    enum policy_basis basis)
{
	if (role != NOTATIONS_ROLE_NONE)
		s->roles |= NOTATIONS_ROLE_BIT(role);
	if (s->basis == POLICY_BASIS_NONE)
		s->basis = basis;
}

/* Of each party, by index; the caller frees them. */
static struct standing *
standings_find(const struct item_telling *t)
{
	const struct item *it = t->it;
	const struct policy_state *state = t->state;
	struct standing *all = alloc_zero(it->parties_n + 1, sizeof(*all));

	for (size_t p = 0; p < it->parties_n; p++) {
		struct standing *s = &all[p];

		if (pgp_fpr_equal(&it->parties[p].fpr, &state->manufacturer))
			standing_add(s, NOTATIONS_ROLE_MANUFACTURER,
			    state->manufacturer_basis);
		if (pgp_fpr_equal(&it->parties[p].fpr, &state->owner))
			standing_add(s, NOTATIONS_ROLE_OWNER,
			    state->owner_basis);
		s->spoke = s->counts = s->roles != 0;
	}
	for (size_t i = 0; i < it->about_n; i++) {
		const struct policy_taken *taken = item_taken(t, i);
		struct standing *s;

		if (it->statements[i].party == POLICY_NOBODY)
			continue;
		s = &all[it->statements[i].party];
		s->spoke = true;
		if (!item_counts(t, i))
			continue;
		s->counts = true;
		standing_add(s, taken->role, taken->basis);
	}
	return all;
}

static json_t *
roles_json(unsigned roles)
{
	json_t *words = json_array();

	for (enum notations_role r = NOTATIONS_ROLE_NONE + 1;
	     r < NOTATIONS_ROLE_COUNT; r++) {
		if ((roles & NOTATIONS_ROLE_BIT(r)) != 0)
			json_array_append_new(words,
			    json_string(notations_role_word(r)));
	}
	return words;
}

static json_t *
party_json(const struct item_party *party, const struct standing *s)
{
	json_t *json = json_object();

	json_object_set_new(json, "fingerprint", item_json_fpr(&party->fpr));
	item_json_set_text(json, "name", party->name);
	json_object_set_new(json, "roles", roles_json(s->roles));
	if (s->basis != POLICY_BASIS_NONE)
		json_object_set_new(json, "basis",
		    json_string(policy_basis_word(s->basis)));
	item_json_set_text(json, "contact", party->contact);
	json_object_set_new(json, "known",
	    json_boolean(party->policy.is_known));
	if (party->policy.revoked != PGP_NOT_REVOKED)
		item_json_set_time(json, "revoked_at",
		    party->policy.revoked_at);
	item_json_set_time(json, "expires", party->policy.expires);
	return json;
}

static int
party_compare(const void *left, const void *right)
{
	const struct item_party *const *a = left, *const *b = right;
	int order = ((*a)->fpr.version > (*b)->fpr.version) -
		    ((*a)->fpr.version < (*b)->fpr.version);

	return order != 0 ? order
			  : bytes_compare(pgp_fpr_bytes(&(*a)->fpr),
				pgp_fpr_bytes(&(*b)->fpr));
}

/* In the order of fingerprints; who only gave others their roles is no party
 * to the item. */
json_t *
item_json_parties(const struct item_telling *t, enum item_whom whom)
{
	size_t n = t->it->parties_n;
	const struct item_party **sorted =
	    alloc_zero(n + 1, sizeof(const struct item_party *));
	struct standing *standings = standings_find(t);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		sorted[i] = &t->it->parties[i];
	qsort(sorted, n, sizeof(*sorted), party_compare);
	for (size_t i = 0; i < n; i++) {
		const struct standing *s =
		    &standings[sorted[i] - t->it->parties];

		if (whom == ITEM_ALL ? s->spoke : s->counts)
			json_array_append_new(all, party_json(sorted[i], s));
	}
	free(standings);
	free(sorted);
	return all;
}
