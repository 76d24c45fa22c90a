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
ARRAY_OF(struct notations_subject, subject_array);

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
	bool derive_failed;   /* likewise */
	bool has_descriptor;  /* the open transaction put one */
	struct subject_array touched; /* by the open transaction */
	struct leave_wants *wants;    /* what peers are asked for, while a walk
	                               * lets go of the rest; else NULL */
	size_t left;		      /* that this walk let go of */
	bool is_missed; /* it went past some while others worked */
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

/* Put a descriptor, if it may follow what is here. */
enum ics_err descriptor_put(struct writer *wr, const struct intake_job *job,
    struct intake_item *item, struct change *change);

/* ---- to which domains items belong: derive.c ---- */

/* Something changed about this, which may be a statement. */
void touch(struct writer *wr, const struct notations_subject *subject);
void touch_cert(struct writer *wr, const struct pgp_fpr *fpr);
/* Derive what was touched, before the commit. */
enum ics_err touched_derive(struct writer *wr);
/* Outside a transaction: what is due, and what walks; one slice, and more
 * while nobody wants us. */
void derive_idle(struct writer *wr);

/* ---- what a server of profile infield lets go of: leave.c ---- */

struct item_where;

/* Has intake_wants_set told something new, and is it time to look? */
bool leave_is_asked(const struct writer *wr);
/* Begin a walk that lets go, if so. */
enum ics_err leave_begin(struct writer *wr);
/* An item of the walk: it stays, or leaves. */
enum ics_err leave_look(struct writer *wr, const struct item_where *where,
    const struct notations_subject *subject);
/* All was looked at: once more, where something left; else it has ended. */
enum ics_err leave_walked(struct writer *wr, bool *again);
void leave_end(struct writer *wr);

/* Delete, deny or allow; the answer is one item. */
enum ics_err order_apply(struct writer *wr, struct work *w);

#endif
