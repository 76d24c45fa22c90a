/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forms that clients post: urlencoded (gpg, sq, browsers) and multipart. */
#define _GNU_SOURCE 1 /* memmem */
#include "hkp/query.h"

#define BOUNDARY_MAX 70 /* Spec: RFC 2046 5.1.1 */
#define PARTS_MAX    32

bool
hkp_type_is(const char *content_type, const char *type)
{
	struct bytes word;
	struct bytes rest;

	if (content_type == NULL)
		return false;
	hkp_split(bytes_of_str(content_type), ';', &word, &rest);
	while (word.n > 0 && word.p[word.n - 1] == ' ')
		word.n--;
	return hkp_word_is(word, type);
}

static enum ics_err
urlencoded_field(struct bytes body, const char *field, struct buf *out)
{
	while (body.n > 0) {
		struct bytes pair;
		struct bytes name;
		struct bytes value;
		uint8_t *room;
		size_t before = out->n;
		size_t n = 0;
		enum ics_err err;

		hkp_split(body, '&', &pair, &body);
		hkp_split(pair, '=', &name, &value);
		if (!bytes_equal(name, bytes_of_str(field)))
			continue;
		if (value.n == 0)
			return ICS_OK;
		room = buf_grow(out, value.n);
		if (room == NULL)
			return ICS_ETOOBIG;
		err = hkp_decode(value, HKP_DECODE_FORM, room, &n);
		out->n = before + n;
		return err;
	}
	return ICS_ENOTFOUND;
}

/* Where needle begins in hay; hay.n when it does not. */
static size_t
find(struct bytes hay, struct bytes needle)
{
	const uint8_t *at =
	    hay.n == 0 ? NULL : memmem(hay.p, hay.n, needle.p, needle.n);

	return at == NULL ? hay.n : (size_t)(at - hay.p);
}

static struct bytes
from(struct bytes b, size_t at)
{
	return at >= b.n ? bytes_of(NULL, 0) : bytes_of(&b.p[at], b.n - at);
}

/* "--" and the boundary of a Content-Type, into out; false without one. */
static bool
boundary_read(const char *content_type, uint8_t out[BOUNDARY_MAX + 2],
    size_t *n)
{
	static const char key[] = "boundary=";
	struct bytes type = bytes_of_str(content_type);
	size_t at = find(type, bytes_of_str(key));
	struct bytes value;
	struct bytes rest;

	if (at == type.n)
		return false;
	value = from(type, at + sizeof(key) - 1);
	if (value.n > 0 && value.p[0] == '"')
		hkp_split(from(value, 1), '"', &value, &rest);
	else
		hkp_split(value, ';', &value, &rest);
	if (value.n == 0 || value.n > BOUNDARY_MAX)
		return false;
	out[0] = out[1] = '-';
	memcpy(&out[2], value.p, value.n);
	*n = value.n + 2;
	return true;
}

/* True when the header lines of a part name this field. */
static bool
names_field(struct bytes head, const char *field)
{
	struct bytes rest = head;
	struct bytes name;

	for (;;) {
		size_t at = find(rest, bytes_of_str("name=\""));

		if (at == rest.n)
			return false;
		/* not the end of filename=" */
		if (at > 0 &&
		    (rest.p[at - 1] == ' ' || rest.p[at - 1] == ';')) {
			hkp_split(from(rest, at + 6), '"', &name, &rest);
			return bytes_equal(name, bytes_of_str(field));
		}
		rest = from(rest, at + 6);
	}
}

static enum ics_err
multipart_field(struct bytes body, struct bytes boundary, const char *field,
    struct buf *out)
{
	struct bytes blank = bytes_of_str("\r\n\r\n");
	struct bytes rest = from(body, find(body, boundary) + boundary.n);

	for (size_t i = 0; i < PARTS_MAX && rest.n > 0; i++) {
		size_t end = find(rest, boundary);
		struct bytes part = bytes_of(rest.p, end);
		size_t head = find(part, blank);

		if (end == rest.n || head == part.n)
			return ICS_ENOTFOUND;
		if (names_field(bytes_of(part.p, head), field)) {
			part = from(part, head + blank.n);
			/* the line end belongs to the boundary */
			if (part.n >= 2)
				part.n -= 2;
			buf_put(out, part);
			return buf_end(out);
		}
		rest = from(rest, end + boundary.n);
	}
	return ICS_ENOTFOUND;
}

enum ics_err
hkp_form_field(struct bytes body, const char *content_type, const char *field,
    struct buf *out)
{
	uint8_t boundary[BOUNDARY_MAX + 2];
	size_t n = 0;

	if (content_type == NULL ||
	    hkp_type_is(content_type, "application/x-www-form-urlencoded"))
		return urlencoded_field(body, field, out);
	if (!hkp_type_is(content_type, "multipart/form-data"))
		return ICS_EUNSUPPORTED;
	if (!boundary_read(content_type, boundary, &n))
		return ICS_EFORMAT;
	return multipart_field(body, bytes_of(boundary, n), field, out);
}
