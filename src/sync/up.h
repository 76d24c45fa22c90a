/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: the server further up, which is asked for what is looked
 * for here in vain.
 *
 *	up.c      what is asked for, and who waits: from any thread
 *	ask.c     the question and its answer, on the thread of sync
 *	asked.c   when each search was last asked for; pure
 *	where.c   its URL; pure
 */
#ifndef SYNC_UP_H
#define SYNC_UP_H

#include <pthread.h>

#include "sync/inside.h"

#define SYNC_UP_JOBS	32	   /* questions under way */
#define SYNC_UP_WAITERS 64	   /* for the answer to one of them */
#define SYNC_UP_CERTS	8	   /* taken from an answer */
#define SYNC_UP_ANSWER	(2u << 20) /* octets: the largest we keep, in armor */
#define SYNC_UP_REST	300u /* seconds: the longest pause after failures */

/* ---- asked.c ------------------------------------------------------------------ */

#define SYNC_ASKED_SETS 16384u
#define SYNC_ASKED_WAYS 4u /* of a set; the oldest makes room */
#define SYNC_ASKED_KEY	32 /* octets of the longest fingerprint */

struct sync_asked;
struct sync_asked *sync_asked_new(uint64_t seed);
void sync_asked_free(struct sync_asked *a); /* NULL is fine */
/* When that was: monotonic ns; 0: never, or it is forgotten. key: 8 to
 * SYNC_ASKED_KEY octets. */
uint64_t sync_asked_get(const struct sync_asked *a, struct bytes key);
void sync_asked_set(struct sync_asked *a, struct bytes key, uint64_t at);

/* ---- up.c --------------------------------------------------------------------- */

/* A search that is asked for. What its ring and waiters hold is under the
 * lock; the rest is the thread's. */
struct sync_up_job {
	struct sync_message head; /* first */
	struct sync_ring ring;
	uint8_t key[SYNC_ASKED_KEY]; /* n octets: a fingerprint or key ID */
	size_t n;
	struct sync_up_waiter {
		void (*done)(void *arg);
		void *arg;
	} waiters[SYNC_UP_WAITERS];
	size_t waiters_n;
	bool is_late; /* nobody waits for it any more */
	bool is_begun;
	struct sync_alarm late;
};

struct sync_up {
	pthread_mutex_t lock; /* of all down to the line */
	bool is_on, is_closed;
	uint64_t keep, miss; /* seconds */
	uint64_t quiet;	     /* monotonic ns: asked again from then on */
	struct sync_asked *asked;
	struct sync_ring jobs;
	size_t jobs_n;
	/* ---- */
	unsigned failures;     /* in a row */
	struct sync_peer peer; /* in no table: url and octets */
	struct sync_peer_private priv;
};

static inline struct sync_up_job *
sync_up_job_from(struct sync_ring *r)
{
	return (struct sync_up_job *)(void *)((char *)r -
					      offsetof(struct sync_up_job,
						  ring));
}

/* It is over: whoever waits looks again. */
void sync_up_end(struct sync *s, struct sync_up_job *j);
/* It was asked for; it was not, and nothing is for a while. */
void sync_up_note(struct sync *s, const struct sync_up_job *j);
void sync_up_fail(struct sync *s, const char *error, unsigned retry_after);

/* ---- ask.c -------------------------------------------------------------------- */

void sync_up_ask(struct sync *s, struct sync_up_job *j);

#endif
