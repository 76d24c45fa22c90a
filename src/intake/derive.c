/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To which domains items belong, kept in step: what a transaction touches is
 * derived in it; what a new descriptor, other rights, a party's certificate or
 * the time may have moved is derived afterwards, some at a time. Invariant: the
 * rows of one item are always those of one set.
 */
#include "base/clock.h"
#include "base/log.h"
#include "intake/writer.h"
#include "item/item.h"

#define SLICE_NS UINT64_C(20000000) /* of a walk, then others have their turn */

/* One transaction's deriving. */
struct deriving {
	struct writer *wr;
	struct domain_set *set; /* held */
	struct item_where where;
};

static enum ics_err
deriving_begin(struct writer *wr, struct deriving *d)
{
	*d = (struct deriving){ .wr = wr,
		.set = domain_live_hold(wr->in->live) };
	d->where.set = d->set;
	d->where.now = clock_now();
	/* Where there is no domain nobody looks. */
	return domain_set_size(d->set) == 0
		   ? ICS_OK
		   : store_peek_reader(wr->store, &d->where.reader);
}

static void
deriving_end(struct deriving *d)
{
	domain_set_drop(d->set);
}

/* What is damaged stays where it was, and holds up nobody; fsck names it. */
static enum ics_err
damaged_pass(struct deriving *d, const struct notations_subject *subject)
{
	char name[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(subject, name);
	log_event(LOG_LEVEL_ERROR, "derive",
	    "item=%s words=\"damaged\" help=\"ics fsck tells more\"", name);
	return store_due_put(d->wr->store, subject, INT64_MAX);
}

static enum ics_err
derive(struct deriving *d, const struct notations_subject *subject)
{
	struct item_membership m;
	enum ics_err err = item_membership(&d->where, subject, &m);

	if (err == ICS_ECORRUPT)
		return damaged_pass(d, subject);
	TRY(err);
	TRY(store_membership_set(d->wr->store, subject, &m.bits));
	TRY(store_due_put(d->wr->store, subject, m.next));
out:
	return err;
}

/* What it spoke about may count for more or less now. */
static enum ics_err
party_walk(struct deriving *d, const struct notations_subject *subject,
    enum store_reach reach)
{
	struct pgp_fpr fpr;

	if (!notations_subject_fpr(subject, &fpr))
		return ICS_OK;
	return store_walk_put(d->wr->store, &fpr, reach);
}

/* ---- what a transaction touches ---- */

void
touch(struct writer *wr, const struct notations_subject *subject)
{
	struct subject_array *all = &wr->touched;

	/* Many records about one thing come together. */
	if (subject->kind != NOTATIONS_SUBJECT_NONE &&
	    (all->n == 0 ||
		!notations_subject_equal(&all->at[all->n - 1], subject)))
		*subject_array_add(all) = *subject;
}

void
touch_cert(struct writer *wr, const struct pgp_fpr *fpr)
{
	struct notations_subject subject;

	notations_subject_of_fpr(fpr, &subject);
	touch(wr, &subject);
}

static enum ics_err
touched_one(struct deriving *d, struct notations_subject subject)
{
	enum ics_err err = store_statement_settle(d->where.reader, &subject);

	if (err == ICS_ENOTFOUND)
		return ICS_OK; /* it will be touched when that comes */
	TRY(err);
	TRY(derive(d, &subject));
	TRY(party_walk(d, &subject, STORE_WALK_FAR));
out:
	return err;
}

enum ics_err
touched_derive(struct writer *wr)
{
	struct deriving d;
	enum ics_err err = deriving_begin(wr, &d);

	for (size_t i = 0;
	     err == ICS_OK && domain_set_size(d.set) > 0 && i < wr->touched.n;
	     i++)
		err = touched_one(&d, wr->touched.at[i]);
	deriving_end(&d);
	return err;
}

/* ---- when there is nothing else to do ---- */

/* The next that is due or walked; ICS_ENOTFOUND. */
static enum ics_err
next_derive(struct deriving *d)
{
	struct store *s = d->wr->store;
	struct store_walked at;
	enum ics_err err = store_due_next(s, d->where.now, &at.subject);

	if (err == ICS_OK)
		return derive(d, &at.subject);
	if (err == ICS_ENOTFOUND)
		err = store_walk_step(s, &at);
	TRY(err);
	TRY(derive(d, &at.subject));
	if (at.reach == STORE_WALK_FAR)
		TRY(party_walk(d, &at.subject, STORE_WALK_NEAR));
	err = leave_look(d->wr, &d->where, &at.subject);
out:
	return err;
}

/* Other rights, or a new process with maybe others: all of it. */
static enum ics_err
all_begin(struct deriving *d)
{
	static const struct pgp_fpr all = { .version = 0 };

	if (!atomic_exchange(&d->wr->in->rederives, false))
		return leave_begin(d->wr);
	return store_walk_put(d->wr->store, &all, STORE_WALK_NEAR);
}

static enum ics_err
slice_derive(struct deriving *d, bool *more)
{
	uint64_t end = clock_mono_ns() + SLICE_NS;
	enum ics_err err = all_begin(d);

	*more = true;
	while (err == ICS_OK && clock_mono_ns() < end)
		err = next_derive(d);
	return err == ICS_ENOTFOUND ? leave_walked(d->wr, more) : err;
}

/* Is there anything? Looked at outside a transaction, since it is asked each
 * time the writer rests. */
static enum ics_err
is_wanted(struct deriving *d, bool *is)
{
	struct notations_subject subject;
	enum ics_err err;

	*is = domain_set_size(d->set) > 0;
	if (!*is || atomic_load(&d->wr->in->rederives) || leave_is_asked(d->wr))
		return ICS_OK;
	TRY(store_walk_is(d->where.reader, is));
	if (*is)
		return ICS_OK;
	err = store_due_next(d->wr->store, d->where.now, &subject);
	*is = err == ICS_OK;
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

/* The walk that lets go may have been begun in it. */
static void
slice_undo(struct writer *wr)
{
	store_rollback(wr->store);
	if (wr->wants != NULL)
		atomic_store(&wr->in->rederives, true);
}

static enum ics_err
slice_run(struct writer *wr, bool *more)
{
	struct deriving d;
	enum ics_err err;

	*more = false;
	TRY(deriving_begin(wr, &d));
	TRY(is_wanted(&d, more));
	if (!*more)
		goto out;
	TRY(store_begin(wr->store));
	err = slice_derive(&d, more);
	if (err == ICS_OK)
		err = store_commit(wr->store);
	else
		slice_undo(wr);
out:
	deriving_end(&d);
	return err;
}

void
derive_idle(struct writer *wr)
{
	bool more = wr->group.n == 0 && !wr->derive_failed;
	enum ics_err err = ICS_OK;

	/* One slice in any case: where somebody always wants us a walk goes on
	 * all the same. */
	while (more) {
		err = slice_run(wr, &more);
		wr->derive_failed = err != ICS_OK;
		more = more && err == ICS_OK && queue_is_idle(wr->in->checked);
	}
	if (err != ICS_OK)
		log_event(LOG_LEVEL_WARN, "derive", "error=%s", err_name(err));
}
