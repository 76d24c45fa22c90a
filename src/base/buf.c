/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The growing buffer. Growth doubles, and stops at the ceiling. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

#define BUF_FIRST 256 /* octets of the first allocation */

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

void
buf_cut(struct buf *b, size_t n)
{
	assert(n <= b->n);
	b->n = n;
}

/* Have room for n more octets and a NUL; false at the ceiling. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? BUF_FIRST : b->cap;

	if (b->full || n > b->max - b->n) {
		b->full = true;
		return false;
	}
	if (b->n + n + 1 <= b->cap)
		return true;
	while (cap < b->n + n + 1)
		cap *= 2;
	b->p = alloc_resize(b->p, cap, 1);
	b->cap = cap;
	return true;
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
	if (!reserve(b, n))
		return NULL;
	b->n += n;
	return b->p + (b->n - n);
}

void
buf_put(struct buf *b, struct bytes data)
{
	uint8_t *to = buf_grow(b, data.n);

	if (to != NULL && data.n > 0)
		memcpy(to, data.p, data.n);
}

void
buf_put_str(struct buf *b, const char *s)
{
	buf_put(b, bytes_of_str(s));
}

void
buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, bytes_of(&v, 1));
}

static void
number_put(struct buf *b, uint64_t v, size_t width)
{
	uint8_t *to = buf_grow(b, width);

	for (size_t i = width; to != NULL && i > 0; i--, v >>= 8)
		to[i - 1] = (uint8_t)v;
}

void
buf_be16(struct buf *b, uint16_t v)
{
	number_put(b, v, 2);
}

void
buf_be32(struct buf *b, uint32_t v)
{
	number_put(b, v, 4);
}

void
buf_be64(struct buf *b, uint64_t v)
{
	number_put(b, v, 8);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n >= 0 && reserve(b, (size_t)n)) {
		(void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, format,
		    again); /* measured just above */
		b->n += (size_t)n;
	}
	va_end(again);
}

const char *
buf_str(struct buf *b)
{
	if (b->p == NULL)
		return "";
	b->p[b->n] = '\0';
	return (const char *)b->p;
}

struct bytes
buf_take(struct buf *b)
{
	struct bytes out = bytes_of(b->p != NULL ? b->p : alloc_new(1), b->n);

	if (b->p != NULL)
		b->p[b->n] = '\0';
	*b = (struct buf){ .max = b->max };
	return out;
}

enum ics_err
buf_end(const struct buf *b)
{
	return b->full ? ICS_ETOOBIG : ICS_OK;
}
