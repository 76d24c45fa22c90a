/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands that sign: what stands on the line becomes a draft, and every
 * draft goes the same way (src/sign). A verb is a row: what it may be about,
 * how it is carried, and what it says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/sign.h"
#include "sign/evidence.h"
#include "sign/verb.h"

/* A command under way. */
struct verb_run {
	struct ics *ics;
	struct sign_act act;
	struct sign_said said;
	struct sign_target target;
	struct sign_draft draft;
	char passphrase[SIGN_PASSPHRASE_MAX];
};

struct verb {
	enum notations_kind kind;
	bool certifies; /* entities, unless --carrier says otherwise */
	bool counts;	/* has a seq@ */
	enum ics_err (*say)(struct verb_run *r);
};

/* ---- what all have in common ------------------------------------------------------ */

static void
said_read(const struct ics *ics, struct sign_said *said)
{
	*said = (struct sign_said){
		.since = ics->opts[ICS_OPT_SINCE],
		.reason = ics->opts[ICS_OPT_REASON],
		.owner = ics->opts[ICS_OPT_OWNER],
		.prev = ics->opts[ICS_OPT_PREV],
		.scope = ics->opts[ICS_OPT_SCOPE],
		.until = ics->opts[ICS_OPT_UNTIL],
		.scheme = ics->opts[ICS_OPT_SCHEME],
		.id = ics->opts[ICS_OPT_ID],
		.level = ics->opts[ICS_OPT_LEVEL],
		.state = ics->opts[ICS_OPT_STATE],
		.name = ics->opts[ICS_OPT_NAME],
		.release = ics->opts[ICS_OPT_RELEASE],
		.target = ics->opts[ICS_OPT_TARGET],
		.kind = ics->opts[ICS_OPT_KIND],
		.seq = ics->opts[ICS_OPT_SEQ_CODE],
	};
}

/* Is the statement to stand in the certificate? */
static enum ics_err
carrier_choose(const struct verb_run *r, const struct verb *verb,
    bool *in_certificate)
{
	const char *asked = r->ics->opts[ICS_OPT_CARRIER];

	*in_certificate = verb->certifies &&
			  r->target.subject.kind == NOTATIONS_SUBJECT_ENTITY;
	if (asked == NULL)
		return ICS_OK;
	if (strcmp(asked, "cert") != 0 && strcmp(asked, "record") != 0) {
		out_fail("--carrier %s: cert or record", asked);
		return ICS_EUSAGE;
	}
	*in_certificate = strcmp(asked, "cert") == 0;
	return ICS_OK;
}

static enum ics_err
draft_begin(struct verb_run *r, const struct verb *verb)
{
	struct sign_search search = sign_act_search(&r->act);
	bool in_certificate;
	enum ics_err err;

	TRY(carrier_choose(r, verb, &in_certificate));
	if (!in_certificate) {
		sign_draft_record(&r->draft, verb->kind, &r->target.subject);
		return ICS_OK;
	}
	TRY(sign_target_cert(&search, &r->target));
	err = sign_draft_certification(&r->draft, PGP_SIG_CERT_GENERIC,
	    r->target.cert.clean);
out:
	return err;
}

/* Every --set, and the counter, which is the date: it grows by itself, on
 * any machine that holds the key. */
static enum ics_err
draft_finish(struct verb_run *r, bool counts)
{
	char seq[24];
	enum ics_err err;

	TRY(sign_options_set(r->ics, &r->draft));
	TRY(sign_options_expire(r->ics, r->act.now, &r->draft.expires));
	if (!counts || r->draft.said[NOTATIONS_NAME_SEQ])
		return ICS_OK;
	(void)snprintf(seq, sizeof(seq), "%lld",
	    (long long)r->act.now); /* fits */
	err = sign_draft_say_text(&r->draft, NOTATIONS_NAME_SEQ, seq);
out:
	return err;
}

static void
run_release(struct verb_run *r)
{
	sign_draft_release(&r->draft);
	sign_target_release(&r->target);
	explicit_bzero(r->passphrase, sizeof(r->passphrase));
}

static enum ics_err
run_open(struct verb_run *r, struct ics *ics)
{
	r->ics = ics;
	said_read(ics, &r->said);
	sign_draft_init(&r->draft);
	return sign_options_read(ics, r->passphrase, &r->act);
}

/* With the target found. */
static enum ics_err
verb_run(struct verb_run *r, const struct verb *verb)
{
	enum ics_err err;

	TRY(draft_begin(r, verb));
	TRY(verb->say == NULL ? ICS_OK : verb->say(r));
	TRY(draft_finish(r, verb->counts));
	err = sign_act_run(&r->act, &r->draft, &r->target);
out:
	return err;
}

static int
entity_run(struct ics *ics, const struct verb *verb, size_t argument)
{
	struct verb_run r = { .ics = ics };
	struct sign_search search;
	enum ics_err err;

	TRY(run_open(&r, ics));
	search = sign_act_search(&r.act);
	TRY(sign_target_find(&search, ics->args[argument], &r.target));
	err = verb_run(&r, verb);
out:
	run_release(&r);
	return err_exit(err);
}

/* ---- about entities, and some about code, too ----------------------------------------- */

/* Where nothing else is said, that it is this device and no other. */
static enum ics_err
say_certify(struct verb_run *r)
{
	if (r->draft.carrier == NOTATIONS_RECORD ||
	    ics_has(r->ics, ICS_OPT_SET))
		return ICS_OK;
	return sign_draft_say_text(&r->draft, NOTATIONS_NAME_REC, "device/1");
}

static enum ics_err
say_approve(struct verb_run *r)
{
	return sign_say_approve(&r->draft, &r->said);
}

static enum ics_err
say_endorse(struct verb_run *r)
{
	return sign_say_endorse(&r->draft, &r->said);
}

static enum ics_err
say_label(struct verb_run *r)
{
	enum ics_err err;

	TRY(sign_draft_say_text(&r->draft, NOTATIONS_NAME_LABEL,
	    r->ics->args[1]));
	err = sign_draft_say_maybe(&r->draft, NOTATIONS_NAME_REASON,
	    r->said.reason);
out:
	return err;
}

static enum ics_err
say_state(struct verb_run *r)
{
	return sign_say_state(&r->draft, &r->said, r->ics->args[1]);
}

static enum ics_err
say_role(struct verb_run *r)
{
	return sign_say_role(&r->draft, &r->said, r->ics->args[1]);
}

static enum ics_err
say_offer(struct verb_run *r)
{
	return sign_say_offer(&r->draft, &r->said);
}

static enum ics_err
say_accept(struct verb_run *r)
{
	return sign_say_accept(&r->draft, &r->said);
}

int
cmd_certify(struct ics *ics)
{
	static const struct verb verb = { NOTATIONS_KIND_DEVICE, true, false,
		say_certify };

	return entity_run(ics, &verb, 0);
}

/* The state is an entity's, or code's: the kind of the record goes by it. */
int
cmd_approve(struct ics *ics)
{
	static const struct verb entity = { NOTATIONS_KIND_DEVICE_STATUS, true,
		true, say_approve };
	static const struct verb code = { NOTATIONS_KIND_CODE_STATUS, false,
		true, say_approve };
	struct notations_subject s;
	bool is_code =
	    notations_subject_guess(bytes_of_str(ics->args[0]), &s) &&
	    s.kind == NOTATIONS_SUBJECT_CODE;

	return entity_run(ics, is_code ? &code : &entity, 0);
}

int
cmd_endorse(struct ics *ics)
{
	static const struct verb verb = { NOTATIONS_KIND_APPROVAL, true, true,
		say_endorse };

	return entity_run(ics, &verb, 0);
}

int
cmd_label(struct ics *ics)
{
	static const struct verb verb = { NOTATIONS_KIND_LABEL, true, true,
		say_label };

	return entity_run(ics, &verb, 0);
}

int
cmd_state(struct ics *ics)
{
	static const struct verb verb = { NOTATIONS_KIND_DEVICE_STATUS, false,
		true, say_state };

	return entity_run(ics, &verb, 0);
}

int
cmd_grant(struct ics *ics)
{
	static const struct verb verb = { NOTATIONS_KIND_ROLE, true, true,
		say_role };

	return entity_run(ics, &verb, 0);
}

int
cmd_transfer(struct ics *ics)
{
	static const struct verb offer = { NOTATIONS_KIND_DEVICE_STATUS, false,
		true, say_offer };
	static const struct verb accept = { NOTATIONS_KIND_DEVICE_STATUS, false,
		true, say_accept };

	if (strcmp(ics->args[0], "offer") == 0)
		return entity_run(ics, &offer, 1);
	if (strcmp(ics->args[0], "accept") == 0)
		return entity_run(ics, &accept, 1);
	out_fail("transfer %s: offer or accept", ics->args[0]);
	return ICS_EXIT_USAGE;
}

/* ---- about code -------------------------------------------------------------------------- */

static enum ics_err
say_code(struct verb_run *r)
{
	const struct sign_evidence evidence = { .code = r->ics->args[1],
		.signature = r->ics->opts[ICS_OPT_EVIDENCE],
		.key = r->ics->opts[ICS_OPT_EVIDENCE_KEY] };
	enum ics_err err;

	TRY(sign_say_code(&r->draft, &r->said, &r->target));
	err = sign_say_evidence(&r->draft, &evidence);
out:
	return err;
}

static enum ics_err
say_code_state(struct verb_run *r)
{
	return sign_say_state(&r->draft, &r->said, r->ics->args[2]);
}

int
cmd_code(struct ics *ics)
{
	static const struct verb add = { NOTATIONS_KIND_CODE, false, true,
		say_code };
	static const struct verb state = { NOTATIONS_KIND_CODE_STATUS, false,
		true, say_code_state };
	bool is_add = strcmp(ics->args[0], "add") == 0;
	struct verb_run r = { .ics = ics };
	enum ics_err err;

	if ((!is_add && strcmp(ics->args[0], "state") != 0) ||
	    ics->args_n != (is_add ? 2 : 3)) {
		out_fail("usage: ics code add FILE, or ics code state FILE "
			 "STATUS");
		return ICS_EXIT_USAGE;
	}
	TRY(run_open(&r, ics));
	TRY(sign_target_code(ics->args[1], &r.target));
	err = verb_run(&r, is_add ? &add : &state);
out:
	run_release(&r);
	return err_exit(err);
}

/* ---- taking back --------------------------------------------------------------------------- */

/* The certification itself, when the statement is one. ICS_ENOTFOUND. */
static enum ics_err
certification_revoke(struct verb_run *r, const struct sign_target *record)
{
	const struct pgp_cert *cert = r->target.cert.clean;
	const struct pgp_part *part;
	enum ics_err err;

	if (!sign_certification_find(r->target.cert.whole, record->subject.b,
		&part)) {
		out_fail("that certificate has no such statement; without "
			 "ENTITY a record is taken back");
		return ICS_ENOTFOUND;
	}
	TRY(sign_draft_certification(&r->draft, PGP_SIG_CERT_REVOCATION, cert));
	r->draft.uid = NULL;
	for (size_t i = 1; i < cert->parts_n; i++)
		if (cert->parts[i].kind == part->kind &&
		    bytes_equal(cert->parts[i].body, part->body))
			r->draft.uid = &cert->parts[i];
	err = sign_draft_say_maybe(&r->draft, NOTATIONS_NAME_REASON,
	    r->said.reason);
out:
	return err;
}

static enum ics_err
revoke_begin(struct verb_run *r, const struct sign_target *record)
{
	struct sign_search search = sign_act_search(&r->act);
	enum ics_err err;

	if (r->ics->args_n == 1) {
		sign_draft_record(&r->draft, NOTATIONS_KIND_NOTE,
		    &record->subject);
		return sign_say_revokes(&r->draft, &record->subject,
		    r->said.reason);
	}
	TRY(sign_target_find(&search, r->ics->args[1], &r->target));
	TRY(sign_target_cert(&search, &r->target));
	err = certification_revoke(r, record);
out:
	return err;
}

int
cmd_revoke(struct ics *ics)
{
	struct verb_run r = { .ics = ics };
	struct sign_target record = { .file_size = 0 };
	enum ics_err err;

	TRY(run_open(&r, ics));
	TRY(sign_target_record(ics->args[0], &record));
	TRY(revoke_begin(&r, &record));
	TRY(draft_finish(&r, ics->args_n == 1));
	err = sign_act_run(&r.act, &r.draft, &r.target);
out:
	sign_target_release(&record);
	run_release(&r);
	return err_exit(err);
}
