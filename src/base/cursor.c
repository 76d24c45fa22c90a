/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sticky-error reader. Pointer arithmetic on input stays in here. */
#include "base/cursor.h"

struct bytes
cursor_take(struct cursor *cur, size_t n)
{
	struct bytes got = { NULL, 0 };

	if (cur->failed || n > cur->rest.n) {
		cursor_fail(cur);
		return got;
	}
	got = bytes_of(cur->rest.p, n);
	if (n > 0) {
		cur->rest.p += n;
		cur->rest.n -= n;
	}
	return got;
}

struct bytes
cursor_rest(struct cursor *cur)
{
	return cursor_take(cur, cur->failed ? 0 : cur->rest.n);
}

static uint64_t
number_take(struct cursor *cur, size_t width)
{
	struct bytes b = cursor_take(cur, width);
	uint64_t v = 0;

	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	return v;
}

uint8_t
cursor_u8(struct cursor *cur)
{
	return (uint8_t)number_take(cur, 1);
}

uint16_t
cursor_be16(struct cursor *cur)
{
	return (uint16_t)number_take(cur, 2);
}

uint32_t
cursor_be32(struct cursor *cur)
{
	return (uint32_t)number_take(cur, 4);
}

uint64_t
cursor_be64(struct cursor *cur)
{
	return number_take(cur, 8);
}

uint8_t
cursor_peek(const struct cursor *cur)
{
	return cursor_has(cur) ? cur->rest.p[0] : 0;
}

void
cursor_fail(struct cursor *cur)
{
	cur->failed = true;
	cur->rest.n = 0;
}

enum ics_err
cursor_end(const struct cursor *cur)
{
	if (cur->failed)
		return ICS_ETRUNCATED;
	return cur->rest.n == 0 ? ICS_OK : ICS_EFORMAT;
}

enum ics_err
cursor_ok(const struct cursor *cur)
{
	return cur->failed ? ICS_ETRUNCATED : ICS_OK;
}

uint64_t
be64_from_bytes(const uint8_t p[8])
{
	struct cursor cur = cursor_of(bytes_of(p, 8));

	return cursor_be64(&cur);
}

uint32_t
be32_from_bytes(const uint8_t p[4])
{
	struct cursor cur = cursor_of(bytes_of(p, 4));

	return cursor_be32(&cur);
}
