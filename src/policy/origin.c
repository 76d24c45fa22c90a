/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose word says what an item is: a device's manufacturer, a piece of code's
 * first maintainer. Table e3.
 *
 *	1. who says so by a right to that role; of several the one whom the
 *	   device itself names, else the first in time
 *	2. a device: the key that its oldest self-signature names in maker@,
 *	   when that key said anything about it
 *	3. where no rights are configured at all: who said it first
 *
 * What this party says of vendor and model is what scopes are held against,
 * for everybody; so a right with a narrow scope does not reach further by
 * what its holder says himself.
 */
#include "policy/inside.h"

struct search {
	struct policy_fold *f;
	struct pgp_fpr named; /* by the device; version 0: nobody */
	size_t found[3];      /* 1 and named, 1, 3: statements */
	size_t named_party;   /* case 2 */
};

static enum notations_kind
kind_of(const struct policy_question *q)
{
	return q->subject->kind == NOTATIONS_SUBJECT_CODE
		   ? NOTATIONS_KIND_CODE
		   : NOTATIONS_KIND_DEVICE;
}

/* Smaller (created, content); not the digest, which anybody can change. */
static bool
is_earlier(const struct policy_fold *f, size_t i, size_t than)
{
	const struct notations_statement *a = f->pile.at[i].st, *b;

	if (than == POLICY_NOBODY)
		return true;
	b = f->pile.at[than].st;
	if (a->created != b->created)
		return a->created < b->created;
	return memcmp(a->content, b->content, 32) < 0;
}

/* By a right to the role, judged by the statement's own words. */
static enum policy_basis
right_of(const struct policy_fold *f, size_t i)
{
	static const enum notations_role roles[] = {
		NOTATIONS_ROLE_MANUFACTURER, NOTATIONS_ROLE_MAINTAINER,
		NOTATIONS_ROLE_DEVELOPER
	};
	bool is_code = f->q->subject->kind == NOTATIONS_SUBJECT_CODE;
	enum policy_basis basis = POLICY_BASIS_NONE;

	for (size_t r = 0; r < (is_code ? 3u : 1u); r++) {
		struct policy_asked asked = { .party = f->pile.at[i].party,
			.role = roles[r],
			.what = f->pile.at[i].st,
			.at = f->pile.at[i].st->created };

		basis = policy_held_basis(&f->held, &asked);
		if (basis != POLICY_BASIS_NONE)
			break;
	}
	return basis;
}

/* maker@ of the oldest self-signature, also of one taken back since: it is
 * the beginning that a thief of the device's key cannot change. */
static void
named_read(struct search *s)
{
	const struct policy_pile *pile = &s->f->pile;
	const struct notations_entry *e;
	size_t oldest = POLICY_NOBODY;

	for (size_t i = 0; i < pile->n; i++)
		if (pile->facts[i].is_sound && pile->facts[i].is_about &&
		    pile->at[i].st->is_self && is_earlier(s->f, i, oldest))
			oldest = i;
	if (oldest == POLICY_NOBODY)
		return;
	e = notations_set_get(&pile->at[oldest].st->set, NOTATIONS_NAME_MAKER);
	if (e == NULL || notations_vfp_read(e->value, &s->named) != ICS_OK)
		s->named = (struct pgp_fpr){ 0 };
}

static void
statement_look(struct search *s, size_t i)
{
	const struct policy_statement *at = &s->f->pile.at[i];
	bool is_named =
	    s->named.version != 0 && pgp_fpr_equal(&at->st->issuer, &s->named);

	if (is_named)
		s->named_party = at->party;
	if (!policy_says(at->st, kind_of(s->f->q)))
		return;
	if (is_earlier(s->f, i, s->found[2]))
		s->found[2] = i;
	if (right_of(s->f, i) == POLICY_BASIS_NONE)
		return;
	if (is_named && is_earlier(s->f, i, s->found[0]))
		s->found[0] = i;
	if (is_earlier(s->f, i, s->found[1]))
		s->found[1] = i;
}

static void
party_choose(struct search *s)
{
	struct policy_fold *f = s->f;
	struct policy_origin *o = &f->origin;
	bool is_code = f->q->subject->kind == NOTATIONS_SUBJECT_CODE;
	size_t i = s->found[0] != POLICY_NOBODY ? s->found[0] : s->found[1];

	if (i != POLICY_NOBODY) {
		o->party = f->pile.at[i].party;
		o->basis = right_of(f, i);
	} else if (s->named_party != POLICY_NOBODY) {
		o->party = s->named_party;
		o->basis = POLICY_BASIS_NAMED;
	} else if (s->found[2] != POLICY_NOBODY && !f->held.is_configured) {
		o->party = f->pile.at[s->found[2]].party;
		o->basis = is_code ? POLICY_BASIS_CODE : POLICY_BASIS_FIRST;
	}
}

/* Its newest word on what the item is that lies within its own right. */
static void
what_choose(struct policy_fold *f)
{
	struct policy_origin *o = &f->origin;
	bool needs_right = o->basis <= POLICY_BASIS_GRANT;
	size_t newest = POLICY_NOBODY;

	for (size_t i = 0; i < f->pile.n; i++) {
		const struct policy_statement *s = &f->pile.at[i];

		if (f->pile.facts[i].now != POLICY_AUTHORISED ||
		    !f->pile.facts[i].is_about || s->party != o->party ||
		    !policy_says(s->st, kind_of(f->q)))
			continue;
		if (needs_right && right_of(f, i) == POLICY_BASIS_NONE)
			continue;
		if (newest == POLICY_NOBODY ||
		    policy_statement_order(&f->pile.at[newest], s) < 0)
			newest = i;
	}
	o->what = newest == POLICY_NOBODY ? NULL : f->pile.at[newest].st;
}

void
policy_origin_find(struct policy_fold *f)
{
	struct search s = { .f = f,
		.found = { POLICY_NOBODY, POLICY_NOBODY, POLICY_NOBODY },
		.named_party = POLICY_NOBODY };
	struct notations_subject issuer;

	f->origin = (struct policy_origin){ .party = POLICY_NOBODY };
	if (f->q->subject->kind == NOTATIONS_SUBJECT_ENTITY)
		named_read(&s);
	for (size_t i = 0; i < f->pile.n; i++) {
		if (f->pile.facts[i].now != POLICY_AUTHORISED ||
		    !f->pile.facts[i].is_about)
			continue;
		notations_subject_of_fpr(&f->pile.at[i].st->issuer, &issuer);
		if (!notations_subject_equal(&issuer, f->q->subject))
			statement_look(&s, i);
	}
	party_choose(&s);
	if (f->origin.party != POLICY_NOBODY)
		what_choose(f);
}
