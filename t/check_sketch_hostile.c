/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sketches of peers that lie, and of lines that damage. Invariant under test:
 * a difference that is told is right, whatever came.
 */
#include "sketch_make.h"

#define BITS 8 /* of an octet */

static const uint8_t key[SKETCH_KEY] = { 7 };

/* What is told must explain every symbol that came. */
static void
explains(const struct pair *p, struct bytes came)
{
	struct buf right = symbols(p, 0, sketch_reader_symbols(p->r));

	ck_assert(!sketch_reader_is_done(p->r) ||
		  bytes_equal(buf_bytes(&right), came));
	buf_release(&right);
}

/* Ten differences of 50, in 60 symbols: the same each time, for one sketch in
 * a thousand needs more. */
static void
small_pair(struct pair *p)
{
	*p = (struct pair){ .m = sketch_maker_new(key, 60),
		.r = sketch_reader_new(key) };
	for (uint64_t i = 0; i < 50; i++) {
		struct sketch_member m = digest_member(i);

		if (i >= 5)
			theirs(p, m);
		if (i < 45)
			sketch_reader_add(p->r, &m);
	}
}

START_TEST(test_flips)
{
	for (size_t bit = 0; bit < (size_t)60 * SKETCH_SYMBOL * BITS;
	     bit += 7) {
		struct pair p;
		struct buf out;

		small_pair(&p);
		out = symbols(&p, 0, 60);
		out.p[bit / BITS] ^= (uint8_t)(1u << bit % BITS);
		if (sketch_reader_feed(p.r, buf_bytes(&out)) == ICS_OK)
			ck_assert(!sketch_reader_is_done(p.r));
		explains(&p, buf_bytes(&out));
		buf_release(&out);
		pair_free(&p);
	}
}
END_TEST

START_TEST(test_truncated)
{
	for (size_t n = 0; n <= (size_t)60 * SKETCH_SYMBOL; n++) {
		bool is_whole = n % SKETCH_SYMBOL == 0;
		struct pair p;
		struct buf out;

		small_pair(&p);
		out = symbols(&p, 0, 60);
		ck_assert_int_eq(sketch_reader_feed(p.r, bytes_of(out.p, n)),
		    is_whole ? ICS_OK : ICS_EFORMAT);
		explains(&p, bytes_of(out.p, n));
		/* A sketch that was cut goes on, one that was not stays bad. */
		ck_assert_int_eq(sketch_reader_feed(p.r,
				     bytes_of(&out.p[n], out.n - n)),
		    is_whole ? ICS_OK : ICS_EFORMAT);
		ck_assert(sketch_reader_is_done(p.r) == is_whole);
		buf_release(&out);
		pair_free(&p);
	}
}
END_TEST

/* Rubbish is asked for until a list is shorter; and that ends. */
START_TEST(test_rubbish)
{
	struct pair p;
	uint32_t n;

	pair_new(&p, 1);
	common(&p, 300);
	while ((n = sketch_plan(p.r, p.theirs_n)) > 0) {
		struct buf out;

		buf_init(&out, (size_t)n * SKETCH_SYMBOL);
		while (out.n < (size_t)n * SKETCH_SYMBOL)
			buf_u8(&out, (uint8_t)fixture_random());
		ck_assert_int_eq(sketch_reader_feed(p.r, buf_bytes(&out)),
		    ICS_OK);
		ck_assert(!sketch_reader_is_done(p.r));
		buf_release(&out);
	}
	ck_assert_uint_eq(sketch_reader_symbols(p.r), 2 * 300 + 4096);
	pair_free(&p);
}
END_TEST

/* Each symbol a member of its own, right by its check: in none of its other
 * places. Found are never more than symbols came. */
START_TEST(test_singles)
{
	struct sketch_reader *r = sketch_reader_new(key);
	size_t theirs_n, ours_n;
	struct sketch_hash h;
	struct buf out;

	sketch_hash_init(&h, key);
	buf_init(&out, 100 * SKETCH_SYMBOL);
	for (uint64_t i = 0; out.n < 100 * SKETCH_SYMBOL; i++) {
		struct sketch_member m = digest_member(i);
		struct sketch_sum sum = sketch_sum_of(&m);
		uint64_t hash = sketch_hash_sum(&h, sum);

		buf_put(&out, bytes_of(m.b, sizeof(m.b)));
		buf_u8(&out, (uint8_t)(hash >> 32));
		buf_be32(&out, (uint32_t)hash);
	}
	for (size_t i = 0; i < 100; i++) {
		struct bytes one =
		    bytes_of(&out.p[i * SKETCH_SYMBOL], SKETCH_SYMBOL);

		if (sketch_reader_feed(r, one) != ICS_OK)
			break;
		/* The first is a set of one, so far. */
		ck_assert(sketch_reader_is_done(r) == (i == 0));
	}
	(void)sketch_reader_theirs(r, &theirs_n); /* only how many */
	(void)sketch_reader_ours(r, &ours_n);
	ck_assert_uint_le(theirs_n + ours_n, sketch_reader_symbols(r));
	buf_release(&out);
	sketch_reader_free(r);
}
END_TEST

START_TEST(test_too_many)
{
	struct sketch_reader *r = sketch_reader_new(key);
	size_t n = ((size_t)SKETCH_SYMBOLS_MAX + 1) * SKETCH_SYMBOL;
	uint8_t *all = alloc_zero(n, 1);

	ck_assert_int_eq(sketch_reader_feed(r, bytes_of(all, n)), ICS_EFORMAT);
	ck_assert(!sketch_reader_is_done(r));
	free(all);
	sketch_reader_free(r);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_flips);
	tcase_add_test(t, test_truncated);
	tcase_add_test(t, test_rubbish);
	tcase_add_test(t, test_singles);
	tcase_add_test(t, test_too_many);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("sketch_hostile", add);
}
