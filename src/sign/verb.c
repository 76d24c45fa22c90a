/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of each kind of statement. */
#include "sign/verb.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "client/out.h"

/* ---- values ---------------------------------------------------------------------- */

/* A day is its first second. */
static bool
day_parse(struct bytes text, int64_t *t)
{
	char whole[32];

	if (text.n != 10)
		return false;
	memcpy(whole, text.p, 10);
	memcpy(whole + 10, "T00:00:00Z", 11);
	return notations_time_read(bytes_of_str(whole), t) == ICS_OK;
}

bool
sign_time_parse(struct bytes text, int64_t *t)
{
	uint64_t seconds;

	if (notations_time_read(text, t) == ICS_OK || day_parse(text, t))
		return true;
	if (notations_number_read(text, &seconds) != ICS_OK ||
	    seconds > UINT32_MAX)
		return false;
	*t = (int64_t)seconds;
	return true;
}

enum ics_err
sign_time_read(const char *typed, int64_t *t)
{
	if (sign_time_parse(bytes_of_str(typed), t))
		return ICS_OK;
	out_fail("%s: write a time as 2026-11-26T10:00:00Z", typed);
	return ICS_EUSAGE;
}

/* As statements write it; the error of what is no time is told. */
static enum ics_err
time_text(const char *typed, char out[CLOCK_TEXT_MAX])
{
	int64_t t;
	enum ics_err err;

	TRY(sign_time_read(typed, &t));
	clock_rfc3339(t, out);
out:
	return err;
}

/* Parameters spell what would end them as %XX. */
static void
param_put(struct buf *to, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(to, "%s%s=", to->n == 0 ? "" : ";", name);
	for (; *value != '\0'; value++) {
		uint8_t c = (uint8_t)*value;

		if (c <= ' ' || c >= 0x7f || strchr(";=%", c) != NULL)
			buf_printf(to, "%%%02X", c);
		else
			buf_u8(to, c);
	}
}

static enum ics_err
reason_say(struct sign_draft *draft, const struct sign_said *said)
{
	char since[CLOCK_TEXT_MAX];
	enum ics_err err;

	if (said->since != NULL) {
		TRY(time_text(said->since, since));
		TRY(sign_draft_say_text(draft, NOTATIONS_NAME_SINCE, since));
	}
	TRY(sign_draft_say_maybe(draft, NOTATIONS_NAME_REASON, said->reason));
out:
	return err;
}

/* ---- approvals ------------------------------------------------------------------ */

/* The same for a time. */
static enum ics_err
until_put(struct buf *to, const char *typed)
{
	char until[CLOCK_TEXT_MAX];
	enum ics_err err;

	if (typed == NULL)
		return ICS_OK;
	TRY(time_text(typed, until));
	buf_printf(to, ";until=%s", until);
out:
	return err;
}

static enum ics_err
approval_say(struct sign_draft *draft, const struct sign_said *said)
{
	struct buf value;
	enum ics_err err;

	buf_init(&value, NOTATIONS_VALUE_MAX);
	param_put(&value, "scheme", said->scheme);
	param_put(&value, "id", said->id);
	param_put(&value, "level", said->level);
	TRY(until_put(&value, said->until));
	param_put(&value, "state",
	    said->state == NULL ? "granted" : said->state);
	err = sign_draft_say(draft, NOTATIONS_NAME_APPROVAL, buf_bytes(&value));
out:
	buf_release(&value);
	return err;
}

enum ics_err
sign_say_endorse(struct sign_draft *draft, const struct sign_said *said)
{
	enum ics_err err;

	if (said->scheme == NULL || said->id == NULL) {
		out_fail("an endorsement names --scheme and --id");
		return ICS_EUSAGE;
	}
	TRY(approval_say(draft, said));
	err = reason_say(draft, said);
out:
	return err;
}

/*
 * An entity is let in by a state, which integrators, makers and owners may
 * set; code by a certification body's, together with its approval.
 */
enum ics_err
sign_say_approve(struct sign_draft *draft, const struct sign_said *said)
{
	bool is_code = draft->subject.kind == NOTATIONS_SUBJECT_CODE;
	enum ics_err err;

	if (is_code)
		TRY(sign_draft_say_text(draft, NOTATIONS_NAME_CODE_STATUS,
		    notations_status_word(NOTATIONS_STATUS_APPROVED)));
	else
		TRY(sign_draft_say_text(draft, NOTATIONS_NAME_STATUS,
		    notations_status_word(NOTATIONS_STATUS_ACTIVE)));
	if (said->scheme != NULL || said->id != NULL)
		return sign_say_endorse(draft, said);
	err = reason_say(draft, said);
out:
	return err;
}

/* ---- states ---------------------------------------------------------------------- */

static void
statuses_list(bool is_code)
{
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	for (int i = NOTATIONS_STATUS_NONE + 1; i < NOTATIONS_STATUS_COUNT;
	     i++) {
		const char *word =
		    notations_status_word((enum notations_status)i);

		if (notations_status_find(bytes_of_str(word), is_code) !=
		    NOTATIONS_STATUS_NONE)
			buf_printf(&line, " %s", word);
	}
	out_fail("the states are:%s", buf_str(&line));
	buf_release(&line);
}

/* "04..." of a fingerprint in any form. */
static enum ics_err
fpr_say(struct sign_draft *draft, enum notations_name name, const char *typed)
{
	char text[PGP_FPR_TEXT_MAX + 2];
	struct notations_subject s;
	struct pgp_fpr fpr;

	if (!notations_subject_guess(bytes_of_str(typed), &s) ||
	    !notations_subject_fpr(&s, &fpr)) {
		out_fail("%s: not a fingerprint", typed);
		return ICS_EUSAGE;
	}
	notations_vfp_text(&fpr, text);
	return sign_draft_say_text(draft, name, text);
}

/* "sha256:..." of a digest, or of the record in a file. */
static enum ics_err
record_say(struct sign_draft *draft, enum notations_name name,
    const char *typed)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct sign_target record;
	enum ics_err err;

	TRY(sign_target_record(typed, &record));
	notations_subject_text(&record.subject, text);
	err = sign_draft_say_text(draft, name, strchr(text, ':') + 1);
out:
	return err;
}

static enum ics_err
state_details(struct sign_draft *draft, const struct sign_said *said)
{
	enum ics_err err;

	if (said->owner != NULL)
		TRY(fpr_say(draft, NOTATIONS_NAME_OWNER, said->owner));
	if (said->prev != NULL)
		TRY(record_say(draft, NOTATIONS_NAME_PREV, said->prev));
	err = reason_say(draft, said);
out:
	return err;
}

enum ics_err
sign_say_state(struct sign_draft *draft, const struct sign_said *said,
    const char *word)
{
	bool is_code = draft->subject.kind == NOTATIONS_SUBJECT_CODE;
	enum notations_status status =
	    notations_status_find(bytes_of_str(word), is_code);
	enum ics_err err;

	if (status == NOTATIONS_STATUS_NONE) {
		out_fail("%s: no such state", word);
		statuses_list(is_code);
		return ICS_EUSAGE;
	}
	TRY(sign_draft_say_text(draft,
	    is_code ? NOTATIONS_NAME_CODE_STATUS : NOTATIONS_NAME_STATUS,
	    notations_status_word(status)));
	if (is_code && (said->scheme != NULL || said->id != NULL))
		return sign_say_endorse(draft, said);
	err = state_details(draft, said);
out:
	return err;
}

/* ---- transfers ------------------------------------------------------------------- */

enum ics_err
sign_say_offer(struct sign_draft *draft, const struct sign_said *said)
{
	if (said->owner == NULL) {
		out_fail("an offer names the new owner: --owner FINGERPRINT");
		return ICS_EUSAGE;
	}
	return sign_say_state(draft, said,
	    notations_status_word(NOTATIONS_STATUS_TRANSFERRED));
}

enum ics_err
sign_say_accept(struct sign_draft *draft, const struct sign_said *said)
{
	if (said->prev == NULL) {
		out_fail("taking over names the offer: --prev DIGEST, or the "
			 "file that holds it");
		return ICS_EUSAGE;
	}
	return sign_say_state(draft, said,
	    notations_status_word(NOTATIONS_STATUS_ACTIVE));
}

/* ---- code ------------------------------------------------------------------------- */

static enum ics_err
targets_say(struct sign_draft *draft, const char *list)
{
	struct bytes left =
	    list == NULL ? bytes_of(NULL, 0) : bytes_of_str(list);
	struct cursor cur = cursor_of(left);
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && cursor_has(&cur)) {
		const uint8_t *comma = memchr(cur.rest.p, ',', cur.rest.n);
		size_t n =
		    comma == NULL ? cur.rest.n : (size_t)(comma - cur.rest.p);

		err = sign_draft_say(draft, NOTATIONS_NAME_CODE_TARGET,
		    cursor_take(&cur, n));
		if (comma != NULL)
			(void)cursor_u8(&cur); /* the comma */
	}
	return err;
}

/* The digest twice: as text, which GnuPG shows, and in Atkins' form. */
static enum ics_err
digests_say(struct sign_draft *draft, const struct sign_target *target,
    const char *name)
{
	char digits[NOTATIONS_SUBJECT_TEXT_MAX];
	struct buf value;
	enum ics_err err;

	buf_init(&value, NOTATIONS_VALUE_MAX);
	notations_subject_text(&target->subject, digits);
	buf_printf(&value, "%s", strchr(digits, ':') + 1);
	if (target->file_name.n > 0) {
		buf_u8(&value, ' ');
		buf_put(&value, target->file_name);
	} else if (name != NULL) {
		buf_printf(&value, " %s", name);
	}
	TRY(sign_draft_say(draft, NOTATIONS_NAME_CODE_HASH, buf_bytes(&value)));
	err = sign_draft_say(draft, NOTATIONS_NAME_HASH, buf_bytes(&value));
out:
	buf_release(&value);
	return err;
}

enum ics_err
sign_say_code(struct sign_draft *draft, const struct sign_said *said,
    const struct sign_target *target)
{
	struct buf size;
	enum ics_err err;

	buf_init(&size, 32);
	TRY(digests_say(draft, target, said->name));
	TRY(sign_draft_say_maybe(draft, NOTATIONS_NAME_CODE_NAME, said->name));
	TRY(sign_draft_say_maybe(draft, NOTATIONS_NAME_CODE_VERSION,
	    said->release));
	TRY(sign_draft_say_maybe(draft, NOTATIONS_NAME_CODE_KIND, said->kind));
	TRY(sign_draft_say_maybe(draft, NOTATIONS_NAME_CODE_SEQ, said->seq));
	TRY(targets_say(draft, said->target));
	if (target->file_name.n > 0) {
		buf_printf(&size, "%llu",
		    (unsigned long long)target->file_size);
		TRY(sign_draft_say(draft, NOTATIONS_NAME_CODE_SIZE,
		    buf_bytes(&size)));
	}
	err = reason_say(draft, said);
out:
	buf_release(&size);
	return err;
}

/* ---- roles, withdrawals ------------------------------------------------------------- */

enum ics_err
sign_say_role(struct sign_draft *draft, const struct sign_said *said,
    const char *role)
{
	struct buf value;
	enum ics_err err;

	buf_init(&value, NOTATIONS_VALUE_MAX);
	buf_put_str(&value, role);
	param_put(&value, "scope", said->scope);
	TRY(until_put(&value, said->until));
	TRY(sign_draft_say(draft, NOTATIONS_NAME_ROLE, buf_bytes(&value)));
	err = reason_say(draft, said);
out:
	buf_release(&value);
	return err;
}

enum ics_err
sign_say_revokes(struct sign_draft *draft,
    const struct notations_subject *record, const char *reason)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	enum ics_err err;

	notations_subject_text(record, text);
	TRY(sign_draft_say_text(draft, NOTATIONS_NAME_REVOKES,
	    strchr(text, ':') + 1));
	err = sign_draft_say_maybe(draft, NOTATIONS_NAME_REASON, reason);
out:
	return err;
}

bool
sign_certification_find(const struct pgp_cert *cert, const uint8_t digest[32],
    const struct pgp_part **part)
{
	uint8_t found[32];

	for (size_t i = 0; i < cert->parts_n; i++) {
		*part = &cert->parts[i];
		for (size_t k = 0; k < (*part)->sig_n; k++) {
			pgp_sig_record_digest(&cert->sigs[(*part)->sig_first +
							  k],
			    found);
			if (memcmp(found, digest, sizeof(found)) == 0)
				return true;
		}
	}
	return false;
}
