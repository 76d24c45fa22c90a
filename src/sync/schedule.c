/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Periods, their jitter, and chance by weight. */
#include "sync/schedule.h"

#include <stdbool.h>

#define JITTER 10 /* percent, either way */

uint64_t
sync_random(uint64_t *seed)
{
	/* Marsaglia's xorshift64: chance, not secrecy, is wanted here. */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

uint64_t
sync_schedule_first(unsigned every, uint64_t now, uint64_t *seed)
{
	unsigned most = every < SYNC_FIRST_MAX ? every : SYNC_FIRST_MAX;

	return now + sync_random(seed) % (most * SYNC_SECOND + 1);
}

/* Seconds of a period, without jitter. */
static uint64_t
period(const struct sync_pace *pace)
{
	uint64_t most =
	    pace->every > SYNC_BACKOFF_MAX ? pace->every : SYNC_BACKOFF_MAX;
	uint64_t seconds = pace->every;

	for (unsigned i = 0; i < pace->failures && seconds < most; i++)
		seconds *= 2;
	return seconds < most ? seconds : most;
}

uint64_t
sync_schedule_next(const struct sync_pace *pace, uint64_t now, uint64_t *seed)
{
	uint64_t wanted = pace->retry_after < SYNC_BACKOFF_MAX
			      ? pace->retry_after
			      : SYNC_BACKOFF_MAX;
	uint64_t ns = period(pace) * SYNC_SECOND;
	uint64_t tenth = ns / (100 / JITTER);

	ns += sync_random(seed) % (2 * tenth + 1);
	ns -= tenth;
	return now + (ns < wanted * SYNC_SECOND ? wanted * SYNC_SECOND : ns);
}

static bool
is_due(const struct sync_turn *turn, uint64_t now)
{
	return turn->due != 0 && turn->due <= now;
}

size_t
sync_schedule_pick(const struct sync_turn *turns, size_t n, uint64_t now,
    uint64_t *seed)
{
	uint64_t sum = 0, at;

	for (size_t i = 0; i < n; i++)
		sum += is_due(&turns[i], now) ? turns[i].weight : 0;
	if (sum == 0)
		return n;
	at = sync_random(seed) % sum;
	for (size_t i = 0; i < n; i++) {
		if (!is_due(&turns[i], now))
			continue;
		if (at < turns[i].weight)
			return i;
		at -= turns[i].weight;
	}
	return n;
}
