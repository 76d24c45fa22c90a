/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A checker: everything about a submission that costs processor time and
 * needs no write. It merges ahead with the version it sees; the writer puts
 * the result as it is when that version is still the stored one.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "intake/work.h"

#define KEYS_MAX (8u * PGP_PACKET_MAX) /* octets of candidate issuers' keys */

enum ics_err
stored_get(struct checker *c, const struct pgp_fpr *fpr, struct pgp_cert **cert,
    uint8_t digest[32])
{
	struct report ignored = { 0 }; /* it was clean when stored */
	struct store_cert row;
	enum ics_err err;

	*cert = NULL;
	err = store_cert_get_primary(c->reader, fpr, &row);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	if (err != ICS_OK)
		return err;
	memcpy(digest, row.digest, 32);
	err = pgp_cert_parse(row.data, &ignored, cert);
	report_release(&ignored);
	return err == ICS_OK ? ICS_OK : ICS_ECORRUPT;
}

/* True when the deny list has it; then item says since when and why. */
static enum ics_err
denied_check(struct checker *c, struct intake_item *item, bool *denied)
{
	struct store_denied row;
	enum ics_err err = store_deny_get(c->reader, &item->fpr, &row);

	*denied = err == ICS_OK;
	if (*denied) {
		item->outcome = INTAKE_DENIED;
		report_add(&item->rep, INTAKE_REASON(denied), "%s", row.reason);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Verify and clean whole (raw united with what is stored). */
static enum ics_err
cert_clean(const struct pgp_check *how, const struct pgp_cert *whole,
    struct intake_item *item, struct change *change)
{
	struct pgp_judgement judged;
	enum ics_err err;

	pgp_cert_check(whole, how, &judged, &item->rep);
	TRY(pgp_cert_clean(whole, &judged, &item->rep, &change->cert));
	waiting_collect(whole, judged.verdicts, change->cert, &change->waiting);
out:
	pgp_judgement_release(&judged);
	return err;
}

/* An entry for what is to be kept; none when it is what is stored. */
static enum ics_err
entry_prepare(struct change *change)
{
	enum ics_err err;

	TRY(store_entry_new(change->cert, &change->entry));
	if (change->had_base &&
	    memcmp(store_entry_digest(change->entry), change->base, 32) == 0) {
		store_entry_free(change->entry);
		change->entry = NULL;
		pgp_cert_free(change->cert);
		change->cert = NULL;
	}
out:
	return err;
}

enum ics_err
cert_judge(struct checker *c, const struct pgp_cert *raw,
    struct intake_item *item, struct change *change)
{
	struct pgp_check how = { .now = clock_now(),
		.keyring = &c->keyring,
		.makers = &c->in->makers };
	struct pgp_cert *stored = NULL, *united = NULL;
	bool denied;
	enum ics_err err;

	TRY(denied_check(c, item, &denied));
	if (denied || !takes_carrier(c, item))
		goto out;
	TRY(stored_get(c, &item->fpr, &stored, change->base));
	change->had_base = stored != NULL;
	if (stored != NULL)
		TRY(pgp_cert_merge(raw, stored, &united));
	how.trusted = stored;
	err = cert_clean(&how, united != NULL ? united : raw, item, change);
	if (err == ICS_EDENIED || err == ICS_ETOOBIG) {
		item->outcome = INTAKE_INVALID; /* the finding is in rep */
		err = ICS_OK;
		goto out;
	}
	if (err == ICS_OK && takes_cert(c, stored, change->cert, item))
		err = entry_prepare(change);
	else
		change_release(change);
out:
	pgp_cert_free(united);
	pgp_cert_free(stored);
	return err;
}

/* At start: which certificates have waiting signatures that can be judged. */
static void
resume_check(struct checker *c, struct work *w)
{
	struct pgp_fpr after = { 0 };

	while (store_pending_next_ready(c->reader, &after, &after) == ICS_OK)
		*fpr_array_add(&w->ready) = after;
}

static enum carrier
carrier_of(const struct work *w)
{
	if (w->kind != WORK_JOB)
		return CARRIER_BEFORE;
	if (w->job.origin == INTAKE_OPERATOR)
		return CARRIER_OPERATOR;
	return w->job.is_peer ? CARRIER_PEER : CARRIER_ANYBODY;
}

static void
work_check(struct checker *c, struct work *w)
{
	enum ics_err err = store_reader_begin(c->reader);

	c->carrier = carrier_of(w);
	seats_forget(&c->seats);
	if (err != ICS_OK) {
		work_refuse(w, err, INTAKE_REASON(not_stored));
		return;
	}
	switch (w->kind) {
	case WORK_JOB:
		if (w->job.order == INTAKE_SUBMIT)
			submission_check(c, w);
		break;
	case WORK_AGAIN:
		waiting_check(c, w);
		break;
	case WORK_RESUME:
		resume_check(c, w);
		break;
	case WORK_DRAIN:
	case WORK_TICK:
		break;
	}
}

void *
checker_main(void *arg)
{
	struct intake *in = arg;
	struct checker c = {
		.in = in,
		.keyring = { .find = keyring_find, .arg = &c },
	};
	enum ics_err err =
	    store_reader_open(in->dir, in->config.store, &c.reader);
	struct work *w;

	if (in->config.gives_way)
		sandbox_give_way();
	/* All its room at once: keys lent from it must not move. */
	buf_init(&c.keys, KEYS_MAX);
	(void)buf_grow(&c.keys, KEYS_MAX);
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "checker", "error=%s",
		    err_name(err));
	for (;;) {
		w = queue_try(in->todo);
		if (w == NULL && c.reader != NULL)
			store_reader_end(c.reader);
		if (w == NULL)
			w = queue_take(in->todo);
		if (w == NULL)
			break;
		if (c.reader == NULL)
			work_refuse(w, err, INTAKE_REASON(not_stored));
		else
			work_check(&c, w);
		/* The writer's queue closes only after we have ended. */
		if (queue_put_wait(in->checked, w) != ICS_OK)
			abort();
	}
	last_forget(&c.last);
	store_reader_close(c.reader);
	buf_release(&c.keys);
	return NULL;
}
