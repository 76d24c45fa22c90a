/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands that sign, but for those with a file of their own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/verb.h"
#include "sign/evidence.h"
#include "sign/verb.h"

/* ---- about entities, and some about code, too ----------------------------------------- */

/* Where nothing else is said, that it is this device and no other. */
static enum ics_err
say_certify(struct ics_verb_run *r)
{
	if (r->draft.carrier == NOTATIONS_RECORD ||
	    ics_has(r->ics, ICS_OPT_SET))
		return ICS_OK;
	return sign_draft_say_text(&r->draft, NOTATIONS_NAME_REC, "device/1");
}

static enum ics_err
say_approve(struct ics_verb_run *r)
{
	return sign_say_approve(&r->draft, &r->said);
}

static enum ics_err
say_endorse(struct ics_verb_run *r)
{
	return sign_say_endorse(&r->draft, &r->said);
}

static enum ics_err
say_label(struct ics_verb_run *r)
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
say_state(struct ics_verb_run *r)
{
	return sign_say_state(&r->draft, &r->said, r->ics->args[1]);
}

static enum ics_err
say_role(struct ics_verb_run *r)
{
	return sign_say_role(&r->draft, &r->said, r->ics->args[1]);
}

static enum ics_err
say_offer(struct ics_verb_run *r)
{
	return sign_say_offer(&r->draft, &r->said);
}

static enum ics_err
say_accept(struct ics_verb_run *r)
{
	return sign_say_accept(&r->draft, &r->said);
}

int
cmd_certify(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_DEVICE, true,
		false, say_certify };

	return ics_verb_entity(ics, &verb, 0);
}

/* The state is an entity's, or code's: the kind of the record goes by it. */
int
cmd_approve(struct ics *ics)
{
	static const struct ics_verb entity = { NOTATIONS_KIND_DEVICE_STATUS,
		true, true, say_approve };
	static const struct ics_verb code = { NOTATIONS_KIND_CODE_STATUS, false,
		true, say_approve };
	struct notations_subject s;
	bool is_code =
	    notations_subject_guess(bytes_of_str(ics->args[0]), &s) &&
	    s.kind == NOTATIONS_SUBJECT_CODE;

	return ics_verb_entity(ics, is_code ? &code : &entity, 0);
}

int
cmd_endorse(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_APPROVAL, true,
		true, say_endorse };

	return ics_verb_entity(ics, &verb, 0);
}

int
cmd_label(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_LABEL, true, true,
		say_label };

	return ics_verb_entity(ics, &verb, 0);
}

int
cmd_state(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_DEVICE_STATUS,
		false, true, say_state };

	return ics_verb_entity(ics, &verb, 0);
}

int
cmd_grant(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_ROLE, true, true,
		say_role };

	return ics_verb_entity(ics, &verb, 0);
}

int
cmd_transfer(struct ics *ics)
{
	static const struct ics_verb offer = { NOTATIONS_KIND_DEVICE_STATUS,
		false, true, say_offer };
	static const struct ics_verb accept = { NOTATIONS_KIND_DEVICE_STATUS,
		false, true, say_accept };

	if (strcmp(ics->args[0], "offer") == 0)
		return ics_verb_entity(ics, &offer, 1);
	if (strcmp(ics->args[0], "accept") == 0)
		return ics_verb_entity(ics, &accept, 1);
	out_fail("transfer %s: offer or accept", ics->args[0]);
	return ICS_EXIT_USAGE;
}

/* ---- about code -------------------------------------------------------------------------- */

static enum ics_err
say_code(struct ics_verb_run *r)
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
say_code_state(struct ics_verb_run *r)
{
	return sign_say_state(&r->draft, &r->said, r->ics->args[2]);
}

int
cmd_code(struct ics *ics)
{
	static const struct ics_verb add = { NOTATIONS_KIND_CODE, false, true,
		say_code };
	static const struct ics_verb state = { NOTATIONS_KIND_CODE_STATUS,
		false, true, say_code_state };
	bool is_add = strcmp(ics->args[0], "add") == 0;
	struct ics_verb_run r = { .ics = ics };
	enum ics_err err;

	if ((!is_add && strcmp(ics->args[0], "state") != 0) ||
	    ics->args_n != (is_add ? 2 : 3)) {
		out_fail("usage: ics code add FILE, or ics code state FILE "
			 "STATUS");
		return ICS_EXIT_USAGE;
	}
	TRY(ics_verb_open(&r, ics));
	TRY(sign_target_code(ics->args[1], &r.target));
	err = ics_verb_run(&r, is_add ? &add : &state);
out:
	ics_verb_release(&r);
	return err_exit(err);
}

/* ---- taking back --------------------------------------------------------------------------- */

/* The certification itself, when the statement is one. ICS_ENOTFOUND. */
static enum ics_err
certification_revoke(struct ics_verb_run *r, const struct sign_target *record)
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
revoke_begin(struct ics_verb_run *r, const struct sign_target *record)
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
	struct ics_verb_run r = { .ics = ics };
	struct sign_target record = { .file_size = 0 };
	enum ics_err err;

	TRY(ics_verb_open(&r, ics));
	TRY(sign_target_record(ics->args[0], &record));
	TRY(revoke_begin(&r, &record));
	TRY(ics_verb_finish(&r, ics->args_n == 1));
	err = sign_act_run(&r.act, &r.draft, &r.target);
out:
	sign_target_release(&record);
	ics_verb_release(&r);
	return err_exit(err);
}
