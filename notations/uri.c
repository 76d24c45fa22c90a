/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URIs, package URLs and places. They are shown and compared, never fetched,
 * so the check is of characters and of the parts that tell what it is.
 */
#include "base/hex.h"
#include "notations/value.h"

/* Spec: RFC 3986 section 3: a scheme, a colon, and something behind it. */
bool
notations_check_uri(struct bytes v)
{
	struct bytes scheme, rest;
	struct cursor cur;

	if (!notations_split(v, ':', &scheme, &rest) || scheme.n == 0)
		return false;
	cur = cursor_of(scheme);
	if (!notations_is_alpha(cursor_u8(&cur)))
		return false;
	while (cursor_has(&cur)) {
		uint8_t c = cursor_u8(&cur);

		if (!notations_is_alpha(c) && !notations_is_digit(c) &&
		    c != '+' && c != '-' && c != '.')
			return false;
	}
	return notations_is_uri_part(rest);
}

bool
notations_check_contract(struct bytes v)
{
	struct notations_digest d;
	struct bytes uri, digest;

	if (!notations_split(v, ' ', &uri, &digest))
		return notations_check_uri(uri);
	return notations_check_uri(uri) &&
	       notations_digest_read(digest, &d) == ICS_OK && d.name.n == 0;
}

/* pkg:type/[namespace/]name[@version][?qualifiers][#subpath] */
bool
notations_check_purl(struct bytes v)
{
	struct bytes type, path = v;

	return notations_skip(&path, "pkg:") &&
	       notations_split(path, '/', &type, &path) &&
	       notations_is_token(type) && notations_is_uri_part(path) &&
	       path.p[0] != '@' && path.p[0] != '?' && path.p[0] != '#';
}

/* ---- places: RFC 5870 section 3.3, what stands behind "geo:" -------------- */

/* Digits, at least one; their value as far as it matters for a limit. */
static bool
digits_take(struct cursor *cur, unsigned *value)
{
	bool any = false;

	*value = 0;
	while (notations_is_digit(cursor_peek(cur))) {
		unsigned digit = (unsigned)cursor_u8(cur) - '0';

		if (*value < 1000)
			*value = *value * 10 + digit;
		any = true;
	}
	return any;
}

/* [ "-" ] 1*DIGIT [ "." 1*DIGIT ], at most limit in size (0: any). */
static bool
is_number(struct bytes v, bool is_signed, unsigned limit)
{
	struct cursor cur = cursor_of(v);
	unsigned whole, fraction = 0;

	if (is_signed && cursor_peek(&cur) == '-')
		(void)cursor_u8(&cur); /* the sign */
	if (!digits_take(&cur, &whole))
		return false;
	if (cursor_has(&cur) &&
	    (cursor_u8(&cur) != '.' || !digits_take(&cur, &fraction)))
		return false;
	return cursor_end(&cur) == ICS_OK &&
	       (limit == 0 || whole < limit ||
		   (whole == limit && fraction == 0));
}

static bool
is_label(struct bytes v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!notations_is_alpha(v.p[i]) &&
		    !notations_is_digit(v.p[i]) && v.p[i] != '-')
			return false;
	return v.n > 0;
}

/* paramchar: [ ] : & + $, unreserved of RFC 2396, %XX */
static bool
is_geo_value(struct bytes v)
{
	static const char marks[] = "[]:&+$-_.!~*'()%";

	for (size_t i = 0; i < v.n; i++)
		if (!notations_is_alpha(v.p[i]) &&
		    !notations_is_digit(v.p[i]) &&
		    (v.p[i] == '\0' || strchr(marks, v.p[i]) == NULL))
			return false;
	return notations_is_uri_part(v);
}

struct geo {
	bool is_wgs84, is_first; /* of the parameters */
	bool has_u;
};

/* crs may only come first, u only before the others. */
static bool
geo_param(struct bytes one, struct geo *geo)
{
	struct bytes name, value;
	bool has_value = notations_split(one, '=', &name, &value);
	bool is_first = geo->is_first;

	geo->is_first = false;
	if (notations_word_is(name, "crs")) {
		geo->is_wgs84 = notations_word_is(value, "wgs84");
		return is_first && is_label(value);
	}
	if (notations_word_is(name, "u"))
		return !geo->has_u && is_number(value, false, 0) &&
		       (geo->has_u = true);
	geo->has_u = true;
	return is_label(name) && (!has_value || is_geo_value(value));
}

bool
notations_check_geo(struct bytes v)
{
	struct bytes where, params, a, b, c, one;
	struct geo geo = { .is_wgs84 = true, .is_first = true };
	bool more = notations_split(v, ';', &where, &params), has_b, has_c;

	while (more) {
		more = notations_split(params, ';', &one, &params);
		if (!geo_param(one, &geo))
			return false;
	}
	has_b = notations_split(where, ',', &a, &b);
	has_c = notations_split(b, ',', &b, &c);
	return has_b && is_number(a, true, geo.is_wgs84 ? 90 : 0) &&
	       is_number(b, true, geo.is_wgs84 ? 180 : 0) &&
	       (!has_c || is_number(c, true, 0));
}
