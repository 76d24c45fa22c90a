/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of every statement: shown, signed, verified, sent. */
#include "sign/act.h"

#include <stdio.h>

#include "base/hex.h"
#include "client/out.h"
#include "compose/compose.h"

/* A statement on its way. */
struct run {
	const struct sign_act *act;
	struct sign_draft *draft;
	const struct sign_target *target;
	struct sign_agent *agent;
	struct sign_signer signer;
	struct buf body;    /* the signature's */
	struct buf packets; /* what is written or sent */
	char digest[65];    /* the record digest, in hex */
	struct sign_answer answer;
};

struct sign_search
sign_act_search(const struct sign_act *act)
{
	return (struct sign_search){ act->where, act->how.home, act->now };
}

/* ---- before it is signed -------------------------------------------------------- */

static enum ics_err
signer_open(struct run *r)
{
	struct sign_wanted wanted = { .who = r->act->who,
		.purpose = r->draft->carrier == NOTATIONS_CERTIFICATION
			       ? SIGN_CERTIFY
			       : SIGN_RECORD,
		.now = r->act->now };
	enum ics_err err;

	TRY(sign_agent_new(&r->act->how, &r->agent));
	err = sign_signer_find(r->agent, &wanted, &r->signer);
out:
	return err;
}

enum ics_err
sign_act_self(const struct sign_act *act, struct notations_subject *self)
{
	struct sign_draft draft = { .carrier = NOTATIONS_RECORD };
	struct run r = { .act = act, .draft = &draft };
	enum ics_err err;

	err = signer_open(&r);
	if (err == ICS_OK)
		notations_subject_of_fpr(&pgp_cert_primary(r.signer.cert.clean)
					      ->fpr,
		    self);
	sign_signer_release(&r.signer);
	sign_agent_free(r.agent);
	return err;
}

/*
 * GnuPG loses a certificate of version 4 that has a signature of version 6
 * in it.
 */
static enum ics_err
versions_check(const struct run *r)
{
	const struct sign_draft *d = r->draft;
	uint8_t ours = r->signer.by.key.version;

	if (d->carrier != NOTATIONS_CERTIFICATION ||
	    pgp_cert_primary(d->cert)->version == ours)
		return ICS_OK;
	out_fail("a key of version %u cannot certify one of version %u; say "
		 "--carrier record",
	    ours, pgp_cert_primary(d->cert)->version);
	return ICS_EUSAGE;
}

static void
signer_show(const struct run *r)
{
	const struct pgp_cert *cert = r->signer.cert.clean;
	char primary[PGP_FPR_TEXT_MAX], key[PGP_FPR_TEXT_MAX];
	struct buf uid;

	buf_init(&uid, OUT_LINE_MAX);
	pgp_fpr_hex(&pgp_cert_primary(cert)->fpr, primary);
	pgp_fpr_hex(&r->signer.by.key.fpr, key);
	for (size_t i = 0; i < cert->parts_n && uid.n == 0; i++)
		if (cert->parts[i].kind == PGP_PART_UID)
			out_clean(cert->parts[i].body, &uid);
	out_note(false, "as %s %s%s%s", primary, buf_str(&uid),
	    pgp_fpr_equal(&pgp_cert_primary(cert)->fpr, &r->signer.by.key.fpr)
		? ""
		: ", by its key ",
	    pgp_fpr_equal(&pgp_cert_primary(cert)->fpr, &r->signer.by.key.fpr)
		? ""
		: key);
	buf_release(&uid);
}

static void
draft_show(const struct run *r)
{
	if (r->act->json || (r->act->quiet && !r->act->dry_run))
		return;
	signer_show(r);
	sign_draft_show(r->draft);
}

/* ---- signing ---------------------------------------------------------------------- */

static enum ics_err
draft_sign(struct run *r)
{
	struct pgp_subject covers = sign_draft_covers(r->draft);
	struct compose_order c = { .type = r->draft->type,
		.created = (uint32_t)r->draft->created,
		.expires = r->draft->expires,
		.hashed = buf_bytes(&r->draft->hashed) };
	char about[256], subject[NOTATIONS_SUBJECT_TEXT_MAX];
	uint8_t digest[32];
	struct pgp_sig sig;
	enum ics_err err;

	notations_subject_text(&r->draft->subject, subject);
	(void)snprintf(about, sizeof(about), "ics: sign a statement about\n%s",
	    subject); /* fits */
	r->signer.about = about;
	TRY(sign_by(&r->signer, &c, &covers, &r->body));
	TRY(pgp_sig_parse(buf_bytes(&r->body), &sig));
	pgp_sig_record_digest(&sig, digest);
	hex_lower(bytes_of(digest, sizeof(digest)), r->digest);
out:
	r->signer.about = NULL;
	return err;
}

static uint8_t
part_tag(enum pgp_part_kind kind)
{
	static const uint8_t tags[] = {
		[PGP_PART_PRIMARY] = PGP_TAG_PUBLIC_KEY,
		[PGP_PART_UID] = PGP_TAG_USER_ID,
		[PGP_PART_UAT] = PGP_TAG_USER_ATTRIBUTE,
		[PGP_PART_SUBKEY] = PGP_TAG_PUBLIC_SUBKEY,
	};

	return tags[kind];
}

/* A part, its signatures when all is written, and ours where it belongs. */
static void
part_write(struct run *r, const struct pgp_part *part, bool all)
{
	const struct pgp_part *ours =
	    r->draft->uid != NULL ? r->draft->uid : &r->draft->cert->parts[0];

	pgp_packet_write(&r->packets, part_tag(part->kind), part->body);
	for (size_t i = 0; all && i < part->sig_n; i++)
		pgp_packet_write(&r->packets, PGP_TAG_SIGNATURE,
		    r->draft->cert->sigs[part->sig_first + i].body);
	if (part == ours)
		pgp_packet_write(&r->packets, PGP_TAG_SIGNATURE,
		    buf_bytes(&r->body));
}

/*
 * A server that gave us the certificate needs the signed parts only; others,
 * and GnuPG, need what binds them.
 */
static enum ics_err
packets_write(struct run *r)
{
	const struct sign_draft *d = r->draft;
	bool all = !r->target->is_on_server || r->act->output != NULL;

	if (d->carrier == NOTATIONS_RECORD)
		pgp_packet_write(&r->packets, PGP_TAG_SIGNATURE,
		    buf_bytes(&r->body));
	for (size_t i = 0; d->cert != NULL && i < d->cert->parts_n; i++)
		if (all || i == 0 || &d->cert->parts[i] == d->uid)
			part_write(r, &d->cert->parts[i], all);
	return buf_end(&r->packets);
}

/* ---- where it goes ------------------------------------------------------------------ */

static void
armor_put(struct bytes packets, enum pgp_armor kind, struct buf *to)
{
	uint8_t *room = buf_grow(to, pgp_armor_length(packets.n, kind, true));

	if (room != NULL)
		pgp_armor_write(packets, kind, pgp_crc24(packets), room);
}

static enum ics_err
output_write(struct run *r)
{
	struct bytes data = buf_bytes(&r->packets);
	struct out_file file;
	struct buf armor;
	enum ics_err err;

	buf_init(&armor, 2 * (size_t)PGP_CERT_RAW_MAX);
	if (!r->act->binary) {
		armor_put(data,
		    r->draft->carrier == NOTATIONS_RECORD ? PGP_ARMOR_SIG
							  : PGP_ARMOR_CERT,
		    &armor);
		data = buf_bytes(&armor);
	}
	TRY(out_open(&file, r->act->output));
	TRY(out_put(&file, data));
	err = out_close(&file);
out:
	if (err != ICS_OK)
		out_abandon(&file);
	buf_release(&armor);
	return err;
}

/* What waited may have been taken before it came a second time. */
static void
again_read(struct sign_answer *answer)
{
	struct sign_outcome *first = answer->at;

	if (answer->n == 0 || first->fate != SIGN_KNOWN || first->waits)
		return;
	first->fate = SIGN_TAKEN;
	(void)snprintf(first->word, sizeof(first->word), "updated"); /* fits */
}

/* The server does not know who signed: introduce him, then ask again. */
static enum ics_err
introduce(struct run *r, struct http *h)
{
	struct sign_answer of_cert;
	struct buf cert;
	enum ics_err err;

	buf_init(&cert, PGP_CERT_RAW_MAX);
	pgp_cert_write(r->signer.cert.clean, PGP_FORM_FULL, &cert);
	err = sign_send(h, buf_bytes(&cert), &of_cert);
	if (err == ICS_OK && sign_answer_fate(&of_cert) == SIGN_TAKEN) {
		sign_answer_release(&r->answer);
		err = sign_send(h, buf_bytes(&r->packets), &r->answer);
		again_read(&r->answer);
	}
	sign_answer_release(&of_cert);
	buf_release(&cert);
	return err;
}

static enum ics_err
packets_send(struct run *r)
{
	struct http *h = NULL;
	enum ics_err err;

	if (r->act->where->kind == WHERE_FILE) {
		out_fail("%s: no server runs there; start it, name one with "
			 "--server, or write the statement with --output",
		    where_name(r->act->where));
		return ICS_ENET;
	}
	TRY(http_new(r->act->where, &h));
	TRY(sign_send(h, buf_bytes(&r->packets), &r->answer));
	if (r->answer.n > 0 && r->answer.at[0].waits)
		TRY(introduce(r, h));
	if (sign_answer_fate(&r->answer) == SIGN_REFUSED)
		err = ICS_EDENIED;
out:
	http_free(h);
	return err;
}

/* ---- telling -------------------------------------------------------------------------- */

static void
json_tell(const struct run *r)
{
	json_t *doc = sign_draft_json(r->draft);
	char fpr[PGP_FPR_TEXT_MAX];

	if (r->signer.cert.clean != NULL) {
		pgp_fpr_hex(&pgp_cert_primary(r->signer.cert.clean)->fpr, fpr);
		json_object_set_new(doc, "issuer", json_string(fpr));
		pgp_fpr_hex(&r->signer.by.key.fpr, fpr);
		json_object_set_new(doc, "key", json_string(fpr));
	}
	if (r->digest[0] != '\0')
		json_object_set_new(doc, "digest",
		    json_sprintf("sha256:%s", r->digest));
	if (r->answer.n > 0) {
		json_object_set_new(doc, "outcome",
		    json_string(r->answer.at[0].word));
		json_object_set_new(doc, "why",
		    json_string(r->answer.at[0].why));
	}
	out_json(doc);
}

static void
run_tell(const struct run *r)
{
	if (r->act->json)
		json_tell(r);
	else if (r->digest[0] != '\0' && r->act->output == NULL)
		out_line("sha256:%s", r->digest);
	if (!r->act->json || sign_answer_fate(&r->answer) == SIGN_REFUSED)
		sign_answer_tell(&r->answer, r->act->quiet);
}

static enum ics_err
run_all(struct run *r)
{
	enum ics_err err;

	TRY(signer_open(r));
	TRY(versions_check(r));
	draft_show(r);
	TRY(sign_draft_check(r->draft, &r->signer.by.key));
	if (r->act->dry_run)
		return ICS_OK;
	TRY(draft_sign(r));
	TRY(packets_write(r));
	if (r->act->made != NULL)
		buf_put(r->act->made, buf_bytes(&r->packets));
	err = r->act->output != NULL ? output_write(r) : packets_send(r);
out:
	return err;
}

enum ics_err
sign_act_run(const struct sign_act *act, struct sign_draft *draft,
    const struct sign_target *target)
{
	struct run r = { .act = act, .draft = draft, .target = target };
	bool is_to_stdout;
	enum ics_err err;

	buf_init(&r.body, PGP_SIG_MAX);
	buf_init(&r.packets, PGP_CERT_RAW_MAX);
	draft->created = act->now;
	err = run_all(&r);
	is_to_stdout = act->output != NULL && act->output[0] == '-' &&
		       act->output[1] == '\0';
	if ((err == ICS_OK || r.answer.n > 0) && !is_to_stdout)
		run_tell(&r);
	sign_answer_release(&r.answer);
	sign_signer_release(&r.signer);
	sign_agent_free(r.agent);
	buf_release(&r.body);
	buf_release(&r.packets);
	return err;
}
