/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers that flood or lie, for as long as we let them: memory stays bounded,
 * and what they make up is not found. Spec: recon.md 16
 */
#include "recon_hostile.h"

#define ROOT "0000000000000000"

/* ---- replies of a wrong kind ---------------------------------------------------------- */

START_TEST(a_list_is_answered_by_elements_only)
{
	static const char *const replies[] = { "0000000104", "00000005"
							     "03"
							     "00000000" };

	for (size_t i = 0; i < 2; i++) {
		struct recon_set *set = recon_set_new();
		struct recon_setup setup = talk_setup(RECON_ASKER, set);
		struct recon_session *s;

		setup.limits.wary = false;
		s = recon_session_new(&setup);
		hex_feed(s, CONFIG PASSED, NULL);
		hex_feed(s, replies[i], NULL);
		ck_assert_int_eq(recon_session_end(s), RECON_END_TYPE);
		recon_session_free(s);
		recon_set_free(set);
	}
}
END_TEST

/* Whoever fails for ever ends at the limit of requests, or of depth. */
START_TEST(endless_failure_is_bounded)
{
	struct recon_set *set = recon_set_new();
	struct recon_session *s = opened(set, RECON_ASKER, 20000);
	size_t fails = 0;

	while (recon_session_end(s) == RECON_GOING_ON && fails < 100000) {
		hex_feed(s, "0000000104", NULL);
		memory_is_bounded(s);
		fails++;
	}
	ck_assert_int_eq(recon_session_end(s), RECON_END_REQUESTS);
	ck_assert_uint_le(fails, 5000);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* ---- floods ------------------------------------------------------------------------------ */

static void
elements_random(struct buf *out, size_t n)
{
	struct recon_hashes set = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct recon_hash *hash = recon_hashes_add(&set);

		for (size_t k = 0; k < RECON_HASH; k++)
			hash->b[k] = (uint8_t)fixture_random();
	}
	recon_msg_elements(out, RECON_ELEMENTS, &set);
	recon_hashes_release(&set);
}

START_TEST(endless_elements_unasked)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ANSWERER, 1000);
	struct buf frame;
	size_t n = 0;

	buf_init(&frame, RECON_FRAME_MAX);
	for (; recon_session_end(s) == RECON_GOING_ON && n < 200000; n++) {
		buf_clear(&frame);
		elements_random(&frame, 3);
		talk_feed(s, buf_bytes(&frame), RECON_FEED_MAX, NULL);
		memory_is_bounded(s);
	}
	ck_assert_int_eq(recon_session_end(s), RECON_END_FLOOD);
	ck_assert_uint_eq(recon_session_tally(s)->theirs, 1000);
	buf_release(&frame);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

START_TEST(endless_requests)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ANSWERER, 1);
	size_t n = 0;

	for (; recon_session_end(s) == RECON_GOING_ON; n++)
		hex_feed(s,
		    "0000000d"
		    "01" ROOT "00000000"
		    "0000000106",
		    NULL);
	ck_assert_int_eq(recon_session_end(s), RECON_END_FLOOD);
	ck_assert_uint_eq(n, s->limits.requests + 1);
	memory_is_bounded(s);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* One answer of nearly 16 MiB: it flows by, and the session goes on to its
 * end with as much as it may have. */
START_TEST(an_answer_without_bound)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ASKER, 20000);
	struct buf frame;

	buf_init(&frame, 2 * RECON_FRAME_MAX);
	elements_random(&frame,
	    (RECON_FRAME_MAX - RECON_ELEMENTS_HEAD) / RECON_ELEMENT);
	ck_assert_uint_gt(frame.n, RECON_FRAME_MAX - RECON_ELEMENT);
	for (size_t at = 0; at < frame.n; at += RECON_FEED_MAX) {
		size_t n = frame.n - at;

		n = n < RECON_FEED_MAX ? n : RECON_FEED_MAX;
		ck_assert(recon_session_wants(s));
		talk_feed(s, bytes_of(frame.p + at, n), n, NULL);
		memory_is_bounded(s);
		ck_assert_uint_le(s->in.cap, 4 * RECON_FEED_MAX);
	}
	ck_assert_int_eq(recon_session_end(s), RECON_END_HASHES);
	ck_assert_uint_eq(recon_session_tally(s)->theirs, 20000);
	buf_release(&frame);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* A length costs nothing until its octets come. */
START_TEST(half_frames_and_silence_cost_nothing)
{
	struct recon_set *set = recon_own_make();
	struct recon_session *s = opened(set, RECON_ANSWERER, 1);

	hex_feed(s,
	    "00040000"
	    "03",
	    NULL);
	ck_assert_int_eq(recon_session_end(s), RECON_GOING_ON);
	ck_assert_uint_le(s->in.cap, 512);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* Asks for all, again and again, and reads nothing of it. */
START_TEST(answers_that_nobody_reads)
{
	struct recon_set *set = recon_set_new();
	struct recon_session *s;
	struct bytes ask = octets_of("0000000d"
				     "01" ROOT "00000000");
	size_t fed = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		struct recon_hash hash = recon_own_hash(i);

		ck_assert(recon_set_add(set, &hash));
	}
	s = opened(set, RECON_ANSWERER, 1);
	for (; recon_session_wants(s); fed++) {
		ck_assert_int_eq(recon_session_feed(s, ask), ICS_OK);
		talk_step(s);
		ck_assert_uint_le(fed, 100);
	}
	ck_assert_int_eq(recon_session_end(s), RECON_GOING_ON);
	ck_assert_uint_ge(recon_session_waiting(s), RECON_OUT_HIGH - 50);
	/* Fed all the same, it answers with as good as nothing. */
	for (size_t i = 0; i < 4000; i++) {
		ck_assert_int_eq(recon_session_feed(s, ask), ICS_OK);
		talk_step(s);
	}
	ck_assert_uint_le(s->out.n, RECON_OUT_HIGH + 4000 * ask.n);
	memory_is_bounded(s);
	/* It is read at last: there is room again. */
	recon_session_sent(s, recon_session_out(s).n);
	ck_assert(recon_session_wants(s));
	fixture_free(ask);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* ---- elements and samples that lie --------------------------------------------------------- */

START_TEST(strange_elements_are_dropped)
{
	struct recon_set *set = recon_own_make();
	struct recon_hash own = recon_own_hash(3), none = recon_own_hash(999);
	struct recon_session *s = opened(set, RECON_ANSWERER, 100);
	struct buf frame;

	buf_init(&frame, 4096);
	buf_be32(&frame, RECON_ELEMENTS_HEAD + 6 * RECON_ELEMENT);
	buf_u8(&frame, RECON_ELEMENTS);
	buf_be32(&frame, 6);
	for (int i = 0; i < 2; i++) { /* a good one, twice */
		buf_put(&frame, bytes_of(none.b, RECON_HASH));
		buf_u8(&frame, 0);
	}
	buf_put(&frame, bytes_of(own.b, RECON_HASH)); /* ours */
	buf_u8(&frame, 0);
	buf_put(&frame, bytes_of(none.b, RECON_HASH)); /* 2^128 and more */
	buf_u8(&frame, 1);
	memset(buf_grow(&frame, 2 * RECON_ELEMENT), 0, 2 * RECON_ELEMENT);
	frame.p[frame.n - RECON_ELEMENT] = 2; /* sample points 0 and 2 */
	talk_feed(s, buf_bytes(&frame), 5, NULL);
	ck_assert_uint_eq(recon_session_tally(s)->theirs, 1);
	ck_assert_uint_eq(recon_session_tally(s)->strange, 4);
	buf_release(&frame);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

/* What the root's first child is asked. */
static struct recon_prefix
first_child(void)
{
	struct recon_prefix root = { 0 }, p;

	recon_prefix_child(&root, 0, &p);
	return p;
}

/* Ask for p with this sum: what is answered. */
static enum recon_type
answer_to(struct recon_set *set, const struct recon_sum *sum, size_t *found)
{
	struct recon_session *s = opened(set, RECON_ANSWERER, 100);
	struct recon_prefix p = first_child();
	struct recon_msg m;
	struct buf in, out;

	buf_init(&in, RECON_FRAME_MAX);
	buf_init(&out, RECON_FRAME_MAX);
	recon_msg_poly(&in, &p, sum);
	recon_msg_bare(&in, RECON_FLUSH);
	talk_feed(s, buf_bytes(&in), RECON_FEED_MAX, &out);
	buf_release(&in);
	ck_assert_int_eq(recon_msg_read(bytes_of(out.p + 4, out.n - 4), &m),
	    RECON_GOING_ON);
	(void)recon_session_found(s, found);
	buf_release(&out);
	recon_session_free(s);
	return m.type;
}

/* The first hash of a row, below p or not, that is no member of ours. */
static struct recon_hash
hash_below(const struct recon_prefix *p, bool below)
{
	struct recon_hash hash;

	for (uint64_t i = RECON_OWN;; i++) {
		hash = recon_own_hash(i);
		if (recon_prefix_has(p, &hash) == below)
			return hash;
	}
}

START_TEST(lying_samples_are_not_solved)
{
	struct recon_set *set = recon_own_make();
	struct recon_prefix p = first_child();
	struct recon_hash in = hash_below(&p, true);
	struct recon_hash out = hash_below(&p, false);
	struct recon_sum honest, sum;
	struct recon_view view;
	size_t found;

	recon_view_of_set(set, &view);
	ck_assert_int_eq(view.sum(view.arg, &p, &honest), ICS_OK);
	ck_assert_uint_gt(honest.n, RECON_JOIN + 1);
	sum = honest; /* one more, where it may be */
	recon_sum_add(&sum, &in);
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_ELEMENTS);
	ck_assert_uint_eq(found, 1);
	sum = honest; /* one more, elsewhere */
	recon_sum_add(&sum, &out);
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_SYNC_FAIL);
	ck_assert_uint_eq(found, 0);
	sum = honest; /* less what we never had */
	recon_sum_remove(&sum, &in);
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_SYNC_FAIL);
	ck_assert_uint_eq(found, 0);
	sum = honest; /* a wrong count */
	sum.n++;
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_SYNC_FAIL);
	sum = honest; /* no sum of a set */
	memset(&sum.at[1], 0, sizeof(sum.at[1]));
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_SYNC_FAIL);
	recon_sum_init(&sum); /* nothing at all: they get everything */
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_ELEMENTS);
	sum.n = 0; /* nothing, but samples of something */
	sum.at[0] = honest.at[0];
	ck_assert_int_eq(answer_to(set, &sum, &found), RECON_FULL_ELEMENTS);
	recon_set_free(set);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, a_list_is_answered_by_elements_only);
	tcase_add_test(t, endless_failure_is_bounded);
	tcase_add_test(t, endless_elements_unasked);
	tcase_add_test(t, endless_requests);
	tcase_add_test(t, an_answer_without_bound);
	tcase_add_test(t, half_frames_and_silence_cost_nothing);
	tcase_add_test(t, answers_that_nobody_reads);
	tcase_add_test(t, strange_elements_are_dropped);
	tcase_add_test(t, lying_samples_are_not_solved);
}

int
main(void)
{
	return fixture_run("recon_flood", add);
}
