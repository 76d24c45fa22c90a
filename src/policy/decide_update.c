/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May this code be installed on that device, now? A device asks whoever
 * answers for the system, not each developer: an update is approved by the
 * integrator or the maintainer, unless the domain says that the maker's
 * signature is enough, or that the operating system looks after itself.
 *
 * Who approves says one of
 *	code-status@ = approved about the code, where that is his to say
 *	window@ about the code              when it is welcome
 *	step@ = "approved code:..." about the device, with or without window@
 * An approval with windows holds within one of them alone.
 */
#include "policy/deciding.h"

#define ROLE(role)  NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
#define RESPONSIBLE (ROLE(INTEGRATOR) | ROLE(MAINTAINER))
#define MAKERS	    (ROLE(MANUFACTURER) | ROLE(DEVELOPER))

/* Who may approve: all of must, or where that is 0 one of any. */
struct update_rule {
	enum policy_update_class class;
	unsigned must, any;
	bool wants_window;
	int line;
};

static struct update_rule
rule_of(const struct policy_deciding *d)
{
	const struct policy_domain *domain = d->asking->domain;
	const struct policy_facts *facts = d->asking->facts;
	struct bytes kind = policy_facts_value(facts, NOTATIONS_NAME_CODE_KIND);
	struct update_rule rule = { .class = POLICY_UPDATE_APPROVED };

	for (size_t i = 0; domain != NULL && i < domain->updates_n; i++) {
		const struct policy_update *u = &domain->updates[i];

		if ((u->code_kind[0] != '\0' &&
			!bytes_equal(bytes_of_str(u->code_kind), kind)) ||
		    !policy_terms_hold(&u->where, facts))
			continue;
		rule = (struct update_rule){ .class = u->class,
			.must = u->must,
			.wants_window = u->wants_window,
			.line = u->line };
		break;
	}
	if (rule.must == 0 && rule.class == POLICY_UPDATE_APPROVED)
		rule.any = RESPONSIBLE;
	if (rule.must == 0 && rule.class == POLICY_UPDATE_MAKER)
		rule.any = MAKERS;
	return rule;
}

/* ---- approvals ----------------------------------------------------------------- */

/* What approvals there are, by roles. */
struct approvals {
	unsigned all, open;
	size_t evidence; /* the newest open one about the code */
};

/* Is t within a window of the statement, or are there none to keep it? */
static bool
is_open(const struct notations_set *set, int64_t t, bool wants_window)
{
	bool has_window = false;

	for (size_t i = 0; i < set->n; i++) {
		struct bytes from, until;
		int64_t a, b;

		if (set->at[i].name != NOTATIONS_NAME_WINDOW ||
		    !policy_slash_split(set->at[i].value, &from, &until) ||
		    notations_time_read(from, &a) != ICS_OK ||
		    notations_time_read(until, &b) != ICS_OK)
			continue;
		has_window = true;
		if (t >= a && t <= b)
			return true;
	}
	return !has_window && !wants_window;
}

static bool
approves_code(const struct notations_statement *st)
{
	return st->code_status == NOTATIONS_STATUS_APPROVED ||
	       notations_set_get(&st->set, NOTATIONS_NAME_WINDOW) != NULL;
}

/* step@ = "approved code:..." with this code. */
static bool
approves_here(const struct notations_statement *st,
    const struct notations_subject *code)
{
	const struct bytes word = bytes_of_str("approved ");
	const struct notations_entry *e =
	    notations_set_get(&st->set, NOTATIONS_NAME_STEP);
	struct notations_subject s;

	if (e == NULL || !bytes_starts_with(e->value, word))
		return false;
	return notations_subject_read(bytes_of(e->value.p + word.n,
					  e->value.n - word.n),
		   &s) &&
	       notations_subject_equal(&s, code);
}

/* Statements of one question: about the code, or about the device. */
struct heard {
	const struct policy_question *q;
	const struct policy_state *state;
	bool is_device;
};

static void
approvals_hear(const struct policy_deciding *d, const struct heard *h,
    struct approvals *out)
{
	const struct policy_asking *a = d->asking;
	bool wants_window = rule_of(d).wants_window;

	for (size_t i = 0; i < h->q->statements_n; i++) {
		const struct notations_statement *st = h->q->statements[i].st;
		unsigned roles = h->state->taken[i].roles & ~1u;

		if (!policy_vouches(h->q, h->state, i) ||
		    !(h->is_device ? approves_here(st, a->facts->subject)
				   : approves_code(st)))
			continue;
		out->all |= roles;
		if (!is_open(&st->set, a->at, wants_window))
			continue;
		out->open |= roles;
		if (!h->is_device &&
		    (out->evidence == POLICY_NOBODY ||
			policy_statement_order(&h->q->statements[i],
			    &a->q->statements[out->evidence]) > 0))
			out->evidence = i;
	}
}

static struct approvals
approvals_read(const struct policy_deciding *d)
{
	const struct policy_asking *a = d->asking;
	const struct heard code = { a->q, a->state, false };
	const struct heard device = { a->install->device,
		a->install->device_state, true };
	struct approvals out = { .evidence = POLICY_NOBODY };

	approvals_hear(d, &code, &out);
	approvals_hear(d, &device, &out);
	return out;
}

static unsigned
missing_of(const struct update_rule *rule, unsigned there)
{
	if (rule->must != 0)
		return rule->must & ~there;
	return (rule->any & there) == 0 ? rule->any : 0;
}

void
policy_check_approved(struct policy_deciding *d)
{
	const struct update_rule rule = rule_of(d);
	struct policy_reason r = { .line = rule.line,
		.evidence = POLICY_NOBODY };
	struct approvals there;

	if (d->asking->install == NULL || rule.class == POLICY_UPDATE_EXTERNAL)
		return;
	there = approvals_read(d);
	if (rule.class == POLICY_UPDATE_MAKER) {
		r.missing = missing_of(&rule, d->asking->facts->certified);
	} else {
		r.missing = missing_of(&rule, there.all);
		r.evidence = there.evidence;
	}
	r.tone = r.missing == 0 ? POLICY_FINE : POLICY_REFUSAL;
	policy_say(d, r);
}

/* Approved by all who must, but not for now. */
void
policy_check_window(struct policy_deciding *d)
{
	const struct update_rule rule = rule_of(d);
	struct policy_reason r = { .line = rule.line };
	struct approvals there;

	if (d->asking->install == NULL || rule.class != POLICY_UPDATE_APPROVED)
		return;
	there = approvals_read(d);
	if (missing_of(&rule, there.all) != 0)
		return; /* APPROVED has said so */
	r.missing = missing_of(&rule, there.open);
	r.evidence = there.evidence;
	r.tone = r.missing == 0 ? POLICY_FINE : POLICY_REFUSAL;
	policy_say(d, r);
}

void
policy_check_external(struct policy_deciding *d)
{
	const struct update_rule rule = rule_of(d);

	if (d->asking->install != NULL && rule.class == POLICY_UPDATE_EXTERNAL)
		policy_say(d, (struct policy_reason){ .line = rule.line,
				  .evidence = POLICY_NOBODY });
}

/* ---- the device, and what runs there ---------------------------------------------- */

void
policy_check_device(struct policy_deciding *d)
{
	const struct policy_install *install = d->asking->install;
	enum notations_status status;
	struct policy_reason r = { .evidence = POLICY_NOBODY };

	if (install == NULL)
		return;
	status = install->device_state->status;
	if (status != NOTATIONS_STATUS_NONE &&
	    (policy_purpose_states(POLICY_FOR_INSTALL) >> status & 1u) == 0)
		r.tone = POLICY_REFUSAL;
	policy_say(d, r);
}

static bool
target_fits(struct bytes target, const struct policy_facts *device)
{
	struct bytes vendor, model, hwrev, rest,
	    has = policy_facts_value(device, NOTATIONS_NAME_HWREV);
	bool names_model = policy_slash_split(target, &vendor, &rest);
	bool names_hwrev = policy_slash_split(rest, &model, &hwrev);

	if (!policy_text_fits(vendor,
		policy_facts_value(device, NOTATIONS_NAME_MANU)))
		return false;
	if (names_model && !policy_text_fits(model, policy_facts_value(device,
							NOTATIONS_NAME_MODEL)))
		return false;
	return !names_hwrev || policy_text_fits(hwrev, has);
}

/* The newest statement that names targets says which. */
void
policy_check_target(struct policy_deciding *d)
{
	const struct policy_install *install = d->asking->install;
	const struct policy_facts *facts = d->asking->facts;
	struct policy_reason r = { .evidence = POLICY_NOBODY,
		.tone = POLICY_REFUSAL };
	bool has_target = false;

	for (size_t i = 0; install != NULL && i < facts->sets_n && !has_target;
	     i++) {
		const struct notations_set *set = facts->sets[i];

		for (size_t k = 0; k < set->n; k++) {
			if (set->at[k].name != NOTATIONS_NAME_CODE_TARGET)
				continue;
			has_target = true;
			if (target_fits(set->at[k].value,
				install->device_facts))
				r.tone = POLICY_FINE;
		}
	}
	if (has_target)
		policy_say(d, r);
}

static bool
seq_read(struct bytes value, uint64_t *seq)
{
	return value.n > 0 && notations_number_read(value, seq) == ICS_OK;
}

void
policy_check_downgrade(struct policy_deciding *d)
{
	const struct policy_install *install = d->asking->install;
	struct policy_reason r = { .evidence = POLICY_NOBODY };
	const struct notations_entry *e;
	uint64_t before, now;

	if (install == NULL || install->running == NULL)
		return;
	e = notations_set_get(install->running, NOTATIONS_NAME_CODE_SEQ);
	if (e == NULL || !seq_read(e->value, &before))
		return; /* nothing to hold it against */
	if (!seq_read(policy_facts_value(d->asking->facts,
			  NOTATIONS_NAME_CODE_SEQ),
		&now))
		now = 0;
	if (now < before && !install->has_rollback)
		r.tone = POLICY_REFUSAL;
	policy_say(d, r);
}
