/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kinds: which one a statement is, what goes with it and what it needs. The
 * rows of kinds.def say it; the two rules that no row can say are the last
 * functions here.
 */
#include "notations/statement.h"

#define SUBJECT_BIT(kind) (1u << NOTATIONS_SUBJECT_##kind)
enum {
	E = SUBJECT_BIT(ENTITY),
	C = SUBJECT_BIT(CODE),
	R = SUBJECT_BIT(RECORD)
};
enum states {
	STATES_NO,
	STATES_DEVICE,
	STATES_CODE
};
enum {
	NOTATIONS_NAME_ANY = NOTATIONS_NAME_UNKNOWN
};

static const struct kind_row {
	unsigned subjects;
	enum notations_name needs; /* UNKNOWN: nothing */
	enum states states;
} kinds[NOTATIONS_KIND_COUNT] = {
#define X(id, word, subjects, needs, states, words)          \
	[NOTATIONS_KIND_##id] = { subjects,                  \
		(enum notations_name)NOTATIONS_NAME_##needs, \
		STATES_##states },
#include "notations/kinds.def"
#undef X
};

static enum ics_err
missing(enum notations_name name, struct report *rep)
{
	report_add(rep, NOTATIONS_REASON(missing), "%s",
	    notations_name_text(name));
	return ICS_EDENIED;
}

static enum ics_err
refused(const struct reason *reason, const struct notations_statement *st,
    struct report *rep)
{
	report_add(rep, reason, "%s", notations_kind_word(st->kind));
	return ICS_EDENIED;
}

/* rec@, where it is there. */
static enum ics_err
kind_said(struct notations_statement *st, struct report *rep)
{
	const struct notations_entry *rec =
	    notations_set_get(&st->set, NOTATIONS_NAME_REC);
	struct bytes word, version;
	uint64_t n;

	if (rec == NULL)
		return st->carrier == NOTATIONS_RECORD
			   ? missing(NOTATIONS_NAME_REC, rep)
			   : ICS_OK;
	(void)notations_split(rec->value, '/', &word, &version); /* checked */
	st->kind = notations_kind_find(word);
	if (st->kind == NOTATIONS_KIND_NONE ||
	    st->kind >= NOTATIONS_KIND_WITHDRAWAL) {
		report_add(rep, NOTATIONS_REASON(unknown_kind), "%.*s",
		    (int)rec->value.n, (const char *)rec->value.p);
		return ICS_EDENIED;
	}
	if (notations_number_read(version, &n) != ICS_OK || n != 1)
		return refused(NOTATIONS_REASON(unknown_schema), st, rep);
	return ICS_OK;
}

/* What the names in the set say, bits of kinds. */
static unsigned
says_of(const struct notations_set *set)
{
	unsigned says = 0;

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].name != NOTATIONS_NAME_UNKNOWN)
			says |=
			    notations_kind_bit(notations_row(set->at[i].name)
						   ->says);
	return says;
}

/* The kind where no rec@ says it: the first of these that is said. */
static enum notations_kind
kind_implied(const struct notations_statement *st, unsigned says)
{
	static const enum notations_kind order[] = {
		NOTATIONS_KIND_DEVICE_STATUS,
		NOTATIONS_KIND_ROLE,
		NOTATIONS_KIND_APPROVAL,
		NOTATIONS_KIND_LABEL,
		NOTATIONS_KIND_TRANSFER,
		NOTATIONS_KIND_DEVICE,
	};
	bool is_approval = (says >> NOTATIONS_KIND_APPROVAL & 1) != 0;

	if (st->carrier == NOTATIONS_CONFIRMATION)
		return is_approval ? NOTATIONS_KIND_APPROVAL
				   : NOTATIONS_KIND_NOTE;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if ((says & notations_kind_bit(order[i])) != 0)
			return order[i];
	return NOTATIONS_KIND_NOTE;
}

static void
kinds_fill(struct notations_statement *st)
{
	unsigned says = says_of(&st->set);
	bool is_certification = st->carrier == NOTATIONS_CERTIFICATION;

	if (st->kind == NOTATIONS_KIND_NONE)
		st->kind = kind_implied(st, says);
	/* Elsewhere than in certifications, what describes a thing does not
	 * make a statement a description: rec@ does. */
	if (!is_certification)
		says &= ~(notations_kind_bit(NOTATIONS_KIND_DEVICE) |
			  notations_kind_bit(NOTATIONS_KIND_NOTE));
	st->says = says | notations_kind_bit(st->kind);
}

static enum ics_err
subject_check(const struct notations_statement *st, struct report *rep)
{
	unsigned subject = 1u << st->subject.kind;

	for (unsigned kind = 1; kind < NOTATIONS_KIND_COUNT; kind++)
		if ((st->says >> kind & 1) != 0 &&
		    (kinds[kind].subjects & subject) == 0)
			return refused(NOTATIONS_REASON(wrong_subject), st,
			    rep);
	return ICS_OK;
}

/* A state goes with its kind of subject, and with a kind of statement that is
 * about states. */
static enum ics_err
states_fill(struct notations_statement *st, struct report *rep)
{
	const struct notations_entry *device =
	    notations_set_get(&st->set, NOTATIONS_NAME_STATUS);
	const struct notations_entry *code =
	    notations_set_get(&st->set, NOTATIONS_NAME_CODE_STATUS);
	bool is_said = notations_set_get(&st->set, NOTATIONS_NAME_REC) != NULL;
	enum states states = kinds[st->kind].states;

	if ((device != NULL && (st->subject.kind != NOTATIONS_SUBJECT_ENTITY ||
				   (is_said && states != STATES_DEVICE))) ||
	    (code != NULL && (st->subject.kind != NOTATIONS_SUBJECT_CODE ||
				 (is_said && states != STATES_CODE))))
		return refused(NOTATIONS_REASON(wrong_status), st, rep);
	if (device != NULL)
		st->status = notations_status_find(device->value, false);
	if (code != NULL)
		st->code_status = notations_status_find(code->value, true);
	return ICS_OK;
}

static enum ics_err
needs_check(const struct notations_statement *st, struct report *rep)
{
	enum notations_name needs = kinds[st->kind].needs;

	if (needs != NOTATIONS_NAME_UNKNOWN &&
	    notations_set_get(&st->set, needs) == NULL)
		return missing(needs, rep);
	if (st->status == NOTATIONS_STATUS_TRANSFERRED &&
	    notations_set_get(&st->set, NOTATIONS_NAME_OWNER) == NULL)
		return missing(NOTATIONS_NAME_OWNER, rep);
	return ICS_OK;
}

/* Does an entry have the digest that the subject is? */
static bool
is_subject(const struct notations_entry *e, const struct notations_subject *s)
{
	struct notations_digest d;
	enum ics_err err = e->name == NOTATIONS_NAME_HASH
			       ? notations_hash_read(e->value, &d)
			       : notations_digest_read(e->value, &d);

	return err == ICS_OK && d.hash == s->tag &&
	       bytes_equal(bytes_of(d.b, d.n), bytes_of(s->b, s->n));
}

/* A description of code has the digest that is its subject, in either form.
 * Which comes first means nothing: gpg writes notations last to first. */
static enum ics_err
code_check(const struct notations_statement *st, struct report *rep)
{
	bool is_there = false, is_found = false;

	if (st->kind != NOTATIONS_KIND_CODE)
		return ICS_OK;
	for (size_t i = 0; i < st->set.n; i++) {
		const struct notations_entry *e = &st->set.at[i];

		if (e->name != NOTATIONS_NAME_CODE_HASH &&
		    e->name != NOTATIONS_NAME_HASH)
			continue;
		is_there = true;
		is_found |= is_subject(e, &st->subject);
	}
	if (!is_there)
		return missing(NOTATIONS_NAME_CODE_HASH, rep);
	return is_found ? ICS_OK
			: refused(NOTATIONS_REASON(code_differs), st, rep);
}

enum ics_err
notations_rules_apply(struct notations_statement *st, struct report *rep)
{
	enum ics_err err;

	TRY(kind_said(st, rep));
	kinds_fill(st);
	TRY(states_fill(st, rep));
	TRY(subject_check(st, rep));
	TRY(needs_check(st, rep));
	TRY(code_check(st, rep));
out:
	return err;
}
