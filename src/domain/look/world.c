/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A question as statements that nobody made, for policy_fold to judge: so
 * that an answer here is what a server will say, and no second opinion.
 *
 *	OWNER   describes the thing, one second before; he may speak as anybody
 *	ASKER   says what is asked
 *	OTHER   whom the asker would give a role, and who then speaks in it
 */
#include "domain/looking.h"

#include <stdio.h>

enum {
	OWNER,
	ASKER,
	OTHER,
	PARTIES
};

#define SAID_MAX    3
#define VALUE_MAX   160
#define OTHER_OCTET 0xee /* of a fingerprint that nobody has */

struct world {
	const struct domain_case *q;
	int64_t at;
	struct notations_subject subject;
	struct policy_party parties[PARTIES];
	size_t asker; /* OWNER where it is the owner that is asked about */
	struct notations_statement st[SAID_MAX];
	struct policy_statement said[SAID_MAX]; /* about the thing */
	size_t said_n;
	struct notations_statement given; /* GRANT: the role, to OTHER */
	struct policy_statement grant;
	char value[VALUE_MAX]; /* of a notation that has to be readable */
};

/* ---- things ---------------------------------------------------------------------- */

static void
subject_choose(const struct domain_thing *thing, struct notations_subject *s)
{
	*s = thing->item;
	if (s->kind != NOTATIONS_SUBJECT_NONE)
		return;
	s->kind =
	    thing->is_code ? NOTATIONS_SUBJECT_CODE : NOTATIONS_SUBJECT_ENTITY;
	s->tag = thing->is_code ? 8 : 4; /* SHA-256, version 4 */
	s->n = thing->is_code ? 32 : 20;
}

static void
entry_add(struct notations_set *set, enum notations_name name,
    struct bytes value)
{
	*notations_set_add(set) = (struct notations_entry){
		.name = name, .value = value, .is_readable = true
	};
}

static void
terms_add(const struct policy_terms *terms, struct notations_set *set)
{
	for (size_t i = 0; i < terms->n; i++)
		entry_add(set, terms->at[i].name,
		    bytes_of_str(terms->at[i].value));
}

static enum notations_status
status_of(const struct domain_thing *thing)
{
	enum notations_name name =
	    thing->is_code ? NOTATIONS_NAME_CODE_STATUS : NOTATIONS_NAME_STATUS;

	for (size_t i = 0; i < thing->terms.n; i++)
		if (thing->terms.at[i].name == name)
			return notations_status_find(bytes_of_str(thing->terms
								      .at[i]
								      .value),
			    thing->is_code);
	return NOTATIONS_STATUS_NONE;
}

void
domain_thing_see(const struct domain_thing *thing, struct domain_seen *seen)
{
	*seen = (struct domain_seen){ .status = status_of(thing) };
	subject_choose(thing, &seen->subject);
	terms_add(&thing->terms, &seen->set);
	seen->sets[0] = &seen->set;
	seen->facts = (struct policy_facts){ .subject = &seen->subject,
		.kind = thing->kind,
		.is_code = thing->is_code,
		.sets = seen->sets,
		.sets_n = 1,
		.certified = thing->by,
		.issuers = (size_t)__builtin_popcount(thing->by) };
	if (!thing->is_code && thing->kind == NOTATIONS_ENTITY_NONE)
		seen->facts.kind = NOTATIONS_ENTITY_DEVICE;
}

void
domain_seen_release(struct domain_seen *seen)
{
	notations_set_release(&seen->set);
}

/* ---- statements -------------------------------------------------------------------- */

static void
statement_begin(struct world *w, size_t party, struct notations_statement *st)
{
	*st = (struct notations_statement){ .carrier = NOTATIONS_RECORD,
		.kind = NOTATIONS_KIND_NOTE,
		.subject = w->subject,
		.issuer = w->parties[party].fpr,
		.created = w->at };
	st->digest[0] = st->content[0] = (uint8_t)(w->said_n + 1);
}

/* It is finished; what it says was set. */
static void
statement_end(struct world *w, size_t party)
{
	struct notations_statement *st = &w->st[w->said_n];

	st->says |= 1u << st->kind;
	w->said[w->said_n++] =
	    (struct policy_statement){ .st = st, .party = party };
}

static void
thing_describe(struct world *w)
{
	const struct domain_thing *thing = &w->q->thing;
	struct notations_statement *st = &w->st[w->said_n];

	if (thing->terms.n == 0)
		return;
	statement_begin(w, OWNER, st);
	st->created--;
	st->kind = thing->is_code ? NOTATIONS_KIND_CODE : NOTATIONS_KIND_DEVICE;
	terms_add(&thing->terms, &st->set);
	statement_end(w, OWNER);
}

/* What goes with a state, so that its other conditions are met. */
static void
state_say(struct world *w, struct notations_statement *st)
{
	static const char approval[] = "scheme=x;id=x;state=granted";
	enum notations_status status = w->q->status;
	bool is_code = w->q->thing.is_code;

	st->kind =
	    is_code ? NOTATIONS_KIND_CODE_STATUS : NOTATIONS_KIND_DEVICE_STATUS;
	*(is_code ? &st->code_status : &st->status) = status;
	entry_add(&st->set,
	    is_code ? NOTATIONS_NAME_CODE_STATUS : NOTATIONS_NAME_STATUS,
	    bytes_of_str(notations_status_word(status)));
	if (status == NOTATIONS_STATUS_APPROVED)
		entry_add(&st->set, NOTATIONS_NAME_APPROVAL,
		    bytes_of_str(approval));
	notations_vfp_text(&w->parties[OTHER].fpr, w->value);
	if (status == NOTATIONS_STATUS_TRANSFERRED)
		entry_add(&st->set, NOTATIONS_NAME_OWNER,
		    bytes_of_str(w->value));
}

static void
name_say(struct world *w, struct notations_statement *st)
{
	const struct notations_row *row = notations_row(w->q->name);

	if (row->says != NOTATIONS_KIND_NONE)
		st->kind = row->says;
	(void)snprintf(w->value, sizeof(w->value), "x"); /* fits */
	if (w->q->name == NOTATIONS_NAME_OWNER)
		notations_vfp_text(&w->parties[OTHER].fpr, w->value);
	entry_add(&st->set, w->q->name, bytes_of_str(w->value));
}

/* A role for OTHER, who is asked about from then on. */
static void
role_give(struct world *w)
{
	struct notations_statement *st = &w->given;

	(void)snprintf(w->value, sizeof(w->value), "%s",
	    notations_role_word(w->q->role)); /* fits */
	statement_begin(w, w->asker, st);
	st->digest[1] = st->content[1] = 1;
	st->kind = NOTATIONS_KIND_ROLE;
	st->says = 1u << NOTATIONS_KIND_ROLE;
	notations_subject_of_fpr(&w->parties[OTHER].fpr, &st->subject);
	entry_add(&st->set, NOTATIONS_NAME_ROLE, bytes_of_str(w->value));
	w->grant = (struct policy_statement){ .st = st, .party = w->asker };
	w->parties[OTHER].grants = &w->grant;
	w->parties[OTHER].grants_n = 1;
	w->asker = OTHER;
}

static void
asker_speak(struct world *w)
{
	struct notations_statement *st = &w->st[w->said_n];

	statement_begin(w, w->asker, st);
	if (w->q->asks == DOMAIN_ASKS_STATE)
		state_say(w, st);
	else if (w->q->asks == DOMAIN_ASKS_NAME)
		name_say(w, st);
	else
		entry_add(&st->set, NOTATIONS_NAME_REASON, bytes_of_str("x"));
	statement_end(w, w->asker);
}

static void
parties_make(struct world *w, const struct policy_domain *d)
{
	w->parties[OWNER].fpr = d->owner;
	w->parties[ASKER].fpr = w->q->party;
	w->parties[OTHER].fpr.version = 4;
	w->parties[OTHER].fpr.n = 20;
	memset(w->parties[OTHER].fpr.b, OTHER_OCTET, 20);
	for (size_t i = 0; i < PARTIES; i++)
		w->parties[i].is_known = true;
	w->asker = pgp_fpr_equal(&d->owner, &w->q->party) ? OWNER : ASKER;
}

/* ---- the door ---------------------------------------------------------------------- */

static struct domain_spoken
spoken_read(const struct world *w, const struct policy_state *state)
{
	const struct policy_taken *taken = &state->taken[w->said_n - 1];
	struct domain_spoken spoken = {
		.may = policy_standing_counts(taken->standing),
		.is_pending = taken->standing == POLICY_PENDING,
		.roles = taken->roles
	};

	if (w->q->asks == DOMAIN_ASKS_ACT || w->q->asks == DOMAIN_ASKS_GRANT)
		spoken.may =
		    (taken->roles & NOTATIONS_ROLE_BIT(w->q->role)) != 0;
	return spoken;
}

struct domain_spoken
domain_speak(const struct policy_domain *d, const struct domain_case *q,
    int64_t at)
{
	const struct policy_line line = { &d, 1 };
	struct world w = { .q = q, .at = at };
	struct domain_spoken spoken;
	struct policy_rights rights;
	struct policy_state state;
	struct policy_question question = { .subject = &w.subject,
		.statements = w.said,
		.parties = w.parties,
		.parties_n = PARTIES,
		.rights = &rights,
		.when = { .at = at } };

	policy_line_rights(&line, NULL, &rights);
	subject_choose(&q->thing, &w.subject);
	parties_make(&w, d);
	thing_describe(&w);
	if (q->asks == DOMAIN_ASKS_GRANT)
		role_give(&w);
	asker_speak(&w);
	question.statements_n = w.said_n;
	policy_fold(&question, &state);
	spoken = spoken_read(&w, &state);
	policy_state_release(&state);
	policy_rights_release(&rights);
	for (size_t i = 0; i < w.said_n; i++)
		notations_set_release(&w.st[i].set);
	notations_set_release(&w.given.set);
	return spoken;
}
