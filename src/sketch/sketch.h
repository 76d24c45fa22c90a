/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rateless set reconciliation (rateless IBLT: Yang, Gilad, Alizadeh, SIGCOMM
 * 2024) over 16-octet members, the first half of SHA-256 digests. One side
 * makes coded symbols of its set, as many as are asked for; the other takes
 * its own set out of them, and decodes what is left: the difference.
 * Pure: no sockets, no store.
 *
 *	place.c  the keyed hash, where members stand    print.c  equal or not
 *	maker.c  one side    reader.c  the other        plan.c   how many next
 *
 * Checks and the places of members are keyed (SipHash-2-4), so that nobody
 * who hands in data can make members that meet. Spec: recon.md 18
 */
#ifndef SKETCH_SKETCH_H
#define SKETCH_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define SKETCH_MEMBER	   16
#define SKETCH_KEY	   16
#define SKETCH_CHECK	   5
#define SKETCH_SYMBOL	   (SKETCH_MEMBER + SKETCH_CHECK) /* on the wire */
#define SKETCH_SYMBOLS_MAX (1u << 20)			  /* of one sketch */

struct sketch_member {
	uint8_t b[SKETCH_MEMBER];
};

/* Count and sum (mod 2^256) of a set of whole digests: equal or not. */
#define SKETCH_PRINT 40 /* octets on the wire: be64 count, then the sum */
struct sketch_print {
	uint64_t n;
	uint8_t sum[32]; /* big-endian */
};
void sketch_print_add(struct sketch_print *p, const uint8_t digest[32]);
void sketch_print_remove(struct sketch_print *p, const uint8_t digest[32]);
bool sketch_print_equal(const struct sketch_print *a,
    const struct sketch_print *b);
void sketch_print_write(const struct sketch_print *p,
    uint8_t out[SKETCH_PRINT]);
enum ics_err sketch_print_read(struct bytes in, struct sketch_print *p);

/* ---- the side that has a sketch made -------------------------------------------- */

/* A sketch of so many symbols, 1 to SKETCH_SYMBOLS_MAX. The caller frees. */
struct sketch_maker;
struct sketch_maker *sketch_maker_new(const uint8_t key[SKETCH_KEY],
    uint32_t symbols);
void sketch_maker_free(struct sketch_maker *m);
/* Add a member; it is not kept. Repeats are the caller's fault. */
void sketch_maker_add(struct sketch_maker *m,
    const struct sketch_member *member);
/* Append symbols [from, from + count) to out, SKETCH_SYMBOL octets each.
 * ICS_ETOOBIG beyond what it has. */
enum ics_err sketch_maker_write(const struct sketch_maker *m, uint32_t from,
    uint32_t count, struct buf *out);
uint32_t sketch_maker_symbols(const struct sketch_maker *m);
size_t sketch_maker_octets(const struct sketch_maker *m); /* of memory */

/* ---- the side that decodes ---------------------------------------------------------- */

struct sketch_reader;
struct sketch_reader *sketch_reader_new(const uint8_t key[SKETCH_KEY]);
void sketch_reader_free(struct sketch_reader *r);
/* Our members, before the first symbol; quickest in the order of octets. */
void sketch_reader_add(struct sketch_reader *r,
    const struct sketch_member *member);
/*
 * The next symbols, whole ones. ICS_EFORMAT for what cannot be, and from then
 * on always. Costs, over all calls, a few walks over our members and what the
 * symbols take: a lying peer cannot make it more.
 */
enum ics_err sketch_reader_feed(struct sketch_reader *r, struct bytes symbols);
/* True when the difference is known. Symbols that make no sense never end. */
bool sketch_reader_is_done(const struct sketch_reader *r);
/* Done, and the peer has as many members as its print says. */
bool sketch_reader_fits(const struct sketch_reader *r, uint64_t theirs_n);
/* Only theirs, only ours, each once, in order, when done; before: what is
 * known so far. Lent until the next feed; NULL when there are none. */
const struct sketch_member *sketch_reader_theirs(const struct sketch_reader *r,
    size_t *n);
const struct sketch_member *sketch_reader_ours(const struct sketch_reader *r,
    size_t *n);
uint32_t sketch_reader_symbols(const struct sketch_reader *r); /* so far */

/*
 * How many symbols to ask for next, for a peer whose print counts theirs_n
 * members; 0: so much differs that a list of everything is shorter. Few at a
 * time where few differ: a symbol too many counts there. What it costs, all
 * told, is at most 40 octets a difference on average, from 8 differences on
 * (t/check_sketch.c has the figures).
 */
uint32_t sketch_plan(const struct sketch_reader *r, uint64_t theirs_n);

#endif
