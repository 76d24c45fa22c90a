/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The side that has a sketch made: members stream through and are not kept,
 * so that a sketch of a million takes what its symbols take.
 *
 * On the wire a symbol is the sum of its members (16 octets) and the low
 * SKETCH_CHECK octets, big-endian, of the sum of their hashes. There is no
 * count: a sum whose hash is its check is one member, and whose it is finds
 * out who has a set of his own.
 */
#include "sketch/place.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

struct sketch_maker {
	struct sketch_hash hash;
	uint32_t n;
	struct sketch_symbol *at;
};

struct sketch_maker *
sketch_maker_new(const uint8_t key[SKETCH_KEY], uint32_t symbols)
{
	struct sketch_maker *m = alloc_zero(1, sizeof(*m));

	assert(symbols > 0 && symbols <= SKETCH_SYMBOLS_MAX);
	sketch_hash_init(&m->hash, key);
	m->n = symbols;
	m->at = alloc_zero(symbols, sizeof(m->at[0]));
	return m;
}

void
sketch_maker_free(struct sketch_maker *m)
{
	if (m == NULL)
		return;
	free(m->at);
	free(m);
}

void
sketch_maker_add(struct sketch_maker *m, const struct sketch_member *member)
{
	struct sketch_sum sum = sketch_sum_of(member);
	uint64_t hash = sketch_hash_sum(&m->hash, sum);
	struct sketch_walk w = sketch_walk_of(hash);

	for (; w.at < m->n; sketch_walk_on(&w))
		sketch_symbol_add(&m->at[w.at], sum, hash);
}

static void
symbol_write(const struct sketch_symbol *s, struct buf *out)
{
	buf_be64(out, s->sum.a);
	buf_be64(out, s->sum.b);
	for (unsigned i = SKETCH_CHECK; i-- > 0;)
		buf_u8(out, (uint8_t)(s->check >> 8 * i));
}

enum ics_err
sketch_maker_write(const struct sketch_maker *m, uint32_t from, uint32_t count,
    struct buf *out)
{
	if (from > m->n || count > m->n - from)
		return ICS_ETOOBIG;
	for (uint32_t i = 0; i < count; i++)
		symbol_write(&m->at[from + i], out);
	return buf_end(out);
}

uint32_t
sketch_maker_symbols(const struct sketch_maker *m)
{
	return m->n;
}

size_t
sketch_maker_octets(const struct sketch_maker *m)
{
	return sizeof(*m) + m->n * sizeof(m->at[0]);
}
