/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers that stop or stammer. Whatever they send, a session ends by a name,
 * finds nothing that cannot be, and holds no more memory than its limits say.
 * Spec: recon.md 16
 */
#include "recon_hostile.h"

/* Feed all, then close. */
static enum recon_end
fed(struct recon_set *set, enum recon_role role, struct bytes in)
{
	struct recon_setup setup = talk_setup(role, set);
	struct recon_session *s;
	enum recon_end end;

	/* As SKS asks, so that what was captured answers it. */
	setup.limits.full = 149;
	setup.limits.wary = false;
	s = recon_session_new(&setup);
	talk_feed(s, in, RECON_FEED_MAX, NULL);
	recon_session_eof(s);
	talk_step(s);
	end = recon_session_end(s);
	ck_assert_int_ne(end, RECON_GOING_ON);
	memory_is_bounded(s);
	found_is_sound(s, set);
	recon_session_free(s);
	return end;
}

/* ---- captured streams, spoilt ----------------------------------------------------- */

static const struct stream {
	const char *name, *list;
	enum recon_role role; /* who reads it */
	bool is_flipped;
} streams[] = {
	{ "debian-300-320/recon-1-diff.a2i.bin", "debian-300-320/initiator",
	    RECON_ANSWERER, false },
	{ "debian-300-320/recon-1-diff.i2a.bin", "debian-300-320/acceptor",
	    RECON_ASKER, true },
	{ "root-polynomial/recon-1-diff.a2i.bin", "root-polynomial/initiator",
	    RECON_ANSWERER, true },
	{ "root-polynomial/recon-1-diff.i2a.bin", "root-polynomial/acceptor",
	    RECON_ASKER, true },
	{ "small-both-leaf/recon-1-diff.a2i.bin", "small-both-leaf/initiator",
	    RECON_ANSWERER, true },
	{ "small-both-leaf/recon-1-diff.i2a.bin", "small-both-leaf/acceptor",
	    RECON_ASKER, true },
	{ "full-elements/recon-1-diff.i2a.bin", "full-elements/acceptor",
	    RECON_ASKER, true },
};

static struct recon_set *
list_read(const char *list)
{
	struct recon_set *set = recon_set_new();
	char name[128];

	(void)snprintf(name, sizeof(name), "recon/%s-hashes.txt", list);
	talk_set_read(set, name);
	return set;
}

static struct bytes
stream_read(const struct stream *s)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "recon/%s", s->name);
	return fixture_read(name);
}

/* Nothing is a busy peer; less than all is a closed one. */
START_TEST(every_octet_may_be_the_last)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct recon_set *set = list_read(streams[i].list);
		struct bytes all = stream_read(&streams[i]);

		for (size_t n = 0; n < all.n; n++)
			ck_assert_int_eq(fed(set, streams[i].role,
					     bytes_of(all.p, n)),
			    n == 0 ? RECON_END_BUSY : RECON_END_CLOSED);
		ck_assert_int_eq(fed(set, streams[i].role, all),
		    RECON_END_DONE);
		fixture_free(all);
		recon_set_free(set);
	}
}
END_TEST

START_TEST(every_bit_may_be_wrong)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct recon_set *set = list_read(streams[i].list);
		struct bytes all = stream_read(&streams[i]);
		uint8_t *copy = alloc_new(all.n);

		memcpy(copy, all.p, all.n);
		for (size_t bit = 0; streams[i].is_flipped && bit < 8 * all.n;
		     bit++) {
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(void)fed(set, streams[i].role, bytes_of(copy, all.n));
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		free(copy);
		fixture_free(all);
		recon_set_free(set);
	}
}
END_TEST

/* ---- messages in the wrong place ---------------------------------------------------- */

#define ROOT   "0000000000000000"
#define MEMBER "aa02030405060708091011121314151600"

/* Behind the opening, unless raw. */
static const struct {
	const char *name;
	enum recon_role role;
	bool raw;
	const char *hex;
	enum recon_end want;
} rows[] = {
	{ "2^31 octets first", RECON_ASKER, true, "80000000", RECON_END_FRAME },
	{ "4 KiB and one first", RECON_ASKER, true, "00001001",
	    RECON_END_FRAME },
	{ "no Config first", RECON_ANSWERER, true, "0000000106",
	    RECON_END_TYPE },
	{ "an empty frame first", RECON_ANSWERER, true, "00000000",
	    RECON_END_SHAPE },
	{ "an Error first", RECON_ANSWERER, true,
	    "00000006"
	    "07"
	    "00000001"
	    "21",
	    RECON_END_ERROR },
	{ "no map", RECON_ANSWERER, true,
	    "00000002"
	    "0a00",
	    RECON_END_SHAPE },
	{ "2^31 octets", RECON_ASKER, false, "80000000", RECON_END_FRAME },
	{ "2^31 octets", RECON_ANSWERER, false, "80000000", RECON_END_FRAME },
	{ "more than a frame", RECON_ANSWERER, false,
	    "00040001"
	    "02",
	    RECON_END_FRAME },
	{ "more than a frame, no Elements", RECON_ASKER, false,
	    "00040001"
	    "03",
	    RECON_END_FRAME },
	{ "Elements beyond all", RECON_ASKER, false,
	    "01000001"
	    "02"
	    "00000000",
	    RECON_END_FRAME },
	{ "Elements of a wrong count", RECON_ASKER, false,
	    "00000016"
	    "02"
	    "00000002" MEMBER,
	    RECON_END_SHAPE },
	{ "Elements of none and an octet", RECON_ASKER, false,
	    "00000006"
	    "02"
	    "00000000"
	    "00",
	    RECON_END_SHAPE },
	{ "half Elements", RECON_ASKER, false,
	    "00000004"
	    "02"
	    "000000",
	    RECON_END_SHAPE },
	{ "empty frame", RECON_ASKER, false, "00000000", RECON_END_SHAPE },
	{ "Full to the asker", RECON_ASKER, false,
	    "0000000d"
	    "01" ROOT "00000000",
	    RECON_END_TYPE },
	{ "Done to the asker", RECON_ASKER, false, "0000000105",
	    RECON_END_TYPE },
	{ "Flush to the asker", RECON_ASKER, false, "0000000106",
	    RECON_END_TYPE },
	{ "Config again", RECON_ASKER, false, CONFIG, RECON_END_TYPE },
	{ "a database reply", RECON_ASKER, false,
	    "00000005"
	    "09"
	    "00000000",
	    RECON_END_TYPE },
	{ "Error to the asker", RECON_ASKER, false,
	    "00000006"
	    "07"
	    "00000001"
	    "21",
	    RECON_END_ERROR },
	{ "SyncFail to the answerer", RECON_ANSWERER, false, "0000000104",
	    RECON_END_TYPE },
	{ "FullElements to it", RECON_ANSWERER, false,
	    "00000005"
	    "03"
	    "00000000",
	    RECON_END_TYPE },
	{ "Config again", RECON_ANSWERER, false, CONFIG, RECON_END_TYPE },
	{ "type 11", RECON_ANSWERER, false, "000000010b", RECON_END_TYPE },
	{ "Done with a body", RECON_ANSWERER, false,
	    "0000000205"
	    "00",
	    RECON_END_SHAPE },
	{ "Done", RECON_ANSWERER, false, "0000000105", RECON_END_DONE },
	{ "Elements unasked, then Done", RECON_ANSWERER, false,
	    "00000016"
	    "02"
	    "00000001" MEMBER "0000000105",
	    RECON_END_DONE },
};

START_TEST(what_has_no_place_ends_the_session)
{
	struct recon_set *set = recon_own_make();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recon_setup setup = talk_setup(rows[i].role, set);
		struct recon_session *s =
		    rows[i].raw ? recon_session_new(&setup)
				: opened(set, rows[i].role, 20000);
		struct buf out;

		buf_init(&out, RECON_FRAME_MAX);
		hex_feed(s, rows[i].hex, &out);
		ck_assert_msg(recon_session_end(s) == rows[i].want, "%s: %s",
		    rows[i].name, recon_end_name(recon_session_end(s)));
		/* More of it changes nothing. */
		hex_feed(s, rows[i].hex, NULL);
		ck_assert_int_eq(recon_session_end(s), rows[i].want);
		ck_assert(!recon_session_wants(s));
		found_is_sound(s, set);
		buf_release(&out);
		recon_session_free(s);
	}
	recon_set_free(set);
}
END_TEST

/* Our own Error goes out whole, and says why. */
START_TEST(the_peer_is_told)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ANSWERER, 1);
	const char *words = recon_end_words(RECON_END_TYPE);
	struct recon_msg m;
	struct buf out;

	buf_init(&out, RECON_FRAME_MAX);
	hex_feed(s, "0000000104", &out);
	ck_assert_uint_eq(be32_from_bytes(out.p), out.n - 4);
	ck_assert_int_eq(recon_msg_read(bytes_of(out.p + 4, out.n - 4), &m),
	    RECON_GOING_ON);
	ck_assert_int_eq(m.type, RECON_ERROR);
	ck_assert(bytes_equal(m.body, bytes_of_str(words)));
	buf_release(&out);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

START_TEST(reasons_are_printable_and_bounded)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ANSWERER, 1);
	char text[1001] = "one\n\x1b[31m";
	struct buf frame;

	memset(text + 9, 'x', sizeof(text) - 10);
	buf_init(&frame, RECON_FRAME_MAX);
	recon_msg_error(&frame, text);
	talk_feed(s, buf_bytes(&frame), 100, NULL);
	ck_assert_int_eq(recon_session_end(s), RECON_END_ERROR);
	ck_assert_uint_eq(strlen(recon_session_reason(s)),
	    RECON_REASON_MAX - 1);
	ck_assert_int_eq(strncmp(recon_session_reason(s), "one  [31mx", 10), 0);
	buf_release(&frame);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_octet_may_be_the_last);
	tcase_add_test(t, every_bit_may_be_wrong);
	tcase_add_test(t, what_has_no_place_ends_the_session);
	tcase_add_test(t, the_peer_is_told);
	tcase_add_test(t, reasons_are_printable_and_bounded);
}

int
main(void)
{
	return fixture_run("recon_hostile", add);
}
