/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which approvals are in force: of each issuer, scheme and id the newest
 * approval@ counts, when it is granted and has not ended, and when its issuer
 * was a certification body as it said so.
 */
#include "policy/inside.h"

struct said {
	const struct policy_statement *s;
	struct notations_approval a;
};
ARRAY_OF(struct said, said_array);

/* By issuer, scheme and id; of these the newest first. */
static int
said_order(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	int c = (x->s->party > y->s->party) - (x->s->party < y->s->party);

	if (c == 0)
		c = bytes_compare(x->a.scheme, y->a.scheme);
	if (c == 0)
		c = bytes_compare(x->a.id, y->a.id);
	if (c == 0)
		c = policy_statement_order(y->s, x->s);
	/* one signature that says both: the safer counts */
	return c != 0 ? c
		      : (x->a.state < y->a.state) - (x->a.state > y->a.state);
}

static bool
is_same(const struct said *x, const struct said *y)
{
	return x->s->party == y->s->party &&
	       bytes_equal(x->a.scheme, y->a.scheme) &&
	       bytes_equal(x->a.id, y->a.id);
}

static void
statement_read(const struct policy_fold *f, size_t i, struct said_array *out)
{
	const struct notations_set *set = &f->pile.at[i].st->set;
	bool is_certifier = false;

	for (size_t k = 0; k < set->n; k++) {
		struct notations_approval a;

		if (set->at[k].name != NOTATIONS_NAME_APPROVAL ||
		    notations_approval_read(set->at[k].value, &a) != ICS_OK)
			continue;
		if (!is_certifier &&
		    policy_speak_basis(f, i,
			NOTATIONS_ROLE_CERTIFICATION_BODY) == POLICY_BASIS_NONE)
			return;
		is_certifier = true;
		*said_array_add(out) = (struct said){ &f->pile.at[i], a };
	}
}

void
policy_approvals_read(struct policy_fold *f)
{
	struct said_array all = { 0 };

	f->is_certifier = alloc_zero(f->q->parties_n + 1, sizeof(bool));
	for (size_t i = 0; i < f->pile.n; i++)
		if (f->pile.facts[i].now == POLICY_AUTHORISED &&
		    f->pile.facts[i].is_about)
			statement_read(f, i, &all);
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), said_order);
	for (size_t k = 0; k < all.n; k++) {
		const struct said *x = &all.at[k];

		if (k > 0 && is_same(x, &all.at[k - 1]))
			continue;
		if (x->a.state != NOTATIONS_GRANTED ||
		    (x->a.until != 0 && x->a.until <= f->q->when.at))
			continue;
		f->is_certifier[x->s->party] = true;
		f->state->is_approved = true;
	}
	said_array_release(&all);
}
