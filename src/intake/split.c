/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A submission taken apart: armor off, packets into blocks, each block judged;
 * certificates first, so that records find their issuers in whatever order
 * they stand. Nothing is judged before the whole was seen to hold no secret
 * key.
 */
#include "base/clock.h"
#include "intake/work.h"

ARRAY_OF(struct pgp_block, block_array);

/* Reasons for which an input as a whole is refused; the last row fits all. */
static const struct {
	enum ics_err err;
	const struct reason *reason;
} refusals[] = {
	{ ICS_ESECRET, INTAKE_REASON(secret) },
	{ ICS_ETOOBIG, INTAKE_REASON(too_large) },
	{ ICS_ETRUNCATED, INTAKE_REASON(cut) },
	{ ICS_EFORMAT, INTAKE_REASON(no_packets) },
	{ ICS_OK, INTAKE_REASON(not_stored) },
};

static const struct reason *
reason_of(enum ics_err err)
{
	size_t i = 0;

	while (refusals[i].err != ICS_OK && refusals[i].err != err)
		i++;
	return refusals[i].reason;
}

/*
 * All blocks of the input. When the framing breaks after some blocks these
 * stand and *broken says so; when it breaks before any, that is the answer.
 */
static enum ics_err
blocks_read(struct bytes packets,
    enum ics_err (*next)(struct cursor *cur, struct pgp_block *block),
    struct block_array *blocks, enum ics_err *broken)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	enum ics_err err;

	*broken = ICS_OK;
	while ((err = next(&cur, &block)) == ICS_OK) {
		if (blocks->n == INTAKE_CERTS_MAX)
			return ICS_ETOOBIG;
		*block_array_add(blocks) = block;
	}
	if (err == ICS_ESECRET)
		return err;
	if (blocks->n == 0)
		return err == ICS_ENOTFOUND ? ICS_EFORMAT : err;
	if (err != ICS_ENOTFOUND)
		*broken = err;
	return ICS_OK;
}

/* Findings of a parse that failed: at least one says why. */
static void
parse_refuse(struct intake_item *item, enum ics_err err)
{
	item->outcome = INTAKE_INVALID;
	if (report_worst(&item->rep) == NULL)
		work_item_refuse(item, reason_of(err));
}

/* The very octets that are stored need no look inside. */
static enum ics_err
same_as_stored(struct checker *c, struct bytes data, struct intake_item *item,
    bool *same)
{
	struct cursor cur = cursor_of(data);
	struct pgp_packet first;
	struct pgp_key key;
	struct store_cert row;
	enum ics_err err;

	*same = false;
	if (pgp_packet_next(&cur, &first) != ICS_OK ||
	    pgp_key_parse(first.body, &key) != ICS_OK)
		return ICS_OK;
	item->fpr = key.fpr;
	err = store_cert_get_primary(c->reader, &key.fpr, &row);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	*same = err == ICS_OK && bytes_equal(row.data, data);
	return err;
}

static enum ics_err
cert_block_check(struct checker *c, struct bytes data, struct intake_item *item,
    struct change *change)
{
	struct pgp_cert *raw = NULL;
	bool same;
	enum ics_err err;

	TRY(same_as_stored(c, data, item, &same));
	if (same)
		goto out;
	err = pgp_cert_parse(data, &item->rep, &raw);
	if (err == ICS_ESECRET)
		goto out;
	if (err != ICS_OK) {
		parse_refuse(item, err);
		err = ICS_OK;
		goto out;
	}
	item->fpr = pgp_cert_primary(raw)->fpr;
	TRY(cert_judge(c, raw, item, change));
out:
	pgp_cert_free(raw);
	return err;
}

/* Keep a revocation whose certificate is not here; it waits for it. */
static void
revocation_keep(const struct pgp_sig *sig, struct intake_item *item,
    struct change *change)
{
	struct waiting_sig *w;

	if (sig->issuer.version == 0) {
		work_item_refuse(item, INTAKE_REASON(unknown_revoked));
		return;
	}
	w = waiting_array_add(&change->waiting);
	*w = (struct waiting_sig){
		.issuer_keyid = sig->issuer_keyid,
		.issuer = sig->issuer,
		.cert = sig->issuer,
		.part_tag = PGP_TAG_PUBLIC_KEY,
		.part = alloc_bytes(bytes_of(NULL, 0)),
		.sig = alloc_bytes(sig->body),
	};
	item->outcome = INTAKE_WAITING;
	report_add(&item->rep, INTAKE_REASON(revocation_waits), "%016llX",
	    (unsigned long long)sig->issuer_keyid);
}

/* The issuer's primary followed by the bare signature, judged as usual. */
static enum ics_err
revocation_judge(struct checker *c, const struct pgp_sig *sig,
    struct intake_item *item, struct change *change)
{
	const struct pgp_issuer named = { sig->issuer, sig->issuer_keyid };
	struct pgp_cert *raw = NULL;
	struct pgp_key issuer;
	struct buf packets;
	enum ics_err err;

	if (!takes_carrier(c, item))
		return ICS_OK;
	if (c->keyring.find(c->keyring.arg, &named, &issuer, 1) == 0) {
		revocation_keep(sig, item, change);
		return ICS_OK;
	}
	buf_init(&packets, PGP_PACKET_MAX + PGP_SIG_MAX + 16);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, issuer.body);
	pgp_packet_write(&packets, PGP_TAG_SIGNATURE, sig->body);
	item->fpr = issuer.fpr;
	TRY(buf_end(&packets));
	TRY(pgp_cert_parse(buf_bytes(&packets), &item->rep, &raw));
	TRY(cert_judge(c, raw, item, change));
	if (report_has(&item->rep, PGP_REASON(bad_signature)))
		work_item_refuse(item, INTAKE_REASON(bad_revocation));
out:
	pgp_cert_free(raw);
	buf_release(&packets);
	return err;
}

/* When a block is judged: what may rest on others comes after them. */
enum round {
	ROUND_CERTS, /* and revocations */
	ROUND_RECORDS,
	ROUND_CONFIRMATIONS,
	ROUND_DESCRIPTORS,
	ROUNDS
};

static bool
is_record(uint8_t type)
{
	return type == PGP_SIG_BINARY || type == PGP_SIG_STANDALONE ||
	       type == PGP_SIG_CONFIRMATION;
}

static enum ics_err
sig_read(struct bytes block, struct pgp_sig *sig)
{
	struct cursor cur = cursor_of(block);
	struct pgp_packet packet;
	enum ics_err err;

	TRY(pgp_packet_next(&cur, &packet));
	TRY(pgp_sig_parse(packet.body, sig));
out:
	return err;
}

static enum round
block_round(const struct pgp_block *block)
{
	struct pgp_sig sig;

	if (block->kind == PGP_BLOCK_TEXT)
		return ROUND_DESCRIPTORS;
	if (block->kind == PGP_BLOCK_CERT ||
	    sig_read(block->data, &sig) != ICS_OK || !is_record(sig.type))
		return ROUND_CERTS;
	return sig.type == PGP_SIG_CONFIRMATION ? ROUND_CONFIRMATIONS
						: ROUND_RECORDS;
}

/* A bare signature: a record or a key revocation. */
static enum ics_err
sig_block_check(struct checker *c, struct bytes data, struct intake_item *item,
    struct change *change)
{
	struct pgp_sig sig;
	enum ics_err err = sig_read(data, &sig);

	if (err != ICS_OK) {
		parse_refuse(item, err);
		return ICS_OK;
	}
	if (is_record(sig.type))
		return record_judge(c, &sig, item, change);
	if (sig.type != PGP_SIG_KEY_REVOCATION || sig.issuer_keyid == 0) {
		work_item_refuse(item, INTAKE_REASON(bare_signature));
		return ICS_OK;
	}
	return revocation_judge(c, &sig, item, change);
}

static enum ics_err
block_check(struct checker *c, struct work *w, const struct pgp_block *block,
    size_t i)
{
	struct intake_item *item = &w->result.items[i];
	struct change *change = &w->changes[i];

	switch (block->kind) {
	case PGP_BLOCK_CERT:
		return cert_block_check(c, block->data, item, change);
	case PGP_BLOCK_TEXT:
		return descriptor_judge(c, block->data, item, change);
	case PGP_BLOCK_SIG:
		break;
	}
	return sig_block_check(c, block->data, item, change);
}

/* Signatures of some kinds take milliseconds each: who sends thousands must
 * not hold a checker for minutes. */
static bool
is_spent(const struct checker *c, const struct work *w)
{
	return w->job.origin == INTAKE_PUBLIC &&
	       clock_thread_ns() - c->begun_ns > c->in->config.cost_ns;
}

static enum ics_err
round_check(struct checker *c, struct work *w, const struct block_array *blocks,
    enum round round)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; err == ICS_OK && i < blocks->n; i++) {
		if (block_round(&blocks->at[i]) != round)
			continue;
		if (is_spent(c, w))
			work_item_refuse(&w->result.items[i],
			    INTAKE_REASON(spent));
		else
			err = block_check(c, w, &blocks->at[i], i);
	}
	return err;
}

/* Certificates that nothing bound: their maker's may stand behind them. */
static enum ics_err
makers_try(struct checker *c, struct work *w, const struct block_array *blocks)
{
	enum ics_err err = ICS_OK;
	bool some = false;

	for (size_t i = 0; c->own.n > 0 && i < blocks->n; i++) {
		struct intake_item *item = &w->result.items[i];

		if (!report_has(&item->rep, PGP_REASON(evaporated)) ||
		    is_spent(c, w))
			continue;
		report_release(&item->rep);
		change_release(&w->changes[i]);
		*item = (struct intake_item){ .outcome = INTAKE_IGNORED };
		TRY(block_check(c, w, &blocks->at[i], i));
		some = true;
	}
	if (some)
		own_collect(c, w);
out:
	return err;
}

static enum ics_err
blocks_check(struct checker *c, struct work *w,
    const struct block_array *blocks)
{
	enum ics_err err;

	for (size_t i = 0; i < blocks->n; i++)
		(void)work_item_add(w);
	TRY(round_check(c, w, blocks, ROUND_CERTS));
	own_collect(c, w);
	TRY(makers_try(c, w, blocks));
	TRY(round_check(c, w, blocks, ROUND_RECORDS));
	TRY(round_check(c, w, blocks, ROUND_CONFIRMATIONS));
	TRY(round_check(c, w, blocks, ROUND_DESCRIPTORS));
out:
	own_forget(c);
	return err;
}

/* A text alone becomes the packet that it would travel in with others. */
static enum ics_err
packets_read(const struct intake_job *job, struct buf *packets)
{
	if (!job->takes_descriptors || !domain_is_signed(job->input))
		return pgp_input_read(job->input, packets);
	if (job->input.n > STORE_DESCRIPTOR_OCTETS)
		return ICS_ETOOBIG;
	pgp_text_write(packets, job->input);
	return ICS_OK;
}

void
submission_check(struct checker *c, struct work *w)
{
	struct block_array blocks = { 0 };
	struct buf packets;
	enum ics_err err, broken = ICS_OK;

	c->begun_ns = clock_thread_ns();
	buf_init(&packets, PGP_INPUT_MAX);
	TRY(packets_read(&w->job, &packets));
	TRY(blocks_read(buf_bytes(&packets),
	    w->job.takes_descriptors ? pgp_block_text_next : pgp_block_next,
	    &blocks, &broken));
	TRY(blocks_check(c, w, &blocks));
	if (broken != ICS_OK)
		work_item_refuse(work_item_add(w), INTAKE_REASON(cut));
out:
	if (err == ICS_ETOOBIG && blocks.n == INTAKE_CERTS_MAX)
		work_refuse(w, err, INTAKE_REASON(too_many_certs));
	else if (err != ICS_OK)
		work_refuse(w, err, reason_of(err));
	block_array_release(&blocks);
	buf_release(&packets);
}
