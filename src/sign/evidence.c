/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two files to two notations, by way of a check. */
#include "sign/evidence.h"

#include <stdlib.h>

#include "client/out.h"
#include "prove/octets.h"
#include "sign/signer.h"

static enum ics_err
refuse(const char *path, const struct reason *why)
{
	out_fail("%s: %s; %s", path, why->words, why->help);
	return ICS_EDENIED;
}

/* Does it hold? A digest instead of the file is enough for some. */
static enum ics_err
check(const struct sign_draft *draft, const struct sign_evidence *e,
    struct foreign_sig *sig)
{
	struct prove_digests known = { .n = 1 };
	struct prove_octets octets;
	struct foreign_source source;
	enum foreign_answer answer;

	known.at[0] = draft->subject;
	prove_octets_init(&octets, e->code, &known);
	source = prove_octets_source(&octets);
	answer = foreign_check_any(sig, &source);
	prove_octets_release(&octets);
	if (answer == FOREIGN_GOOD)
		return ICS_OK;
	out_fail("%s: the signature of %s is %s%s", e->signature, e->code,
	    foreign_answer_word(answer),
	    answer == FOREIGN_UNCHECKED ? "; the file itself is needed" : "");
	return ICS_EDENIED;
}

static enum ics_err
values_say(struct sign_draft *draft, const struct foreign_sig *sig)
{
	struct buf evidence, key;
	enum ics_err err;

	buf_init(&evidence, FOREIGN_FILE_MAX);
	buf_init(&key, FOREIGN_FILE_MAX);
	foreign_values(sig, &evidence, &key);
	TRY(sign_draft_say(draft, NOTATIONS_NAME_EVIDENCE,
	    buf_bytes(&evidence)));
	err =
	    sign_draft_say(draft, NOTATIONS_NAME_EVIDENCE_KEY, buf_bytes(&key));
out:
	buf_release(&evidence);
	buf_release(&key);
	return err;
}

static enum ics_err
evidence_say(struct sign_draft *draft, const struct sign_evidence *e)
{
	struct foreign_sig *sig = alloc_new(sizeof(*sig));
	struct buf signature, key;
	const struct reason *why;
	enum ics_err err;

	foreign_init(sig);
	buf_init(&signature, FOREIGN_FILE_MAX);
	buf_init(&key, FOREIGN_FILE_MAX);
	TRY(sign_file_read(e->signature, &signature));
	if (e->key != NULL)
		TRY(sign_file_read(e->key, &key));
	why = foreign_read(buf_bytes(&signature), buf_bytes(&key), sig);
	TRY(why == NULL ? ICS_OK : refuse(e->signature, why));
	TRY(check(draft, e, sig));
	err = values_say(draft, sig);
out:
	foreign_release(sig);
	free(sig);
	buf_release(&signature);
	buf_release(&key);
	return err;
}

enum ics_err
sign_say_evidence(struct sign_draft *draft, const struct sign_evidence *e)
{
	if (e->signature != NULL)
		return evidence_say(draft, e);
	if (e->key == NULL)
		return ICS_OK;
	out_fail("--evidence-key goes with --evidence");
	return ICS_EUSAGE;
}
