/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to the writer's thread: its state, and what it does about one
 * change (apply.c) or about those who wait (ready.c). Everything here stands
 * inside the open transaction, unless it says otherwise.
 */
#ifndef INTAKE_WRITER_H
#define INTAKE_WRITER_H

#include "intake/work.h"

ARRAY_OF(struct work *, work_array);

struct writer {
	struct intake *in;
	struct store *store;
	struct fpr_array ready; /* certificates to judge again */
	uint64_t ready_since;
	struct work_array group;
	size_t items, octets; /* of the group */
	struct queue *drains; /* WORK_DRAINs that wait for quiet */
	uint64_t unroomed;    /* works refused since the disk is full */
	uint64_t unroomed_at; /* the last of them, clock_mono_ns */
	bool tree_failed;     /* a slice of it: not before the next group */
};

/* Judge again whatever waits about a certificate, or this record. */
void ready_add(struct writer *wr, const struct pgp_fpr *about);

/* A key came: whatever waits for its key ID can be judged. */
enum ics_err ready_add_waiting(struct writer *wr, uint64_t keyid);

/* Outside a transaction: hand them to the checkers once these have nothing
 * better to do, so that a bulk load judges each certificate once for all
 * issuers that came. */
void ready_flush(struct writer *wr);

/* Put what a change wants; the outcome is in item. */
enum ics_err change_apply(struct writer *wr, const struct intake_job *job,
    struct intake_item *item, struct change *change);

/* Delete, deny or allow; the answer is one item. */
enum ics_err order_apply(struct writer *wr, struct work *w);

#endif
