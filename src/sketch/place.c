/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keyed hash (SipHash-2-4, Aumasson and Bernstein 2012) and the walk over
 * a member's places. */
#include "sketch/place.h"

#include <math.h>

#include "base/cursor.h"

#define DRAW_BITS 22 /* of a step: (i + 1) (i + 2) << 22 fits 63 bits */

/* ---- the hash --------------------------------------------------------------- */

static uint64_t
turn(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
rounds(uint64_t v[4], unsigned n)
{
	for (; n > 0; n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = turn(v[1], 13) ^ v[0];
		v[3] = turn(v[3], 16) ^ v[2];
		v[0] = turn(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = turn(v[1], 17) ^ v[2];
		v[3] = turn(v[3], 21) ^ v[0];
		v[2] = turn(v[2], 32);
	}
}

/* SipHash reads little-endian words. */
static uint64_t
little(uint64_t big)
{
	return __builtin_bswap64(big);
}

void
sketch_hash_init(struct sketch_hash *h, const uint8_t key[SKETCH_KEY])
{
	h->k0 = little(be64_from_bytes(key));
	h->k1 = little(be64_from_bytes(&key[8]));
}

uint64_t
sketch_hash_sum(const struct sketch_hash *h, struct sketch_sum sum)
{
	uint64_t words[3] = { little(sum.a), little(sum.b),
		(uint64_t)SKETCH_MEMBER << 56 };
	uint64_t v[4] = { h->k0 ^ UINT64_C(0x736f6d6570736575),
		h->k1 ^ UINT64_C(0x646f72616e646f6d),
		h->k0 ^ UINT64_C(0x6c7967656e657261),
		h->k1 ^ UINT64_C(0x7465646279746573) };

	for (size_t i = 0; i < 3; i++) {
		v[3] ^= words[i];
		rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- members as numbers ------------------------------------------------------- */

struct sketch_sum
sketch_sum_of(const struct sketch_member *m)
{
	return (struct sketch_sum){ be64_from_bytes(m->b),
		be64_from_bytes(&m->b[8]) };
}

struct sketch_member
sketch_member_of(struct sketch_sum sum)
{
	struct sketch_member m;

	for (unsigned i = 0; i < 8; i++) {
		m.b[i] = (uint8_t)(sum.a >> (56 - 8 * i));
		m.b[8 + i] = (uint8_t)(sum.b >> (56 - 8 * i));
	}
	return m;
}

/* ---- places ---------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood 2014): the next 1 to 2^22. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (z >> (64 - DRAW_BITS)) + 1;
}

/*
 * That a member at i does not stand in i + 1 to k has the probability
 * (i + 1) (i + 2) / ((k + 1) (k + 2)). So with u drawn from (0, 1], the next
 * place is the least k with (k + 1) (k + 2) > (i + 1) (i + 2) / u. The square
 * root only says where to look; whole numbers of 63 bits decide.
 */
void
sketch_walk_on(struct sketch_walk *w)
{
	uint64_t i = w->at, u = draw(&w->state);
	uint64_t bound = (i + 1) * (i + 2) << DRAW_BITS;
	double root = sqrt((double)bound / (double)u);
	uint64_t k;

	if (root > SKETCH_SYMBOLS_MAX + 2) {
		w->at = SKETCH_SYMBOLS_MAX;
		return;
	}
	k = (uint64_t)root;
	while (k * (k + 1) * u > bound)
		k--;
	while ((k + 1) * (k + 2) * u <= bound)
		k++;
	w->at = k < SKETCH_SYMBOLS_MAX ? (uint32_t)k : SKETCH_SYMBOLS_MAX;
}
