/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who waits for the next commit. Invariant: a waiting connection costs a
 * comparison every tenth of a second, holds no snapshot and no thread, and is
 * called at once when the server drains.
 */
#include "base/clock.h"
#include "hkp/server.h"

void
hkp_watch_start(struct hkp_worker *w, struct hkp_watch *watch)
{
	watch->prev = w->watches.prev;
	watch->next = &w->watches;
	w->watches.prev->next = watch;
	w->watches.prev = watch;
}

void
hkp_watch_stop(struct hkp_watch *watch)
{
	if (watch->next == NULL)
		return;
	watch->prev->next = watch->next;
	watch->next->prev = watch->prev;
	watch->prev = watch->next = NULL;
}

static bool
is_due(const struct hkp_worker *w, const struct hkp_watch *watch)
{
	return w->draining || w->stopping || watch->until <= w->now ||
	       watch->news != store_news(w->h->start.store);
}

void
hkp_watches_look(struct hkp_worker *w)
{
	struct hkp_watch *next;

	w->watched = w->now;
	for (struct hkp_watch *at = w->watches.next; at != &w->watches;
	     at = next) {
		next = at->next;
		if (!is_due(w, at))
			continue;
		hkp_watch_stop(at);
		at->call(at->arg);
	}
}

bool
hkp_worker_is_ending(const struct hkp_worker *w)
{
	return w->draining || w->stopping;
}

unsigned
hkp_worker_number(const struct hkp_worker *w)
{
	return (unsigned)(w - w->h->workers);
}

struct hkp_worker *
hkp_worker_at(struct hkp *h, unsigned number)
{
	return number < h->workers_n ? &h->workers[number] : NULL;
}

uint64_t
hkp_worker_now(const struct hkp_worker *w)
{
	return w->now;
}
