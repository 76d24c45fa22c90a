/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of the rightful statements is so: rules e4.3, e4.4, e4.5 and e4.7.
 *
 *	what needs several issuers             once they have all said so
 *	of each issuer the newest state        the others are SUPERSEDED
 *	of these the newest                    the safest within a day of it,
 *	                                       a conflict when they differ
 *	destroyed, withdrawn                   before everything else
 *	code                                   never better than a hole that
 *	                                       anybody rightful knows of
 */
#include "policy/inside.h"

/* e4.3, what wins first; e4.5, the absorbing before all. */
static int
voice_order(const void *a, const void *b)
{
	const struct policy_voice *x = a, *y = b;
	const struct notations_statement *p = x->s->st, *q = y->s->st;
	int c = policy_is_final(y->status) - policy_is_final(x->status);

	if (c == 0)
		c = (q->created > p->created) - (q->created < p->created);
	if (c == 0)
		c = (q->seq > p->seq) - (q->seq < p->seq);
	if (c == 0)
		c = (y->status > x->status) - (y->status < x->status);
	return c != 0 ? c : memcmp(q->digest, p->digest, 32);
}

static int
issuer_order(const void *a, const void *b)
{
	const struct policy_voice *x = a, *y = b;
	int c = (x->s->party > y->s->party) - (x->s->party < y->s->party);

	return c != 0 ? c : voice_order(a, b);
}

/* ---- who is heard -------------------------------------------------------------- */

static void
voices_read(const struct policy_fold *f, struct policy_voices *all)
{
	for (size_t i = 0; i < f->pile.n; i++) {
		enum notations_status status = policy_status_said(f, i);
		struct policy_taken *taken = &f->state->taken[i];

		if (taken->standing != POLICY_AUTHORISED ||
		    status == NOTATIONS_STATUS_NONE)
			continue;
		if (policy_ruling_at(f->q->rights, status,
			f->pile.at[i].st->created)
			    .conditions &
			POLICY_IF_APPROVAL &&
		    !f->is_certifier[f->pile.at[i].party]) {
			taken->standing = POLICY_LAPSED;
			continue;
		}
		all->at[all->n++] =
		    (struct policy_voice){ &f->pile.at[i], i, status };
	}
}

/* An offer that was taken up, and what its issuer said before, is replaced by
 * the answer; once the device has gone further, for good. */
static bool
is_answered(const struct policy_fold *f, size_t i)
{
	size_t answer = f->owner.answers[i];

	return answer != POLICY_NOBODY &&
	       (i != f->owner.last ||
		   f->pile.facts[answer].now == POLICY_AUTHORISED);
}

/* Until when each party has handed over what it says: owned, one a party. */
static int64_t *
handed_read(const struct policy_fold *f, const struct policy_voices *all)
{
	int64_t *handed = alloc_zero(f->q->parties_n + 1, sizeof(*handed));

	for (size_t k = 0; k < f->q->parties_n; k++)
		handed[k] = INT64_MIN;
	for (size_t k = 0; k < all->n; k++) {
		const struct policy_statement *s = all->at[k].s;

		if (is_answered(f, all->at[k].i) &&
		    s->st->created > handed[s->party])
			handed[s->party] = s->st->created;
	}
	return handed;
}

/* The newest of each issuer stays in all, which is sorted by what wins. */
static void
winners_keep(struct policy_fold *f, struct policy_voices *all)
{
	bool is_code = f->q->subject->kind == NOTATIONS_SUBJECT_CODE;
	int64_t *handed = handed_read(f, all);
	size_t n = 0, last = POLICY_NOBODY;

	qsort(all->at, all->n, sizeof(*all->at), issuer_order);
	for (size_t k = 0; k < all->n; k++) {
		struct policy_voice v = all->at[k];
		bool is_past = !policy_is_final(v.status) &&
			       v.s->st->created <= handed[v.s->party];

		if (v.s->party != last && !is_past) {
			all->at[n++] = v;
			last = v.s->party;
		} else if (!is_code || !policy_is_sticky(v.status)) {
			f->state->taken[v.i].standing = POLICY_SUPERSEDED;
		}
	}
	all->n = n;
	free(handed);
	qsort(all->at, all->n, sizeof(*all->at), voice_order);
}

/* ---- what is so ------------------------------------------------------------------ */

static bool
is_near(const struct policy_voice *newest, const struct policy_voice *v)
{
	int64_t a = newest->s->st->created, b = v->s->st->created;

	return (a > b ? a - b : b - a) <= POLICY_CONFLICT;
}

/* e4.4 over sorted winners. */
static void
effective_choose(struct policy_state *state,
    const struct policy_voices *winners)
{
	const struct policy_voice *newest = winners->at, *best = newest;

	if (winners->n == 0)
		return;
	for (size_t k = 1; k < winners->n; k++) {
		const struct policy_voice *v = &winners->at[k];

		if (!is_near(newest, v) || v->status == newest->status)
			continue;
		state->is_conflict = true;
		if (v->status > best->status)
			best = v;
	}
	for (size_t k = 0; state->is_conflict && k < winners->n; k++) {
		const struct policy_voice *v = &winners->at[k];

		if (v->status != best->status && is_near(newest, v)) {
			state->other = v->i;
			break;
		}
	}
	state->status = best->status;
	state->decides = best->i;
}

/* A code statement of a maintainer that names no state: released. */
static void
implied_choose(const struct policy_fold *f, struct policy_state *state)
{
	for (size_t k = f->order_n; k > 0; k--) {
		size_t i = f->order[k - 1].i;
		const struct policy_taken *taken = &state->taken[i];

		if (taken->standing != POLICY_AUTHORISED ||
		    !f->pile.facts[i].is_about ||
		    !policy_says(f->pile.at[i].st, NOTATIONS_KIND_CODE) ||
		    policy_status_said(f, i) != NOTATIONS_STATUS_NONE ||
		    (policy_ruling_at(f->q->rights, NOTATIONS_STATUS_RELEASED,
			 f->pile.at[i].st->created)
			    .roles &
			NOTATIONS_ROLE_BIT(taken->role)) == 0)
			continue;
		state->status = NOTATIONS_STATUS_RELEASED;
		state->decides = i;
		return;
	}
}

/* e4.7: never better than the worst that a rightful issuer knows; of two
 * that are as bad the newer one decides. */
static void
worst_choose(struct policy_fold *f)
{
	struct policy_state *state = f->state;

	for (size_t k = f->order_n; k > 0; k--) {
		size_t i = f->order[k - 1].i;
		enum notations_status status = policy_status_said(f, i);

		if (state->taken[i].standing != POLICY_AUTHORISED ||
		    (!policy_is_sticky(status) &&
			status != NOTATIONS_STATUS_APPROVED) ||
		    status <= state->status)
			continue;
		state->status = status;
		state->decides = i;
	}
}

/* Certification bodies say nothing about whether code is released. */
static void
maintainers_keep(const struct policy_fold *f, struct policy_voices *winners)
{
	size_t n = 0;

	for (size_t k = 0; k < winners->n; k++)
		if (f->state->taken[winners->at[k].i].role !=
		    NOTATIONS_ROLE_CERTIFICATION_BODY)
			winners->at[n++] = winners->at[k];
	winners->n = n;
}

static void
status_fold(struct policy_fold *f)
{
	struct policy_state *state = f->state;
	struct policy_voices all = { alloc_zero(f->pile.n + 1, sizeof(*all.at)),
		0 };

	voices_read(f, &all);
	policy_pending_sort(f, &all);
	winners_keep(f, &all);
	if (f->q->subject->kind == NOTATIONS_SUBJECT_CODE) {
		maintainers_keep(f, &all);
		effective_choose(state, &all);
		if (all.n == 0)
			implied_choose(f, state);
		worst_choose(f);
	} else {
		effective_choose(state, &all);
	}
	state->is_final = policy_is_final(state->status);
	if (state->decides != POLICY_NOBODY)
		state->taken[state->decides].flags |= POLICY_DECIDES;
	free(all.at);
}

/* ---- the door ------------------------------------------------------------------------ */

static void
order_make(struct policy_fold *f)
{
	size_t n = f->pile.n;

	f->order = alloc_zero(n + 1, sizeof(*f->order));
	for (size_t i = 0; i < n; i++)
		if (f->pile.facts[i].is_sound)
			f->order[f->order_n++] =
			    (struct policy_ranked){ &f->pile.at[i], i };
	qsort(f->order, f->order_n, sizeof(*f->order), policy_ranked_order);
}

static void
fold_init(struct policy_fold *f)
{
	const struct policy_question *q = f->q;

	f->pile = (struct policy_pile){ .q = q,
		.at = q->statements,
		.n = q->statements_n,
		.subject = *q->subject,
		.born = q->subject_created };
	policy_pile_judge(&f->pile);
	policy_held_read(q, &f->held);
	order_make(f);
	f->owner.names = alloc_zero(f->pile.n + 1, sizeof(size_t));
	f->owner.offers = alloc_zero(f->pile.n + 1, sizeof(enum policy_offer));
	f->owner.answers = alloc_zero(f->pile.n + 1, sizeof(size_t));
	for (size_t i = 0; i < f->pile.n; i++)
		f->owner.answers[i] = POLICY_NOBODY;
	f->owner.last = POLICY_NOBODY;
	f->owner_spoke = POLICY_NEVER;
}

static void
fold_release(struct policy_fold *f)
{
	policy_pile_release(&f->pile);
	policy_held_release(&f->held);
	free(f->order);
	free(f->owner.names);
	free(f->owner.offers);
	free(f->owner.answers);
	free(f->is_certifier);
}

void
policy_fold(const struct policy_question *q, struct policy_state *state)
{
	struct policy_fold f = { .q = q, .state = state };

	*state = (struct policy_state){ .decides = POLICY_NOBODY,
		.other = POLICY_NOBODY };
	state->taken = alloc_zero(q->statements_n + 1, sizeof(*state->taken));
	fold_init(&f);
	policy_origin_find(&f);
	policy_speak(&f);
	policy_approvals_read(&f);
	status_fold(&f);
	policy_owner_settle(&f);
	policy_flags_set(&f);
	if (q->subject->kind == NOTATIONS_SUBJECT_ENTITY &&
	    f.origin.party != POLICY_NOBODY) {
		state->manufacturer = q->parties[f.origin.party].fpr;
		state->manufacturer_basis = f.origin.basis;
	}
	fold_release(&f);
}

void
policy_state_release(struct policy_state *state)
{
	free(state->taken);
	state->taken = NULL;
}
