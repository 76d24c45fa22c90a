/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May each issuer say what he said, in which role and why: rules.def for
 * states, the roles of the vocabulary for the rest. Statements are walked in
 * their order, since who owns a device and whether an owner has spoken before
 * depend on time.
 */
#include "policy/inside.h"

static bool
is_code(const struct policy_fold *f)
{
	return f->q->subject->kind == NOTATIONS_SUBJECT_CODE;
}

static bool
is_self(const struct policy_fold *f, size_t i)
{
	struct notations_subject issuer;

	notations_subject_of_fpr(&f->pile.at[i].st->issuer, &issuer);
	return notations_subject_equal(&issuer, f->q->subject);
}

enum notations_status
policy_status_said(const struct policy_fold *f, size_t i)
{
	const struct notations_statement *st = f->pile.at[i].st;

	if (!f->pile.facts[i].is_about)
		return NOTATIONS_STATUS_NONE;
	switch (f->q->subject->kind) {
	case NOTATIONS_SUBJECT_ENTITY:
		return st->status;
	case NOTATIONS_SUBJECT_CODE:
		return st->code_status;
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_RECORD:
		break;
	}
	return NOTATIONS_STATUS_NONE;
}

/* ---- why ------------------------------------------------------------------- */

static bool
owns(const struct policy_fold *f, const struct pgp_fpr *fpr)
{
	return pgp_fpr_equal(fpr, &f->owner.now) ||
	       pgp_fpr_equal(fpr, &f->owner.before);
}

static enum policy_basis
basis_of(const struct policy_fold *f, size_t i,
    const struct policy_asked *asked)
{
	const struct policy_origin *o = &f->origin;
	enum policy_basis basis = policy_held_basis(&f->held, asked);

	if (basis != POLICY_BASIS_NONE)
		return basis;
	if (asked->role == NOTATIONS_ROLE_OWNER &&
	    f->pile.at[i].st->issuer.version != 0 && !is_code(f) &&
	    owns(f, &f->pile.at[i].st->issuer))
		return POLICY_BASIS_OWNER;
	if (asked->party == o->party && o->basis > POLICY_BASIS_GRANT &&
	    asked->role == (is_code(f) ? NOTATIONS_ROLE_MAINTAINER
				       : NOTATIONS_ROLE_MANUFACTURER))
		return o->basis;
	return POLICY_BASIS_NONE;
}

enum policy_basis
policy_speak_basis(const struct policy_fold *f, size_t i,
    enum notations_role role)
{
	const struct policy_asked asked = { .party = f->pile.at[i].party,
		.role = role,
		.what = f->origin.what,
		.at = f->pile.at[i].st->created };

	return basis_of(f, i, &asked);
}

/* ---- states ------------------------------------------------------------------ */

static struct policy_ruling
ruling_of(const struct policy_fold *f, size_t i)
{
	return policy_ruling_at(f->q->rights, policy_status_said(f, i),
	    f->pile.at[i].st->created);
}

/* One role of a rule: NONE when the issuer has it not, or not for this. */
static enum policy_basis
role_try(const struct policy_fold *f, size_t i, enum notations_role role)
{
	unsigned conditions = ruling_of(f, i).conditions;
	struct policy_asked asked = { .party = f->pile.at[i].party,
		.role = role,
		.what = f->origin.what,
		.at = f->pile.at[i].st->created };

	if (role == NOTATIONS_ROLE_MANUFACTURER &&
	    (conditions & POLICY_IF_FIRST) != 0 && f->owner_spoke < asked.at)
		return POLICY_BASIS_NONE;
	asked.must_name_scope = role == NOTATIONS_ROLE_INTEGRATOR &&
				(conditions & POLICY_IF_SCOPED) != 0;
	return basis_of(f, i, &asked);
}

static void
status_speak(struct policy_fold *f, size_t i)
{
	const struct policy_ruling ruling = ruling_of(f, i);
	struct policy_taken *taken = &f->state->taken[i];
	struct pgp_fpr owner;

	taken->standing = POLICY_CLAIM;
	if (((ruling.conditions & POLICY_IF_OTHERS) != 0 && is_self(f, i)) ||
	    ((ruling.conditions & POLICY_IF_NAMING) != 0 &&
		!policy_owner_named(f->pile.at[i].st, &owner)))
		return;
	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		enum notations_role role = (enum notations_role)r;
		bool is_handing = f->owner.offers[i] == POLICY_OFFER_MAKER &&
				  role == NOTATIONS_ROLE_MANUFACTURER;
		enum policy_basis basis;

		if ((ruling.roles & NOTATIONS_ROLE_BIT(role)) == 0 &&
		    !is_handing)
			continue;
		basis = role_try(f, i, role);
		if (basis == POLICY_BASIS_NONE)
			continue;
		*taken = (struct policy_taken){ .standing = POLICY_AUTHORISED,
			.role = role,
			.basis = basis };
		return;
	}
}

/* ---- everything else ------------------------------------------------------------ */

/* A grant is good whatever the scope: that is held against items, not against
 * who is granted something. Of several roles one that may be given will do:
 * each is held against its giver where it is read. */
static enum policy_basis
gives(const struct policy_fold *f, size_t i)
{
	const struct notations_set *set = &f->pile.at[i].st->set;
	enum policy_basis basis = POLICY_BASIS_NONE;

	for (size_t k = 0; k < set->n && basis == POLICY_BASIS_NONE; k++) {
		struct policy_asked asked = { .party = f->pile.at[i].party,
			.at = f->pile.at[i].st->created };
		struct notations_role_value value;

		if (set->at[k].name != NOTATIONS_NAME_ROLE ||
		    notations_role_read(set->at[k].value, &value) != ICS_OK)
			continue;
		asked.role = value.role;
		basis = policy_held_gives(&f->held, &asked);
	}
	return basis;
}

/* Bits of the roles that the issuer has; NONE's when it is the subject. */
static unsigned
roles_held(const struct policy_fold *f, size_t i)
{
	unsigned held =
	    is_self(f, i) ? NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_NONE) : 0;

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
		if (policy_speak_basis(f, i, (enum notations_role)r) !=
		    POLICY_BASIS_NONE)
			held |= NOTATIONS_ROLE_BIT(r);
	if (gives(f, i) != POLICY_BASIS_NONE)
		held |= NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_REGISTRAR);
	return held;
}

/* Was it given by somebody whom the rights name? Not by the thing's own word,
 * nor by that of whom it names: such words describe it, and vouch for
 * nothing. */
static bool
is_given(const struct policy_fold *f, enum policy_basis basis)
{
	switch (basis) {
	case POLICY_BASIS_ROOT:
	case POLICY_BASIS_RIGHT:
	case POLICY_BASIS_GRANT:
		return true;
	case POLICY_BASIS_OWNER:
		return is_given(f, f->origin.basis);
	case POLICY_BASIS_NAMED:
	case POLICY_BASIS_FIRST:
	case POLICY_BASIS_CODE:
		return !f->held.is_configured;
	case POLICY_BASIS_NONE:
	case POLICY_BASIS_SELF:
		break;
	}
	return false;
}

static unsigned
roles_given(const struct policy_fold *f, size_t i)
{
	unsigned given =
	    is_self(f, i) ? NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_NONE) : 0;

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
		if (is_given(f,
			policy_speak_basis(f, i, (enum notations_role)r)))
			given |= NOTATIONS_ROLE_BIT(r);
	return given;
}

/* The roles that one notation needs; 0 any. A role is granted by registrars,
 * and by roots, which may speak as such. */
static unsigned
roles_needed(const struct notations_entry *e)
{
	if (e->name == NOTATIONS_NAME_UNKNOWN)
		return 0;
	if (e->name == NOTATIONS_NAME_ROLE)
		return NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_REGISTRAR);
	return notations_row(e->name)->roles;
}

static void
role_put(struct policy_fold *f, size_t i, unsigned roles)
{
	struct policy_taken *taken = &f->state->taken[i];
	unsigned r = 0;

	while ((roles >> r & 1u) == 0)
		r++;
	taken->standing = POLICY_AUTHORISED;
	taken->role = (enum notations_role)r;
	taken->basis =
	    r == 0 ? POLICY_BASIS_SELF : policy_speak_basis(f, i, taken->role);
	if (taken->basis == POLICY_BASIS_NONE) /* out of its own scope */
		taken->basis = gives(f, i);
}

static void
words_speak(struct policy_fold *f, size_t i)
{
	const struct notations_set *set = &f->pile.at[i].st->set;
	unsigned held = roles_held(f, i), all = held, some = held;

	f->state->taken[i].standing = POLICY_CLAIM;
	for (size_t k = 0; k < set->n; k++) {
		unsigned needed = roles_needed(&set->at[k]);

		if (needed == 0)
			continue;
		if ((needed & held) == 0)
			return;
		all &= needed;
		some = needed & held;
	}
	if (held != 0)
		role_put(f, i, all != 0 ? all : some);
}

/* Of one's own statements and keys anybody may take back what is his. */
static bool
is_taking_back(const struct policy_fold *f, size_t i)
{
	const struct notations_statement *st = f->pile.at[i].st;

	if (st->kind == NOTATIONS_KIND_REVOCATION)
		return is_self(f, i);
	return f->pile.withdrew[f->pile.at[i].party] &&
	       (st->kind == NOTATIONS_KIND_WITHDRAWAL ||
		   notations_set_get(&st->set, NOTATIONS_NAME_REVOKES) != NULL);
}

static void
statement_speak(struct policy_fold *f, size_t i)
{
	struct policy_taken *taken = &f->state->taken[i];
	const struct notations_statement *st = f->pile.at[i].st;

	if (policy_status_said(f, i) != NOTATIONS_STATUS_NONE)
		status_speak(f, i);
	else if (st->kind == NOTATIONS_KIND_WITHDRAWAL ||
		 st->kind == NOTATIONS_KIND_REVOCATION)
		taken->standing = POLICY_CLAIM;
	else
		words_speak(f, i);
	if (taken->standing == POLICY_CLAIM &&
	    policy_status_said(f, i) == NOTATIONS_STATUS_NONE &&
	    is_taking_back(f, i)) {
		taken->standing = POLICY_AUTHORISED;
		taken->basis = POLICY_BASIS_SELF;
	}
	if (taken->standing == POLICY_AUTHORISED)
		taken->roles = roles_given(f, i);
	if (taken->standing == POLICY_AUTHORISED &&
	    taken->role == NOTATIONS_ROLE_OWNER &&
	    policy_status_said(f, i) != NOTATIONS_STATUS_NONE &&
	    st->created < f->owner_spoke)
		f->owner_spoke = st->created;
}

void
policy_speak(struct policy_fold *f)
{
	size_t from = 0, to;

	for (size_t i = 0; i < f->pile.n; i++)
		f->state->taken[i].standing = f->pile.facts[i].now;
	for (; from < f->order_n; from = to) {
		int64_t t = f->order[from].s->st->created;

		for (to = from; to < f->order_n; to++)
			if (f->order[to].s->st->created != t)
				break;
		policy_owner_turn(f, from, to);
		for (size_t k = from; k < to; k++)
			if (f->pile.facts[f->order[k].i].now ==
			    POLICY_AUTHORISED)
				statement_speak(f, f->order[k].i);
	}
}
