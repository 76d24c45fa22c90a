/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bare signature as a record: read as a statement, verified by the key that
 * made it, brought into its one form. Invariant: what becomes a record depends
 * on its octets and on its issuer's certificate, never on what else is stored
 * or on when the issuer withdrew: those who judge states weigh that, so that
 * servers that hear the same hold the same.
 */
#include "base/clock.h"
#include "base/hex.h"
#include "intake/work.h"

#define AHEAD_MAX (INT64_C(366) * 86400) /* seconds that a date may lie ahead */

/* One signature on its way. */
struct judging {
	struct checker *c;
	const struct pgp_sig *sig;
	struct intake_item *item;
	struct change *change;
	struct bytes target; /* owned: the body of the record it confirms */
	uint8_t target_digest[32];
	struct pgp_fpr target_issuer;
	struct notations_statement st;
};

static void
refuse(struct judging *j, const struct reason *reason)
{
	work_item_refuse(j->item, reason);
}

/* Set it aside until what this name stands for is here. */
static void
wait_for(struct judging *j, uint64_t name, const struct reason *reason)
{
	struct waiting_sig *w = waiting_array_add(&j->change->waiting);
	struct buf body;

	buf_init(&body, PGP_SIG_MAX);
	pgp_sig_normalise(j->sig, &body);
	*w = (struct waiting_sig){
		.issuer_keyid = name,
		.cert = intake_record_fpr(j->item->digest),
		.part_tag = PGP_TAG_SIGNATURE,
		.part = alloc_bytes(bytes_of(NULL, 0)),
		.sig = buf_take(&body),
	};
	if (name == j->sig->issuer_keyid)
		w->issuer = j->sig->issuer;
	j->item->outcome = INTAKE_WAITING;
	report_add(&j->item->rep, reason, "%016llX", (unsigned long long)name);
}

/* ---- what a confirmation confirms ---- */

/* One that this submission brings; confirmations are judged last. */
static bool
target_own(struct judging *j, const struct notations_confirmed *name)
{
	const struct work *w = j->c->work;
	uint64_t head = be64_from_bytes(name->digest);

	for (size_t i = 0; w != NULL && i < w->result.n; i++) {
		const struct change *change = &w->changes[i];
		uint64_t names[2];
		size_t n;

		if (change->record == NULL)
			continue;
		n = store_record_entry_names(change->record, names);
		if (!name->is_signed && names[0] != head)
			continue;
		if (name->is_signed && (n < 2 || names[1] != head))
			continue;
		j->target = alloc_bytes(change->record_body);
		memcpy(j->target_digest,
		    store_record_entry_digest(change->record), 32);
		j->target_issuer = w->result.items[i].fpr;
		return true;
	}
	return false;
}

/* The target's octets; ICS_ENOTFOUND. */
static enum ics_err
target_find(struct judging *j, const struct notations_confirmed *name)
{
	struct store_record row;
	enum ics_err err;

	if (target_own(j, name))
		return ICS_OK;
	err = name->is_signed
		  ? store_record_get_signed(j->c->reader,
			bytes_of(name->digest, name->n), &row)
		  : store_record_get(j->c->reader, name->digest, &row);
	if (err != ICS_OK)
		return err;
	j->target = alloc_bytes(row.body);
	memcpy(j->target_digest, row.digest, 32);
	j->target_issuer = row.issuer;
	return ICS_OK;
}

/* *on says whether there is more to judge. */
static enum ics_err
target_take(struct judging *j, bool *on)
{
	struct notations_confirmed name;
	enum ics_err err;

	*on = true;
	if (j->sig->type != PGP_SIG_CONFIRMATION)
		return ICS_OK;
	*on = notations_confirmed_read(j->sig, &name);
	if (!*on) {
		refuse(j, INTAKE_REASON(no_target));
		return ICS_OK;
	}
	err = target_find(j, &name);
	if (err != ICS_ENOTFOUND)
		return err;
	*on = false;
	wait_for(j, be64_from_bytes(name.digest), INTAKE_REASON(target_waits));
	return ICS_OK;
}

/* ---- what it says, and when ---- */

static bool
statement_take(struct judging *j)
{
	bool confirms = j->sig->type == PGP_SIG_CONFIRMATION;
	struct notations_place place = {
		.carrier = confirms ? NOTATIONS_CONFIRMATION : NOTATIONS_RECORD,
		.target = confirms ? j->target_digest : NULL,
	};

	if (notations_statement_read(j->sig, &place, &j->item->rep, &j->st) !=
	    ICS_OK) {
		refuse(j, INTAKE_REASON(no_statement));
		return false;
	}
	j->item->subject = j->st.subject;
	return true;
}

static bool
date_take(struct judging *j)
{
	int64_t now = clock_now(), created = j->sig->created;

	if (created > now + AHEAD_MAX) {
		refuse(j, INTAKE_REASON(far_ahead));
		return false;
	}
	if (created > now + POLICY_SKEW)
		report_add(&j->item->rep, INTAKE_REASON(ahead), "%lld s",
		    (long long)(created - now));
	return true;
}

/* ---- who made it ---- */

/* Why the key that it names did not make it. */
static const struct reason *
reason_of(const struct signer *s)
{
	if (s->is_early)
		return INTAKE_REASON(before_key);
	if (s->verdict == PGP_TOO_WEAK)
		return INTAKE_REASON(weak_record);
	if (s->verdict == PGP_UNSUPPORTED)
		return INTAKE_REASON(unchecked_record);
	return s->verdict == PGP_BAD ? INTAKE_REASON(bad_record)
				     : INTAKE_REASON(cannot_sign);
}

static bool
signer_accept(struct judging *j, const struct signer *s)
{
	if (!s->is_known) {
		wait_for(j, j->sig->issuer_keyid, INTAKE_REASON(record_waits));
		return false;
	}
	if (s->verdict != PGP_GOOD && s->verdict != PGP_WEAK &&
	    s->verdict != PGP_REVOKED) {
		refuse(j, reason_of(s));
		return false;
	}
	j->item->fpr = s->cert;
	if (s->verdict == PGP_REVOKED)
		report_add(&j->item->rep, INTAKE_REASON(revoked_issuer),
		    "%016llX", (unsigned long long)j->sig->issuer_keyid);
	return true;
}

/* Does this kind of server take it of him? And where no claims are kept: may he
 * speak at all, or does the owner of a domain want to hear everybody? */
static enum ics_err
right_check(struct judging *j, const struct signer *s, bool *may)
{
	const struct seat_ask ask = { &j->st.subject, &s->cert,
		j->target_issuer };
	struct intake *in = j->c->in;
	enum ics_err err;

	TRY(takes_record(j->c, &ask, j->item, may));
	if (!*may)
		goto out;
	*may = !in->config.refuse_claims || rights_has_any(in, &s->cert);
	if (!*may)
		err = rights_welcome(in, j->c->reader, &j->st.subject, may);
	if (err == ICS_OK && !*may)
		refuse(j, INTAKE_REASON(not_authorised));
out:
	return err;
}

/* The record in its one form, ready to put. */
static enum ics_err
entry_make(struct judging *j, const struct signer *s)
{
	struct buf body;
	enum ics_err err;

	buf_init(&body, PGP_SIG_MAX);
	pgp_sig_canonical(j->sig, &s->key, &body);
	err = buf_end(&body);
	if (err != ICS_OK) {
		buf_release(&body);
		refuse(j, PGP_REASON(long_signature));
		return ICS_OK;
	}
	j->change->record_body = buf_take(&body);
	j->st.issuer = s->cert;
	return store_record_entry_new(j->change->record_body, &j->st, &s->cert,
	    &j->change->record);
}

static enum ics_err
seat_take(struct judging *j)
{
	const struct seat_ask ask = { &j->st.subject, &j->st.issuer,
		j->target_issuer };
	bool has;
	enum ics_err err;

	TRY(seat_find(j->c, &ask, &has));
	if (has)
		store_record_entry_seat(j->change->record);
out:
	return err;
}

static enum ics_err
signer_take(struct judging *j)
{
	struct pgp_subject subject = { 0 };
	struct pgp_sig target;
	struct signer signer;
	bool may;
	enum ics_err err;

	if (j->target.n > 0) {
		TRY(pgp_sig_parse(j->target, &target));
		subject.target = &target;
	}
	TRY(signer_find(j->c, j->sig, &subject, &signer));
	if (signer_accept(j, &signer)) {
		TRY(right_check(j, &signer, &may));
		if (may)
			TRY(entry_make(j, &signer));
	}
	if (j->change->record != NULL)
		TRY(seat_take(j));
out:
	return err;
}

/* ---- the whole ---- */

/* The very record is here: nothing new. */
static enum ics_err
stored_check(struct judging *j, bool *is_stored)
{
	struct store_record row;
	enum ics_err err =
	    store_record_get(j->c->reader, j->item->digest, &row);

	*is_stored = err == ICS_OK;
	if (*is_stored) {
		j->item->fpr = row.issuer;
		j->item->subject = row.subject;
		j->item->outcome = INTAKE_IGNORED;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static bool
shape_take(struct judging *j)
{
	const struct reason *unfit = pgp_record_unfit(j->sig);

	if (unfit == NULL && j->sig->issuer_keyid == 0)
		unfit = INTAKE_REASON(no_issuer);
	if (unfit != NULL)
		refuse(j, unfit);
	return unfit == NULL;
}

enum ics_err
record_judge(struct checker *c, const struct pgp_sig *sig,
    struct intake_item *item, struct change *change)
{
	struct judging j = {
		.c = c, .sig = sig, .item = item, .change = change
	};
	bool is_stored, on;
	enum ics_err err;

	item->is_record = true;
	pgp_sig_record_digest(sig, item->digest);
	if (!shape_take(&j))
		return ICS_OK;
	TRY(stored_check(&j, &is_stored));
	if (is_stored || !takes_carrier(c, item))
		goto out;
	TRY(target_take(&j, &on));
	if (on && statement_take(&j) && date_take(&j))
		TRY(signer_take(&j));
out:
	notations_statement_release(&j.st);
	alloc_bytes_free(j.target);
	return err;
}

/* ---- again ---- */

/* Whether that carrier may was asked when it came. */
static enum carrier
carrier_of(const struct store_pending *row)
{
	if (strcmp(row->domain, INTAKE_LANE_OPERATOR) == 0)
		return CARRIER_OPERATOR;
	return strcmp(row->domain, INTAKE_LANE_PEER) == 0 ? CARRIER_PEER
							  : CARRIER_ANYBODY;
}

/* Judge one row; it is done with, unless it waits for the same as before. */
static enum ics_err
row_judge(struct checker *c, const struct store_pending *row, struct work *w)
{
	struct intake_item *item = work_item_add(w);
	struct change *change = &w->changes[w->result.n - 1];
	struct bytes body = alloc_bytes(row->sig);
	uint64_t name = row->issuer_keyid;
	int64_t id = row->id;
	struct pgp_sig sig;
	enum ics_err err;

	c->carrier = carrier_of(row);
	/* The views of the row are gone with the next look-up. */
	err = pgp_sig_parse(body, &sig);
	if (err == ICS_OK)
		err = record_judge(c, &sig, item, change);
	if (change->waiting.n > 0 && change->waiting.at[0].issuer_keyid == name)
		waiting_release(&change->waiting);
	else if (err == ICS_OK)
		*id_array_add(&change->judged) = id;
	alloc_bytes_free(body);
	return err;
}

enum ics_err
record_again(struct checker *c, struct work *w)
{
	struct store_pending row = { 0 };
	enum ics_err err;

	while ((err = store_pending_next(c->reader, &w->job.fpr, row.id,
		    &row)) == ICS_OK) {
		int64_t id = row.id;

		TRY(row_judge(c, &row, w));
		row.id = id;
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}
