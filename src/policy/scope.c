/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scopes: "Acme", "Acme/T1000", "Acme/T*", "*". Vendor and model are compared
 * apart, so that a vendor with a slash in its name is never taken for another
 * one's model; letters of ASCII without regard to case. What is not said is
 * covered by no scope but those that cover everything.
 */
#include "policy/inside.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* An asterisk at the end of the pattern takes any rest. */
bool
policy_text_fits(struct bytes pattern, struct bytes text)
{
	bool is_open = pattern.n > 0 && pattern.p[pattern.n - 1] == '*';
	size_t n = pattern.n - is_open;

	if (text.n < n || (text.n > n && !is_open))
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(pattern.p[i]) != lower(text.p[i]))
			return false;
	return true;
}

/* What stands before the first slash, and behind it; false without one. */
bool
policy_slash_split(struct bytes text, struct bytes *first, struct bytes *rest)
{
	const uint8_t *slash = text.n == 0 ? NULL : memchr(text.p, '/', text.n);

	*first = text;
	*rest = bytes_of(NULL, 0);
	if (slash == NULL)
		return false;
	first->n = (size_t)(slash - text.p);
	*rest = bytes_of(slash + 1, text.n - first->n - 1);
	return true;
}

bool
policy_scope_covers(struct bytes scope, struct bytes vendor, struct bytes model)
{
	struct bytes head, tail;

	if (scope.n == 0)
		return true;
	if (!policy_slash_split(scope, &head, &tail))
		return policy_text_fits(head, vendor);
	/* an asterisk before the slash is a letter like another */
	if (head.n != vendor.n || !policy_text_fits(tail, model))
		return false;
	for (size_t i = 0; i < head.n; i++)
		if (lower(head.p[i]) != lower(vendor.p[i]))
			return false;
	return true;
}

static struct bytes
said(const struct notations_statement *st, enum notations_name name)
{
	const struct notations_entry *e = notations_set_get(&st->set, name);

	return e == NULL ? bytes_of(NULL, 0) : e->value;
}

/* "vendor/model/hwrev" of code-target@. */
static bool
target_covered(struct bytes scope, struct bytes target)
{
	struct bytes vendor, model, rest;

	(void)policy_slash_split(target, &vendor, &rest);
	(void)policy_slash_split(rest, &model, &rest);
	return policy_scope_covers(scope, vendor, model);
}

bool
policy_scope_takes(struct bytes scope, const struct notations_statement *what)
{
	const struct bytes none = bytes_of(NULL, 0);
	bool has_target = false;

	if (scope.n == 0)
		return true;
	if (what == NULL)
		return policy_scope_covers(scope, none, none);
	for (size_t i = 0; i < what->set.n; i++) {
		const struct notations_entry *e = &what->set.at[i];

		if (e->name != NOTATIONS_NAME_CODE_TARGET)
			continue;
		if (!target_covered(scope, e->value))
			return false;
		has_target = true;
	}
	if (has_target && said(what, NOTATIONS_NAME_MANU).n == 0)
		return true;
	return policy_scope_covers(scope, said(what, NOTATIONS_NAME_MANU),
	    said(what, NOTATIONS_NAME_MODEL));
}
