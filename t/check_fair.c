/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who sends much waits for himself: submissions from elsewhere overtake his,
 * one lane cannot fill the queue, and one submission ends when it has cost as
 * much as it may.
 */
#include "intake_make.h"
#include "record_make.h"

#define T0    1500000000u
#define MANY  100 /* submissions of one lane */
#define DEV   "dev:0400112233445566778899aabbccddeeff00112233"
#define GIVEN 400 /* records of one submission */

static struct maker_key alice;
static struct buf p; /* the submission at hand */

static void
begin(void)
{
	setup();
	maker_key_init(&alice, 4, 1, T0);
	buf_init(&p, PGP_CERT_RAW_MAX);
	maker_cert_put(&p, &alice, "alice");
	ck_assert_int_eq(submit(buf_bytes(&p)).outcome[0], INTAKE_INSERTED);
	buf_clear(&p);
}

static void
end(void)
{
	buf_release(&p);
	teardown();
}

static void
restart(void)
{
	stop();
	start();
}

static void
records_put(uint32_t from, uint32_t n)
{
	struct record_make how = { .by = &alice,
		.rec = "device-status/1",
		.subject = DEV,
		.status = "active" };

	for (uint32_t i = 0; i < n; i++) {
		how.created = T0 + from + i;
		record_put(&how, &p);
	}
}

/* ---- in turn ---- */

static _Atomic int order; /* of answers */

static void
counted(void *arg, const struct intake_result *result)
{
	ck_assert_int_eq(result->err, ICS_OK);
	*(int *)arg = atomic_fetch_add(&order, 1);
}

static enum ics_err
lane_put(unsigned lane, int *when)
{
	struct intake_job job = { .lane = lane, .done = counted, .arg = when };
	enum ics_err err;

	job.input = alloc_bytes(buf_bytes(&p));
	err = intake_submit(in, &job);
	if (err != ICS_OK)
		alloc_bytes_free(job.input);
	return err;
}

/* The first of the many is long, so that the others wait behind it. */
START_TEST(others_overtake)
{
	static int when[MANY + 1];

	checkers = 1;
	restart();
	order = 0;
	records_put(1000, 2000);
	ck_assert_int_eq(lane_put(1, &when[0]), ICS_OK);
	buf_clear(&p);
	records_put(0, 1);
	for (int i = 1; i < MANY; i++)
		ck_assert_int_eq(lane_put(1, &when[i]), ICS_OK);
	ck_assert_int_eq(lane_put(2, &when[MANY]), ICS_OK);
	intake_drain(in);
	ck_assert_int_eq(order, MANY + 1);
	ck_assert_msg(when[MANY] < MANY / 2, "answered as number %d",
	    when[MANY]);
}
END_TEST

START_TEST(one_lane_fills_half_of_the_queue)
{
	static int when[INTAKE_QUEUE_MAX];
	struct intake_stats stats;
	int n = 0, other;

	checkers = 1;
	restart();
	records_put(1000, 2000);
	ck_assert_int_eq(lane_put(2, &other), ICS_OK);
	buf_clear(&p);
	records_put(0, 1);
	while (n < INTAKE_QUEUE_MAX && lane_put(1, &when[n]) == ICS_OK)
		n++;
	ck_assert_int_lt(n, INTAKE_QUEUE_MAX);
	ck_assert_int_eq(lane_put(3, &other), ICS_OK);
	intake_drain(in);
	intake_stats(in, &stats);
	ck_assert_uint_eq(stats.refused_busy, 1);
}
END_TEST

/* ---- no more than it may ---- */

START_TEST(a_costly_one_ends)
{
	struct intake_job job = { 0 };
	struct answer a;

	cost_ns = 2000000;
	restart();
	records_put(0, GIVEN);
	a = submit(buf_bytes(&p));
	ck_assert_uint_eq(a.n, GIVEN);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	ck_assert_int_lt(stats_stored().records, STORE_STRANGER_MAX);
	/* What an operator loads may take as long as it takes. */
	job.origin = INTAKE_OPERATOR;
	job.input = alloc_bytes(buf_bytes(&p));
	a = job_run(&job);
	ck_assert_int_eq(stats_stored().records, GIVEN);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, others_overtake);
	tcase_add_test(t, one_lane_fills_half_of_the_queue);
	tcase_add_test(t, a_costly_one_ends);
}

int
main(void)
{
	return fixture_run("fair", add);
}
