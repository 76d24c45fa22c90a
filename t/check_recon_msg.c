/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The codec: every captured message is read and written back as it was, and
 * every other shape is refused.
 */
#include "fixture.h"

#include "base/hex.h"
#include "recon/msg.h"

/* Streams behind their opening; what is in them is framed. */
static const struct {
	const char *name;
	size_t opening;
} streams[] = {
	{ "recon/debian-300-320/recon-1-diff.a2i.bin", 126 },
	{ "recon/debian-300-320/recon-1-diff.i2a.bin", 126 },
	{ "recon/deep-4012-4011/recon-1-diff.a2i.bin", 126 },
	{ "recon/deep-4012-4011/recon-1-diff.i2a.bin", 126 },
	{ "recon/empty-acceptor/recon-1-diff.a2i.bin", 126 },
	{ "recon/full-elements/recon-1-diff.a2i.bin", 126 },
	{ "recon/full-elements/recon-1-diff.i2a.bin", 126 },
	{ "recon/hockeypuck-2.3.3/"
	  "recon-hockeypuck-acceptor-sks-initiator.a2i.bin",
	    126 },
	{ "recon/hockeypuck-2.3.3/"
	  "recon-hockeypuck-initiator-sks-acceptor.i2a.bin",
	    126 },
};

/* The next frame without its length. */
static struct bytes
frame_of(struct cursor *cur)
{
	size_t n = cursor_be32(cur);

	return cursor_take(cur, n);
}

static void
set_of(struct bytes elements, struct recon_hashes *set)
{
	struct cursor cur = cursor_of(elements);

	while (cursor_has(&cur))
		ck_assert(recon_msg_element(&cur, recon_hashes_add(set)));
}

/* Write what was read. */
static void
write_back(const struct recon_msg *m, struct buf *out)
{
	struct recon_hashes set = { 0 };

	set_of(m->elements, &set);
	if (m->type == RECON_POLY)
		recon_msg_poly(out, &m->prefix, &m->sum);
	else if (m->type == RECON_FULL)
		recon_msg_full(out, &m->prefix, &set);
	else if (m->type == RECON_ELEMENTS || m->type == RECON_FULL_ELEMENTS)
		recon_msg_elements(out, m->type, &set);
	else
		recon_msg_bare(out, m->type);
	recon_hashes_release(&set);
}

static void
frame_check(struct bytes frame, unsigned *seen)
{
	struct recon_msg m;
	struct buf out;

	buf_init(&out, RECON_FRAME_MAX);
	ck_assert_int_eq(recon_msg_read(frame, &m), RECON_GOING_ON);
	write_back(&m, &out);
	ck_assert_uint_eq(out.n, RECON_FRAME_HEAD + frame.n);
	ck_assert_uint_eq(be32_from_bytes(out.p), frame.n);
	ck_assert_mem_eq(out.p + RECON_FRAME_HEAD, frame.p, frame.n);
	for (size_t n = 0; n < frame.n; n++)
		ck_assert_int_eq(recon_msg_read(bytes_of(frame.p, n), &m),
		    RECON_END_SHAPE);
	/* An octet more. */
	buf_u8(&out, 0);
	ck_assert_int_eq(recon_msg_read(bytes_of(out.p + RECON_FRAME_HEAD,
					    frame.n + 1),
			     &m),
	    RECON_END_SHAPE);
	*seen |= 1u << m.type;
	buf_release(&out);
}

START_TEST(captured_messages_are_read_and_written)
{
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct bytes all = fixture_read(streams[i].name);
		struct cursor cur = cursor_of(all);

		(void)cursor_take(&cur, streams[i].opening);
		while (cursor_has(&cur))
			frame_check(frame_of(&cur), &seen);
		ck_assert_int_eq(cursor_end(&cur), ICS_OK);
		fixture_free(all);
	}
	ck_assert_uint_eq(seen, 0x7f); /* all that are sent without fault */
}
END_TEST

#define ONE  "0100000000000000000000000000000000" /* the number 1 */
#define BIG  "0000000000000000000000000000000001" /* 2^128 */
#define P    "1b43a530d9851fc9df1f8b87e4101d8f01" /* the prime itself */
#define LAST "1a43a530d9851fc9df1f8b87e4101d8f01" /* one less */
#define FIVE ONE ONE ONE ONE ONE
#define ROOT "0000000000000000"
#define POLY "00"
#define FULL "01"
#define HASH                               \
	"aa020304050607080910111213141516" \
	"00"

static const struct {
	const char *name, *hex;
	enum recon_end want;
} shapes[] = {
	{ "empty", "", RECON_END_SHAPE },
	{ "poly",
	    POLY ROOT "00000001"
		      "00000006" FIVE ONE,
	    RECON_GOING_ON },
	{ "greatest sample",
	    POLY ROOT "00000001"
		      "00000006" FIVE LAST,
	    RECON_GOING_ON },
	{ "sample of p",
	    POLY ROOT "00000001"
		      "00000006" FIVE P,
	    RECON_END_SHAPE },
	{ "sample of 2^129 and more",
	    POLY ROOT "00000001"
		      "00000006" FIVE "00000000000000000000000000000000ff",
	    RECON_END_SHAPE },
	{ "5 samples",
	    POLY ROOT "00000001"
		      "00000005" FIVE,
	    RECON_END_SHAPE },
	{ "7 samples",
	    POLY ROOT "00000001"
		      "00000007" FIVE ONE ONE,
	    RECON_END_SHAPE },
	{ "0 samples",
	    POLY ROOT "00000001"
		      "00000000",
	    RECON_END_SHAPE },
	{ "6 said, 5 there",
	    POLY ROOT "00000001"
		      "00000006" FIVE,
	    RECON_END_SHAPE },
	{ "size of 2^31",
	    POLY ROOT "80000000"
		      "00000006" FIVE ONE,
	    RECON_END_SHAPE },
	{ "size below it",
	    POLY ROOT "7fffffff"
		      "00000006" FIVE ONE,
	    RECON_GOING_ON },
	{ "one bit",
	    FULL "00000001"
		 "00000001"
		 "80"
		 "00000000",
	    RECON_END_SHAPE },
	{ "two bits",
	    FULL "00000002"
		 "00000001"
		 "80"
		 "00000000",
	    RECON_GOING_ON },
	{ "bits beyond the prefix",
	    FULL "00000002"
		 "00000001"
		 "a0"
		 "00000000",
	    RECON_END_SHAPE },
	{ "octets too many for bits",
	    FULL "00000002"
		 "00000002"
		 "8000"
		 "00000000",
	    RECON_END_SHAPE },
	{ "octets too few",
	    FULL "0000000a"
		 "00000001"
		 "80"
		 "00000000",
	    RECON_END_SHAPE },
	{ "128 bits",
	    FULL "00000080"
		 "00000010"
		 "ffffffffffffffffffffffffffffffff"
		 "00000000",
	    RECON_GOING_ON },
	{ "130 bits",
	    FULL "00000082"
		 "00000011"
		 "ffffffffffffffffffffffffffffffffc0"
		 "00000000",
	    RECON_END_SHAPE },
	{ "2^31 bits",
	    FULL "80000000"
		 "10000000"
		 "00",
	    RECON_END_SHAPE },
	{ "256 bits",
	    FULL "00000100"
		 "00000000"
		 "00000000",
	    RECON_END_SHAPE },
	{ "a set of one", "0200000001" HASH, RECON_GOING_ON },
	{ "a set of one, two said", "0200000002" HASH, RECON_END_SHAPE },
	{ "a set of two, one said", "0200000001" HASH HASH, RECON_END_SHAPE },
	{ "a set of 2^31", "0280000000", RECON_END_SHAPE },
	{ "a count that wraps", "02f0f0f0f1" HASH, RECON_END_SHAPE },
	{ "half an element", "020000000100", RECON_END_SHAPE },
	{ "all of 128 bits and more", "0300000001" BIG, RECON_GOING_ON },
	{ "error",
	    "0700000002"
	    "6162",
	    RECON_GOING_ON },
	{ "error without a text", "07", RECON_END_SHAPE },
	{ "error of 2^32 - 1",
	    "07ffffffff"
	    "6162",
	    RECON_END_SHAPE },
	{ "done", "05", RECON_GOING_ON },
	{ "flush with a body", "0600", RECON_END_SHAPE },
	{ "database request", "0800000000", RECON_END_TYPE },
	{ "database reply", "0900000000", RECON_END_TYPE },
	{ "type 11", "0b", RECON_END_TYPE },
	{ "type 255", "ff", RECON_END_TYPE },
};

START_TEST(shapes_are_exact)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		size_t n = strlen(shapes[i].hex) / 2;
		uint8_t *frame = alloc_new(n + 1);
		struct recon_msg m;

		ck_assert_int_eq(hex_read(bytes_of_str(shapes[i].hex), frame,
				     n),
		    ICS_OK);
		ck_assert_msg(recon_msg_read(bytes_of(frame, n), &m) ==
				  shapes[i].want,
		    "%s", shapes[i].name);
		free(frame);
	}
}
END_TEST

START_TEST(elements_that_are_none)
{
	static const struct {
		const char *hex;
		bool want;
	} rows[] = {
		{ HASH, true },
		{ BIG, false },
		{ "aa02030405060708091011121314151602", false },
		{ "0000000000000000000000000000000000", false }, /* 0 */
		{ "0100000000000000000000000000000000", false }, /* 1 */
		{ "0200000000000000000000000000000000", false }, /* 2 */
		{ "0300000000000000000000000000000000", true },
		{ "ffffffffffffffffffffffffffffffff00", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[RECON_ELEMENT];
		struct cursor cur = cursor_of(bytes_of(octets, RECON_ELEMENT));
		struct recon_hash hash;

		ck_assert_int_eq(hex_read(bytes_of_str(rows[i].hex), octets,
				     RECON_ELEMENT),
		    ICS_OK);
		ck_assert_int_eq(recon_msg_element(&cur, &hash), rows[i].want);
		ck_assert_int_eq(cursor_end(&cur), ICS_OK);
	}
}
END_TEST

START_TEST(sets_are_in_the_order_of_numbers)
{
	struct recon_hashes set = { 0 };

	for (size_t i = 0; i < 100; i++)
		for (size_t k = 0; k < RECON_HASH; k++) {
			if (k == 0)
				(void)recon_hashes_add(&set);
			set.at[i].b[k] = (uint8_t)fixture_random();
		}
	recon_hashes_sort(&set);
	for (size_t i = 0; i + 1 < set.n; i++) {
		size_t k = RECON_HASH - 1;

		while (k > 0 && set.at[i].b[k] == set.at[i + 1].b[k])
			k--;
		ck_assert_uint_le(set.at[i].b[k], set.at[i + 1].b[k]);
		ck_assert(recon_hashes_has(&set, &set.at[i]));
	}
	set.at[0].b[0] ^= 1;
	set.n = 0;
	ck_assert(!recon_hashes_has(&set, &set.at[0]));
	recon_hashes_release(&set);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, captured_messages_are_read_and_written);
	tcase_add_test(t, shapes_are_exact);
	tcase_add_test(t, elements_that_are_none);
	tcase_add_test(t, sets_are_in_the_order_of_numbers);
}

int
main(void)
{
	return fixture_run("recon_msg", add);
}
