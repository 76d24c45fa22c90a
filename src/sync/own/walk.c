/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A walk over the digests of all that we have, over one snapshot, some a turn
 * of the loop, so that other peers are answered meanwhile.
 */
#include <string.h>

#include "base/clock.h"
#include "sync/own.h"

#define TURN  4096 /* digests that one turn looks at */
#define BLOCK 128

void
sync_walk_end(struct sync *s, struct sync_own *own)
{
	if (own->view != NULL)
		sync_view_give(s, own->view);
	own->view = NULL;
	own->walk = (struct sync_walk){ 0 };
	own->has_after = false;
}

/* *n less than asked for: that was the end. */
static enum ics_err
block(struct sync_own *own, size_t *n)
{
	struct store_digest out[BLOCK];
	struct store_digests found = { .out = out, .max = BLOCK };
	enum ics_err err;

	TRY(store_digest_next(own->view, own->has_after ? own->after : NULL,
	    &found));
	*n = found.n;
	for (size_t i = 0; i < *n; i++)
		own->walk.each(own, out[i].digest);
	if (*n > 0) {
		memcpy(own->after, out[*n - 1].digest, sizeof(own->after));
		own->has_after = true;
	}
out:
	return err;
}

static void
turn(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	sync_then *then = own->walk.then;
	size_t n = BLOCK;
	enum ics_err err = ICS_OK;

	for (size_t done = 0; err == ICS_OK && n == BLOCK && done < TURN;
	     done += n)
		err = block(own, &n);
	if (err != ICS_OK) {
		sync_own_fail_store(s, p, err);
	} else if (n == BLOCK) {
		sync_timer_set(p, SYNC_TIMER_ROUND, clock_mono_ns(), turn);
	} else {
		sync_walk_end(s, own);
		then(s, p);
	}
}

void
sync_walk_start(struct sync *s, struct sync_peer *p,
    const struct sync_walk *walk)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_result why = { .error = "views",
		.words = "too many sessions go on for one more" };

	own->walk = *walk;
	own->has_after = false;
	if (sync_view_take(s, &own->view) == ICS_OK)
		turn(s, p);
	else
		sync_own_fail(s, p, &why);
}
