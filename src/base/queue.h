/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bounded queue of pointers between threads. The only locks of the house
 * are in here.
 *
 * Items pass by pointer: who puts gives the item away, who takes owns it.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct queue;

/*
 * A queue has lanes, which are served in turn, so that what many put into one
 * waits for itself. Who names none puts into lane 0.
 */
#define QUEUE_LANES 16

/* A queue of at most limit items. */
struct queue *queue_new(size_t limit);

/* Only when no thread uses it any more, and it is empty. */
void queue_free(struct queue *q);

/* Give item away. ICS_EBUSY when full, ICS_ECLOSED after queue_close. */
enum ics_err queue_put(struct queue *q, void *item);

/* Likewise, into a lane, of which at most half of the limit may wait. */
enum ics_err queue_put_lane(struct queue *q, unsigned lane, void *item);

/* Like queue_put, but waits for room. Only ICS_ECLOSED fails. */
enum ics_err queue_put_wait(struct queue *q, void *item);

/*
 * Like queue_put, but beyond the limit too: for the few internal messages
 * that must not wait nor fail. Only ICS_ECLOSED fails.
 */
enum ics_err queue_put_over(struct queue *q, void *item);

/* The oldest item of the lane whose turn it is; waits. NULL only when closed and empty. */
void *queue_take(struct queue *q);

/* Likewise, or NULL at once when there is none. */
void *queue_try(struct queue *q);

/*
 * Take up to max items, waiting for the first; returns how many, 0 only when
 * closed and empty.
 */
size_t queue_take_many(struct queue *q, void **items, size_t max);

/* No more puts; takers get what is left, then NULL. */
void queue_close(struct queue *q);

/* Whether queue_take would wait: for those who can do something meanwhile. */
bool queue_is_idle(struct queue *q);

/* How many items wait now; a hint for metrics. */
size_t queue_length(struct queue *q);

#endif
