/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One part of a question, decided: in each domain that it is judged in, until
 * one refuses. What they said is put down with who vouches, on what it rests,
 * and when it may turn by itself.
 */
#include <stdlib.h>

#include "api/check.h"
#include "api/view.h"

/* ---- looking --------------------------------------------------------------- */

enum ics_err
api_check_look_read(const struct api_check_request *c,
    const struct policy_rights *rights, const struct notations_subject *subject,
    struct api_check_look *l)
{
	struct item_source source;
	enum ics_err err;

	*l = (struct api_check_look){ 0 };
	item_source_of_store(c->r, &source);
	source.rights = rights;
	TRY(item_read(&source, subject, &l->it));
	l->parties = alloc_zero(l->it.parties_n + 1, sizeof(*l->parties));
	item_question(&l->it, l->parties, &l->q);
	l->q.rights = rights;
	l->q.when = c->when;
	policy_fold(&l->q, &l->state);
	policy_facts_read(&l->q, &l->state, &l->facts);
	if (c->rq != NULL && !api_item_may(c->rq, c->r, &l->it))
		err = ICS_ENOTFOUND;
out:
	return err;
}

void
api_check_look_release(struct api_check_look *l)
{
	policy_facts_release(&l->facts);
	policy_state_release(&l->state);
	free(l->parties);
	item_release(&l->it);
	*l = (struct api_check_look){ 0 };
}

/* ---- putting down ---------------------------------------------------------- */

void
api_check_draft_release(struct api_check_draft *d)
{
	for (size_t i = 0; i < d->vouchers_n; i++)
		free(d->vouchers[i].name);
	d->vouchers_n = 0;
}

static void
reason_add(struct api_check_draft *d, struct api_check_reason r)
{
	if (d->reasons_n < API_CHECK_REASONS_MAX)
		d->reasons[d->reasons_n++] = r;
}

void
api_check_draft_say(struct api_check_draft *d, unsigned rule,
    enum policy_tone tone)
{
	reason_add(d, (struct api_check_reason){ .rule = (uint8_t)rule,
			  .tone = (uint8_t)tone,
			  .evidence = API_CHECK_NO_EVIDENCE });
	if (tone != POLICY_REFUSAL)
		return;
	d->is_allowed = false;
	d->is_stale = false; /* it is refused for more than its age */
}

/* The place of a statement among those told. */
static uint8_t
said_find(struct api_check_draft *d, const struct api_check_look *l,
    size_t evidence)
{
	const struct notations_statement *st;

	if (evidence == POLICY_NOBODY)
		return API_CHECK_NO_EVIDENCE;
	st = &l->it.statements[evidence].st;
	for (size_t i = 0; i < d->said_n; i++)
		if (memcmp(d->said[i].digest, st->digest, 32) == 0)
			return (uint8_t)i;
	if (d->said_n == API_CHECK_REASONS_MAX)
		return API_CHECK_NO_EVIDENCE;
	memcpy(d->said[d->said_n].digest, st->digest, 32);
	d->said[d->said_n].issuer = st->issuer;
	return (uint8_t)d->said_n++;
}

static void
decision_take(struct api_check_draft *d, const struct api_check_look *l,
    const struct policy_decision *from)
{
	d->is_allowed = from->is_allowed;
	d->is_stale = from->is_stale;
	for (size_t i = 0; i < from->n; i++) {
		const struct policy_reason *r = &from->at[i];

		reason_add(d,
		    (struct api_check_reason){ .rule = (uint8_t)r->rule,
			.tone = (uint8_t)r->tone,
			.evidence = said_find(d, l, r->evidence),
			.missing = (uint16_t)r->missing,
			.line = r->line });
	}
}

static char *
name_new(struct bytes name)
{
	json_t *text;
	char *json;

	if (name.n > API_CHECK_NAME_MAX)
		name.n = API_CHECK_NAME_MAX;
	text = item_json_text(name);
	json = json_dumps(text, JSON_ENCODE_ANY);
	json_decref(text);
	return json;
}

static struct api_check_voucher *
voucher_find(struct api_check_draft *d, const struct api_check_look *l,
    size_t party)
{
	const struct item_party *p = &l->it.parties[party];
	struct api_check_voucher *v;

	for (size_t i = 0; i < d->vouchers_n; i++)
		if (pgp_fpr_equal(&d->vouchers[i].fpr, &p->fpr))
			return &d->vouchers[i];
	if (d->vouchers_n == API_CHECK_VOUCHERS_MAX)
		return NULL;
	v = &d->vouchers[d->vouchers_n++];
	*v = (struct api_check_voucher){ .fpr = p->fpr,
		.name = name_new(p->name) };
	return v;
}

/* Statements are in their order: the newest word comes last. */
static void
vouchers_take(struct api_check_draft *d, const struct api_check_look *l)
{
	for (size_t i = 0; i < l->q.statements_n; i++) {
		struct api_check_voucher *v;

		if (!policy_vouches(&l->q, &l->state, i) ||
		    l->q.statements[i].party == POLICY_NOBODY)
			continue;
		v = voucher_find(d, l, l->q.statements[i].party);
		if (v == NULL)
			return;
		v->roles |= (uint16_t)(l->state.taken[i].roles & ~1u);
		memcpy(v->digest, l->q.statements[i].st->digest, 32);
	}
}

/* ---- deciding -------------------------------------------------------------- */

static void
asking_fill(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *l,
    struct policy_asking *a)
{
	*a = (struct policy_asking){ .domain = scope->domain,
		.member = scope->domain == NULL
			      ? POLICY_NOBODY
			      : policy_domain_takes(scope->domain, &l->facts),
		.q = &l->q,
		.state = &l->state,
		.facts = &l->facts,
		.purpose = c->purpose,
		.data_at = scope->data_at,
		.at = c->when.at };
	if (l->it.cert == NULL)
		return;
	a->created = pgp_cert_primary(l->it.cert)->created;
	a->expires = l->it.facts.primary.expires;
	a->revoked = l->it.facts.primary.revoked;
	/* What was taken back softly was good before. */
	if (a->revoked == PGP_SOFT_REVOKED &&
	    l->it.facts.primary.revoked_at > c->when.at)
		a->revoked = PGP_NOT_REVOKED;
}

/* One item, judged in one scope. */
struct judging {
	const struct api_check_request *c;
	const struct api_check_scope *scope;
	struct api_check_look look;
	struct api_check_draft *d;
	struct policy_asking asking;
};

static enum ics_err
install_decide(struct judging *j)
{
	struct api_check_install install = { .on = &j->d->part->on };
	struct policy_decision decision;
	enum ics_err err;

	TRY(api_check_install_read(j->c, j->scope, &j->look, &install));
	j->asking.install = &install.asked;
	policy_decide(&j->asking, &decision);
	decision_take(j->d, &j->look, &decision);
	api_check_rest_on_look(j->d, j->c, &install.device);
	if (install.has_running)
		api_check_rest_on_look(j->d, j->c, &install.running);
out:
	api_check_install_release(&install);
	return err;
}

static enum ics_err
item_decide(struct judging *j)
{
	const bool installs = j->d->part->on.kind != NOTATIONS_SUBJECT_NONE;
	struct policy_decision decision;
	enum ics_err err = ICS_OK;

	asking_fill(j->c, j->scope, &j->look, &j->asking);
	if (installs)
		TRY(install_decide(j));
	if (!installs) {
		policy_decide(&j->asking, &decision);
		decision_take(j->d, &j->look, &decision);
	}
	vouchers_take(j->d, &j->look);
	/* A subkey's fingerprint may come to be another certificate's. */
	if (!notations_subject_equal(&j->look.it.subject, &j->d->part->subject))
		j->d->is_fleeting = true;
	if (j->look.it.is_cut)
		api_check_draft_say(j->d, API_CHECK_CUT, POLICY_WARNING);
	api_check_rest_on_look(j->d, j->c, &j->look);
	api_check_rest_on_scope(j->d, j->c, j->scope);
	err = api_check_claims_look(j->c, j->scope, &j->look, j->d);
out:
	return err;
}

static void
scope_begin(struct api_check_draft *d, const struct api_check_scope *scope)
{
	api_check_draft_release(d);
	d->reasons_n = d->said_n = 0;
	d->domain[0] = '\0';
	d->number = scope->number;
	d->data_at = scope->data_at;
	d->freshness = d->grace = 0;
	if (scope->domain == NULL)
		return;
	memcpy(d->domain, scope->domain->name, sizeof(d->domain));
	d->freshness = scope->domain->freshness;
	d->grace = scope->domain->grace;
}

static enum ics_err
unknown_say(const struct api_check_request *c,
    const struct api_check_scope *scope, struct api_check_draft *d)
{
	d->is_fleeting = true; /* it may come by another name than this */
	api_check_draft_say(d,
	    d->part->found == API_CHECK_FOUND_SEVERAL ? API_CHECK_SEVERAL
						      : API_CHECK_UNKNOWN,
	    POLICY_REFUSAL);
	return api_check_claims_look(c, scope, NULL, d);
}

static enum ics_err
scope_decide(const struct api_check_request *c,
    const struct api_check_scope *scope, struct api_check_draft *d)
{
	struct judging j = { .c = c, .scope = scope, .d = d };
	enum ics_err err = ICS_ENOTFOUND;

	scope_begin(d, scope);
	if (d->part->found == API_CHECK_FOUND)
		err = api_check_look_read(c, scope->rights, &d->part->subject,
		    &j.look);
	if (err == ICS_OK)
		err = item_decide(&j);
	else if (err == ICS_ENOTFOUND)
		err = unknown_say(c, scope, d);
	api_check_look_release(&j.look);
	return err;
}

enum ics_err
api_check_part_decide(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_draft *d)
{
	struct api_check_scopes *scopes = alloc_new(sizeof(*scopes));
	enum ics_err err;

	*d = (struct api_check_draft){ .part = part, .until = INT64_MAX };
	TRY(api_check_scopes_find(c, part, scopes));
	for (size_t i = 0; i < scopes->n; i++) {
		TRY(scope_decide(c, &scopes->at[i], d));
		if (scopes->is_outside && part->found == API_CHECK_FOUND)
			api_check_draft_say(d, API_CHECK_OUTSIDE,
			    POLICY_REFUSAL);
		if (!d->is_allowed)
			break;
	}
out:
	free(scopes);
	return err;
}
