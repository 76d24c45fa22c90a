/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is, for any seed: bounds hold, chance follows weights. */
#include "fixture.h"
#include "sync/schedule.h"

#define ROUNDS 2000

START_TEST(a_period_is_kept_within_a_tenth)
{
	uint64_t seed = fixture_random() | 1, least = UINT64_MAX, most = 0;
	struct sync_pace pace = { 60, 0, 0 };

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t at = sync_schedule_next(&pace, 1000, &seed) - 1000;

		least = at < least ? at : least;
		most = at > most ? at : most;
	}
	ck_assert_uint_ge(least, 54 * SYNC_SECOND);
	ck_assert_uint_le(most, 66 * SYNC_SECOND);
	/* It is used, too. */
	ck_assert_uint_le(least, 55 * SYNC_SECOND);
	ck_assert_uint_ge(most, 65 * SYNC_SECOND);
}
END_TEST

START_TEST(failures_double_it_up_to_an_hour)
{
	static const struct {
		unsigned every, failures, seconds;
	} rows[] = { { 60, 1, 120 }, { 60, 3, 480 }, { 60, 5, 1920 },
		{ 60, 6, 3600 }, { 60, 4000000000u, 3600 }, { 1, 11, 2048 },
		{ 1, 12, 3600 }, { 7200, 0, 7200 }, { 7200, 9, 7200 },
		{ 604800, 9, 604800 } };
	uint64_t seed = fixture_random() | 1;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sync_pace pace = { rows[i].every, rows[i].failures, 0 };
		uint64_t ns = rows[i].seconds * SYNC_SECOND;

		for (int k = 0; k < 100; k++) {
			uint64_t at = sync_schedule_next(&pace, 7, &seed) - 7;

			ck_assert_uint_ge(at, ns - ns / 10);
			ck_assert_uint_le(at, ns + ns / 10);
		}
	}
}
END_TEST

START_TEST(what_the_peer_asks_for_is_heard)
{
	struct sync_pace pace = { 60, 0, 300 };
	uint64_t seed = fixture_random() | 1;

	ck_assert_uint_eq(sync_schedule_next(&pace, 0, &seed),
	    300 * SYNC_SECOND);
	/* But nobody sends us away for ever. */
	pace.retry_after = 1000000;
	ck_assert_uint_eq(sync_schedule_next(&pace, 0, &seed),
	    3600 * SYNC_SECOND);
	pace.retry_after = 1;
	ck_assert_uint_ge(sync_schedule_next(&pace, 0, &seed),
	    54 * SYNC_SECOND);
}
END_TEST

START_TEST(the_first_comes_soon)
{
	uint64_t seed = fixture_random() | 1;

	for (int i = 0; i < ROUNDS; i++) {
		ck_assert_uint_le(sync_schedule_first(60, 5, &seed),
		    10 * SYNC_SECOND + 5);
		ck_assert_uint_le(sync_schedule_first(1, 5, &seed),
		    SYNC_SECOND + 5);
		ck_assert_uint_ge(sync_schedule_first(1, 5, &seed), 5);
	}
}
END_TEST

START_TEST(chance_decides_by_weight)
{
	static const struct sync_turn turns[] = { { 10, 1 }, { 0, 1000 },
		{ 10, 3 }, { 101, 1000 }, { 100, 6 } };
	uint64_t seed = fixture_random() | 1;
	size_t got[5] = { 0 };

	for (int i = 0; i < 10 * ROUNDS; i++)
		got[sync_schedule_pick(turns, 5, 100, &seed)]++;
	ck_assert_uint_eq(got[1], 0);
	ck_assert_uint_eq(got[3], 0);
	for (size_t i = 0; i < 5; i += 2) {
		size_t mean = ROUNDS * turns[i].weight;

		ck_assert_uint_ge(got[i], mean - mean / 5);
		ck_assert_uint_le(got[i], mean + mean / 5);
	}
	ck_assert_uint_eq(sync_schedule_pick(turns, 5, 9, &seed), 5);
	ck_assert_uint_eq(sync_schedule_pick(turns, 0, 9, &seed), 0);
}
END_TEST

/* Sixty-four that begin together spread out, and none is left behind. */
START_TEST(nobody_starves)
{
	uint64_t seed = fixture_random() | 1, now = 1, step = SYNC_SECOND;
	struct sync_turn turns[64];
	struct sync_pace pace = { 60, 0, 0 };
	unsigned got[64] = { 0 };

	for (size_t i = 0; i < 64; i++)
		turns[i] = (struct sync_turn){ now, (unsigned)(1 + i % 5) };
	/* An hour, in which 64 rounds a minute are wanted and 60 can be. */
	for (; now < 3600 * SYNC_SECOND; now += step) {
		size_t next = sync_schedule_pick(turns, 64, now, &seed);

		if (next == 64)
			continue;
		got[next]++;
		turns[next].due = sync_schedule_next(&pace, now, &seed);
	}
	for (size_t i = 0; i < 64; i++)
		ck_assert_uint_ge(got[i], 30);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, a_period_is_kept_within_a_tenth);
	tcase_add_test(t, failures_double_it_up_to_an_hour);
	tcase_add_test(t, what_the_peer_asks_for_is_heard);
	tcase_add_test(t, the_first_comes_soon);
	tcase_add_test(t, chance_decides_by_weight);
	tcase_add_test(t, nobody_starves);
}

int
main(void)
{
	return fixture_run("sync_schedule", add);
}
