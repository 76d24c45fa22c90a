/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring for each lane, under one mutex with two conditions. */
#include "base/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

struct ring {
	void **at; /* NULL until it is used */
	size_t cap, head, n;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled, drained;
	struct ring lanes[QUEUE_LANES];
	unsigned turn; /* the lane that is served next */
	size_t n;      /* in all of them */
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
	for (unsigned i = 0; i < QUEUE_LANES; i++)
		free(q->lanes[i].at);
	free(q);
}

static void
ring_grow(struct ring *r)
{
	size_t cap = r->cap == 0 ? 8 : r->cap * 2;
	void **wider = alloc_zero(cap, sizeof(*wider));

	for (size_t i = 0; i < r->n; i++)
		wider[i] = r->at[(r->head + i) % r->cap];
	free(r->at);
	r->at = wider;
	r->cap = cap;
	r->head = 0;
}

static void
ring_push(struct ring *r, void *item)
{
	if (r->n == r->cap)
		ring_grow(r);
	r->at[(r->head + r->n++) % r->cap] = item;
}

static void *
ring_shift(struct ring *r)
{
	void *item = r->at[r->head];

	r->head = (r->head + 1) % r->cap;
	r->n--;
	return item;
}

static void
push(struct queue *q, unsigned lane, void *item)
{
	ring_push(&q->lanes[lane], item);
	q->n++;
	(void)pthread_cond_signal(&q->filled); /* cannot fail */
}

static void *
shift(struct queue *q)
{
	unsigned lane = q->turn;

	if (q->n == 0)
		return NULL;
	while (q->lanes[lane].n == 0)
		lane = (lane + 1) % QUEUE_LANES;
	q->turn = (lane + 1) % QUEUE_LANES;
	q->n--;
	(void)pthread_cond_signal(&q->drained); /* cannot fail */
	return ring_shift(&q->lanes[lane]);
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
		push(q, 0, item);
	pthread_mutex_unlock(&q->lock);
	return err;
}

enum ics_err
queue_put_lane(struct queue *q, unsigned lane, void *item)
{
	enum ics_err err = ICS_OK;

	assert(lane < QUEUE_LANES);
	pthread_mutex_lock(&q->lock);
	if (q->closed)
		err = ICS_ECLOSED;
	else if (q->n >= q->limit ||
		 (lane != 0 && q->lanes[lane].n >= (q->limit + 1) / 2))
		err = ICS_EBUSY;
	else
		push(q, lane, item);
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
		push(q, 0, item);
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
	item = shift(q);
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
		items[n++] = shift(q);
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
