/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Grave states need several: where a domain says "needs = 2", a statement
 * changes nothing until that many different rightful issuers say the same.
 *
 *	A stolen ── pending ──┐
 *	B stolen ─────────────┴─▶ stolen
 *
 * An issuer is counted for a state while he says it: until he says something
 * else that needs nobody but himself. What is itself pending takes nothing
 * back, so a state that two stand for is not undone by one who hopes for a
 * graver one. Absorbing states, and holes in code, count until they are
 * withdrawn. All of it looks at the set of statements, never at their order of
 * arrival.
 */
#include "policy/inside.h"

static unsigned
needs_of(const struct policy_fold *f, const struct policy_voice *v)
{
	return policy_ruling_at(f->q->rights, v->status, v->s->st->created)
	    .needs;
}

/* By issuer, the newest first; e4.3 among those of one second. */
static int
voice_order(const void *a, const void *b)
{
	const struct policy_voice *x = a, *y = b;
	const struct notations_statement *p = x->s->st, *q = y->s->st;
	int c = (x->s->party > y->s->party) - (x->s->party < y->s->party);

	if (c == 0)
		c = (q->created > p->created) - (q->created < p->created);
	if (c == 0)
		c = (q->seq > p->seq) - (q->seq < p->seq);
	if (c == 0)
		c = (y->status > x->status) - (y->status < x->status);
	return c != 0 ? c : memcmp(q->digest, p->digest, 32);
}

static bool
stays(const struct policy_fold *f, enum notations_status status)
{
	return policy_is_final(status) ||
	       (f->q->subject->kind == NOTATIONS_SUBJECT_CODE &&
		   policy_is_sticky(status));
}

/* Does the issuer of at[from..to), newest first, stand for a state? */
static bool
stands_for(const struct policy_fold *f, const struct policy_voices *all,
    size_t from, enum notations_status status)
{
	size_t party = all->at[from].s->party;

	for (size_t k = from; k < all->n && all->at[k].s->party == party; k++) {
		const struct policy_voice *v = &all->at[k];

		if (v->status == status)
			return true;
		if (!stays(f, status) && needs_of(f, v) <= 1)
			return false;
	}
	return false;
}

static unsigned
issuers_count(const struct policy_fold *f, const struct policy_voices *all,
    enum notations_status status)
{
	unsigned n = 0;

	for (size_t k = 0; k < all->n; k++)
		if (k == 0 || all->at[k].s->party != all->at[k - 1].s->party)
			n += stands_for(f, all, k, status);
	return n;
}

void
policy_pending_sort(struct policy_fold *f, struct policy_voices *all)
{
	unsigned counts[NOTATIONS_STATUS_COUNT];
	size_t n = 0;

	if (f->q->rights == NULL || f->q->rights->states_n == 0)
		return;
	qsort(all->at, all->n, sizeof(*all->at), voice_order);
	for (unsigned s = 0; s < NOTATIONS_STATUS_COUNT; s++)
		counts[s] = issuers_count(f, all, (enum notations_status)s);
	for (size_t k = 0; k < all->n; k++) {
		struct policy_voice *v = &all->at[k];

		if (counts[v->status] < needs_of(f, v))
			f->state->taken[v->i].standing = POLICY_PENDING;
		else
			all->at[n++] = *v;
	}
	all->n = n;
}
