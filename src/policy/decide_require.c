/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose signatures are there: the domain's require rules, and what its level
 * asks for by itself. "must" refuses, "should" warns.
 */
#include <assert.h>

#include "policy/deciding.h"

#define ROLE(role) NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
enum {
	M = ROLE(MANUFACTURER),
	I = ROLE(INTEGRATOR),
	N = ROLE(MAINTAINER),
	O = ROLE(OWNER)
};
static const struct policy_level_row levels[POLICY_LEVELS] = {
#define X(id, word, must, any, should, wants_state, words) \
	[POLICY_LEVEL_##id] = { word, must, any, should, wants_state },
#include "policy/levels.def"
#undef X
};

const struct policy_level_row *
policy_level_row(const struct policy_domain *domain)
{
	/* without a domain nobody answers for who comes: as in a standard one */
	return &levels[domain == NULL ? POLICY_LEVEL_STANDARD : domain->level];
}

const char *
policy_level_word(enum policy_level level)
{
	assert(level < POLICY_LEVELS);
	return levels[level].word;
}

bool
policy_level_find(struct bytes word, enum policy_level *level)
{
	for (size_t i = 0; i < POLICY_LEVELS; i++)
		if (bytes_equal(word, bytes_of_str(levels[i].word))) {
			*level = (enum policy_level)i;
			return true;
		}
	return false;
}

static bool
applies(const struct policy_deciding *d, const struct policy_require *r)
{
	const struct policy_facts *facts = d->asking->facts;

	if (r->is_code != facts->is_code ||
	    (r->kind != NOTATIONS_ENTITY_NONE && r->kind != facts->kind))
		return false;
	if (r->purpose[0] != '\0' &&
	    strcmp(r->purpose, d->asking->purpose) != 0)
		return false;
	return policy_terms_hold(&r->where, facts);
}

/* The newest who vouches in one of the roles. */
static size_t
evidence_of(const struct policy_deciding *d, unsigned roles)
{
	const struct policy_asking *a = d->asking;
	size_t best = POLICY_NOBODY;

	for (size_t i = 0; i < a->q->statements_n; i++)
		if ((a->state->taken[i].roles & roles) != 0 &&
		    policy_vouches(a->q, a->state, i) &&
		    (best == POLICY_NOBODY ||
			policy_statement_order(&a->q->statements[i],
			    &a->q->statements[best]) > 0))
			best = i;
	return best;
}

/* Roles that are asked for: all of them, or one. */
struct demand {
	unsigned roles;
	bool is_any;
	enum policy_tone tone; /* when they are missing */
	int line;
};

static void
demand_look(struct policy_deciding *d, const struct demand *asked)
{
	unsigned there = d->asking->facts->certified & asked->roles;
	bool is_met = asked->is_any ? there != 0 : there == asked->roles;
	struct policy_reason r = { .line = asked->line,
		.tone = is_met ? POLICY_FINE : asked->tone,
		.evidence = evidence_of(d, asked->roles) };

	if (asked->roles == 0)
		return;
	if (!is_met)
		r.missing = asked->roles & ~there;
	policy_say(d, r);
}

/* A row of what is asked: the level's, then each rule's. */
static unsigned
roles_of(const struct policy_deciding *d, const struct policy_require *r)
{
	const struct policy_level_row *level =
	    policy_level_row(d->asking->domain);

	if (d->rule == POLICY_RULE_MUST)
		return r == NULL ? level->must : r->must;
	if (d->rule == POLICY_RULE_ANY)
		return r == NULL ? level->any : r->any;
	return r == NULL ? level->should : r->should;
}

static void
demands_look(struct policy_deciding *d, bool is_any, enum policy_tone tone)
{
	const struct policy_domain *domain = d->asking->domain;
	struct demand asked = { .is_any = is_any, .tone = tone };

	/* What a level asks for is meant for things, not for their code. */
	asked.roles = d->asking->facts->is_code ? 0 : roles_of(d, NULL);
	demand_look(d, &asked);
	for (size_t i = 0; domain != NULL && i < domain->requires_n; i++) {
		if (!applies(d, &domain->requires[i]))
			continue;
		asked.roles = roles_of(d, &domain->requires[i]);
		asked.line = domain->requires[i].line;
		demand_look(d, &asked);
	}
}

void
policy_check_must(struct policy_deciding *d)
{
	demands_look(d, false, POLICY_REFUSAL);
}

void
policy_check_any(struct policy_deciding *d)
{
	demands_look(d, true, POLICY_REFUSAL);
}

void
policy_check_should(struct policy_deciding *d)
{
	demands_look(d, false, POLICY_WARNING);
}

void
policy_check_parties(struct policy_deciding *d)
{
	const struct policy_domain *domain = d->asking->domain;

	for (size_t i = 0; domain != NULL && i < domain->requires_n; i++) {
		const struct policy_require *r = &domain->requires[i];

		if (r->needs == 0 || !applies(d, r))
			continue;
		policy_say(d, (struct policy_reason){ .line = r->line,
				  .evidence = POLICY_NOBODY,
				  .tone = d->asking->facts->issuers >= r->needs
					      ? POLICY_FINE
					      : POLICY_REFUSAL });
	}
}

/* A service that a maintainer signed who is not its integrator. */
void
policy_check_integrator(struct policy_deciding *d)
{
	const struct policy_facts *facts = d->asking->facts;
	const struct demand asked = { .roles = I, .tone = POLICY_REFUSAL };

	if (d->asking->domain == NULL || facts->is_code ||
	    facts->kind != NOTATIONS_ENTITY_SERVICE ||
	    (facts->certified & N) == 0)
		return;
	demand_look(d, &asked);
}
