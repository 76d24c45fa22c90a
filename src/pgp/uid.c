/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * User IDs (RFC 9580 section 5.11): which can be kept, and the address in
 * them. "Name (Comment) <addr>" is no more than a habit, so anything else
 * simply has no address.
 */
#include "pgp/registry.h"
#include "pgp/wire.h"

const struct reason *
pgp_uid_unfit(struct bytes uid)
{
	if (uid.n > PGP_UID_MAX)
		return PGP_REASON(long_uid);
	if (uid.n > 0 && memchr(uid.p, '\0', uid.n) != NULL)
		return PGP_REASON(nul_uid);
	return NULL;
}

/* The octets of b from at on, at most n. */
static struct bytes
slice(struct bytes b, size_t at, size_t n)
{
	struct cursor cur = cursor_of(b);

	(void)cursor_take(&cur, at); /* the callers found at inside b */
	return cursor_take(&cur, n);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct bytes
trim(struct bytes b)
{
	size_t from = 0, to = b.n;

	while (from < to && is_blank(b.p[from]))
		from++;
	while (to > from && is_blank(b.p[to - 1]))
		to--;
	return slice(b, from, to - from);
}

/* One '@' with something on both sides, no blanks, controls or brackets. */
static bool
is_address(struct bytes b)
{
	size_t at = 0, ats = 0;

	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] <= ' ' || b.p[i] == 0x7f ||
		    memchr("<>(),;:\"\\", b.p[i], 9) != NULL)
			return false;
		if (b.p[i] == '@') {
			at = i;
			ats++;
		}
	}
	return ats == 1 && at > 0 && at + 1 < b.n;
}

struct bytes
pgp_uid_email(struct bytes uid)
{
	struct bytes text = trim(uid), none = { NULL, 0 };
	size_t open;

	if (is_address(text))
		return text;
	if (text.n == 0 || text.p[text.n - 1] != '>')
		return none;
	for (open = text.n - 1; open > 0 && text.p[open] != '<'; open--)
		;
	if (text.p[open] != '<')
		return none;
	text = slice(text, open + 1, text.n - open - 2);
	return is_address(text) ? text : none;
}
