/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bit strings that name nodes: the first bits of a hash, in the order in which
 * its octets travel, highest bit first. Invariant: bits beyond the end are
 * zero, so that equal prefixes have equal octets. Spec: recon.md 4, 5
 */
#include "recon/tree.h"

#include <assert.h>

#define BITS_MAX (8 * RECON_HASH)

/* Bits that count in octet i of a prefix this long. */
static uint8_t
mask_of(uint8_t bits, size_t i)
{
	if (bits >= 8 * (i + 1))
		return 0xff;
	if (bits <= 8 * i)
		return 0;
	return (uint8_t)(0xff << (8 * (i + 1) - bits));
}

enum ics_err
recon_prefix_make(uint32_t bits, struct bytes octets, struct recon_prefix *p)
{
	memset(p, 0, sizeof(*p));
	if (bits > BITS_MAX || bits % RECON_QUANTUM != 0 ||
	    octets.n != (bits + 7) / 8)
		return ICS_EFORMAT;
	p->bits = (uint8_t)bits;
	for (size_t i = 0; i < octets.n; i++) {
		if ((octets.p[i] & ~mask_of(p->bits, i)) != 0)
			return ICS_EFORMAT;
		p->b[i] = octets.p[i];
	}
	return ICS_OK;
}

void
recon_prefix_child(const struct recon_prefix *p, unsigned i,
    struct recon_prefix *child)
{
	unsigned bits = p->bits;

	assert(bits < BITS_MAX && i < RECON_CHILDREN);
	*child = *p;
	child->bits = (uint8_t)(bits + RECON_QUANTUM);
	child->b[bits / 8] |= (uint8_t)(i << (8 - RECON_QUANTUM - bits % 8));
}

void
recon_prefix_of(const struct recon_hash *hash, uint8_t bits,
    struct recon_prefix *p)
{
	assert(bits <= BITS_MAX && bits % RECON_QUANTUM == 0);
	p->bits = bits;
	for (size_t i = 0; i < RECON_HASH; i++)
		p->b[i] = hash->b[i] & mask_of(bits, i);
}

bool
recon_prefix_has(const struct recon_prefix *p, const struct recon_hash *hash)
{
	for (size_t i = 0; i < RECON_HASH && p->bits > 8 * i; i++)
		if ((hash->b[i] & mask_of(p->bits, i)) != p->b[i])
			return false;
	return true;
}

void
recon_prefix_range(const struct recon_prefix *p, struct recon_hash *least,
    struct recon_hash *greatest)
{
	for (size_t i = 0; i < RECON_HASH; i++) {
		least->b[i] = p->b[i];
		greatest->b[i] = p->b[i] | (uint8_t)~mask_of(p->bits, i);
	}
}

unsigned
recon_prefix_index(const struct recon_prefix *p, unsigned bits)
{
	assert(bits + RECON_QUANTUM <= p->bits);
	return p->b[bits / 8] >> (8 - RECON_QUANTUM - bits % 8) &
	       (RECON_CHILDREN - 1);
}
