/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to src/sketch: where members stand, and the table of symbols that
 * the side that makes and the side that reads share.
 *
 * Every member stands in symbol 0 and, from there on, in symbol i with
 * probability 1 / (1 + i / 2), as the paper's section 4 has it; the gaps
 * between its places are drawn from its own keyed hash. All of this is
 * integer arithmetic: two machines never disagree on a place.
 */
#ifndef SKETCH_PLACE_H
#define SKETCH_PLACE_H

#include "sketch/sketch.h"

/* A member, or the sum (exclusive or) of several. */
struct sketch_sum {
	uint64_t a, b;
};

struct sketch_symbol {
	struct sketch_sum sum;
	uint64_t check; /* SKETCH_CHECK octets of it count */
};

#define SKETCH_CHECK_MASK ((UINT64_C(1) << 8 * SKETCH_CHECK) - 1)

/* SipHash-2-4, its key as two words. */
struct sketch_hash {
	uint64_t k0, k1;
};

void sketch_hash_init(struct sketch_hash *h, const uint8_t key[SKETCH_KEY]);
/* The hash of the 16 octets of a member: its check is in the low bits, all of
 * it is the seed of its places. */
uint64_t sketch_hash_sum(const struct sketch_hash *h, struct sketch_sum sum);

struct sketch_sum sketch_sum_of(const struct sketch_member *m);
struct sketch_member sketch_member_of(struct sketch_sum sum);

/* The places of a member in order; at is one of them. */
struct sketch_walk {
	uint64_t state;
	uint32_t at; /* SKETCH_SYMBOLS_MAX: there are no more */
};

static inline struct sketch_walk
sketch_walk_of(uint64_t hash)
{
	return (struct sketch_walk){ hash, 0 };
}

/* How many members are ours. */
size_t sketch_reader_own(const struct sketch_reader *r);

void sketch_walk_on(struct sketch_walk *w);

static inline bool
sketch_sum_is_zero(struct sketch_sum s)
{
	return (s.a | s.b) == 0;
}

static inline void
sketch_symbol_add(struct sketch_symbol *to, struct sketch_sum sum,
    uint64_t check)
{
	to->sum.a ^= sum.a;
	to->sum.b ^= sum.b;
	to->check ^= check & SKETCH_CHECK_MASK;
}

#endif
