/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Octets to intake, and its answers back to this thread. Intake answers on a
 * thread of its own: what it says is copied there and comes by the queue.
 * Invariant: "abroad" counts what intake has, and is lowered last, so that we
 * are still here when its thread has done with us.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define RETRY_NS (SYNC_SECOND / 20) /* while intake's queue is full */

struct submission {
	struct sync_message head; /* first */
	struct sync_ring ring;	  /* of struct sync's submissions */
	struct sync *s;
	struct sync_submit what; /* peer NULL: nobody asks any more */
	bool is_abroad;
	struct sync_submitted result;
	struct intake_item *items; /* owned; of result */
};

static struct submission *
submission_from(struct sync_ring *r)
{
	return (struct submission *)(void *)((char *)r -
					     offsetof(struct submission, ring));
}

static void
submission_free(struct submission *u)
{
	sync_ring_remove(&u->ring);
	alloc_bytes_free(u->what.input);
	for (size_t i = 0; i < u->result.n; i++)
		report_release(&u->items[i].rep);
	free(u->items);
	free(u);
}

/* ---- on intake's thread ------------------------------------------------------------ */

static void
outcome_count(struct sync_submitted *sum, enum intake_outcome outcome)
{
	switch (outcome) {
	case INTAKE_INSERTED:
		sum->inserted++;
		break;
	case INTAKE_UPDATED:
		sum->updated++;
		break;
	case INTAKE_IGNORED:
	case INTAKE_DELETED:
	case INTAKE_RECEIVED:
		sum->ignored++;
		break;
	case INTAKE_WAITING:
		sum->waiting++;
		break;
	case INTAKE_INVALID:
		sum->invalid++;
		break;
	case INTAKE_DENIED:
		sum->denied++;
		break;
	}
}

static void
result_copy(struct submission *u, const struct intake_result *result)
{
	u->items = alloc_zero(result->n + 1, sizeof(*u->items));
	u->result.err = result->err;
	for (size_t i = 0; i < result->n; i++) {
		u->items[i] = result->items[i];
		memset(&u->items[i].rep, 0, sizeof(u->items[i].rep));
		report_merge(&u->items[i].rep, &result->items[i].rep);
		outcome_count(&u->result, result->items[i].outcome);
	}
	u->result.items = u->items;
	u->result.n = result->n;
}

static void
intake_answered(void *arg, const struct intake_result *result)
{
	struct submission *u = arg;
	struct sync *s = u->s;

	result_copy(u, result);
	/* The queue is closed only when nothing is abroad. */
	if (sync_message_put(s, &u->head, true) != ICS_OK)
		abort();
	atomic_fetch_sub(&s->abroad, 1);
}

/* ---- on ours ------------------------------------------------------------------------- */

/* False when intake has no room. */
static bool
hand_over(struct sync *s, struct submission *u)
{
	struct intake_job job = { .order = INTAKE_SUBMIT,
		.origin = INTAKE_PUBLIC,
		.is_peer = u->what.peer->conf.kind == SYNC_ICS &&
			   u->what.peer->conf.may_alter,
		.lane = 1 + (unsigned)u->what.peer->priv->slot % INTAKE_LANES,
		.input = u->what.input,
		.takes_descriptors = u->what.takes_descriptors,
		.done = intake_answered,
		.arg = u };

	/* First: the answer may come before submit returns. */
	atomic_fetch_add(&s->abroad, 1);
	u->is_abroad = true;
	u->what.input = bytes_of(NULL, 0);
	if (intake_submit(s->config.in, &job) == ICS_OK)
		return true;
	u->what.input = job.input;
	u->is_abroad = false;
	atomic_fetch_sub(&s->abroad, 1);
	return false;
}

static void
retry_due(struct sync *s, void *arg)
{
	struct sync_ring *r = s->submissions.next, *next;

	(void)arg;
	for (; r != &s->submissions; r = next) {
		struct submission *u = submission_from(r);

		next = r->next;
		if (u->is_abroad || hand_over(s, u))
			continue;
		sync_alarm_set(s, &s->retry, s->now + RETRY_NS);
		return;
	}
}

struct intake *
sync_intake(const struct sync *s)
{
	return s->config.in;
}

void
sync_submit_open(struct sync *s)
{
	sync_alarm_init(&s->retry, retry_due, NULL);
}

void
sync_submit_start(struct sync *s, const struct sync_submit *what)
{
	struct submission *u = alloc_zero(1, sizeof(*u));

	u->head.kind = SYNC_MESSAGE_SUBMITTED;
	u->s = s;
	u->what = *what;
	sync_ring_append(&s->submissions, &u->ring);
	if (!hand_over(s, u))
		sync_alarm_set(s, &s->retry, s->now + RETRY_NS);
}

void
sync_submit_take(struct sync *s, struct sync_message *m)
{
	struct submission *u = (struct submission *)(void *)m;

	if (u->what.peer != NULL)
		u->what.done(s, u->what.peer, u->what.arg, &u->result);
	submission_free(u);
}

void
sync_submit_cancel(struct sync *s, struct sync_peer *p)
{
	struct sync_ring *r = s->submissions.next, *next;

	for (; r != &s->submissions; r = next) {
		struct submission *u = submission_from(r);

		next = r->next;
		if (u->what.peer != p)
			continue;
		u->what.peer = NULL;
		if (!u->is_abroad)
			submission_free(u);
	}
}
