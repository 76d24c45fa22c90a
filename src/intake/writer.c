/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one thread that writes. It takes whatever was checked meanwhile as a
 * group, commits it once, and only then answers: an answered write is on
 * disk.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "intake/writer.h"

#define ROOM_AFTER_NS 1000000000u /* nothing refused for so long: it is room */

/* A bulk commits once in so many items or octets of input: each commit writes
 * the index pages that it touched, whatever it added to them. */
#define BULK_ITEMS  8192
#define BULK_OCTETS (2u << 20)

/* ---- one work ---- */

static bool
work_writes(const struct work *w)
{
	if (w->result.err != ICS_OK)
		return false;
	if (w->kind == WORK_JOB && w->job.order != INTAKE_SUBMIT)
		return true;
	for (size_t i = 0; i < w->result.n; i++)
		if (w->changes[i].entry != NULL ||
		    w->changes[i].record != NULL ||
		    w->changes[i].descriptor != NULL ||
		    w->changes[i].waiting.n > 0 || w->changes[i].judged.n > 0)
			return true;
	return false;
}

static enum ics_err
work_apply(struct writer *wr, struct work *w)
{
	enum ics_err err = ICS_OK;

	if (!work_writes(w))
		return ICS_OK;
	if (w->kind == WORK_JOB && w->job.order != INTAKE_SUBMIT)
		return order_apply(wr, w);
	for (size_t i = 0; i < w->result.n; i++)
		TRY(change_apply(wr, &w->job, &w->result.items[i],
		    &w->changes[i]));
out:
	return err;
}

/* ---- a group ---- */

static bool
works_write(struct work *const *works, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (work_writes(works[i]))
			return true;
	return false;
}

static enum ics_err
works_commit(struct writer *wr, struct work **works, size_t n)
{
	enum ics_err err;

	if (!works_write(works, n))
		return ICS_OK;
	TRY(store_begin(wr->store));
	wr->touched.n = 0;
	wr->has_descriptor = false;
	for (size_t i = 0; i < n && err == ICS_OK; i++)
		err = work_apply(wr, works[i]);
	if (err == ICS_OK)
		err = touched_derive(wr);
	if (err == ICS_OK)
		err = store_commit(wr->store);
	if (err != ICS_OK)
		store_rollback(wr->store);
	else if (wr->has_descriptor)
		(void)rights_renew(wr->in, NULL); /* told */
	atomic_fetch_add(&wr->in->groups, 1);
out:
	return err;
}

/* A disk fills once and refuses thousands: the store tells that it began, we
 * that it is over. On a disk with room for some, both would alternate. */
static void
room_tell(struct writer *wr)
{
	if (wr->unroomed == 0 ||
	    clock_mono_ns() - wr->unroomed_at < ROOM_AFTER_NS)
		return;
	log_event(LOG_LEVEL_NOTE, "disk-room", "refused=%" PRIu64,
	    wr->unroomed);
	wr->unroomed = 0;
	store_full_over(wr->store);
}

static void
work_unstored(struct writer *wr, struct work *w, enum ics_err err)
{
	if (err == ICS_ENOSPACE) {
		wr->unroomed++;
		wr->unroomed_at = clock_mono_ns();
	} else {
		log_event(LOG_LEVEL_ERROR, "write", "error=%s", err_name(err));
	}
	work_refuse(w, err, INTAKE_REASON(not_stored));
}

/* When a group cannot be committed, each work is tried alone, so that one
 * that cannot be stored does not take the others with it. */
static void
group_commit(struct writer *wr)
{
	struct work_array *group = &wr->group;
	enum ics_err err;

	if (!works_write(group->at, group->n))
		return;
	err = works_commit(wr, group->at, group->n);
	if (err == ICS_OK) {
		room_tell(wr);
		return;
	}
	if (err != ICS_ENOSPACE)
		log_event(LOG_LEVEL_WARN, "group", "works=%zu error=%s",
		    group->n, err_name(err));
	for (size_t i = 0; i < group->n; i++) {
		err = works_commit(wr, &group->at[i], 1);
		if (err != ICS_OK)
			work_unstored(wr, group->at[i], err);
	}
}

static void
work_answer(struct writer *wr, struct work *w)
{
	struct intake *in = wr->in;

	for (size_t i = 0; w->kind == WORK_JOB && i < w->result.n; i++)
		atomic_fetch_add(&in->outcomes[w->result.items[i].outcome], 1);
	if (w->kind == WORK_AGAIN)
		atomic_fetch_add(&in->again, 1);
	for (size_t i = 0; i < w->ready.n; i++)
		ready_add(wr, &w->ready.at[i]);
	if (w->kind == WORK_TICK)
		atomic_store(&in->ticks, false);
	if (w->job.done != NULL)
		w->job.done(w->job.arg, &w->result);
	atomic_fetch_sub(&in->octets, w->job.input.n);
	atomic_fetch_sub(&in->lane_octets[w->job.lane], w->job.input.n);
	atomic_fetch_sub(&in->inflight, 1);
	work_free(w);
}

/* Answer who waits for quiet, when it is quiet. */
static void
drains_answer(struct writer *wr)
{
	struct work *w;

	if (atomic_load(&wr->in->inflight) > 0 || wr->ready.n > 0)
		return;
	while ((w = queue_try(wr->drains)) != NULL) {
		w->job.done(w->job.arg, &w->result);
		work_free(w);
	}
}

/* Sort the drains out of what was taken; the rest joins the group. */
static void
group_fill(struct writer *wr, void *const *taken, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct work *w = taken[i];

		if (w->kind != WORK_DRAIN) {
			*work_array_add(&wr->group) = w;
			wr->items += w->result.n;
			wr->octets += w->job.input.n;
		} else if (queue_put_over(wr->drains, w) != ICS_OK) {
			abort(); /* our own queue, never closed */
		}
	}
}

/* A bulk waits for more as long as more is under way: it ends here, since
 * nobody but us answers. */
static bool
group_is_open(const struct writer *wr)
{
	return wr->in->config.bulk && wr->items < BULK_ITEMS &&
	       wr->octets < BULK_OCTETS &&
	       atomic_load(&wr->in->inflight) > wr->group.n;
}

static void
group_end(struct writer *wr)
{
	group_commit(wr);
	for (size_t i = 0; i < wr->group.n; i++)
		work_answer(wr, wr->group.at[i]);
	wr->group.n = wr->items = wr->octets = 0;
	wr->tree_failed = wr->derive_failed = false;
	ready_flush(wr);
	drains_answer(wr);
}

/* ---- when there is nothing to do ---- */

static enum ics_err
tree_step(struct store *s)
{
	bool more;
	enum ics_err err;

	TRY(store_begin(s));
	err = store_tree_build_step(s, &more);
	if (err == ICS_OK)
		return store_commit(s);
	store_rollback(s);
out:
	return err;
}

/* A tree that is lost grows a slice at a time, until somebody wants us. */
static void
tree_build(struct writer *wr)
{
	enum ics_err err = ICS_OK;

	while (wr->group.n == 0 && !wr->tree_failed &&
	       store_tree_grows(wr->store) && queue_is_idle(wr->in->checked)) {
		err = tree_step(wr->store);
		wr->tree_failed = err != ICS_OK;
	}
	if (err != ICS_OK)
		log_event(LOG_LEVEL_WARN, "tree", "error=%s", err_name(err));
}

void *
writer_main(void *arg)
{
	struct writer *wr = alloc_zero(1, sizeof(*wr));
	void *taken[INTAKE_GROUP_MAX];
	size_t n;

	wr->in = arg;
	if (wr->in->config.gives_way)
		sandbox_give_way();
	wr->store = wr->in->config.store;
	wr->drains = queue_new(1);
	tree_build(wr);
	derive_idle(wr);
	while ((n = queue_take_many(wr->in->checked, taken, INTAKE_GROUP_MAX)) >
	       0) {
		group_fill(wr, taken, n);
		if (!group_is_open(wr))
			group_end(wr);
		tree_build(wr);
		derive_idle(wr);
	}
	fpr_array_release(&wr->ready);
	group_end(wr); /* answers the drains that still wait */
	work_array_release(&wr->group);
	subject_array_release(&wr->touched);
	queue_free(wr->drains);
	leave_end(wr);
	free(wr);
	return NULL;
}
