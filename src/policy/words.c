/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words and rules: look-ups in the .def files, and the order of history. */
#include <assert.h>

#include "policy/inside.h"

static const struct standing_row {
	const char *word;
	bool counts;
	const char *words;
} standings[POLICY_STANDINGS] = {
#define X(id, word, counts, words) [POLICY_##id] = { word, counts, words },
#include "policy/standings.def"
#undef X
};

static const char *const bases[] = {
	[POLICY_BASIS_NONE] = "none",
	[POLICY_BASIS_ROOT] = "root",
	[POLICY_BASIS_RIGHT] = "right",
	[POLICY_BASIS_GRANT] = "grant",
	[POLICY_BASIS_NAMED] = "named",
	[POLICY_BASIS_FIRST] = "first",
	[POLICY_BASIS_OWNER] = "owner",
	[POLICY_BASIS_CODE] = "code",
	[POLICY_BASIS_SELF] = "self",
};

#define BIT(role) NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
enum {
	M = BIT(MANUFACTURER),
	I = BIT(INTEGRATOR),
	N = BIT(MAINTAINER),
	D = BIT(DEVELOPER),
	O = BIT(OWNER),
	P = BIT(OPERATOR),
	C = BIT(CERTIFICATION_BODY)
};
enum {
	FIRST = POLICY_IF_FIRST,
	SCOPED = POLICY_IF_SCOPED,
	OTHERS = POLICY_IF_OTHERS,
	NAMING = POLICY_IF_NAMING,
	APPROVAL = POLICY_IF_APPROVAL
};

static const struct rule_row {
	unsigned roles, conditions;
} rules[NOTATIONS_STATUS_COUNT] = {
#define X(status, roles, conditions) \
	[NOTATIONS_STATUS_##status] = { roles, conditions },
#include "policy/rules.def"
#undef X
};

const char *
policy_standing_word(enum policy_standing standing)
{
	assert(standing < POLICY_STANDINGS);
	return standings[standing].word;
}

const char *
policy_standing_words(enum policy_standing standing)
{
	assert(standing < POLICY_STANDINGS);
	return standings[standing].words;
}

bool
policy_standing_counts(enum policy_standing standing)
{
	assert(standing < POLICY_STANDINGS);
	return standings[standing].counts;
}

const char *
policy_basis_word(enum policy_basis basis)
{
	assert(basis < sizeof(bases) / sizeof(bases[0]));
	return bases[basis];
}

unsigned
policy_status_roles(enum notations_status status)
{
	assert(status < NOTATIONS_STATUS_COUNT);
	return rules[status].roles;
}

unsigned
policy_status_conditions(enum notations_status status)
{
	assert(status < NOTATIONS_STATUS_COUNT);
	return rules[status].conditions;
}

/* Conditions that stay where a domain names roles. */
#define ALWAYS ((unsigned)(OTHERS | NAMING))

bool
policy_status_is_conditional(enum notations_status status)
{
	return (policy_status_conditions(status) & ~ALWAYS) != 0;
}

const struct policy_state_rule *
policy_rights_rule(const struct policy_rights *rights,
    enum notations_status status, int64_t at)
{
	for (size_t i = 0; rights != NULL && i < rights->states_n; i++) {
		const struct policy_state_rule *r = &rights->states[i];

		if (r->status == status && at >= r->from && at < r->until)
			return r;
	}
	return NULL;
}

/* A domain that names roles means them, whoever owns the thing; that a thing
 * does not call itself stolen, and that an heir is named, stays. */
struct policy_ruling
policy_ruling_at(const struct policy_rights *rights,
    enum notations_status status, int64_t at)
{
	const struct policy_state_rule *r =
	    policy_rights_rule(rights, status, at);
	struct policy_ruling ruling = { policy_status_roles(status),
		policy_status_conditions(status), 1 };

	if (r == NULL)
		return ruling;
	if (r->roles != 0) {
		ruling.roles = r->roles;
		ruling.conditions &= ALWAYS;
	}
	ruling.needs = r->needs;
	return ruling;
}

int
policy_fpr_order(const struct pgp_fpr *a, const struct pgp_fpr *b)
{
	int c = (a->version > b->version) - (a->version < b->version);

	return c != 0 ? c : bytes_compare(pgp_fpr_bytes(a), pgp_fpr_bytes(b));
}

int
policy_statement_order(const struct policy_statement *a,
    const struct policy_statement *b)
{
	const struct notations_statement *x = a->st, *y = b->st;
	int c = (x->created > y->created) - (x->created < y->created);

	if (c == 0)
		c = policy_fpr_order(&x->issuer, &y->issuer);
	if (c == 0)
		c = (x->seq > y->seq) - (x->seq < y->seq);
	if (c == 0)
		c = memcmp(x->content, y->content, sizeof(x->content));
	return c != 0 ? c : memcmp(x->digest, y->digest, sizeof(x->digest));
}

int
policy_ranked_order(const void *a, const void *b)
{
	const struct policy_ranked *x = a, *y = b;

	return policy_statement_order(x->s, y->s);
}
