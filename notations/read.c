/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A signature's hashed notations into a set. Whatever the unhashed area has
 * is not looked at: anybody could have put it there.
 */
#include "notations/value.h"

#define HUMAN_READABLE 0x80000000u

/* Note a finding about an entry; *err becomes what it means for the set. */
static enum ics_err
refuse(struct report *rep, const struct reason *reason,
    const struct notations_entry *entry)
{
	bool is_long = reason == NOTATIONS_REASON(too_long);
	int n = (int)(entry->text.n > 64 ? 64 : entry->text.n);

	report_add(rep, reason, "%.*s", n, (const char *)entry->text.p);
	return is_long ? ICS_ETOOBIG : ICS_EDENIED;
}

static enum ics_err
entry_check(const struct notations_set *set, const struct notations_entry *e,
    uint32_t flags, struct report *rep)
{
	const struct notations_row *row;

	if (e->text.n > NOTATIONS_NAME_MAX || e->value.n > NOTATIONS_VALUE_MAX)
		return refuse(rep, NOTATIONS_REASON(too_long), e);
	if (e->name == NOTATIONS_NAME_UNKNOWN)
		return ICS_OK;
	row = notations_row(e->name);
	if ((flags & ~HUMAN_READABLE) != 0 ||
	    e->is_readable != notations_syntax_is_readable(row->syntax))
		return refuse(rep, NOTATIONS_REASON(bad_flags), e);
	if (!row->may_repeat && notations_set_get(set, e->name) != NULL)
		return refuse(rep, NOTATIONS_REASON(repeated), e);
	if (notations_value_check(row->syntax, e->value, e->is_readable) !=
	    ICS_OK)
		return refuse(rep, NOTATIONS_REASON(bad_value), e);
	return ICS_OK;
}

static enum ics_err
entry_add(struct notations_set *set, const struct pgp_notation *n,
    struct report *rep)
{
	struct notations_entry e = {
		.name = notations_name_find(n->name),
		.text = n->name,
		.value = n->value,
		.is_readable = (n->flags & HUMAN_READABLE) != 0,
		.is_critical = n->critical,
	};
	enum ics_err err = entry_check(set, &e, n->flags, rep);

	*notations_set_add(set) = e;
	return err;
}

enum ics_err
notations_set_read(const struct pgp_sig *sig, struct report *rep,
    struct notations_set *set)
{
	struct cursor cur = cursor_of(sig->hashed);
	enum ics_err err, worst = ICS_OK;
	struct pgp_notation n;

	*set = (struct notations_set){ 0 };
	while ((err = pgp_notation_next(&cur, &n)) == ICS_OK) {
		if (set->n == NOTATIONS_MAX) {
			report_add(rep, NOTATIONS_REASON(too_many),
			    "notations");
			return ICS_ETOOBIG;
		}
		err = entry_add(set, &n, rep);
		if (err == ICS_ETOOBIG || worst == ICS_OK)
			worst = err;
	}
	if (err == ICS_ENOTFOUND)
		return worst;
	report_add(rep, NOTATIONS_REASON(malformed), "notations");
	return ICS_EDENIED;
}

const struct notations_entry *
notations_set_get(const struct notations_set *set, enum notations_name name)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].name == name)
			return &set->at[i];
	return NULL;
}
