/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who was given which role, from when until when: table e3, "authority is
 * granted, not claimed".
 *
 * Configured rights hold for their time. A grant, role@ about a party's key, holds
 * from its date until it ends, expires or is taken back, and only when a root
 * or a registrar made it. A registrar is one by a configured right or by a
 * root's grant; a registrar makes no registrars, so nothing turns in a
 * circle; nor does who got a role from somebody with a right to give just
 * that one. A grant reaches as far as its own scope and its giver's.
 */
#include "policy/inside.h"

/* ---- asking -------------------------------------------------------------- */

static bool
holding_fits(const struct policy_holding *h, const struct policy_asked *asked)
{
	if (h->role != NOTATIONS_ROLE_NONE && h->role != asked->role)
		return false;
	if (asked->at < h->from || asked->at >= h->until)
		return false;
	if (asked->must_name_scope && h->role != NOTATIONS_ROLE_NONE &&
	    h->scopes[0].n == 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!policy_scope_takes(h->scopes[i], asked->what))
			return false;
	return true;
}

enum policy_basis
policy_held_basis(const struct policy_held *held,
    const struct policy_asked *asked)
{
	const struct policy_holdings *all = &held->of[asked->party];
	enum policy_basis best = POLICY_BASIS_NONE;

	for (size_t i = 0; i < all->n; i++)
		if ((best == POLICY_BASIS_NONE || all->at[i].basis < best) &&
		    holding_fits(&all->at[i], asked))
			best = all->at[i].basis;
	return best;
}

/* Roots give every role, registrars all but their own, others theirs. */
static bool
gives(const struct policy_holding *h, enum notations_role role)
{
	if (!h->may_give || h->role == NOTATIONS_ROLE_NONE)
		return h->may_give;
	return h->role == NOTATIONS_ROLE_REGISTRAR
		   ? role != NOTATIONS_ROLE_REGISTRAR
		   : role == h->role;
}

enum policy_basis
policy_held_gives(const struct policy_held *held,
    const struct policy_asked *asked)
{
	const struct policy_holdings *all = &held->of[asked->party];
	int64_t at = asked->at;
	enum policy_basis best = POLICY_BASIS_NONE;

	for (size_t i = 0; i < all->n; i++)
		if (gives(&all->at[i], asked->role) && at >= all->at[i].from &&
		    at < all->at[i].until &&
		    (best == POLICY_BASIS_NONE || all->at[i].basis < best))
			best = all->at[i].basis;
	return best;
}

/* ---- reading --------------------------------------------------------------- */

size_t
policy_rights_of(const struct policy_rights *rights, const struct pgp_fpr *fpr,
    size_t *n)
{
	size_t low = 0, high = rights->is_sorted ? rights->n : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (policy_fpr_order(&rights->at[mid].fpr, fpr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*n = rights->is_sorted ? 0 : rights->n;
	while (rights->is_sorted && low + *n < rights->n &&
	       pgp_fpr_equal(&rights->at[low + *n].fpr, fpr))
		(*n)++;
	return low;
}

static void
right_take(const struct policy_right *r, struct policy_holdings *out)
{
	struct policy_holding *h = policy_holdings_add(out);

	h->role = r->role;
	h->basis = r->role == NOTATIONS_ROLE_NONE ? POLICY_BASIS_ROOT
						  : POLICY_BASIS_RIGHT;
	h->may_give = r->role == NOTATIONS_ROLE_NONE ||
		      r->role == NOTATIONS_ROLE_REGISTRAR || r->may_regrant;
	h->from = r->from;
	h->until = r->until == 0 ? POLICY_NEVER : r->until;
	h->scopes[0] = r->scope;
}

static void
rights_read(const struct policy_rights *rights, const struct pgp_fpr *fpr,
    struct policy_holdings *out)
{
	size_t n, first = policy_rights_of(rights, fpr, &n);

	for (size_t i = first; i < first + n; i++)
		if (pgp_fpr_equal(&rights->at[i].fpr, fpr))
			right_take(&rights->at[i], out);
}

/* A grant that is being read. */
struct giving {
	const struct policy_statement *s;
	int64_t end;
	bool is_of_roots; /* the first turn: what roots give */
	struct notations_role_value value;
	struct policy_holdings *out;
};

static void
holding_give(const struct giving *g, const struct policy_holding *giver)
{
	struct policy_holding *h = policy_holdings_add(g->out);

	h->role = g->value.role;
	h->basis = POLICY_BASIS_GRANT;
	h->may_give = g->is_of_roots && h->role == NOTATIONS_ROLE_REGISTRAR;
	h->from = g->s->st->created;
	h->until = g->end;
	if (g->value.until != 0 && g->value.until < h->until)
		h->until = g->value.until;
	if (g->value.scope.n > 0) {
		h->text = alloc_new(NOTATIONS_PARAM_MAX + 1);
		notations_param_text(g->value.scope, h->text);
		h->scopes[0] = bytes_of_str(h->text);
		if (h->scopes[0].n == 0) /* "%00": nothing has that name */
			h->scopes[0] = g->value.scope;
	}
	h->scopes[1] = giver->scopes[0];
	h->scopes[2] = giver->scopes[1];
}

/* Every way in which the issuer may give. */
static void
givers_try(const struct policy_held *held, const struct giving *g)
{
	const struct policy_holdings *all = &held->of[g->s->party];

	for (size_t i = 0; i < all->n; i++) {
		const struct policy_holding *giver = &all->at[i];
		bool is_root = giver->role == NOTATIONS_ROLE_NONE;

		if (is_root == g->is_of_roots && gives(giver, g->value.role) &&
		    g->s->st->created >= giver->from &&
		    g->s->st->created < giver->until)
			holding_give(g, giver);
	}
}

static void
grant_read(const struct policy_held *held, struct giving *g)
{
	const struct notations_set *set = &g->s->st->set;

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].name == NOTATIONS_NAME_ROLE &&
		    notations_role_read(set->at[i].value, &g->value) == ICS_OK)
			givers_try(held, g);
}

static void
grants_read(const struct policy_held *held, const struct policy_pile *pile,
    struct giving *g)
{
	for (size_t i = 0; i < pile->n; i++) {
		const struct policy_fact *fact = &pile->facts[i];

		if (!fact->is_sound || !fact->is_about)
			continue;
		g->s = &pile->at[i];
		g->end = fact->end;
		grant_read(held, g);
	}
}

/*
 * A turn gives to all out of what the turn before gave; what it gives itself
 * is put aside until it ends. Givers of the second turn are registrars.
 */
static void
turn(const struct policy_question *q, struct policy_held *held,
    const struct policy_pile *piles)
{
	struct policy_holdings *more =
	    alloc_zero(q->parties_n + 1, sizeof(*more));
	static const bool turns[] = { true, false };

	for (size_t t = 0; t < 2; t++) {
		for (size_t i = 0; i < q->parties_n; i++) {
			struct giving g = { .is_of_roots = turns[t],
				.out = &more[i] };

			grants_read(held, &piles[i], &g);
		}
		for (size_t i = 0; i < q->parties_n; i++) {
			for (size_t k = 0; k < more[i].n; k++)
				*policy_holdings_add(&held->of[i]) =
				    more[i].at[k];
			more[i].n = 0;
		}
	}
	for (size_t i = 0; i < q->parties_n; i++)
		policy_holdings_release(&more[i]);
	free(more);
}

void
policy_held_read(const struct policy_question *q, struct policy_held *held)
{
	struct policy_pile *piles =
	    alloc_zero(q->parties_n + 1, sizeof(*piles));

	held->of = alloc_zero(q->parties_n + 1, sizeof(*held->of));
	held->n = q->parties_n;
	held->is_configured = q->rights != NULL && q->rights->n > 0;
	for (size_t i = 0; held->is_configured && i < q->parties_n; i++) {
		const struct policy_party *p = &q->parties[i];

		rights_read(q->rights, &p->fpr, &held->of[i]);
		piles[i] = (struct policy_pile){ .q = q,
			.at = p->grants,
			.n = p->grants_n,
			.born = p->created };
		notations_subject_of_fpr(&p->fpr, &piles[i].subject);
		policy_pile_judge(&piles[i]);
	}
	if (held->is_configured)
		turn(q, held, piles);
	for (size_t i = 0; i < q->parties_n; i++)
		policy_pile_release(&piles[i]);
	free(piles);
}

void
policy_held_release(struct policy_held *held)
{
	for (size_t i = 0; i < held->n; i++) {
		for (size_t k = 0; k < held->of[i].n; k++)
			free(held->of[i].at[k].text);
		policy_holdings_release(&held->of[i]);
	}
	free(held->of);
}
