/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On what a decision rests, and when it may turn though nothing new is said.
 *
 * A thing is a place in a table, by a hash of its name: cache.c notes there
 * which log row spoke about it last. Two things in one place cost a decision
 * more now and then, and never a wrong answer. Times are every time that
 * stands in what was looked at; too many of them cost likewise.
 */
#include "api/check.h"

uint16_t
api_check_place(const struct notations_subject *subject)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	size_t n = notations_subject_octets(subject, octets);
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ octets[i]) * UINT64_C(0x100000001b3);
	return (uint16_t)((h ^ h >> 32) % API_CHECK_PLACES);
}

void
api_check_rest_on(struct api_check_draft *d,
    const struct notations_subject *subject)
{
	if (d->rests_n == API_CHECK_RESTS_MAX)
		d->is_fleeting = true;
	else
		d->rests[d->rests_n++] = api_check_place(subject);
}

void
api_check_turn_at(struct api_check_draft *d, const struct api_check_request *c,
    int64_t t)
{
	static const int turns[] = { -POLICY_SKEW, 1 - POLICY_SKEW, 0, 1 };
	const int64_t now = c->when.at;

	/* No end has any value; so has no beginning. */
	if (t <= now - 1 || t >= INT64_MAX - 1)
		return;
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
		if (t + turns[i] > now && t + turns[i] < d->until)
			d->until = t + turns[i];
}

/* ---- times in what is said ------------------------------------------------- */

static void
text_turn(struct api_check_draft *d, const struct api_check_request *c,
    struct bytes text)
{
	int64_t t;

	if (notations_time_read(text, &t) == ICS_OK)
		api_check_turn_at(d, c, t);
}

static void
window_turn(struct api_check_draft *d, const struct api_check_request *c,
    struct bytes value)
{
	size_t n = 0;

	while (n < value.n && value.p[n] != '/')
		n++;
	text_turn(d, c, bytes_of(value.p, n));
	if (n < value.n)
		text_turn(d, c, bytes_of(value.p + n + 1, value.n - n - 1));
}

static void
entry_turn(struct api_check_draft *d, const struct api_check_request *c,
    const struct notations_entry *e)
{
	struct notations_role_value role;
	struct notations_approval approval;

	if (e->name == NOTATIONS_NAME_WINDOW)
		window_turn(d, c, e->value);
	if (e->name == NOTATIONS_NAME_ROLE &&
	    notations_role_read(e->value, &role) == ICS_OK)
		api_check_turn_at(d, c, role.until);
	if (e->name == NOTATIONS_NAME_APPROVAL &&
	    notations_approval_read(e->value, &approval) == ICS_OK)
		api_check_turn_at(d, c, approval.until);
}

/* Also what is said of the statement itself may change it. */
static void
statement_rest(struct api_check_draft *d, const struct api_check_request *c,
    const struct notations_statement *st)
{
	struct notations_subject rec = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };

	memcpy(rec.b, st->digest, 32);
	api_check_rest_on(d, &rec);
	api_check_turn_at(d, c, st->created);
	api_check_turn_at(d, c, st->expires);
	for (size_t i = 0; i < st->set.n; i++)
		entry_turn(d, c, &st->set.at[i]);
}

/* ---- items ----------------------------------------------------------------- */

static void
rights_turn(struct api_check_draft *d, const struct api_check_request *c,
    const struct policy_rights *rights, const struct pgp_fpr *fpr)
{
	size_t n, first = policy_rights_of(rights, fpr, &n);

	for (size_t i = first; i < first + n; i++) {
		if (!pgp_fpr_equal(&rights->at[i].fpr, fpr))
			continue; /* they are not sorted */
		api_check_turn_at(d, c, rights->at[i].from);
		api_check_turn_at(d, c, rights->at[i].until);
	}
}

static void
party_rest(struct api_check_draft *d, const struct api_check_request *c,
    const struct api_check_look *l, const struct item_party *party)
{
	struct notations_subject subject;

	notations_subject_of_fpr(&party->fpr, &subject);
	api_check_rest_on(d, &subject);
	api_check_turn_at(d, c, party->policy.created);
	api_check_turn_at(d, c, party->policy.expires);
	api_check_turn_at(d, c, party->policy.revoked_at);
	rights_turn(d, c, l->q.rights, &party->fpr);
}

void
api_check_rest_on_look(struct api_check_draft *d,
    const struct api_check_request *c, const struct api_check_look *l)
{
	api_check_rest_on(d, &l->it.subject);
	for (size_t i = 0; i < l->it.statements_n; i++)
		statement_rest(d, c, &l->it.statements[i].st);
	for (size_t i = 0; i < l->it.parties_n; i++)
		party_rest(d, c, l, &l->it.parties[i]);
	if (l->it.cert == NULL)
		return;
	api_check_turn_at(d, c, pgp_cert_primary(l->it.cert)->created);
	api_check_turn_at(d, c, l->it.facts.primary.expires);
	api_check_turn_at(d, c, l->it.facts.primary.revoked_at);
	/* Signatures by subkeys depend on their ends; by then on dates. */
}

/* ---- the domain ------------------------------------------------------------ */

void
api_check_rest_on_scope(struct api_check_draft *d,
    const struct api_check_request *c, const struct api_check_scope *scope)
{
	const struct policy_domain *domain = scope->domain;

	for (size_t i = 0; i < scope->rights->states_n; i++) {
		api_check_turn_at(d, c, scope->rights->states[i].from);
		api_check_turn_at(d, c, scope->rights->states[i].until);
	}
	for (size_t i = 0; scope->number != POLICY_NOBODY &&
			   i < domain_set_line(c->set, scope->number)->n;
	     i++)
		api_check_turn_at(d, c,
		    domain_set_line(c->set, scope->number)->at[i]->signed_at);
	if (domain == NULL || scope->data_at == 0 || domain->freshness == 0)
		return;
	api_check_turn_at(d, c, scope->data_at + domain->freshness / 4 * 3);
	api_check_turn_at(d, c, scope->data_at + domain->freshness);
	api_check_turn_at(d, c,
	    scope->data_at + domain->freshness + domain->grace);
}
