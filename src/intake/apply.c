/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One change, or one order, as the writer puts it into the store. What was
 * judged ahead is put as it is when nobody was faster, else united with what
 * is there.
 */
#include <stdio.h>

#include "base/clock.h"
#include "intake/writer.h"

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
change_rebase(struct writer *wr, struct change *change, struct bytes data)
{
	struct report ignored = { 0 }; /* it was clean when stored */
	struct pgp_cert *stored = NULL, *united = NULL, *settled = NULL;
	struct store_entry *entry = NULL;
	enum ics_err err;

	TRY(pgp_cert_parse(data, &ignored, &stored));
	TRY(pgp_cert_merge(change->cert, stored, &united));
	TRY(pgp_cert_settle(united, &wr->in->makers, &settled));
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
	return err == ICS_OK ? change_rebase(wr, change, data) : err;
}

/* Certifications wait for primary keys, records also for subkeys, which may
 * come later. */
static enum ics_err
keys_awake(struct writer *wr, const struct pgp_cert *cert,
    enum store_change what)
{
	enum ics_err err = ICS_OK;

	if (what == STORE_UNCHANGED)
		return ICS_OK;
	for (size_t i = what == STORE_INSERTED ? 0 : 1; i < cert->parts_n; i++)
		if (cert->parts[i].key.version != 0)
			TRY(ready_add_waiting(wr, cert->parts[i].key.keyid));
out:
	return err;
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

	err = base_check(wr, change);
	if (err == ICS_EDENIED) {
		/* It had a maker when it was judged; he is one no more. */
		work_item_refuse(item, PGP_REASON(evaporated));
		return ICS_OK;
	}
	TRY(err);
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
	if (what != STORE_UNCHANGED)
		touch_cert(wr, store_entry_fpr(change->entry));
	TRY(keys_awake(wr, change->cert, what));
out:
	return err;
}

static void
item_take(struct intake_item *item, enum store_taken taken)
{
	switch (taken) {
	case STORE_TAKEN:
		item->outcome = INTAKE_INSERTED;
		break;
	case STORE_TAKEN_BEFORE:
		item->outcome = INTAKE_IGNORED;
		break;
	case STORE_FULL:
		work_item_refuse(item, INTAKE_REASON(subject_full));
		break;
	case STORE_FULL_STRANGERS:
		work_item_refuse(item, INTAKE_REASON(strangers_full));
		break;
	case STORE_FULL_STRANGER:
		work_item_refuse(item, INTAKE_REASON(stranger_full));
		break;
	}
}

/* Put a record; whoever waits for it by either of its names can be judged. */
static enum ics_err
record_put(struct writer *wr, struct intake_item *item, struct change *change)
{
	enum store_taken taken;
	uint64_t names[2];
	enum ics_err err;

	TRY(store_record_put(wr->store, change->record, clock_now(), &taken));
	item_take(item, taken);
	if (taken != STORE_TAKEN)
		return ICS_OK;
	touch(wr, &item->subject);
	for (size_t i = store_record_entry_names(change->record, names); i > 0;
	     i--)
		TRY(ready_add_waiting(wr, names[i - 1]));
out:
	return err;
}

/* A record of the public finds its place taken when many of its lane wait for
 * the same: else whoever names one absent issuer drives out those who wait for
 * others. Nobody can tell yet who really signed what waits; so who floods a
 * name is told by where he sends from, and other lanes stay open. */
static enum ics_err
place_check(struct writer *wr, const struct store_pending *row,
    const struct intake_job *job, bool *is_full)
{
	int64_t n = 0;
	enum ics_err err = ICS_OK;

	if (job->origin != INTAKE_OPERATOR &&
	    row->part_tag == PGP_TAG_SIGNATURE)
		err = store_pending_lane(wr->store, row,
		    INTAKE_PENDING_NAME_MAX, &n);
	*is_full = n == INTAKE_PENDING_NAME_MAX;
	return err;
}

static void
row_fill(const struct waiting_sig *sig, const struct intake_job *job,
    struct store_pending *row)
{
	bool is_ours = job->origin == INTAKE_OPERATOR;

	*row = (struct store_pending){
		.issuer_keyid = sig->issuer_keyid,
		.issuer = sig->issuer,
		.cert = sig->cert,
		.part_tag = sig->part_tag,
		.part = sig->part,
		.sig = sig->sig,
		.received = clock_now(),
	};
	(void)snprintf(row->domain, sizeof(row->domain), "%s",
	    is_ours	   ? INTAKE_LANE_OPERATOR
	    : job->is_peer ? INTAKE_LANE_PEER
			   : "public"); /* fits */
	if (!is_ours && !job->is_peer && job->lane != 0)
		(void)snprintf(row->domain, sizeof(row->domain), "public/%u",
		    job->lane); /* fits */
}

/* What it waits for may have come between the check and now. */
static enum ics_err
arrival_check(struct writer *wr, const struct waiting_sig *sig)
{
	bool known = sig->part_tag == PGP_TAG_SIGNATURE &&
		     sig->issuer.version == 0; /* a record: nobody tells */
	enum ics_err err = ICS_OK;

	if (!known)
		err = store_knows_keyid(wr->store, sig->issuer_keyid, &known);
	if (err == ICS_OK && known)
		ready_add(wr, &sig->cert);
	return err;
}

static enum ics_err
waiting_put(struct writer *wr, const struct waiting_sig *sig,
    const struct intake_job *job, struct intake_item *item)
{
	struct store_pending row;
	bool is_full;
	enum ics_err err;

	row_fill(sig, job, &row);
	TRY(place_check(wr, &row, job, &is_full));
	if (is_full) {
		work_item_refuse(item, INTAKE_REASON(too_many_wait));
		return ICS_OK;
	}
	TRY(store_pending_put(wr->store, &row,
	    job->origin == INTAKE_OPERATOR
		? INTAKE_PENDING_LOAD_MAX
		: (int64_t)wr->in->config.pending_max));
	TRY(arrival_check(wr, sig));
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

enum ics_err
change_apply(struct writer *wr, const struct intake_job *job,
    struct intake_item *item, struct change *change)
{
	enum ics_err err = ICS_OK;

	if (change->entry != NULL)
		TRY(cert_put(wr, item, change));
	/* What an operator loads was let in before, or he answers for it. */
	if (change->record != NULL && job->origin == INTAKE_OPERATOR)
		store_record_entry_seat(change->record);
	if (change->record != NULL)
		TRY(record_put(wr, item, change));
	if (change->descriptor != NULL)
		TRY(descriptor_put(wr, job, item, change));
	/* First, for what waits on may wait as the same row. */
	for (size_t i = 0; i < change->judged.n; i++)
		TRY(pending_drop(wr, change->judged.at[i]));
	for (size_t i = 0; i < change->waiting.n; i++)
		TRY(waiting_put(wr, &change->waiting.at[i], job, item));
out:
	return err;
}

/* ---- what an operator orders ---- */

/* What a record is about is known only as long as it is here. */
static enum ics_err
gone_touch(struct writer *wr, const struct pgp_fpr *fpr)
{
	struct store_record rec;
	struct store_reader *r;
	enum ics_err err;

	if (!intake_fpr_is_record(fpr)) {
		touch_cert(wr, fpr);
		return ICS_OK;
	}
	TRY(store_peek_reader(wr->store, &r));
	err = store_record_get(r, fpr->b, &rec);
	if (err == ICS_OK)
		touch(wr, &rec.subject);
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

enum ics_err
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
		TRY(gone_touch(wr, &w->job.fpr));
		err = intake_fpr_is_record(&w->job.fpr)
			  ? store_record_delete(wr->store, w->job.fpr.b,
				clock_now())
			  : store_delete(wr->store, &w->job.fpr, clock_now());
		item->outcome = INTAKE_DELETED;
		break;
	case INTAKE_DENY:
		touch_cert(wr, &w->job.fpr);
		err = store_deny_put(wr->store, &w->job.fpr, w->job.reason,
		    clock_now());
		item->outcome = INTAKE_DENIED;
		break;
	case INTAKE_ALLOW:
		err = store_deny_drop(wr->store, &w->job.fpr, clock_now());
		break;
	}
	if (err == ICS_ENOTFOUND) {
		work_item_refuse(item, INTAKE_REASON(no_such_cert));
		err = ICS_OK;
	}
out:
	return err;
}
