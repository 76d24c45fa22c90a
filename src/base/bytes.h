/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A borrowed view of octets, passed by value.
 *
 * Whoever made the view knows who owns the octets; a view never owns, and is
 * valid only as long as its owner. The empty view may have p == NULL.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* A view of n octets at p; p may be NULL when n is 0. */
static inline struct bytes
bytes_of(const void *p, size_t n)
{
	return (struct bytes){ p, n };
}

/* A view of a NUL-terminated string, without its NUL. */
static inline struct bytes
bytes_of_str(const char *s)
{
	return bytes_of(s, strlen(s));
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Order as unsigned octets; a proper prefix sorts first. <0, 0, >0. */
static inline int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool
bytes_starts_with(struct bytes a, struct bytes prefix)
{
	return a.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

#endif
