/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What values are made of: characters, texts, tokens, parameters. Everything
 * here answers about the whole of what it is given.
 */
#include "base/hex.h"
#include "notations/value.h"

#define TOKEN_MAX 32
#define BAD	  UINT32_MAX

/* Spec: RFC 3629 section 4: shortest form, no surrogates. BAD otherwise. */
static uint32_t
character_take(struct cursor *cur)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = cursor_u8(cur);
	size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	uint32_t code = first & (0x3fu >> more);

	if (first < 0x80)
		return first;
	if (first < 0xc2 || first > 0xf4)
		return BAD;
	for (size_t i = 0; i < more; i++) {
		uint8_t next = cursor_u8(cur);

		if ((next & 0xc0) != 0x80)
			return BAD;
		code = code << 6 | (next & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return BAD;
	return code;
}

static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

bool
notations_is_text(struct bytes v)
{
	struct cursor cur = cursor_of(v);
	size_t n = 0;
	uint32_t code = 0;

	if (v.n == 0 || cursor_peek(&cur) == ' ')
		return false;
	while (cursor_has(&cur) && n++ < NOTATIONS_TEXT_MAX) {
		code = character_take(&cur);
		if (code == BAD || is_control(code))
			return false;
	}
	return cursor_end(&cur) == ICS_OK && code != ' ';
}

bool
notations_is_token(struct bytes v)
{
	struct cursor cur = cursor_of(v);

	if (v.n == 0 || v.n > TOKEN_MAX || !notations_is_alpha(cursor_u8(&cur)))
		return false;
	while (cursor_has(&cur)) {
		uint8_t c = cursor_u8(&cur);

		if (!notations_is_alpha(c) && !notations_is_digit(c) &&
		    c != '-' && c != '.' && c != '_')
			return false;
	}
	return true;
}

bool
notations_word_is(struct bytes v, const char *word)
{
	return bytes_equal(v, bytes_of_str(word));
}

bool
notations_split(struct bytes v, uint8_t at, struct bytes *head,
    struct bytes *rest)
{
	const uint8_t *found = v.n == 0 ? NULL : memchr(v.p, at, v.n);
	size_t n = found == NULL ? v.n : (size_t)(found - v.p);
	struct cursor cur = cursor_of(v);

	*head = cursor_take(&cur, n);
	if (found != NULL)
		(void)cursor_u8(&cur); /* what was found */
	*rest = cursor_rest(&cur);
	return found != NULL;
}

bool
notations_skip(struct bytes *v, const char *prefix)
{
	struct bytes wanted = bytes_of_str(prefix);
	struct cursor cur = cursor_of(*v);

	if (!bytes_starts_with(*v, wanted))
		return false;
	(void)cursor_take(&cur, wanted.n); /* it is there */
	*v = cursor_rest(&cur);
	return true;
}

/* The octet that "%XX" spells, or one as it stands; -1 for a bad "%". */
static int
octet_take(struct cursor *cur)
{
	uint8_t c = cursor_u8(cur), octet;

	if (c != '%')
		return c;
	return hex_read(cursor_take(cur, 2), &octet, 1) == ICS_OK ? octet : -1;
}

bool
notations_is_uri_part(struct bytes v)
{
	static const char marks[] = "-._~:/?#[]@!$&'()*+,;=%";
	struct cursor cur = cursor_of(v);

	while (cursor_has(&cur)) {
		uint8_t c = cursor_peek(&cur);

		if (!notations_is_alpha(c) && !notations_is_digit(c) &&
		    (c == '\0' || strchr(marks, c) == NULL))
			return false;
		if (octet_take(&cur) < 0)
			return false;
	}
	return v.n > 0;
}

bool
notations_escaped_read(struct bytes value, char out[NOTATIONS_PARAM_MAX + 1])
{
	struct cursor cur = cursor_of(value);
	size_t n = 0;

	while (cursor_has(&cur)) {
		int octet = octet_take(&cur);

		if (octet < 0 || n == NOTATIONS_PARAM_MAX)
			return false;
		out[n++] = (char)octet;
	}
	out[n] = '\0';
	return notations_is_text(bytes_of((const uint8_t *)out, n));
}

/* A parameter's value: visible ASCII characters or %XX, and what they spell is a
 * text of at most 128. */
static bool
is_param_value(struct bytes v)
{
	char text[NOTATIONS_PARAM_MAX + 1];

	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] > '~' || v.p[i] == ';' ||
		    v.p[i] == '=')
			return false;
	return notations_escaped_read(v, text);
}

bool
notations_param_take(struct bytes *rest, struct notations_param *param)
{
	struct bytes one;
	bool more = notations_split(*rest, ';', &one, rest);

	if (more && rest->n == 0)
		return false; /* nothing behind the last ";" */
	return notations_split(one, '=', &param->name, &param->value) &&
	       notations_is_token(param->name) && is_param_value(param->value);
}

void
notations_param_text(struct bytes value, char out[NOTATIONS_PARAM_MAX + 1])
{
	struct cursor cur = cursor_of(value);
	size_t n = 0;

	while (cursor_has(&cur) && n < NOTATIONS_PARAM_MAX)
		out[n++] = (char)octet_take(&cur);
	out[n] = '\0';
}
