/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring under one mutex with two conditions. */
#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled, drained;
	void **ring;
	size_t cap, head, n;
	size_t limit;
	bool closed;
};

struct queue *
queue_new(size_t limit)
{
	struct queue *q = alloc_zero(1, sizeof(*q));

	/* Default attributes: these cannot fail on Linux. */
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_cond_init(&q->filled, NULL);
	(void)pthread_cond_init(&q->drained, NULL);
	q->limit = limit;
	q->cap = limit < 64 ? limit + 1 : 64;
	q->ring = alloc_zero(q->cap, sizeof(*q->ring));
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	(void)pthread_cond_destroy(&q->drained);
	(void)pthread_cond_destroy(&q->filled);
	(void)pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

static void
ring_grow(struct queue *q)
{
	void **wider = alloc_zero(q->cap * 2, sizeof(*wider));

	for (size_t i = 0; i < q->n; i++)
		wider[i] = q->ring[(q->head + i) % q->cap];
	free(q->ring);
	q->ring = wider;
	q->cap *= 2;
	q->head = 0;
}

static void
ring_push(struct queue *q, void *item)
{
	if (q->n == q->cap)
		ring_grow(q);
	q->ring[(q->head + q->n++) % q->cap] = item;
	(void)pthread_cond_signal(&q->filled); /* cannot fail */
}

static void *
ring_shift(struct queue *q)
{
	void *item;

	if (q->n == 0)
		return NULL;
	item = q->ring[q->head];
	q->head = (q->head + 1) % q->cap;
	q->n--;
	(void)pthread_cond_signal(&q->drained); /* cannot fail */
	return item;
}

/* Put, unless so many items wait already. */
static enum ics_err
put_below(struct queue *q, void *item, size_t limit)
{
	enum ics_err err = ICS_OK;

	pthread_mutex_lock(&q->lock);
	if (q->closed)
		err = ICS_ECLOSED;
	else if (q->n >= limit)
		err = ICS_EBUSY;
	else
		ring_push(q, item);
	pthread_mutex_unlock(&q->lock);
	return err;
}

enum ics_err
queue_put(struct queue *q, void *item)
{
	return put_below(q, item, q->limit);
}

enum ics_err
queue_put_over(struct queue *q, void *item)
{
	return put_below(q, item, SIZE_MAX);
}

enum ics_err
queue_put_wait(struct queue *q, void *item)
{
	enum ics_err err = ICS_OK;

	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->n >= q->limit)
		pthread_cond_wait(&q->drained, &q->lock);
	if (q->closed)
		err = ICS_ECLOSED;
	else
		ring_push(q, item);
	pthread_mutex_unlock(&q->lock);
	return err;
}

void *
queue_take(struct queue *q)
{
	void *item = NULL;

	(void)queue_take_many(q, &item, 1); /* NULL says the same as 0 */
	return item;
}

void *
queue_try(struct queue *q)
{
	void *item;

	pthread_mutex_lock(&q->lock);
	item = ring_shift(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

size_t
queue_take_many(struct queue *q, void **items, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->n == 0)
		pthread_cond_wait(&q->filled, &q->lock);
	while (n < max && q->n > 0)
		items[n++] = ring_shift(q);
	pthread_mutex_unlock(&q->lock);
	return n;
}

void
queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_cond_broadcast(&q->drained);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_is_idle(struct queue *q)
{
	bool idle;

	pthread_mutex_lock(&q->lock);
	idle = q->n == 0 && !q->closed;
	pthread_mutex_unlock(&q->lock);
	return idle;
}

size_t
queue_length(struct queue *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}
