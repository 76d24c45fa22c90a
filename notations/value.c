/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers, times, roles and approvals into values of C. What is optional and
 * absent is zero; what is twice there is refused, as is a parameter that is
 * not known, since it might restrict what the others say.
 */
#include "notations/value.h"
#include "base/clock.h"

#define NUMBER_DIGITS_MAX 19
#define TIME_OCTETS	  20

enum ics_err
notations_number_read(struct bytes value, uint64_t *n)
{
	struct cursor cur = cursor_of(value);

	*n = 0;
	if (value.n == 0 || value.n > NUMBER_DIGITS_MAX ||
	    (cursor_peek(&cur) == '0' && value.n > 1))
		return ICS_EFORMAT;
	while (cursor_has(&cur)) {
		uint8_t c = cursor_u8(&cur);

		if (!notations_is_digit(c))
			return ICS_EFORMAT;
		*n = *n * 10 + (uint64_t)(c - '0');
	}
	return ICS_OK;
}

/* The next so many digits, then one octet; what is else fails the cursor. */
static int
digits_take(struct cursor *cur, int digits, uint8_t end)
{
	int n = 0;

	while (digits-- > 0) {
		uint8_t c = cursor_u8(cur);

		if (!notations_is_digit(c))
			cursor_fail(cur);
		n = n * 10 + (c - '0');
	}
	if (cursor_u8(cur) != end)
		cursor_fail(cur);
	return n;
}

enum ics_err
notations_time_read(struct bytes value, int64_t *t)
{
	struct cursor cur = cursor_of(value);
	char again[CLOCK_TEXT_MAX];
	int year, month, day, hour, minute, second;

	*t = 0;
	if (value.n != TIME_OCTETS)
		return ICS_EFORMAT;
	year = digits_take(&cur, 4, '-');
	month = digits_take(&cur, 2, '-');
	day = digits_take(&cur, 2, 'T');
	hour = digits_take(&cur, 2, ':');
	minute = digits_take(&cur, 2, ':');
	second = digits_take(&cur, 2, 'Z');
	if (cursor_end(&cur) != ICS_OK || month < 1 || month > 12 || day < 1)
		return ICS_EFORMAT;
	*t = clock_from_date(year, month, day) + hour * 3600 + minute * 60 +
	     second;
	/* The 30th of February reads as another day: it is not written so. */
	clock_rfc3339(*t, again);
	return notations_word_is(value, again) ? ICS_OK : ICS_EFORMAT;
}

/* An end: 0 stands for "for ever", so it lies after 1970 began. */
static enum ics_err
until_read(struct bytes value, int64_t *t)
{
	if (*t != 0 || notations_time_read(value, t) != ICS_OK || *t <= 0)
		return ICS_EFORMAT;
	return ICS_OK;
}

/* Keep what was not said before. */
static enum ics_err
once(struct bytes value, struct bytes *to)
{
	if (to->n > 0)
		return ICS_EFORMAT;
	*to = value;
	return ICS_OK;
}

/* vendor ["/" model], an asterisk nowhere but at the end. */
static bool
is_scope(struct bytes value)
{
	struct bytes vendor, model;
	bool has_model = notations_split(value, '/', &vendor, &model);
	const uint8_t *star = memchr(value.p, '*', value.n);

	return vendor.n > 0 && (!has_model || model.n > 0) &&
	       (model.n == 0 || memchr(model.p, '/', model.n) == NULL) &&
	       (star == NULL || star == &value.p[value.n - 1]);
}

static enum ics_err
role_param(const struct notations_param *param,
    struct notations_role_value *role)
{
	if (notations_word_is(param->name, "until"))
		return until_read(param->value, &role->until);
	if (notations_word_is(param->name, "scope") && is_scope(param->value))
		return once(param->value, &role->scope);
	return ICS_EFORMAT;
}

enum ics_err
notations_role_read(struct bytes value, struct notations_role_value *role)
{
	struct notations_param param;
	struct bytes word, rest;
	bool more = notations_split(value, ';', &word, &rest);
	enum ics_err err;

	*role = (struct notations_role_value){
		.role = notations_role_find(word),
	};
	TRY(role->role == NOTATIONS_ROLE_NONE || (more && rest.n == 0)
		? ICS_EFORMAT
		: ICS_OK);
	while (rest.n > 0) {
		TRY(notations_param_take(&rest, &param) ? ICS_OK : ICS_EFORMAT);
		TRY(role_param(&param, role));
	}
out:
	return err;
}

static enum ics_err
state_read(struct bytes word, enum notations_approval_state *state)
{
	static const struct {
		const char *word;
		enum notations_approval_state state;
	} states[] = {
		{ "granted", NOTATIONS_GRANTED },
		{ "suspended", NOTATIONS_SUSPENDED },
		{ "revoked", NOTATIONS_REVOKED },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (notations_word_is(word, states[i].word)) {
			*state = states[i].state;
			return ICS_OK;
		}
	return ICS_EFORMAT;
}

struct approval_reading {
	struct notations_approval *a;
	struct bytes state; /* to see that it is said once */
};

static enum ics_err
approval_param(const struct notations_param *param,
    struct approval_reading *reading)
{
	enum ics_err err = ICS_EFORMAT;

	if (notations_word_is(param->name, "scheme"))
		return once(param->value, &reading->a->scheme);
	if (notations_word_is(param->name, "id"))
		return once(param->value, &reading->a->id);
	if (notations_word_is(param->name, "level"))
		return once(param->value, &reading->a->level);
	if (notations_word_is(param->name, "until"))
		return until_read(param->value, &reading->a->until);
	if (notations_word_is(param->name, "state")) {
		TRY(once(param->value, &reading->state));
		TRY(state_read(param->value, &reading->a->state));
	}
out:
	return err;
}

enum ics_err
notations_approval_read(struct bytes value, struct notations_approval *a)
{
	struct approval_reading reading = { .a = a };
	struct notations_param param;
	enum ics_err err = ICS_EFORMAT;

	*a = (struct notations_approval){ .state = NOTATIONS_GRANTED };
	while (value.n > 0) {
		TRY(notations_param_take(&value, &param) ? ICS_OK
							 : ICS_EFORMAT);
		TRY(approval_param(&param, &reading));
	}
	if (a->scheme.n == 0 || a->id.n == 0)
		err = ICS_EFORMAT;
out:
	return err;
}
