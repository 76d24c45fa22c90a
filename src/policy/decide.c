/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision, and the rules about the thing itself. A rule with nothing to
 * say is silent; all others leave a reason, so that nobody has to guess.
 */
#include <assert.h>

#include "policy/deciding.h"

static const struct {
	const char *word, *words, *help;
	void (*check)(struct policy_deciding *d);
} rules[POLICY_RULES] = {
#define X(id, word, check, words, help) \
	[POLICY_RULE_##id] = { word, words, help, policy_check_##check },
#include "policy/checks.def"
#undef X
};

#define BIT(status) (1u << NOTATIONS_STATUS_##status)
static const struct {
	const char *word;
	unsigned states;
} purposes[POLICY_PURPOSES] = {
#define X(id, word, states, words) [POLICY_FOR_##id] = { word, states },
#include "policy/purposes.def"
#undef X
};

static const char *const tones[] = {
	[POLICY_FINE] = "fine",
	[POLICY_WARNING] = "warning",
	[POLICY_REFUSAL] = "refusal",
};

const char *
policy_rule_word(enum policy_rule rule)
{
	assert(rule < POLICY_RULES);
	return rules[rule].word;
}

const char *
policy_rule_words(enum policy_rule rule)
{
	assert(rule < POLICY_RULES);
	return rules[rule].words;
}

const char *
policy_rule_help(enum policy_rule rule)
{
	assert(rule < POLICY_RULES);
	return rules[rule].help;
}

const char *
policy_tone_word(enum policy_tone tone)
{
	assert(tone < sizeof(tones) / sizeof(tones[0]));
	return tones[tone];
}

const char *
policy_purpose_word(enum policy_purpose purpose)
{
	assert(purpose < POLICY_PURPOSES);
	return purposes[purpose].word;
}

enum policy_purpose
policy_purpose_find(struct bytes word)
{
	for (size_t i = 0; i < POLICY_PURPOSES; i++)
		if (bytes_equal(word, bytes_of_str(purposes[i].word)))
			return (enum policy_purpose)i;
	return POLICY_FOR_COMMUNICATE;
}

unsigned
policy_purpose_states(enum policy_purpose purpose)
{
	assert(purpose < POLICY_PURPOSES);
	return purposes[purpose].states;
}

void
policy_say(struct policy_deciding *d, struct policy_reason r)
{
	r.rule = d->rule;
	if (r.tone == POLICY_REFUSAL && r.rule != POLICY_RULE_FRESH)
		d->refusals++;
	if (d->decision->n < POLICY_REASONS_MAX)
		d->decision->at[d->decision->n++] = r;
}

static void
say(struct policy_deciding *d, bool is_fine, size_t evidence)
{
	policy_say(d, (struct policy_reason){
			  .tone = is_fine ? POLICY_FINE : POLICY_REFUSAL,
			  .evidence = evidence });
}

/* ---- the thing ------------------------------------------------------------------ */

void
policy_check_member(struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;
	struct policy_reason r = { .evidence = POLICY_NOBODY };

	if (a->domain == NULL)
		return;
	if (a->member == POLICY_NOBODY)
		r.tone = POLICY_REFUSAL;
	else
		r.line = a->domain->members[a->member].line;
	policy_say(d, r);
}

/* It was of the domain, until somebody put it elsewhere. */
void
policy_check_moved(struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;

	if (a->domain != NULL && a->member == POLICY_NOBODY &&
	    a->facts->slot_said != POLICY_NOBODY &&
	    policy_domain_had(a->domain, a->facts))
		say(d, false, a->facts->slot_said);
}

/* Whoever reads the answer is to see that others answer for it. */
void
policy_check_outsider(struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;

	if (a->domain == NULL || a->member == POLICY_NOBODY ||
	    !a->domain->members[a->member].is_external)
		return;
	policy_say(d, (struct policy_reason){ .tone = POLICY_WARNING,
			  .evidence = POLICY_NOBODY,
			  .line = a->domain->members[a->member].line });
}

void
policy_check_certificate(struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;

	if (a->facts->is_code)
		return;
	say(d,
	    a->created != 0 && a->revoked == PGP_NOT_REVOKED &&
		a->created - POLICY_SKEW <= a->at &&
		(a->expires == 0 || a->expires > a->at),
	    POLICY_NOBODY);
}

/* Nobody has said anything about its state: what an open domain minds. */
static void
silence_say(struct policy_deciding *d)
{
	struct policy_reason r = { .evidence = POLICY_NOBODY,
		.tone = POLICY_WARNING };

	if (d->asking->install != NULL)
		return; /* what is approved there is said by APPROVED */
	if (policy_level_row(d->asking->domain)->wants_state)
		r.tone = POLICY_REFUSAL;
	policy_say(d, r);
}

void
policy_check_state(struct policy_deciding *d)
{
	const struct policy_state *state = d->asking->state;
	unsigned good = BIT(RELEASED) | BIT(APPROVED);

	if (!d->asking->facts->is_code)
		good = policy_purpose_states(d->purpose);
	if (state->status == NOTATIONS_STATUS_NONE)
		silence_say(d);
	else
		say(d, (good >> state->status & 1u) != 0, state->decides);
}

void
policy_check_conflict(struct policy_deciding *d)
{
	if (d->asking->state->is_conflict)
		policy_say(d, (struct policy_reason){ .tone = POLICY_WARNING,
				  .evidence = d->asking->state->other });
}

static bool
is_named(const struct policy_member *m, const struct notations_subject *s)
{
	for (size_t i = 0; i < m->items_n; i++)
		if (notations_subject_equal(&m->items[i], s))
			return true;
	return false;
}

/* Its slot@ is a place for which others are registered by name. */
void
policy_check_substituted(struct policy_deciding *d)
{
	const struct policy_domain *domain = d->asking->domain;
	struct bytes slot = d->asking->facts->slot;
	struct policy_reason r = { .evidence = POLICY_NOBODY,
		.tone = POLICY_REFUSAL };
	bool has_place = false;

	if (domain == NULL || slot.n == 0)
		return;
	for (size_t i = 0; i < domain->members_n; i++) {
		const struct policy_member *m = &domain->members[i];

		if (m->items_n == 0 ||
		    !bytes_equal(bytes_of_str(m->slot), slot))
			continue;
		has_place = true;
		if (r.tone == POLICY_REFUSAL)
			r.line = m->line;
		if (is_named(m, d->asking->facts->subject))
			r.tone = POLICY_FINE;
	}
	if (has_place)
		policy_say(d, r);
}

/* ---- how old the answer is ---------------------------------------------------------- */

void
policy_check_fresh(struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;
	struct policy_reason r = { .evidence = POLICY_NOBODY };

	if (a->data_at == 0 || a->domain == NULL || a->domain->freshness == 0)
		return;
	/* Spec: 3/4 of its time is near the end. */
	if (d->decision->age > a->domain->freshness / 4 * 3)
		r.tone = POLICY_WARNING;
	d->decision->is_stale = d->decision->age > a->domain->freshness;
	if (d->decision->age - a->domain->freshness > a->domain->grace)
		r.tone = POLICY_REFUSAL;
	policy_say(d, r);
}

void
policy_decide(const struct policy_asking *asking,
    struct policy_decision *decision)
{
	struct policy_deciding d = { .asking = asking,
		.decision = decision,
		.purpose = policy_purpose_find(bytes_of_str(asking->purpose)) };

	*decision = (struct policy_decision){ 0 };
	if (asking->data_at != 0 && asking->at > asking->data_at)
		decision->age = asking->at - asking->data_at;
	for (size_t i = 0; i < POLICY_RULES; i++) {
		d.rule = (enum policy_rule)i;
		rules[i].check(&d);
	}
	decision->is_allowed = d.refusals == 0;
	if (d.refusals > 0)
		decision->is_stale = false;
	else if (decision->is_stale)
		decision->is_allowed =
		    decision->age - asking->domain->freshness <=
		    asking->domain->grace;
}
