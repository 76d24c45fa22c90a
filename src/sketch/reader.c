/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The side that decodes. Its table holds, symbol by symbol, the sum of what is
 * ours, what came from the peer, and what was found out already: the rest. A
 * rest of one member shows itself; taken out elsewhere, it bares others; when
 * all rests are nothing, the difference is known.
 *
 * Invariant: whatever a peer sends, at most one member is found for a symbol
 * that came, a member is found once, and what is found has the right check in
 * a symbol where it has a place. Else this is no sketch of a set, and every
 * further call says ICS_EFORMAT.
 */
#include "sketch/place.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/cursor.h"

#define TABLE_LEAST  1024 /* symbols of our own set made at first */
#define PAIRS_MAX    64	  /* symbols of which any two are compared */
#define TABLE_GROWTH 8	  /* each time costs a walk over our members */

ARRAY_OF(struct sketch_member, members);
ARRAY_OF(uint32_t, places);

struct sketch_reader {
	struct sketch_hash hash;
	struct members own;
	bool is_sorted; /* own; and nothing may be added any more */
	struct sketch_symbol *at;
	uint32_t n;    /* of at: ours and what was found is in them */
	uint32_t come; /* of these, the peer's are in them too */
	bool *waits;   /* beside at: its number is in todo */
	struct places todo;
	struct members theirs, ours; /* found */
	bool is_done, is_broken;
};

struct sketch_reader *
sketch_reader_new(const uint8_t key[SKETCH_KEY])
{
	struct sketch_reader *r = alloc_zero(1, sizeof(*r));

	sketch_hash_init(&r->hash, key);
	return r;
}

void
sketch_reader_free(struct sketch_reader *r)
{
	if (r == NULL)
		return;
	members_release(&r->own);
	members_release(&r->theirs);
	members_release(&r->ours);
	places_release(&r->todo);
	free(r->at);
	free(r->waits);
	free(r);
}

void
sketch_reader_add(struct sketch_reader *r, const struct sketch_member *member)
{
	assert(!r->is_sorted);
	*members_add(&r->own) = *member;
}

/* ---- sets --------------------------------------------------------------------- */

static int
member_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sketch_member));
}

static void
sort(struct members *set)
{
	if (set->n > 1)
		qsort(set->at, set->n, sizeof(set->at[0]), member_order);
}

static bool
has(const struct members *sorted, const struct sketch_member *m)
{
	return sorted->n > 0 &&
	       bsearch(m, sorted->at, sorted->n, sizeof(sorted->at[0]),
		   member_order) != NULL;
}

/* Sets in the order of their members; false when one is there twice. */
static bool
is_set(struct members *set)
{
	sort(set);
	for (size_t i = 1; i < set->n; i++)
		if (member_order(&set->at[i - 1], &set->at[i]) == 0)
			return false;
	return true;
}

/* The store tells digests in order; then there is nothing to do. */
static void
own_settle(struct sketch_reader *r)
{
	bool is_sorted = true;

	for (size_t i = 1; i < r->own.n && is_sorted; i++)
		is_sorted = member_order(&r->own.at[i - 1], &r->own.at[i]) <= 0;
	if (!is_sorted)
		sort(&r->own);
	r->is_sorted = true;
}

/* ---- the table ------------------------------------------------------------------ */

static void
member_put(struct sketch_reader *r, const struct sketch_member *m,
    uint32_t from)
{
	struct sketch_sum sum = sketch_sum_of(m);
	uint64_t hash = sketch_hash_sum(&r->hash, sum);
	struct sketch_walk w = sketch_walk_of(hash);

	for (; w.at < r->n; sketch_walk_on(&w))
		if (w.at >= from)
			sketch_symbol_add(&r->at[w.at], sum, hash);
}

static void
members_put(struct sketch_reader *r, const struct members *set, uint32_t from)
{
	for (size_t i = 0; i < set->n; i++)
		member_put(r, &set->at[i], from);
}

/* Have room for want symbols: ours and what was found, as far as to there. */
static void
table_grow(struct sketch_reader *r, uint32_t want)
{
	uint32_t before = r->n, n = before == 0 ? TABLE_LEAST : before;

	if (want <= before)
		return;
	while (n < want)
		n *= TABLE_GROWTH;
	if (n > SKETCH_SYMBOLS_MAX)
		n = SKETCH_SYMBOLS_MAX;
	r->at = alloc_resize(r->at, n, sizeof(r->at[0]));
	r->waits = alloc_resize(r->waits, n, sizeof(r->waits[0]));
	memset(&r->at[before], 0, (n - before) * sizeof(r->at[0]));
	memset(&r->waits[before], 0, (n - before) * sizeof(r->waits[0]));
	r->n = n;
	members_put(r, &r->own, before);
	members_put(r, &r->theirs, before);
	members_put(r, &r->ours, before);
}

static void
look_again(struct sketch_reader *r, uint32_t i)
{
	if (r->waits[i])
		return;
	r->waits[i] = true;
	*places_add(&r->todo) = i;
}

/* ---- finding -------------------------------------------------------------------- */

static bool
stands_in(uint64_t hash, uint32_t i)
{
	struct sketch_walk w = sketch_walk_of(hash);

	while (w.at < i)
		sketch_walk_on(&w);
	return w.at == i;
}

/* Is this the rest of one member? */
static bool
is_one(const struct sketch_reader *r, const struct sketch_symbol *s,
    uint64_t *hash)
{
	if (sketch_sum_is_zero(s->sum))
		return false;
	*hash = sketch_hash_sum(&r->hash, s->sum);
	return (*hash & SKETCH_CHECK_MASK) == s->check;
}

/* Members of a set stand in their symbols independently: there are never
 * more of them found than symbols came. */
static enum ics_err
found(struct sketch_reader *r, struct sketch_sum sum, uint64_t hash)
{
	struct sketch_member m = sketch_member_of(sum);
	struct sketch_walk w = sketch_walk_of(hash);

	if (r->theirs.n + r->ours.n >= r->come)
		return ICS_EFORMAT;
	*members_add(has(&r->own, &m) ? &r->ours : &r->theirs) = m;
	for (; w.at < r->n; sketch_walk_on(&w)) {
		sketch_symbol_add(&r->at[w.at], sum, hash);
		if (w.at < r->come)
			look_again(r, w.at);
	}
	return ICS_OK;
}

static enum ics_err
peel(struct sketch_reader *r)
{
	enum ics_err err = ICS_OK;

	while (r->todo.n > 0) {
		uint32_t i = r->todo.at[--r->todo.n];
		uint64_t hash;

		r->waits[i] = false;
		if (is_one(r, &r->at[i], &hash) && stands_in(hash, i))
			TRY(found(r, r->at[i].sum, hash));
	}
out:
	return err;
}

/* Two rests that differ in one member: it stands in one of the two. */
static enum ics_err
pair_look(struct sketch_reader *r, uint32_t i, uint32_t k, bool *any)
{
	struct sketch_symbol s = r->at[i];
	uint64_t hash;

	sketch_symbol_add(&s, r->at[k].sum, r->at[k].check);
	if (!is_one(r, &s, &hash) || stands_in(hash, i) == stands_in(hash, k))
		return ICS_OK;
	*any = true;
	return found(r, s.sum, hash);
}

/* Where symbols are few, each that need not be sent counts. */
static enum ics_err
pairs_look(struct sketch_reader *r, bool *any)
{
	enum ics_err err = ICS_OK;

	*any = false;
	for (uint32_t i = 1; i < r->come && !*any; i++)
		for (uint32_t k = 0; k < i && !*any; k++)
			TRY(pair_look(r, i, k, any));
out:
	return err;
}

static enum ics_err
solve(struct sketch_reader *r)
{
	bool any = true;
	enum ics_err err = peel(r);

	while (err == ICS_OK && any && r->come <= PAIRS_MAX) {
		TRY(pairs_look(r, &any));
		TRY(peel(r));
	}
out:
	return err;
}

static bool
is_nothing(const struct sketch_reader *r)
{
	for (uint32_t i = 0; i < r->come; i++)
		if (!sketch_sum_is_zero(r->at[i].sum) || r->at[i].check != 0)
			return false;
	return r->come > 0;
}

/* ---- reading --------------------------------------------------------------------- */

static void
symbol_read(struct cursor *cur, struct sketch_symbol *to)
{
	struct sketch_sum sum;
	uint64_t check = 0;

	sum.a = cursor_be64(cur);
	sum.b = cursor_be64(cur);
	for (unsigned i = 0; i < SKETCH_CHECK; i++)
		check = check << 8 | cursor_u8(cur);
	sketch_symbol_add(to, sum, check);
}

static enum ics_err
symbols_read(struct sketch_reader *r, struct bytes symbols)
{
	struct cursor cur = cursor_of(symbols);
	size_t n = symbols.n / SKETCH_SYMBOL;

	if (symbols.n % SKETCH_SYMBOL != 0 || n > SKETCH_SYMBOLS_MAX - r->come)
		return ICS_EFORMAT;
	table_grow(r, r->come + (uint32_t)n);
	for (; cursor_has(&cur); r->come++) {
		symbol_read(&cur, &r->at[r->come]);
		look_again(r, r->come);
	}
	return cursor_end(&cur);
}

enum ics_err
sketch_reader_feed(struct sketch_reader *r, struct bytes symbols)
{
	enum ics_err err = ICS_EFORMAT;

	if (!r->is_sorted)
		own_settle(r);
	if (r->is_broken)
		return err;
	TRY(symbols_read(r, symbols));
	TRY(solve(r));
	r->is_done = is_nothing(r);
	if (r->is_done && (!is_set(&r->theirs) || !is_set(&r->ours)))
		err = ICS_EFORMAT;
out:
	r->is_broken = err != ICS_OK;
	r->is_done = r->is_done && !r->is_broken;
	return err;
}

/* ---- asking ---------------------------------------------------------------------- */

bool
sketch_reader_is_done(const struct sketch_reader *r)
{
	return r->is_done;
}

const struct sketch_member *
sketch_reader_theirs(const struct sketch_reader *r, size_t *n)
{
	*n = r->theirs.n;
	return r->theirs.at;
}

const struct sketch_member *
sketch_reader_ours(const struct sketch_reader *r, size_t *n)
{
	*n = r->ours.n;
	return r->ours.at;
}

uint32_t
sketch_reader_symbols(const struct sketch_reader *r)
{
	return r->come;
}

size_t
sketch_reader_own(const struct sketch_reader *r)
{
	return r->own.n;
}

bool
sketch_reader_fits(const struct sketch_reader *r, uint64_t theirs_n)
{
	return r->is_done && theirs_n == r->own.n - r->ours.n + r->theirs.n;
}
