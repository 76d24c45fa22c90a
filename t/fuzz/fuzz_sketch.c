/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sketch from a peer: how many members are ours (one octet), they, then
 * symbols, fed in pieces of one, two, ... What it says differs must explain
 * every symbol that came; else it says nothing.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "sketch/sketch.h"

#define OWN_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[SKETCH_KEY] = "a key of 16 byt";

static bool
is_one_of(const struct sketch_member *at, size_t n,
    const struct sketch_member *m)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(&at[i], m, sizeof(*m)) == 0)
			return true;
	return false;
}

/* Make theirs of ours and the difference, and compare. */
static void
explain(const struct sketch_reader *r, struct bytes own, struct bytes came)
{
	struct sketch_maker *m =
	    sketch_maker_new(key, sketch_reader_symbols(r));
	struct cursor cur = cursor_of(own);
	const struct sketch_member *theirs, *ours;
	size_t theirs_n, ours_n, n = own.n / SKETCH_MEMBER;
	struct buf out;

	theirs = sketch_reader_theirs(r, &theirs_n);
	ours = sketch_reader_ours(r, &ours_n);
	if (!sketch_reader_fits(r, n + theirs_n - ours_n))
		abort();
	while (cursor_has(&cur)) {
		struct sketch_member one;

		memcpy(one.b, cursor_take(&cur, SKETCH_MEMBER).p,
		    sizeof(one.b));
		if (!is_one_of(ours, ours_n, &one))
			sketch_maker_add(m, &one);
	}
	for (size_t i = 0; i < theirs_n; i++)
		sketch_maker_add(m, &theirs[i]);
	buf_init(&out, came.n + 1);
	if (sketch_maker_write(m, 0, sketch_reader_symbols(r), &out) !=
		ICS_OK ||
	    !bytes_equal(buf_bytes(&out), came))
		abort();
	buf_release(&out);
	sketch_maker_free(m);
}

static bool
own_add(struct sketch_reader *r, struct bytes own)
{
	struct cursor cur = cursor_of(own);
	struct sketch_member before = { { 0 } }, one;

	for (; cursor_has(&cur); before = one) {
		memcpy(one.b, cursor_take(&cur, SKETCH_MEMBER).p,
		    sizeof(one.b));
		if (memcmp(&before, &one, sizeof(one)) >= 0)
			return false; /* a set, in its order */
		sketch_reader_add(r, &one);
	}
	return true;
}

static void
symbols_feed(struct sketch_reader *r, struct bytes own, struct bytes symbols)
{
	struct cursor cur = cursor_of(symbols);

	for (size_t n = 1; cursor_has(&cur); n++) {
		struct bytes piece = cursor_take(&cur,
		    cur.rest.n < n * SKETCH_SYMBOL ? cur.rest.n
						   : n * SKETCH_SYMBOL);

		if (sketch_reader_feed(r, piece) != ICS_OK) {
			if (sketch_reader_is_done(r))
				abort();
			return;
		}
		if (sketch_reader_is_done(r))
			explain(r, own,
			    bytes_of(symbols.p, symbols.n - cur.rest.n));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor cur = cursor_of(bytes_of(data, size));
	struct sketch_reader *r = sketch_reader_new(key);
	size_t n = cursor_u8(&cur) % (OWN_MAX + 1);
	struct bytes own = cursor_take(&cur, n * SKETCH_MEMBER);

	if (cursor_ok(&cur) == ICS_OK && own_add(r, own))
		symbols_feed(r, own, cursor_rest(&cur));
	sketch_reader_free(r);
	return 0;
}
