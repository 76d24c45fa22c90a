/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics attest NONCE CODE...: on a device, by its own key: this code runs here,
 * now. It goes to whoever asked, and to no server.
 */
#include <string.h>
#include <strings.h>

#include "client/out.h"
#include "ics/sign.h"

static enum ics_err
running_say(struct sign_draft *draft, const char *typed)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct sign_target code;
	enum ics_err err;

	TRY(sign_target_code(typed, &code));
	notations_subject_text(&code.subject, text);
	err = sign_draft_say_text(draft, NOTATIONS_NAME_RUNNING, text);
	sign_target_release(&code);
out:
	return err;
}

int
cmd_attest(struct ics *ics)
{
	char passphrase[SIGN_PASSPHRASE_MAX] = "";
	struct sign_target nobody = { .file_size = 0 };
	struct notations_subject self;
	struct sign_draft draft;
	struct sign_act act;
	enum ics_err err;

	sign_draft_init(&draft);
	TRY(sign_options_read(ics, passphrase, &act));
	if (act.output == NULL)
		act.output = "-";
	TRY(sign_act_self(&act, &self));
	sign_draft_record(&draft, NOTATIONS_KIND_ATTESTATION, &self);
	TRY(sign_draft_say_text(&draft, NOTATIONS_NAME_NONCE, ics->args[0]));
	for (size_t i = 1; i < ics->args_n; i++)
		TRY(running_say(&draft, ics->args[i]));
	TRY(sign_options_set(ics, &draft));
	TRY(sign_options_expire(ics, act.now, &draft.expires));
	err = sign_act_run(&act, &draft, &nobody);
out:
	sign_draft_release(&draft);
	explicit_bzero(passphrase, sizeof(passphrase));
	return err_exit(err);
}
