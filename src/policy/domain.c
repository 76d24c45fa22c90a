/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain's descriptors as rights over time, and what belongs to it.
 *
 * Versions follow each other at the dates of their signatures. What a version
 * grants holds for its days; a new one takes nothing back that was said before
 * it, and gives nothing to what was said before, unless it says from when.
 */
#include "policy/inside.h"

ARRAY_OF(struct policy_right, right_array);
ARRAY_OF(struct policy_state_rule, rule_array);

void
policy_domain_free(struct policy_domain *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->parties_n; i++) {
		free(d->parties[i].name);
		free(d->parties[i].contact);
		free(d->parties[i].contract);
	}
	for (size_t i = 0; i < d->grants_n; i++)
		free(d->grants[i].scope);
	for (size_t i = 0; i < d->members_n; i++) {
		policy_terms_release(&d->members[i].where);
		free(d->members[i].items);
		free(d->members[i].slot);
	}
	for (size_t i = 0; i < d->requires_n; i++) {
		policy_terms_release(&d->requires[i].where);
		free(d->requires[i].purpose);
	}
	for (size_t i = 0; i < d->updates_n; i++) {
		policy_terms_release(&d->updates[i].where);
		free(d->updates[i].code_kind);
	}
	for (size_t i = 0; i < d->syncs_n; i++) {
		free(d->syncs[i].name);
		free(d->syncs[i].url);
		free(d->syncs[i].pin);
		free(d->syncs[i].pull);
		free(d->syncs[i].push);
	}
	for (size_t i = 0; i < d->read.peers_n; i++)
		free(d->read.peers[i]);
	for (size_t i = 0; i < d->read.hosts_n; i++)
		free(d->read.hosts[i]);
	free(d->parties);
	free(d->grants);
	free(d->members);
	free(d->requires);
	free(d->states);
	free(d->updates);
	free(d->syncs);
	free(d->read.networks);
	free(d->read.tokens);
	free(d->read.clients);
	free(d->read.peers);
	free(d->read.hosts);
	free(d);
}

void
policy_terms_release(struct policy_terms *terms)
{
	for (size_t i = 0; i < terms->n; i++)
		free(terms->at[i].value);
	terms->n = 0;
}

/* ---- over time ----------------------------------------------------------------- */

const struct policy_domain *
policy_line_at(const struct policy_line *line, int64_t at)
{
	for (size_t i = line->n; i > 1; i--)
		if (line->at[i - 1]->signed_at <= at)
			return line->at[i - 1];
	return line->n == 0 ? NULL : line->at[0];
}

/* When a version's days begin and end. Dates that run against the serials are
 * taken as the serials say: a later version ends all before it. */
static void
days_of(const struct policy_line *line, size_t i, int64_t *from, int64_t *until)
{
	*from = i == 0 ? INT64_MIN : line->at[i]->signed_at;
	*until = INT64_MAX;
	for (size_t k = i + 1; k < line->n; k++)
		if (line->at[k]->signed_at < *until)
			*until = line->at[k]->signed_at;
}

static void
grant_take(const struct policy_grant *g, int64_t from, int64_t until,
    struct right_array *out)
{
	struct policy_right right = { .fpr = g->fpr,
		.scope = bytes_of_str(g->scope),
		.from = g->from == INT64_MIN ? from : g->from,
		.until = g->until < until ? g->until : until,
		.may_regrant = g->may_regrant };

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		if ((g->roles & NOTATIONS_ROLE_BIT(r)) == 0 ||
		    right.from >= right.until)
			continue;
		right.role = (enum notations_role)r;
		*right_array_add(out) = right;
	}
}

static void
version_take(const struct policy_line *line, size_t i, struct right_array *out,
    struct rule_array *states)
{
	const struct policy_domain *d = line->at[i];
	int64_t from, until;

	days_of(line, i, &from, &until);
	if (from < until)
		*right_array_add(out) = (struct policy_right){
			.fpr = d->owner, .from = from, .until = until
		};
	for (size_t k = 0; k < d->grants_n; k++)
		grant_take(&d->grants[k], from, until, out);
	for (size_t k = 0; k < d->states_n; k++) {
		struct policy_state_rule rule = d->states[k];

		if (rule.from < from)
			rule.from = from;
		if (rule.until > until)
			rule.until = until;
		if (rule.from < rule.until)
			*rule_array_add(states) = rule;
	}
}

static int
right_order(const void *a, const void *b)
{
	const struct policy_right *x = a, *y = b;

	return policy_fpr_order(&x->fpr, &y->fpr);
}

void
policy_line_rights(const struct policy_line *line,
    const struct policy_rights *base, struct policy_rights *out)
{
	policy_lines_rights(line, 1, base, out);
}

void
policy_lines_rights(const struct policy_line *lines, size_t n,
    const struct policy_rights *base, struct policy_rights *out)
{
	struct right_array all = { 0 };
	struct rule_array states = { 0 };

	for (size_t i = 0; base != NULL && i < base->n; i++)
		*right_array_add(&all) = base->at[i];
	for (size_t i = 0; base != NULL && i < base->states_n; i++)
		*rule_array_add(&states) = base->states[i];
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < lines[k].n; i++)
			version_take(&lines[k], i, &all, &states);
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), right_order);
	*out = (struct policy_rights){ .at = all.at,
		.n = all.n,
		.is_sorted = true,
		.states = states.at,
		.states_n = states.n };
}

void
policy_rights_release(struct policy_rights *rights)
{
	free((void *)(uintptr_t)rights->at);
	free((void *)(uintptr_t)rights->states);
	*rights = (struct policy_rights){ 0 };
}

/* ---- who belongs ------------------------------------------------------------------ */

static bool
term_holds(const struct policy_term *term, const struct policy_facts *facts)
{
	struct bytes pattern = bytes_of_str(term->value);

	if (term->name == NOTATIONS_NAME_SLOT && facts->is_placed)
		return facts->slot.n > 0 &&
		       policy_text_fits(pattern, facts->slot);
	for (size_t i = 0; i < facts->sets_n; i++) {
		const struct notations_set *set = facts->sets[i];

		for (size_t k = 0; k < set->n; k++)
			if (set->at[k].name == term->name &&
			    policy_text_fits(pattern, set->at[k].value))
				return true;
	}
	return false;
}

bool
policy_terms_hold(const struct policy_terms *terms,
    const struct policy_facts *facts)
{
	for (size_t i = 0; i < terms->n; i++)
		if (!term_holds(&terms->at[i], facts))
			return false;
	return true;
}

static int
subject_order(const void *a, const void *b)
{
	const struct notations_subject *x = a, *y = b;
	int c = (x->kind > y->kind) - (x->kind < y->kind);

	if (c == 0)
		c = (x->tag > y->tag) - (x->tag < y->tag);
	return c != 0
		   ? c
		   : bytes_compare(bytes_of(x->b, x->n), bytes_of(y->b, y->n));
}

void
policy_subjects_sort(struct notations_subject *at, size_t n)
{
	if (n > 0)
		qsort(at, n, sizeof(*at), subject_order);
}

/* By its name, or by what is said of it. */
static bool
member_fits(const struct policy_member *m, const struct policy_facts *facts)
{
	if (m->items_n > 0)
		return bsearch(facts->subject, m->items, m->items_n,
			   sizeof(*m->items), subject_order) != NULL;
	return m->is_code == facts->is_code &&
	       policy_terms_hold(&m->where, facts);
}

static bool
member_takes(const struct policy_member *m, const struct policy_facts *facts)
{
	if (m->certified_by != 0 && (m->certified_by & facts->certified) == 0)
		return false;
	if (m->items_n == 0 && m->kind != NOTATIONS_ENTITY_NONE &&
	    m->kind != facts->kind)
		return false;
	return member_fits(m, facts);
}

bool
policy_domain_may_take(const struct policy_domain *d,
    const struct policy_facts *said)
{
	for (size_t i = 0; i < d->members_n; i++)
		if (member_fits(&d->members[i], said))
			return true;
	return false;
}

size_t
policy_domain_takes(const struct policy_domain *d,
    const struct policy_facts *facts)
{
	for (size_t i = 0; i < d->members_n; i++)
		if (member_takes(&d->members[i], facts))
			return i;
	return POLICY_NOBODY;
}

bool
policy_domain_had(const struct policy_domain *d,
    const struct policy_facts *facts)
{
	struct policy_facts then = *facts;

	then.is_placed = false;
	return policy_domain_takes(d, &then) != POLICY_NOBODY;
}
