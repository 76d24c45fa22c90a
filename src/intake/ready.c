/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is to be judged again, since what he waits for is here by now. What is
 * lost when the process ends is found by the next start.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "intake/writer.h"

#define AGAIN_AFTER_NS 1000000000u /* judge again at the latest after this */

void
ready_add(struct writer *wr, const struct pgp_fpr *about)
{
	if (wr->ready.n == 0)
		wr->ready_since = clock_mono_ns();
	*fpr_array_add(&wr->ready) = *about;
}

enum ics_err
ready_add_waiting(struct writer *wr, uint64_t keyid)
{
	struct pgp_fpr at = { 0 };
	enum ics_err err;

	while ((err = store_pending_next_target(wr->store, keyid, &at, &at)) ==
	       ICS_OK)
		ready_add(wr, &at);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static int
fpr_order(const void *a, const void *b)
{
	const struct pgp_fpr *x = a, *y = b;
	int order = bytes_compare(pgp_fpr_bytes(x), pgp_fpr_bytes(y));

	return order != 0 ? order : (int)x->version - (int)y->version;
}

/* Sort and drop doubles. */
static void
ready_unite(struct fpr_array *ready)
{
	size_t kept = 0;

	qsort(ready->at, ready->n, sizeof(*ready->at), fpr_order);
	for (size_t i = 0; i < ready->n; i++)
		if (kept == 0 ||
		    fpr_order(&ready->at[kept - 1], &ready->at[i]) != 0)
			ready->at[kept++] = ready->at[i];
	ready->n = kept;
}

void
ready_flush(struct writer *wr)
{
	struct intake *in = wr->in;
	struct intake_job job = { 0 };

	if (wr->ready.n == 0 ||
	    (queue_length(in->todo) > 0 &&
		(in->config.bulk ||
		    clock_mono_ns() - wr->ready_since < AGAIN_AFTER_NS)))
		return;
	ready_unite(&wr->ready);
	for (size_t i = 0; i < wr->ready.n; i++) {
		struct work *w;

		job.fpr = wr->ready.at[i];
		w = work_new(WORK_AGAIN, &job);
		atomic_fetch_add(&in->inflight, 1);
		if (queue_put_over(in->todo, w) != ICS_OK) {
			/* Stopping: the next start finds them by itself. */
			atomic_fetch_sub(&in->inflight, 1);
			work_free(w);
		}
	}
	fpr_array_release(&wr->ready);
}
