/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting, feeding and stopping the pipeline. Invariant: every job that was
 * taken is answered exactly once, also while stopping.
 */
#include "intake/intake.h"

#include <stdlib.h>
#include <unistd.h>

#include "intake/work.h"

static unsigned
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static enum ics_err
threads_start(struct intake *in)
{
	unsigned want =
	    in->config.checkers != 0 ? in->config.checkers : cores();

	if (pthread_create(&in->writer, NULL, writer_main, in) != 0)
		return ICS_EBUSY;
	in->checkers = alloc_zero(want, sizeof(*in->checkers));
	while (in->checkers_n < want) {
		if (pthread_create(&in->checkers[in->checkers_n], NULL,
			checker_main, in) != 0)
			return ICS_EBUSY;
		in->checkers_n++;
	}
	return ICS_OK;
}

/* Close a queue, then wait for those who read it: the order is the flow's. */
static void
threads_stop(struct intake *in)
{
	queue_close(in->todo);
	for (unsigned i = 0; i < in->checkers_n; i++)
		(void)pthread_join(in->checkers[i], NULL); /* our own */
	queue_close(in->checked);
	if (in->checkers != NULL)
		(void)pthread_join(in->writer, NULL); /* our own */
}

enum ics_err
intake_new(const struct intake_config *config, struct intake **out)
{
	struct intake *in = alloc_zero(1, sizeof(*in));
	enum ics_err err;

	in->config = *config;
	if (in->config.pending_max == 0)
		in->config.pending_max = INTAKE_PENDING_MAX;
	if (in->config.cost_ns == 0)
		in->config.cost_ns = INTAKE_COST_NS;
	atomic_init(&in->rederives, true);
	in->live = domain_live_new();
	(void)pthread_mutex_init(&in->renewing, NULL); /* always 0 on Linux */
	in->makers = (struct pgp_makers){ rights_has_maker, rights_knows, in };
	in->dir = alloc_str(config->dir);
	in->todo = queue_new(INTAKE_QUEUE_MAX);
	in->checked = queue_new(INTAKE_QUEUE_MAX);
	TRY(store_reader_open(in->dir, in->config.store, &in->descriptors));
	TRY(rights_renew(in, &config->rights));
	TRY(threads_start(in));
	/* What waited when the last process ended is looked at first. */
	atomic_fetch_add(&in->inflight, 1);
	TRY(queue_put_over(in->todo, work_new(WORK_RESUME, NULL)));
	*out = in;
	return ICS_OK;
out:
	intake_free(in);
	*out = NULL;
	return err;
}

void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	threads_stop(in);
	queue_free(in->todo);
	queue_free(in->checked);
	store_reader_close(in->descriptors);
	domain_live_free(in->live);
	(void)pthread_mutex_destroy(&in->renewing); /* nobody holds it */
	free(atomic_load(&in->wants));
	free(in->wants_text);
	free(in->checkers);
	free(in->dir);
	free(in);
}

/* Hand a work to the checkers; on failure the job stays the caller's. */
static enum ics_err
work_submit(struct intake *in, const struct intake_job *job, bool waits)
{
	struct work *w = work_new(WORK_JOB, job);
	enum ics_err err;

	atomic_fetch_add(&in->inflight, 1);
	atomic_fetch_add(&in->octets, job->input.n);
	atomic_fetch_add(&in->lane_octets[job->lane], job->input.n);
	err = waits ? queue_put_wait(in->todo, w)
		    : queue_put_lane(in->todo, job->lane, w);
	if (err != ICS_OK) {
		w->job.input = bytes_of(NULL, 0);
		atomic_fetch_sub(&in->inflight, 1);
		atomic_fetch_sub(&in->octets, job->input.n);
		atomic_fetch_sub(&in->lane_octets[job->lane], job->input.n);
		work_free(w);
	} else {
		atomic_fetch_add(&in->submissions, 1);
	}
	return err;
}

/* A single input may be larger than the sum; it then goes alone. */
static bool
has_room(struct intake *in, const struct intake_job *job)
{
	size_t octets = atomic_load(&in->octets);
	size_t of_lane = atomic_load(&in->lane_octets[job->lane]);

	if (octets == 0)
		return true;
	if (octets + job->input.n > INTAKE_OCTETS_MAX)
		return false;
	return job->lane == 0 || of_lane == 0 ||
	       of_lane + job->input.n <= INTAKE_OCTETS_MAX / 2;
}

enum ics_err
intake_submit(struct intake *in, const struct intake_job *job)
{
	enum ics_err err = ICS_EBUSY;

	if (has_room(in, job))
		err = work_submit(in, job, false);
	if (err == ICS_EBUSY)
		atomic_fetch_add(&in->busy, 1);
	return err;
}

enum ics_err
intake_submit_wait(struct intake *in, const struct intake_job *job)
{
	return work_submit(in, job, true);
}

void
intake_tick(struct intake *in)
{
	struct work *w;

	if (atomic_exchange(&in->ticks, true))
		return; /* one is on its way */
	w = work_new(WORK_TICK, NULL);
	atomic_fetch_add(&in->inflight, 1);
	if (queue_put_over(in->checked, w) != ICS_OK) {
		atomic_fetch_sub(&in->inflight, 1); /* stopping */
		work_free(w);
	}
}

static void
drained(void *arg, const struct intake_result *result)
{
	static const char token; /* only its address travels */

	(void)result; /* a drain changes nothing */
	/* The queue is our caller's, open and empty: it takes one. */
	if (queue_put_over(arg, (void *)(uintptr_t)&token) != ICS_OK)
		abort();
}

void
intake_drain(struct intake *in)
{
	struct queue *answer = queue_new(1);
	struct intake_job job = { .done = drained, .arg = answer };
	struct work *w = work_new(WORK_DRAIN, &job);

	if (queue_put_over(in->todo, w) == ICS_OK)
		(void)queue_take(answer); /* the token */
	else
		work_free(w);
	queue_free(answer);
}

void
intake_stats(struct intake *in, struct intake_stats *out)
{
	*out = (struct intake_stats){
		.submissions = atomic_load(&in->submissions),
		.inserted = atomic_load(&in->outcomes[INTAKE_INSERTED]),
		.updated = atomic_load(&in->outcomes[INTAKE_UPDATED]),
		.ignored = atomic_load(&in->outcomes[INTAKE_IGNORED]),
		.invalid = atomic_load(&in->outcomes[INTAKE_INVALID]),
		.denied = atomic_load(&in->outcomes[INTAKE_DENIED]),
		.waiting = atomic_load(&in->outcomes[INTAKE_WAITING]),
		.judged_again = atomic_load(&in->again),
		.groups = atomic_load(&in->groups),
		.refused_busy = atomic_load(&in->busy),
		.queued = queue_length(in->todo),
		.under_way = atomic_load(&in->inflight),
	};
}
