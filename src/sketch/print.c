/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Count and sum of a set of digests: equal or not in 40 octets. */
#include "base/cursor.h"
#include "sketch/sketch.h"

#include <assert.h>

void
sketch_print_add(struct sketch_print *p, const uint8_t digest[32])
{
	unsigned carry = 0;

	p->n++;
	for (size_t i = sizeof(p->sum); i-- > 0;) {
		carry += (unsigned)p->sum[i] + digest[i];
		p->sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

void
sketch_print_remove(struct sketch_print *p, const uint8_t digest[32])
{
	int borrow = 0;

	assert(p->n > 0);
	p->n--;
	for (size_t i = sizeof(p->sum); i-- > 0;) {
		int left = p->sum[i] - digest[i] - borrow;

		borrow = left < 0;
		p->sum[i] = (uint8_t)left;
	}
}

void
sketch_print_write(const struct sketch_print *p, uint8_t out[SKETCH_PRINT])
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(p->n >> (56 - 8 * i));
	memcpy(&out[8], p->sum, sizeof(p->sum));
}

enum ics_err
sketch_print_read(struct bytes in, struct sketch_print *p)
{
	struct cursor cur = cursor_of(in);
	struct bytes sum;

	p->n = cursor_be64(&cur);
	sum = cursor_take(&cur, sizeof(p->sum));
	if (cursor_end(&cur) != ICS_OK)
		return ICS_EFORMAT;
	memcpy(p->sum, sum.p, sizeof(p->sum));
	return ICS_OK;
}

bool
sketch_print_equal(const struct sketch_print *a, const struct sketch_print *b)
{
	return a->n == b->n && memcmp(a->sum, b->sum, sizeof(a->sum)) == 0;
}
