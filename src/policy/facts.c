/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From an item as folded to what membership and the decision look at: the
 * words that count, and the roles of those who vouch. A statement that sets a
 * bad state is no vouching; who only speaks about himself does not either.
 */
#include "policy/inside.h"

static bool
is_good(enum notations_status status)
{
	return status == NOTATIONS_STATUS_NONE ||
	       status == NOTATIONS_STATUS_ACTIVE ||
	       status == NOTATIONS_STATUS_PLANNED ||
	       status == NOTATIONS_STATUS_RELEASED ||
	       status == NOTATIONS_STATUS_APPROVED;
}

/* Said about the item itself, by itself or by who was given a role. */
static bool
counts(const struct policy_question *q, const struct policy_state *state,
    size_t i)
{
	return policy_standing_counts(state->taken[i].standing) &&
	       state->taken[i].roles != 0 &&
	       notations_subject_equal(&q->statements[i].st->subject,
		   q->subject);
}

bool
policy_vouches(const struct policy_question *q,
    const struct policy_state *state, size_t i)
{
	const struct notations_statement *st = q->statements[i].st;
	struct notations_subject issuer;

	notations_subject_of_fpr(&st->issuer, &issuer);
	return counts(q, state, i) && is_good(st->status) &&
	       is_good(st->code_status) &&
	       st->kind != NOTATIONS_KIND_WITHDRAWAL &&
	       st->kind != NOTATIONS_KIND_REVOCATION &&
	       !notations_subject_equal(&issuer, q->subject) &&
	       (state->taken[i].roles & ~1u) != 0;
}

/* The newest kind@ of somebody else; else of itself. */
static enum notations_entity
kind_read(const struct policy_question *q, const struct policy_state *state)
{
	const struct policy_statement *best = NULL;
	enum notations_entity kind = NOTATIONS_ENTITY_DEVICE;
	bool best_is_other = false;

	for (size_t i = 0; i < q->statements_n; i++) {
		const struct policy_statement *s = &q->statements[i];
		const struct notations_entry *e =
		    notations_set_get(&s->st->set, NOTATIONS_NAME_KIND);
		bool is_other = policy_vouches(q, state, i);

		if (e == NULL || !counts(q, state, i) ||
		    is_other < best_is_other ||
		    (best != NULL && is_other == best_is_other &&
			policy_statement_order(s, best) < 0))
			continue;
		best = s;
		best_is_other = is_other;
		kind = notations_entity_find(e->value);
	}
	return kind;
}

static size_t
issuers_count(const struct policy_question *q, const struct policy_state *state)
{
	bool *seen = alloc_zero(q->parties_n + 1, sizeof(*seen));
	size_t n = 0;

	for (size_t i = 0; i < q->statements_n; i++) {
		size_t party = q->statements[i].party;

		if (!policy_vouches(q, state, i) || party == POLICY_NOBODY)
			continue;
		n += !seen[party];
		seen[party] = true;
	}
	free(seen);
	return n;
}

static int
ranked_newest(const void *a, const void *b)
{
	return policy_ranked_order(b, a);
}

/* Where it is, of statements with the newest first. */
static void
slot_read(const struct policy_state *state, const struct policy_ranked *order,
    size_t n, struct policy_facts *facts)
{
	const unsigned roles = notations_row(NOTATIONS_NAME_SLOT)->roles;

	facts->is_placed = true;
	facts->slot_said = POLICY_NOBODY;
	for (size_t i = 0; i < n && facts->slot_said == POLICY_NOBODY; i++) {
		const struct notations_entry *e =
		    notations_set_get(&order[i].s->st->set,
			NOTATIONS_NAME_SLOT);

		if (e == NULL || (state->taken[order[i].i].roles & roles) == 0)
			continue;
		facts->slot = e->value;
		facts->slot_said = order[i].i;
	}
}

/* The newest first, so that the first of a name is the one that is so. */
static void
sets_read(const struct policy_question *q, const struct policy_state *state,
    struct policy_facts *facts)
{
	struct policy_ranked *order =
	    alloc_zero(q->statements_n + 1, sizeof(*order));
	const struct notations_set **sets =
	    alloc_zero(q->statements_n + 1, sizeof(const void *));
	size_t n = 0;

	for (size_t i = 0; i < q->statements_n; i++)
		if (counts(q, state, i))
			order[n++] =
			    (struct policy_ranked){ &q->statements[i], i };
	qsort(order, n, sizeof(*order), ranked_newest);
	for (size_t i = 0; i < n; i++)
		sets[i] = &order[i].s->st->set;
	slot_read(state, order, n, facts);
	free(order);
	facts->sets = sets;
	facts->sets_n = n;
}

void
policy_facts_read(const struct policy_question *q,
    const struct policy_state *state, struct policy_facts *facts)
{
	*facts = (struct policy_facts){ .subject = q->subject,
		.is_code = q->subject->kind == NOTATIONS_SUBJECT_CODE };
	if (!facts->is_code)
		facts->kind = kind_read(q, state);
	sets_read(q, state, facts);
	facts->issuers = issuers_count(q, state);
	for (size_t i = 0; i < q->statements_n; i++)
		if (policy_vouches(q, state, i))
			facts->certified |= state->taken[i].roles & ~1u;
}

void
policy_facts_release(struct policy_facts *facts)
{
	free((void *)(uintptr_t)facts->sets);
	facts->sets = NULL;
	facts->sets_n = 0;
}

struct bytes
policy_facts_value(const struct policy_facts *facts, enum notations_name name)
{
	for (size_t i = 0; i < facts->sets_n; i++) {
		const struct notations_entry *e =
		    notations_set_get(facts->sets[i], name);

		if (e != NULL)
			return e->value;
	}
	return bytes_of(NULL, 0);
}
