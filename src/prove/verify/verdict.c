/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Anchored statements, the state, the key: in this order they may say no. */
#include "prove/verdict.h"

static const struct {
	const char *word, *words;
	bool is_yes;
} rows[PROVE_WHYS] = {
#define X(id, word, is_yes, words) { word, words, is_yes },
#include "prove/verdicts.def"
#undef X
};

const char *
prove_why_word(enum prove_why why)
{
	return rows[why].word;
}

const char *
prove_why_words(enum prove_why why)
{
	return rows[why].words;
}

bool
prove_why_is_yes(enum prove_why why)
{
	return rows[why].is_yes;
}

/* ---- what rests on the anchors ---------------------------------------------------- */

static bool
basis_is_anchored(enum policy_basis basis)
{
	switch (basis) {
	case POLICY_BASIS_ROOT:
	case POLICY_BASIS_RIGHT:
	case POLICY_BASIS_GRANT:
		return true;
	case POLICY_BASIS_NONE:
	case POLICY_BASIS_NAMED:
	case POLICY_BASIS_FIRST:
	case POLICY_BASIS_OWNER:
	case POLICY_BASIS_CODE:
	case POLICY_BASIS_SELF:
		break;
	}
	return false;
}

bool
prove_is_anchored(const struct item *it, const struct policy_state *state,
    size_t i)
{
	const struct policy_taken *taken;

	if (i >= it->about_n)
		return false;
	taken = &state->taken[i];
	if (!policy_standing_counts(taken->standing))
		return false;
	/* An owner is one by the word of the maker, whom the anchors know. */
	if (taken->basis == POLICY_BASIS_OWNER)
		return basis_is_anchored(state->manufacturer_basis);
	return basis_is_anchored(taken->basis);
}

/* Says what the thing is, or in which state. */
#define SAYS_SOMETHING                                                      \
	(1u << NOTATIONS_KIND_DEVICE | 1u << NOTATIONS_KIND_DEVICE_STATUS | \
	    1u << NOTATIONS_KIND_CODE | 1u << NOTATIONS_KIND_CODE_STATUS |  \
	    1u << NOTATIONS_KIND_APPROVAL | 1u << NOTATIONS_KIND_TRANSFER)

static bool
says_something(const struct item *it, size_t i)
{
	const struct notations_statement *st = &it->statements[i].st;

	return notations_subject_equal(&st->subject, &it->subject) &&
	       (st->says & SAYS_SOMETHING) != 0;
}

struct names {
	const struct prove_case *c;
	bool found;
};

static void
term_look(void *arg, struct bytes name, struct bytes value)
{
	struct names *n = arg;

	if (!bytes_equal(name, bytes_of_str("hash")))
		return;
	for (size_t i = 0; i < n->c->named_n; i++)
		n->found = n->found || bytes_equal(value, n->c->named[i]);
}

/* Speaks about what was asked about. */
static bool
speaks(const struct prove_case *c, size_t i)
{
	struct names n = { .c = c };
	const struct notations_terms terms = { term_look, &n };

	if (!says_something(c->it, i))
		return false;
	if (c->named_n == 0)
		return true;
	notations_statement_terms(&c->it->statements[i].st, &terms);
	return n.found;
}

/* ---- why nothing counts ------------------------------------------------------------ */

static enum prove_why
why_of_standing(enum policy_standing standing)
{
	switch (standing) {
	case POLICY_CLAIM:
	case POLICY_AUTHORISED:
	case POLICY_SUPERSEDED:
	case POLICY_PENDING:
	case POLICY_LAPSED:
		return PROVE_WRONG_ANCHOR;
	case POLICY_WITHDRAWN:
		return PROVE_TAKEN_BACK;
	case POLICY_EXPIRED:
		return PROVE_EXPIRED;
	case POLICY_QUARANTINED:
	case POLICY_UNSEEN:
		return PROVE_QUARANTINED;
	case POLICY_EARLY:
	case POLICY_LATE:
	case POLICY_FALLEN:
		return PROVE_FALLEN;
	case POLICY_UNKNOWN_ISSUER:
		return PROVE_UNKNOWN_ISSUER;
	case POLICY_COPY:
	case POLICY_STANDINGS:
		break;
	}
	return PROVE_UNKNOWN;
}

static struct prove_verdict
nothing_counts(const struct prove_case *c)
{
	struct prove_verdict v = { PROVE_UNKNOWN, POLICY_NOBODY };

	for (size_t i = 0; i < c->it->about_n; i++) {
		enum prove_why why =
		    why_of_standing(c->state->taken[i].standing);

		if (!speaks(c, i) || why < v.why)
			continue;
		v = (struct prove_verdict){ why, i };
	}
	return v;
}

/* ---- the answer -------------------------------------------------------------------- */

/* The newest anchored statement that speaks of it. */
static size_t
anchored_find(const struct prove_case *c)
{
	for (size_t i = c->it->about_n; i > 0; i--)
		if (prove_is_anchored(c->it, c->state, i - 1) &&
		    speaks(c, i - 1))
			return i - 1;
	return POLICY_NOBODY;
}

static bool
status_is_good(enum notations_status status)
{
	return status == NOTATIONS_STATUS_ACTIVE ||
	       status == NOTATIONS_STATUS_RELEASED ||
	       status == NOTATIONS_STATUS_APPROVED;
}

static enum prove_why
why_of_key(const struct prove_case *c)
{
	const struct pgp_key_facts *key = &c->it->facts.primary;
	int64_t at = c->when.at;

	if (key->revoked == PGP_HARD_REVOKED ||
	    (key->revoked != PGP_NOT_REVOKED && key->revoked_at <= at))
		return PROVE_KEY_REVOKED;
	if (key->expires != 0 && key->expires <= at)
		return PROVE_KEY_EXPIRED;
	if ((int64_t)key->key->created > at + c->when.skew)
		return PROVE_KEY_FUTURE;
	return PROVE_GOOD;
}

static struct prove_verdict
by_state(const struct prove_case *c, size_t anchored)
{
	const struct policy_state *state = c->state;
	bool is_code = c->it->subject.kind == NOTATIONS_SUBJECT_CODE;

	if (state->status == NOTATIONS_STATUS_NONE)
		return (struct prove_verdict){
			is_code ? PROVE_NO_STATE : PROVE_GENUINE, anchored
		};
	if (!status_is_good(state->status))
		return (struct prove_verdict){ PROVE_BAD_STATE,
			state->decides };
	if (!prove_is_anchored(c->it, state, state->decides))
		return (struct prove_verdict){ PROVE_WRONG_ANCHOR,
			state->decides };
	return (struct prove_verdict){ PROVE_GOOD, state->decides };
}

struct prove_verdict
prove_verdict_of(const struct prove_case *c)
{
	size_t anchored = anchored_find(c);
	enum prove_why key = PROVE_GOOD;

	if (c->it->is_cut)
		return (struct prove_verdict){ PROVE_CUT, POLICY_NOBODY };
	if (c->it->subject.kind == NOTATIONS_SUBJECT_ENTITY) {
		if (c->it->cert == NULL)
			return nothing_counts(c);
		key = why_of_key(c);
	}
	if (anchored == POLICY_NOBODY)
		return nothing_counts(c);
	if (key != PROVE_GOOD)
		return (struct prove_verdict){ key, POLICY_NOBODY };
	return by_state(c, anchored);
}
