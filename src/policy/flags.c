/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is odd about a statement and decides nothing: it became known after
 * one with a later date (position against created), or it has a lower seq@
 * than an older one of the same issuer and kind (e4.3).
 */
#include "policy/inside.h"

static int
position_order(const void *a, const void *b)
{
	int64_t x = ((const struct policy_ranked *)a)->s->position;
	int64_t y = ((const struct policy_ranked *)b)->s->position;

	return (x > y) - (x < y);
}

static void
backdated_set(struct policy_fold *f, struct policy_ranked *all)
{
	int64_t latest = INT64_MIN, seen = INT64_MIN;
	size_t n = 0;

	for (size_t k = 0; k < f->order_n; k++)
		if (f->order[k].s->position != 0 &&
		    f->pile.facts[f->order[k].i].is_about)
			all[n++] = f->order[k];
	qsort(all, n, sizeof(*all), position_order);
	for (size_t k = 0; k < n; k++) {
		int64_t created = all[k].s->st->created;

		/* latest: of those with a smaller position */
		if (k > 0 && all[k].s->position != all[k - 1].s->position)
			latest = seen;
		if (created < latest)
			f->state->taken[all[k].i].flags |= POLICY_BACKDATED;
		if (created > seen)
			seen = created;
	}
}

static int
counter_order(const void *a, const void *b)
{
	const struct policy_ranked *x = a, *y = b;
	int c = (x->s->party > y->s->party) - (x->s->party < y->s->party);

	if (c == 0)
		c = (x->s->st->kind > y->s->st->kind) -
		    (x->s->st->kind < y->s->st->kind);
	return c != 0 ? c : policy_statement_order(x->s, y->s);
}

static void
regress_set(struct policy_fold *f, struct policy_ranked *all)
{
	uint64_t older = 0, newest = 0;
	size_t n = 0;

	for (size_t k = 0; k < f->order_n; k++)
		if (f->order[k].s->st->has_seq &&
		    f->pile.facts[f->order[k].i].is_about)
			all[n++] = f->order[k];
	qsort(all, n, sizeof(*all), counter_order);
	for (size_t k = 0; k < n; k++) {
		const struct policy_statement *s = all[k].s,
					      *last = k == 0 ? s : all[k - 1].s;

		if (k == 0 || last->party != s->party ||
		    last->st->kind != s->st->kind)
			older = newest = 0;
		else if (last->st->created != s->st->created)
			older = newest;
		if (s->st->seq < older)
			f->state->taken[all[k].i].flags |= POLICY_SEQ_REGRESS;
		if (s->st->seq > newest)
			newest = s->st->seq;
	}
}

void
policy_flags_set(struct policy_fold *f)
{
	struct policy_ranked *room = alloc_zero(f->order_n + 1, sizeof(*room));

	backdated_set(f, room);
	regress_set(f, room);
	free(room);
}
