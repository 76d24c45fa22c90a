/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Alarms. There are some hundred at most, so a ring is looked through; and
 * one that is set by an alarm waits for the next turn, so that no turn lasts
 * for ever.
 */
#include "sync/inside.h"

void
sync_alarm_init(struct sync_alarm *a, void (*call)(struct sync *s, void *arg),
    void *arg)
{
	*a = (struct sync_alarm){ .call = call, .arg = arg };
	sync_ring_init(&a->ring);
}

void
sync_alarm_set(struct sync *s, struct sync_alarm *a, uint64_t at)
{
	sync_ring_remove(&a->ring);
	a->at = at;
	a->turn = s->turn;
	if (at != 0)
		sync_ring_append(&s->alarms, &a->ring);
}

static struct sync_alarm *
due_find(struct sync *s)
{
	for (struct sync_ring *r = s->alarms.next; r != &s->alarms;
	     r = r->next) {
		struct sync_alarm *a = (struct sync_alarm *)(void *)r;

		if (a->at <= s->now && a->turn != s->turn)
			return a;
	}
	return NULL;
}

void
sync_alarms_run(struct sync *s)
{
	struct sync_alarm *a;

	/* From the start each time: a call may take any other back. */
	while ((a = due_find(s)) != NULL) {
		sync_alarm_set(s, a, 0);
		a->call(s, a->arg);
	}
}

uint64_t
sync_alarms_next(const struct sync *s)
{
	uint64_t next = UINT64_MAX;

	for (const struct sync_ring *r = s->alarms.next; r != &s->alarms;
	     r = r->next) {
		const struct sync_alarm *a =
		    (const struct sync_alarm *)(const void *)r;

		if (a->at < next)
			next = a->at;
	}
	return next;
}
