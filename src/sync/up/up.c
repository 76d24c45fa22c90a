/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Somebody looks for a certificate: is it asked for further up, is it asked
 * for already, or is there nothing to wait for. That is decided at once on the
 * thread of who asks, under a lock that is held for some look-ups in memory;
 * the question itself is the thread of sync's. Invariant: whatever is full, or
 * fails, is a no, and a no costs nobody time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cursor.h"
#include "base/log.h"
#include "sync/schedule.h"
#include "sync/up.h"

/* ---- life ------------------------------------------------------------------------ */

void
sync_up_open(struct sync *s)
{
	struct sync_up *up = alloc_zero(1, sizeof(*up));

	(void)pthread_mutex_init(&up->lock, NULL); /* always 0 on Linux */
	up->asked = sync_asked_new(s->seed);
	sync_ring_init(&up->jobs);
	up->peer.conf.kind = SYNC_HKP;
	up->peer.priv = &up->priv;
	up->priv.s = s;
	s->up = up;
	sync_up_take(s);
}

void
sync_up_take(struct sync *s)
{
	const struct sync_config *config = &s->config;
	const char *url = config->upstream == NULL ? "" : config->upstream;
	struct sync_up *up = s->up;

	(void)pthread_mutex_lock(&up->lock); /* never taken twice */
	up->is_on = url[0] != '\0' && !config->is_mute;
	up->keep = config->upstream_keep;
	up->miss = config->upstream_miss;
	if (strcmp(url, up->peer.conf.url) != 0) {
		/* What another one did not have this one may. */
		sync_asked_free(up->asked);
		up->asked = sync_asked_new(s->seed);
		up->quiet = 0;
		up->failures = 0;
		(void)snprintf(up->peer.conf.url, sizeof(up->peer.conf.url),
		    "%s", url); /* its length is known */
	}
	(void)pthread_mutex_unlock(&up->lock);
}

void
sync_up_close(struct sync *s)
{
	struct sync_up *up = s->up;
	struct sync_ring *r, *next;

	(void)pthread_mutex_lock(&up->lock);
	up->is_closed = true; /* no further jobs: the ring is ours alone */
	(void)pthread_mutex_unlock(&up->lock);
	sync_http_cancel(s, &up->peer);
	sync_submit_cancel(s, &up->peer);
	for (r = up->jobs.next; r != &up->jobs; r = next) {
		struct sync_up_job *j = sync_up_job_from(r);

		next = r->next;
		/* The others end when their message is taken. */
		if (j->is_begun)
			sync_up_end(s, j);
	}
}

void
sync_up_free(struct sync *s)
{
	if (s->up == NULL)
		return;
	sync_asked_free(s->up->asked);
	(void)pthread_mutex_destroy(&s->up->lock); /* nobody holds it */
	free(s->up);
	s->up = NULL;
}

/* ---- wanting --------------------------------------------------------------------- */

static size_t
key_write(const struct sync_wanted *w, uint8_t key[SYNC_ASKED_KEY])
{
	struct buf octets;
	size_t n = w->fpr.n;

	_Static_assert(sizeof(w->fpr.b) <= SYNC_ASKED_KEY, "it fits");
	if (n > 0) {
		memcpy(key, w->fpr.b, n);
		return n;
	}
	buf_init(&octets, sizeof(w->keyid));
	buf_be64(&octets, w->keyid);
	n = octets.n;
	memcpy(key, octets.p, n);
	buf_release(&octets);
	return n;
}

static struct sync_up_job *
job_find(struct sync_up *up, struct bytes key)
{
	for (struct sync_ring *r = up->jobs.next; r != &up->jobs; r = r->next) {
		struct sync_up_job *j = sync_up_job_from(r);

		if (bytes_equal(bytes_of(j->key, j->n), key))
			return j;
	}
	return NULL;
}

/* Was it asked for long enough ago? Of what nobody remembers, and is here, the
 * last change counts. */
static bool
is_due(const struct sync_up *up, const struct sync_wanted *w, struct bytes key)
{
	uint64_t at = sync_asked_get(up->asked, key), now = clock_mono_ns();
	uint64_t pause = w->since == 0 ? up->miss : up->keep;

	if (now < up->quiet)
		return false;
	if (at != 0)
		return now - at >= pause * SYNC_SECOND;
	return w->since == 0 || clock_now() - w->since >= (int64_t)pause;
}

static bool
wait_for(struct sync_up_job *j, const struct sync_wanted *w)
{
	if (j->is_late || j->waiters_n == SYNC_UP_WAITERS)
		return false;
	if (w->done != NULL)
		j->waiters[j->waiters_n++] =
		    (struct sync_up_waiter){ w->done, w->arg };
	return true;
}

static bool
job_begin(struct sync *s, const struct sync_wanted *w, struct bytes key)
{
	struct sync_up_job *j = alloc_zero(1, sizeof(*j));

	j->head.kind = SYNC_MESSAGE_WANTED;
	j->n = key.n;
	memcpy(j->key, key.p, key.n);
	(void)wait_for(j, w); /* it is the first */
	if (sync_message_put(s, &j->head, false) != ICS_OK) {
		free(j);
		return false;
	}
	sync_ring_append(&s->up->jobs, &j->ring);
	s->up->jobs_n++;
	return true;
}

/* Under the lock. */
static bool
want(struct sync *s, const struct sync_wanted *w, struct bytes key)
{
	struct sync_up *up = s->up;
	struct sync_up_job *j = job_find(up, key);
	bool is_asked = w->since == 0 && w->done == NULL;

	if (j != NULL)
		return w->since == 0 && wait_for(j, w);
	if (up->jobs_n == SYNC_UP_JOBS || !is_due(up, w, key))
		return false;
	return is_asked || (job_begin(s, w, key) && w->since == 0);
}

bool
sync_want(struct sync *s, const struct sync_wanted *w)
{
	struct sync_up *up = s->up;
	uint8_t key[SYNC_ASKED_KEY];
	bool yes;

	(void)pthread_mutex_lock(&up->lock);
	yes = up->is_on && !up->is_closed;
	if (yes && w != NULL)
		yes = want(s, w, bytes_of(key, key_write(w, key)));
	(void)pthread_mutex_unlock(&up->lock);
	return yes;
}

/* ---- what came of it ------------------------------------------------------------- */

/* Whoever waits does so no more. */
static void
waiters_tell(struct sync_up *up, struct sync_up_job *j, bool is_over)
{
	struct sync_up_waiter waiters[SYNC_UP_WAITERS];
	size_t n;

	(void)pthread_mutex_lock(&up->lock);
	n = j->waiters_n;
	memcpy(waiters, j->waiters, n * sizeof(waiters[0]));
	j->waiters_n = 0;
	j->is_late = true;
	if (is_over) {
		sync_ring_remove(&j->ring);
		up->jobs_n--;
	}
	(void)pthread_mutex_unlock(&up->lock);
	for (size_t i = 0; i < n; i++)
		waiters[i].done(waiters[i].arg);
}

static void
late_due(struct sync *s, void *arg)
{
	waiters_tell(s->up, arg, false);
}

void
sync_up_begin(struct sync *s, struct sync_message *m)
{
	struct sync_up_job *j = (struct sync_up_job *)(void *)m;

	sync_alarm_init(&j->late, late_due, j);
	/* A reload may have taken the server away since. */
	if (s->up->is_closed || s->up->peer.conf.url[0] == '\0') {
		sync_up_end(s, j);
		return;
	}
	j->is_begun = true;
	sync_alarm_set(s, &j->late, s->now + SYNC_UP_SECONDS * SYNC_SECOND);
	sync_up_ask(s, j);
}

void
sync_up_end(struct sync *s, struct sync_up_job *j)
{
	sync_alarm_set(s, &j->late, 0);
	waiters_tell(s->up, j, true);
	free(j);
}

void
sync_up_note(struct sync *s, const struct sync_up_job *j)
{
	struct sync_up *up = s->up;

	if (up->failures > 0)
		log_event(LOG_LEVEL_NOTE, "upstream", "url=%s error=none",
		    up->peer.conf.url);
	up->failures = 0;
	(void)pthread_mutex_lock(&up->lock);
	sync_asked_set(up->asked, bytes_of(j->key, j->n), s->now);
	up->quiet = 0;
	(void)pthread_mutex_unlock(&up->lock);
}

void
sync_up_fail(struct sync *s, const char *error, unsigned retry_after)
{
	struct sync_up *up = s->up;
	unsigned rest = 2u << (up->failures < 8 ? up->failures : 8);

	if (s->now < up->quiet)
		return; /* one of those that were under way already */
	if (rest < retry_after)
		rest = retry_after;
	if (rest > SYNC_UP_REST)
		rest = SYNC_UP_REST;
	if (up->failures++ == 0)
		log_event(LOG_LEVEL_WARN, "upstream",
		    "url=%s error=%s why=\"what is not here is not looked for "
		    "there for a while\"",
		    up->peer.conf.url, error);
	(void)pthread_mutex_lock(&up->lock);
	up->quiet = s->now + rest * SYNC_SECOND;
	(void)pthread_mutex_unlock(&up->lock);
}
