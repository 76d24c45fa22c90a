/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The door while no server runs: an intake of our own. Its threads answer a
 * batch by filling it and putting it into a queue that the load's thread
 * empties; between submission and that queue the batch is theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/queue.h"
#include "client/out.h"
#include "ics/load.h"
#include "ics/operate.h"

/* Small, so that all checkers have work; large enough to cost little. */
#define FILE_BLOCKS 32
#define FILE_OCTETS (128u << 10)
#define FILE_AHEAD  256 /* batches, so that the writer's groups fill */

struct file_door {
	struct operate_file file;
	struct queue *answered;
};

/* The door travels with the batch. */
struct errand {
	struct file_door *door;
	struct load_batch *batch;
};

/* On intake's thread. */
static void
batch_answered(void *arg, const struct intake_result *result)
{
	struct errand *errand = arg;
	struct load_batch *batch = errand->batch;

	batch->err = result->err;
	if (result->err != ICS_OK && load_err_is_answer(result->err))
		load_outcome_refuse(load_outcomes_add(&batch->outcomes),
		    result->err, &result->rep);
	for (size_t i = 0; result->err == ICS_OK && i < result->n; i++)
		load_outcome_set(load_outcomes_add(&batch->outcomes),
		    &result->items[i]);
	/* The queue has room for all, and closes after intake has ended. */
	if (queue_put_over(errand->door->answered, batch) != ICS_OK)
		abort();
	free(errand);
}

static enum ics_err
file_submit(void *self, struct load_batch *batch)
{
	struct file_door *door = self;
	struct errand *errand = alloc_zero(1, sizeof(*errand));
	struct intake_job job = { .order = INTAKE_SUBMIT,
		.origin = INTAKE_OPERATOR,
		.input = alloc_bytes(buf_bytes(&batch->data)),
		.takes_descriptors = true,
		.done = batch_answered,
		.arg = errand };
	enum ics_err err;

	*errand = (struct errand){ door, batch };
	err = intake_submit_wait(door->file.in, &job);
	if (err != ICS_OK) {
		out_fail("load: %s", err_words(err));
		free((void *)(uintptr_t)job.input.p);
		free(errand);
	}
	return err;
}

static enum ics_err
file_turn(void *self, bool wait)
{
	struct file_door *door = self;
	struct load_batch *batch =
	    wait ? queue_take(door->answered) : queue_try(door->answered);

	for (; batch != NULL; batch = queue_try(door->answered))
		batch->answered = true;
	return ICS_OK;
}

static enum ics_err
file_settle(void *self, int64_t *waiting)
{
	struct file_door *door = self;
	struct store_stats stats = { 0 };
	struct store_reader *r = NULL;
	enum ics_err err;

	intake_drain(door->file.in);
	/* A second reader, since the store itself is the writer's. */
	TRY(store_reader_open(door->file.dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(store_stats(r, &stats));
	*waiting = stats.pending;
out:
	store_reader_close(r);
	return err;
}

static void
file_close(void *self)
{
	struct file_door *door = self;

	/* A failure is told there; what was answered is on disk. */
	(void)operate_file_close(&door->file);
	queue_free(door->answered);
	free(door);
}

enum ics_err
load_door_file(const struct where *where, struct load_door *door)
{
	struct file_door *self = alloc_zero(1, sizeof(*self));
	enum ics_err err = operate_file_open(where->dir, true, &self->file);

	if (err != ICS_OK) {
		free(self);
		return err;
	}
	self->answered = queue_new(1);
	*door = (struct load_door){ FILE_BLOCKS, FILE_OCTETS, FILE_AHEAD, self,
		file_submit, file_turn, file_settle, file_close };
	return ICS_OK;
}
