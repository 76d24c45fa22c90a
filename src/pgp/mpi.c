/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Multiprecision integers as views into the packet. Invariant: what leaves
 * here has no leading zero octet.
 */
#include "pgp/wire.h"

struct bytes
pgp_mpi_of(struct bytes octets)
{
	struct cursor cur = cursor_of(octets);

	while (cursor_has(&cur) && cursor_peek(&cur) == 0)
		(void)cursor_u8(&cur); /* a zero: no news in it */
	return cursor_rest(&cur);
}

struct bytes
pgp_mpi_read(struct cursor *cur)
{
	size_t bits = cursor_be16(cur);

	return pgp_mpi_of(cursor_take(cur, (bits + 7) / 8));
}

size_t
pgp_mpi_bits(struct bytes n)
{
	size_t bits = n.n * 8;

	if (n.n == 0)
		return 0;
	for (unsigned top = n.p[0]; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

int
pgp_mpi_compare(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return bytes_compare(a, b);
}

bool
pgp_mpi_is_odd(struct bytes n)
{
	return n.n > 0 && (n.p[n.n - 1] & 1) != 0;
}

bool
pgp_mpi_pad(struct bytes n, uint8_t *out, size_t width)
{
	if (n.n > width)
		return false;
	memset(out, 0, width - n.n);
	if (n.n > 0)
		memcpy(&out[width - n.n], n.p, n.n);
	return true;
}

void
pgp_mpi_write(struct bytes number, struct buf *out)
{
	struct bytes n = pgp_mpi_of(number);

	buf_be16(out, (uint16_t)pgp_mpi_bits(n));
	buf_put(out, n);
}
