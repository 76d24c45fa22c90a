/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading keyrings:
 *
 *	input ─▶ batch ─▶ door ─▶ answered, in any order ─▶ told in file order
 *
 * A door is one of two ways in: the running server's socket, or an intake of
 * our own over the file. Everything here but the door's insides runs on one
 * thread.
 */
#ifndef ICS_LOAD_H
#define ICS_LOAD_H

#include "base/array.h"
#include "base/buf.h"
#include "ics/ics.h"
#include "ics/progress.h"
#include "intake/intake.h"

/* What came of one block. Strings may be empty. */
struct load_outcome {
	enum intake_outcome outcome;
	bool is_record, is_descriptor;
	char name[INTAKE_NAME_MAX]; /* fingerprint, digest of a record, or
	                             * domain:NAME */
	char reason[40], about[REPORT_ABOUT_MAX], words[160], help[200];
};
ARRAY_OF(struct load_outcome, load_outcomes);

/* Blocks that travel together; owned by the load. */
struct load_batch {
	const char *name; /* of the file; lent by it */
	size_t first;	  /* ordinal of the first block, from 1 */
	size_t *ends;	  /* n: where each block ends in data; owned */
	size_t n;
	struct buf data; /* the blocks, one after another */
	/* Descriptors, which follow each other, and whose owners must be here:
	 * nothing else is under way with them. */
	bool has_texts;
	/* The answer. err is not ICS_OK when the batch as a whole failed. */
	bool answered;
	enum ics_err err;
	struct load_outcomes outcomes;
};

/* The blocks of a batch are one view each. */
struct bytes load_batch_block(const struct load_batch *batch, size_t i);

struct load_door {
	size_t blocks_max, octets_max; /* of a batch */
	size_t batches_max;	       /* under way at once */
	void *self;
	/*
	 * Send the batch (it stays where it is until it is answered); waits
	 * for room. An error of the world, told, ends the load.
	 */
	enum ics_err (*submit)(void *self, struct load_batch *batch);
	/* See to it that batches get answered; waits for one with wait. */
	enum ics_err (*turn)(void *self, bool wait);
	/* After the last answer: have everything that waits judged again. */
	enum ics_err (*settle)(void *self, int64_t *waiting);
	void (*close)(void *self);
};

/* Open the door; failures are told. */
enum ics_err load_door_file(const struct where *where, struct load_door *door);
enum ics_err load_door_socket(const struct where *where,
    struct load_door *door);

/* Copy what an intake item says. */
void load_outcome_set(struct load_outcome *to, const struct intake_item *item);
/* The same for a whole submission that was refused. */
void load_outcome_refuse(struct load_outcome *to, enum ics_err err,
    const struct report *rep);
/* True for errors that speak of the data, not of the world. */
bool load_err_is_answer(enum ics_err err);

#endif
