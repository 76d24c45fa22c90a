/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. Rateless set reconciliation (rateless IBLT: Yang, Gilad, Alizadeh,
 * SIGCOMM 2024) over 16-octet members, the first half of SHA-256 digests. One
 * side makes coded symbols of its set, as many as are asked for; the other
 * takes its own set out of them, and decodes what is left: the difference.
 * Pure: no sockets, no store.
 *
 * Checks and the places of members are keyed (SipHash-2-4), so that nobody
 * can make members that meet. Spec: recon.md 18
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
#define SKETCH_SYMBOLS_MAX (1u << 20) /* of one sketch */

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
void sketch_print_write(const struct sketch_print *p,
    uint8_t out[SKETCH_PRINT]);
enum ics_err sketch_print_read(struct bytes in, struct sketch_print *p);

/* ---- the side that has a sketch made -------------------------------------------- */

struct sketch_maker;
struct sketch_maker *sketch_maker_new(const uint8_t key[SKETCH_KEY]);
void sketch_maker_free(struct sketch_maker *m);
/* Before the first symbol only. Repeats are the caller's fault. */
void sketch_maker_add(struct sketch_maker *m,
    const struct sketch_member *member);
/*
 * Append symbols [from, from + count) to out; from grows (what was made is
 * kept, so earlier ones may be asked for again). ICS_ETOOBIG beyond
 * SKETCH_SYMBOLS_MAX. The wire form is in sketch/symbol.c.
 */
enum ics_err sketch_maker_write(struct sketch_maker *m, uint32_t from,
    uint32_t count, struct buf *out);
size_t sketch_maker_octets(const struct sketch_maker *m); /* of memory */

/* ---- the side that decodes ---------------------------------------------------------- */

struct sketch_reader;
struct sketch_reader *sketch_reader_new(const uint8_t key[SKETCH_KEY]);
void sketch_reader_free(struct sketch_reader *r);
/* Our members, before the first symbol. */
void sketch_reader_add(struct sketch_reader *r,
    const struct sketch_member *member);
/* The next symbols, whole ones. ICS_EFORMAT for what cannot be. */
enum ics_err sketch_reader_feed(struct sketch_reader *r, struct bytes symbols);
/* True when the difference is known. What a lying peer made up is bounded by
 * the symbols it sent. */
bool sketch_reader_is_done(const struct sketch_reader *r);
/* Only theirs, only ours; lent until the next call. */
const struct sketch_member *sketch_reader_theirs(
    const struct sketch_reader *r, size_t *n);
const struct sketch_member *sketch_reader_ours(const struct sketch_reader *r,
    size_t *n);
uint32_t sketch_reader_symbols(const struct sketch_reader *r); /* so far */

#endif
