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
#include "intake/work.h"

#define AGAIN_AFTER_NS 1000000000u /* judge again at the latest after this */
#define ROOM_AFTER_NS  1000000000u /* nothing refused for so long: it is room */

/* A bulk commits once in so many items or octets of input: each commit writes
 * the index pages that it touched, whatever it added to them. */
#define BULK_ITEMS  8192
#define BULK_OCTETS (2u << 20)

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
};

/* ---- certificates to judge again ---- */

static void
ready_add(struct writer *wr, const struct pgp_fpr *fpr)
{
	if (wr->ready.n == 0)
		wr->ready_since = clock_mono_ns();
	*fpr_array_add(&wr->ready) = *fpr;
}

/* A certificate came: whatever waits for its key can be judged. */
static enum ics_err
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

/* Hand them to the checkers once these have nothing better to do, so that a
 * bulk load judges each certificate once for all issuers that came. */
static void
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

/* ---- one change ---- */

/* A deletion was first. What was submitted is as if it had come before that:
 * united with what is deleted, and deleted with it. Putting it back would
 * bring back what nobody submitted. */
static void
change_forget(struct change *change)
{
	store_entry_free(change->entry);
	change->entry = NULL;
	waiting_release(&change->waiting);
}

/* Somebody else changed the certificate meanwhile: unite with what is there. */
static enum ics_err
change_rebase(struct change *change, struct bytes data)
{
	struct report ignored = { 0 }; /* it was clean when stored */
	struct pgp_cert *stored = NULL, *united = NULL, *settled = NULL;
	struct store_entry *entry = NULL;
	enum ics_err err;

	TRY(pgp_cert_parse(data, &ignored, &stored));
	TRY(pgp_cert_merge(change->cert, stored, &united));
	TRY(pgp_cert_settle(united, NULL, &settled));
	TRY(store_entry_new(settled, &entry));
	pgp_cert_free(change->cert);
	store_entry_free(change->entry);
	change->cert = settled;
	change->entry = entry;
	settled = NULL;
out:
	pgp_cert_free(settled);
	pgp_cert_free(united);
	pgp_cert_free(stored);
	report_release(&ignored);
	return err;
}

static enum ics_err
base_check(struct writer *wr, struct change *change)
{
	const struct pgp_fpr *fpr = store_entry_fpr(change->entry);
	struct bytes data;
	uint8_t digest[32];
	enum ics_err err = store_peek_digest(wr->store, fpr, digest);

	if (err == ICS_ENOTFOUND && change->had_base)
		change_forget(change);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	if (err != ICS_OK)
		return err;
	if (change->had_base && memcmp(digest, change->base, 32) == 0)
		return ICS_OK;
	err = store_peek(wr->store, fpr, &data);
	return err == ICS_OK ? change_rebase(change, data) : err;
}

static enum ics_err
cert_put(struct writer *wr, struct intake_item *item, struct change *change)
{
	static const enum intake_outcome outcomes[] = {
		[STORE_INSERTED] = INTAKE_INSERTED,
		[STORE_UPDATED] = INTAKE_UPDATED,
		[STORE_UNCHANGED] = INTAKE_IGNORED,
	};
	enum store_change what;
	enum ics_err err;

	TRY(base_check(wr, change));
	if (change->entry == NULL) {
		item->outcome = INTAKE_DELETED;
		return ICS_OK;
	}
	err = store_put(wr->store, change->entry, clock_now(), &what);
	if (err == ICS_EGONE) {
		item->outcome = INTAKE_DENIED;
		report_add(&item->rep, INTAKE_REASON(denied), "just now");
		return ICS_OK;
	}
	TRY(err);
	item->outcome = outcomes[what];
	if (what == STORE_INSERTED)
		TRY(ready_add_waiting(wr,
		    pgp_cert_primary(change->cert)->keyid));
out:
	return err;
}

static enum ics_err
waiting_put(struct writer *wr, const struct waiting_sig *sig,
    enum intake_origin origin)
{
	bool operator= origin == INTAKE_OPERATOR;
	struct store_pending row = {
		.issuer_keyid = sig->issuer_keyid,
		.issuer = sig->issuer,
		.cert = sig->cert,
		.part_tag = sig->part_tag,
		.part = sig->part,
		.sig = sig->sig,
		.received = clock_now(),
	};
	bool known;
	enum ics_err err;

	memcpy(row.domain, operator? "operator" : "public",
			   operator? sizeof("operator") : sizeof("public"));
	TRY(store_pending_put(wr->store,
	    &row,
	    operator? INTAKE_PENDING_LOAD_MAX
		    : (int64_t)wr->in->config.pending_max));
	/* The issuer may have come between the check and now. */
	TRY(store_knows_keyid(wr->store, sig->issuer_keyid, &known));
	if (known)
		ready_add(wr, &sig->cert);
out:
	return err;
}

/* Two judgements of one certificate may overlap; then the other was first. */
static enum ics_err
pending_drop(struct writer *wr, int64_t id)
{
	enum ics_err err = store_pending_drop(wr->store, id);

	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
change_apply(struct writer *wr, const struct intake_job *job,
    struct intake_item *item, struct change *change)
{
	enum ics_err err = ICS_OK;

	if (change->entry != NULL)
		TRY(cert_put(wr, item, change));
	for (size_t i = 0; i < change->waiting.n; i++)
		TRY(waiting_put(wr, &change->waiting.at[i], job->origin));
	for (size_t i = 0; i < change->judged.n; i++)
		TRY(pending_drop(wr, change->judged.at[i]));
out:
	return err;
}

/* ---- one work ---- */

/* Delete, deny or allow a fingerprint; the answer is one item. */
static enum ics_err
order_apply(struct writer *wr, struct work *w)
{
	struct intake_item *item;
	enum ics_err err = ICS_OK;

	if (w->result.n == 0)
		work_item_add(w)->fpr = w->job.fpr;
	item = &w->result.items[0];
	item->outcome = INTAKE_UPDATED;
	switch (w->job.order) {
	case INTAKE_SUBMIT:
		break;
	case INTAKE_DELETE:
		err = store_delete(wr->store, &w->job.fpr, clock_now());
		item->outcome = INTAKE_DELETED;
		break;
	case INTAKE_DENY:
		err = store_deny_put(wr->store, &w->job.fpr, w->job.reason,
		    clock_now());
		item->outcome = INTAKE_DENIED;
		break;
	case INTAKE_ALLOW:
		err = store_deny_drop(wr->store, &w->job.fpr, clock_now());
		break;
	}
	if (err != ICS_ENOTFOUND)
		return err;
	work_item_refuse(item, INTAKE_REASON(no_such_cert));
	return ICS_OK;
}

static bool
work_writes(const struct work *w)
{
	if (w->result.err != ICS_OK)
		return false;
	if (w->kind == WORK_JOB && w->job.order != INTAKE_SUBMIT)
		return true;
	for (size_t i = 0; i < w->result.n; i++)
		if (w->changes[i].entry != NULL ||
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
	for (size_t i = 0; i < n && err == ICS_OK; i++)
		err = work_apply(wr, works[i]);
	if (err == ICS_OK)
		err = store_commit(wr->store);
	if (err != ICS_OK)
		store_rollback(wr->store);
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
	if (w->job.done != NULL)
		w->job.done(w->job.arg, &w->result);
	atomic_fetch_sub(&in->octets, w->job.input.n);
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
	ready_flush(wr);
	drains_answer(wr);
}

void *
writer_main(void *arg)
{
	struct writer *wr = alloc_zero(1, sizeof(*wr));
	void *taken[INTAKE_GROUP_MAX];
	size_t n;

	wr->in = arg;
	wr->store = wr->in->config.store;
	wr->drains = queue_new(1);
	while ((n = queue_take_many(wr->in->checked, taken, INTAKE_GROUP_MAX)) >
	       0) {
		group_fill(wr, taken, n);
		if (!group_is_open(wr))
			group_end(wr);
	}
	fpr_array_release(&wr->ready);
	group_end(wr); /* answers the drains that still wait */
	work_array_release(&wr->group);
	queue_free(wr->drains);
	free(wr);
	return NULL;
}
