/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose turn it is. Pure: the clock and the seed are given. Equal periods
 * drift apart by jitter, a peer that fails is asked less and less, and where
 * more are due than may run, chance decides by weight.
 */
#ifndef SYNC_SCHEDULE_H
#define SYNC_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define SYNC_SECOND	 UINT64_C(1000000000)
#define SYNC_BACKOFF_MAX 3600u /* seconds; more only where every says so */
#define SYNC_FIRST_MAX	 10u   /* seconds until the first round */

/* The next number of a series (xorshift); *seed must not be 0. */
uint64_t sync_random(uint64_t *seed);

struct sync_pace {
	unsigned every;	      /* seconds; > 0 */
	unsigned failures;    /* in a row, up to now */
	unsigned retry_after; /* seconds that the peer asked for; 0 none */
};

/* When the first round begins: soon, but not for all at once. */
uint64_t sync_schedule_first(unsigned every, uint64_t now, uint64_t *seed);

/* When the next one does: a period from now, +-10 %; doubled for each failure
 * up to an hour; never before the peer wants it (of which an hour counts). */
uint64_t sync_schedule_next(const struct sync_pace *pace, uint64_t now,
    uint64_t *seed);

struct sync_turn {
	uint64_t due;	 /* 0: never by itself */
	unsigned weight; /* > 0 */
};

/* One of those that are due, by weight; n when none is. */
size_t sync_schedule_pick(const struct sync_turn *turns, size_t n, uint64_t now,
    uint64_t *seed);

#endif
