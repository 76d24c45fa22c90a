/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue: order, limit, closing, and nothing lost between threads. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "fixture.h"

static int items[1000];

START_TEST(first_in_first_out_up_to_the_limit)
{
	struct queue *q = queue_new(3);

	ck_assert_ptr_null(queue_try(q));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(queue_put(q, &items[i]), ICS_OK);
	ck_assert_int_eq(queue_put(q, &items[3]), ICS_EBUSY);
	ck_assert_int_eq(queue_put_over(q, &items[3]), ICS_OK);
	ck_assert_uint_eq(queue_length(q), 4);
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_eq(queue_take(q), &items[i]);
	queue_close(q);
	queue_free(q);
	queue_free(NULL);
}
END_TEST

/* One lane is full of what many brought; the others are served in turn. */
START_TEST(lanes_are_served_in_turn)
{
	static const int expected[] = { 0, 10, 20, 1, 21, 2, 3 };
	struct queue *q = queue_new(8);

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(queue_put_lane(q, 1, &items[i]), ICS_OK);
	ck_assert_int_eq(queue_put_lane(q, 1, &items[4]), ICS_EBUSY);
	ck_assert_int_eq(queue_put_lane(q, 2, &items[10]), ICS_OK);
	ck_assert_int_eq(queue_put_lane(q, QUEUE_LANES - 1, &items[20]),
	    ICS_OK);
	ck_assert_int_eq(queue_put_lane(q, QUEUE_LANES - 1, &items[21]),
	    ICS_OK);
	ck_assert_uint_eq(queue_length(q), 7);
	ck_assert_int_eq(queue_put(q, &items[30]), ICS_OK);
	ck_assert_int_eq(queue_put_lane(q, 2, &items[11]), ICS_EBUSY);
	ck_assert_ptr_eq(queue_take(q), &items[30]);
	for (size_t i = 0; i < 7; i++)
		ck_assert_ptr_eq(queue_take(q), &items[expected[i]]);
	queue_close(q);
	ck_assert_int_eq(queue_put_lane(q, 1, &items[0]), ICS_ECLOSED);
	queue_free(q);
}
END_TEST

START_TEST(closing_leaves_what_is_in)
{
	struct queue *q = queue_new(10);
	void *got[10];

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(queue_put(q, &items[i]), ICS_OK);
	queue_close(q);
	ck_assert_int_eq(queue_put(q, &items[0]), ICS_ECLOSED);
	ck_assert_int_eq(queue_put_wait(q, &items[0]), ICS_ECLOSED);
	ck_assert_int_eq(queue_put_over(q, &items[0]), ICS_ECLOSED);
	ck_assert_uint_eq(queue_take_many(q, got, 2), 2);
	ck_assert_ptr_eq(got[1], &items[1]);
	ck_assert_uint_eq(queue_take_many(q, got, 2), 1);
	ck_assert_uint_eq(queue_take_many(q, got, 2), 0);
	ck_assert_ptr_null(queue_take(q));
	queue_free(q);
}
END_TEST

START_TEST(the_ring_grows_in_order)
{
	struct queue *q = queue_new(1000);

	for (int i = 0; i < 40; i++) /* so that the ring wraps */
		ck_assert_int_eq(queue_put(q, &items[i]), ICS_OK);
	for (int i = 0; i < 40; i++)
		ck_assert_ptr_eq(queue_try(q), &items[i]);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(queue_put(q, &items[i]), ICS_OK);
	ck_assert_int_eq(queue_put(q, &items[0]), ICS_EBUSY);
	for (int i = 0; i < 1000; i++)
		ck_assert_ptr_eq(queue_try(q), &items[i]);
	queue_free(q);
}
END_TEST

#define PER_THREAD 20000

static atomic_long taken;

static void *
producer(void *arg)
{
	for (int i = 0; i < PER_THREAD; i++)
		if (queue_put_wait(arg, &items[i % 1000]) != ICS_OK)
			return arg;
	return NULL;
}

static void *
consumer(void *arg)
{
	void *got[7];
	size_t n;

	while ((n = queue_take_many(arg, got, 7)) > 0)
		atomic_fetch_add(&taken, (long)n);
	return NULL;
}

START_TEST(threads_lose_nothing)
{
	struct queue *q = queue_new(16);
	pthread_t in[3], out[3];
	void *failed;

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(pthread_create(&out[i], NULL, consumer, q), 0);
		ck_assert_int_eq(pthread_create(&in[i], NULL, producer, q), 0);
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(pthread_join(in[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	queue_close(q);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_join(out[i], NULL), 0);
	ck_assert_int_eq(atomic_load(&taken), 3L * PER_THREAD);
	queue_free(q);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, first_in_first_out_up_to_the_limit);
	tcase_add_test(t, lanes_are_served_in_turn);
	tcase_add_test(t, closing_leaves_what_is_in);
	tcase_add_test(t, the_ring_grows_in_order);
	tcase_add_test(t, threads_lose_nothing);
}

int
main(void)
{
	return fixture_run("queue", add);
}
