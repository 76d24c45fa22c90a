/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who owned a device at each moment: table e3, walked through in time.
 *
 *	manufacturer ── owner@ ──▶ A ── transferred, owner@=B ──▶ offer
 *	                                 B ── active, prev@=offer ──▶ B owns
 *
 * The manufacturer names an owner, and may correct himself, until a transfer
 * has been taken up; from then on only owners hand over. An offer is good
 * once, and only while who made it still owns the device. What has happened
 * stays: a party who withdraws his side of a finished transfer undoes
 * nothing. All statements of one second are taken together, so their order
 * does not matter; one transfer a second can be taken up.
 */
#include "policy/inside.h"

bool
policy_owner_named(const struct notations_statement *st, struct pgp_fpr *fpr)
{
	const struct notations_entry *e =
	    notations_set_get(&st->set, NOTATIONS_NAME_OWNER);

	return e != NULL && notations_vfp_read(e->value, fpr) == ICS_OK;
}

/* The newest naming that has not ended. */
static void
names_settle(struct policy_fold *f, int64_t t)
{
	struct policy_owner *o = &f->owner;

	if (o->was_handed)
		return;
	while (o->names_n > 0 &&
	       f->pile.facts[o->names[o->names_n - 1]].end <= t)
		o->names_n--;
	o->now = (struct pgp_fpr){ 0 };
	if (o->names_n > 0)
		(void)
		    policy_owner_named(f->pile.at[o->names[o->names_n - 1]].st,
			&o->now);
}

static bool
is_naming(const struct policy_fold *f, size_t i)
{
	struct pgp_fpr fpr;

	return f->pile.facts[i].is_about &&
	       policy_status_said(f, i) != NOTATIONS_STATUS_TRANSFERRED &&
	       policy_owner_named(f->pile.at[i].st, &fpr) &&
	       policy_speak_basis(f, i, NOTATIONS_ROLE_MANUFACTURER) !=
		   POLICY_BASIS_NONE;
}

static enum policy_offer
offer_of(const struct policy_fold *f, size_t i)
{
	const struct notations_statement *st = f->pile.at[i].st;
	struct pgp_fpr fpr;

	if (!f->pile.facts[i].is_about ||
	    (policy_status_said(f, i) != NOTATIONS_STATUS_TRANSFERRED &&
		!policy_says(st, NOTATIONS_KIND_TRANSFER)) ||
	    !policy_owner_named(st, &fpr))
		return POLICY_NO_OFFER;
	if (pgp_fpr_equal(&st->issuer, &f->owner.now))
		return POLICY_OFFER_OWNER;
	if (policy_speak_basis(f, i, NOTATIONS_ROLE_OWNER) != POLICY_BASIS_NONE)
		return POLICY_OFFER_RIGHT;
	if (f->owner.now.version == 0 &&
	    policy_status_said(f, i) == NOTATIONS_STATUS_TRANSFERRED &&
	    policy_speak_basis(f, i, NOTATIONS_ROLE_MANUFACTURER) !=
		POLICY_BASIS_NONE)
		return POLICY_OFFER_MAKER;
	return POLICY_NO_OFFER;
}

/* Does who made it still stand where he stood? */
static bool
offer_stands(const struct policy_fold *f, size_t offer)
{
	switch (f->owner.offers[offer]) {
	case POLICY_NO_OFFER:
		return false;
	case POLICY_OFFER_OWNER:
		return pgp_fpr_equal(&f->pile.at[offer].st->issuer,
		    &f->owner.now);
	case POLICY_OFFER_RIGHT:
		return true;
	case POLICY_OFFER_MAKER:
		return f->owner.now.version == 0;
	}
	return false;
}

/* Statement i takes up an offer: hand over. */
static bool
answer(struct policy_fold *f, size_t i)
{
	const struct notations_statement *st = f->pile.at[i].st;
	struct pgp_fpr to;
	size_t offer;

	if (policy_status_said(f, i) != NOTATIONS_STATUS_ACTIVE ||
	    !st->has_prev)
		return false;
	offer = policy_pile_find(&f->pile, st->prev);
	if (offer == POLICY_NOBODY || !offer_stands(f, offer) ||
	    f->owner.answers[offer] != POLICY_NOBODY ||
	    f->pile.facts[offer].end <= st->created ||
	    !policy_owner_named(f->pile.at[offer].st, &to) ||
	    !pgp_fpr_equal(&to, &st->issuer))
		return false;
	f->owner.answers[offer] = i;
	f->owner.last = offer;
	f->owner.now = st->issuer;
	f->owner.was_handed = true;
	return true;
}

void
policy_owner_turn(struct policy_fold *f, size_t from, size_t to)
{
	struct policy_owner *o = &f->owner;
	int64_t t = f->order[from].s->st->created;

	if (f->q->subject->kind != NOTATIONS_SUBJECT_ENTITY)
		return; /* code has no owner */
	names_settle(f, t);
	o->before = o->now;
	for (size_t k = from; k < to; k++)
		if (is_naming(f, f->order[k].i))
			o->names[o->names_n++] = f->order[k].i;
	names_settle(f, t);
	for (size_t k = from; k < to; k++)
		o->offers[f->order[k].i] = offer_of(f, f->order[k].i);
	for (size_t k = from; k < to; k++)
		if (answer(f, f->order[k].i))
			break;
}

/* The naming that counts at the time asked about. Not what the walk left: it
 * may have gone further, by statements of clocks that are ahead. */
static void
names_finish(struct policy_fold *f)
{
	struct policy_owner *o = &f->owner;
	bool is_found = false;

	for (size_t k = f->order_n; k > 0 && !is_found; k--) {
		size_t i = f->order[k - 1].i;

		is_found = f->pile.facts[i].now == POLICY_AUTHORISED &&
			   is_naming(f, i) &&
			   policy_owner_named(f->pile.at[i].st, &o->now);
	}
	if (!is_found)
		o->now = (struct pgp_fpr){ 0 };
}

/* Where nobody was named: who spoke as owner by a right that he has still. */
static void
rightful_take(struct policy_fold *f, const struct policy_ranked *r)
{
	const struct policy_taken *taken = &f->state->taken[r->i];
	int64_t at = f->q->when.at, created = r->s->st->created;
	const struct policy_asked asked = { .party = r->s->party,
		.role = NOTATIONS_ROLE_OWNER,
		.what = f->origin.what,
		.at = at > created ? at : created };
	enum policy_basis basis;

	if (taken->standing != POLICY_AUTHORISED ||
	    taken->role != NOTATIONS_ROLE_OWNER)
		return;
	basis = policy_held_basis(&f->held, &asked);
	if (basis != POLICY_BASIS_RIGHT && basis != POLICY_BASIS_GRANT)
		return;
	f->state->owner = r->s->st->issuer;
	f->state->owner_basis = basis;
}

void
policy_owner_settle(struct policy_fold *f)
{
	struct policy_owner *o = &f->owner;
	struct policy_state *state = f->state;

	if (!o->was_handed && f->q->subject->kind == NOTATIONS_SUBJECT_ENTITY)
		names_finish(f);
	state->owner = o->now;
	state->owner_basis =
	    o->now.version == 0 ? POLICY_BASIS_NONE : POLICY_BASIS_OWNER;
	for (size_t k = f->order_n; k > 0 && state->owner.version == 0; k--)
		rightful_take(f, &f->order[k - 1]);
}
