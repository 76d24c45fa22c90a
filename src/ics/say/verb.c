/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands that sign have in common. */
#include "ics/verb.h"

#include <stdio.h>
#include <string.h>

#include "client/out.h"

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
carrier_choose(const struct ics_verb_run *r, const struct ics_verb *verb,
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
draft_begin(struct ics_verb_run *r, const struct ics_verb *verb)
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

/* The counter is the date: it grows by itself, on any machine that holds the
 * key. */
enum ics_err
ics_verb_finish(struct ics_verb_run *r, bool counts)
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

void
ics_verb_release(struct ics_verb_run *r)
{
	sign_draft_release(&r->draft);
	sign_target_release(&r->target);
	explicit_bzero(r->passphrase, sizeof(r->passphrase));
}

enum ics_err
ics_verb_open(struct ics_verb_run *r, struct ics *ics)
{
	r->ics = ics;
	said_read(ics, &r->said);
	sign_draft_init(&r->draft);
	return sign_options_read(ics, r->passphrase, &r->act);
}

enum ics_err
ics_verb_run(struct ics_verb_run *r, const struct ics_verb *verb)
{
	enum ics_err err;

	TRY(draft_begin(r, verb));
	TRY(verb->say == NULL ? ICS_OK : verb->say(r));
	TRY(ics_verb_finish(r, verb->counts));
	err = sign_act_run(&r->act, &r->draft, &r->target);
out:
	return err;
}

int
ics_verb_entity(struct ics *ics, const struct ics_verb *verb, size_t argument)
{
	struct ics_verb_run r = { .ics = ics };
	struct sign_search search;
	enum ics_err err;

	TRY(ics_verb_open(&r, ics));
	search = sign_act_search(&r.act);
	TRY(sign_target_find(&search, ics->args[argument], &r.target));
	err = ics_verb_run(&r, verb);
out:
	ics_verb_release(&r);
	return err_exit(err);
}
