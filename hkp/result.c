/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Telling what became of a submission. Runs on a thread of intake: it reads
 * the result and fills the reply, nothing else.
 *
 * gpg takes 200 and nothing else for success; 422 means that no part of the
 * submission was accepted.
 */
#include <jansson.h>
#include <stdlib.h>

#include "hkp/page.h"
#include "hkp/request.h"

#define TELL_MAX (16u << 20) /* octets of a result in words */

/* The array of a Hockeypuck answer that an outcome goes to. */
static const char *const arrays[] = {
	[INTAKE_INSERTED] = "inserted",
	[INTAKE_UPDATED] = "updated",
	[INTAKE_IGNORED] = "ignored",
	[INTAKE_DELETED] = "deleted",
	[INTAKE_WAITING] = "waiting",
	[INTAKE_INVALID] = "invalid",
	[INTAKE_DENIED] = "invalid",
	[INTAKE_RECEIVED] = "received",
};

static const char *const severities[] = {
	[SEVERITY_NOTE] = "note",
	[SEVERITY_DROPPED] = "dropped",
	[SEVERITY_REFUSED] = "refused",
};

static bool
is_accepted(enum intake_outcome outcome)
{
	return outcome != INTAKE_INVALID && outcome != INTAKE_DENIED;
}

static unsigned
status_of(const struct intake_result *result)
{
	if (result->err != ICS_OK)
		return err_http(result->err);
	for (size_t i = 0; i < result->n; i++)
		if (is_accepted(result->items[i].outcome))
			return 200;
	return 422;
}

void
hkp_reply_json(struct hkp_reply *rp, unsigned status, json_t *json)
{
	struct buf out;
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(json);
	buf_init(&out, TELL_MAX);
	buf_put_str(&out, text == NULL ? "{}" : text);
	buf_u8(&out, '\n');
	free(text);
	hkp_reply_buf(rp, status, HKP_TYPE_JSON, &out);
}

static void
lower(char *hex)
{
	for (char *c = hex; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
}

static json_t *
record_json(const struct intake_item *item, const char *issuer)
{
	char name[INTAKE_NAME_MAX], subject[NOTATIONS_SUBJECT_TEXT_MAX] = "";

	intake_item_name(item, name);
	if (item->subject.kind != NOTATIONS_SUBJECT_NONE)
		notations_subject_text(&item->subject, subject);
	return json_pack("{s:s, s:s, s:s}", "record", name, "subject", subject,
	    "issuer", issuer);
}

static json_t *
item_json(const struct intake_item *item)
{
	char hex[PGP_FPR_TEXT_MAX] = "";

	if (item->fpr.version != 0)
		pgp_fpr_hex(&item->fpr, hex);
	lower(hex);
	if (item->is_record)
		return record_json(item, hex);
	return json_pack("{s:i, s:s}", "version", (int)item->fpr.version,
	    "fingerprint", hex);
}

static void
tell_json(struct hkp_reply *rp, unsigned status,
    const struct intake_result *result)
{
	json_t *all = json_object();

	if (result->err != ICS_OK)
		json_object_set_new(all, "error",
		    json_string(err_words(result->err)));
	for (size_t i = 0; i < result->n; i++) {
		const struct intake_item *item = &result->items[i];
		const char *name = arrays[item->outcome];
		const struct finding *worst = report_worst(&item->rep);
		json_t *row = item_json(item);

		if (json_object_get(all, name) == NULL)
			json_object_set_new(all, name, json_array());
		/* Spec: comment stands only with ignored and invalid */
		if (worst != NULL && (!is_accepted(item->outcome) ||
					 item->outcome == INTAKE_IGNORED))
			json_object_set_new(row, "comment",
			    json_sprintf("%s (%s)", worst->reason->words,
				worst->about));
		else if (item->outcome == INTAKE_DENIED)
			json_object_set_new(row, "comment",
			    json_string("removed from this server"));
		json_array_append_new(json_object_get(all, name), row);
	}
	hkp_reply_json(rp, status, all);
}

/* Spec: Hagrid's upload answers for one certificate; no mail is verified
 * here, so what was accepted is published at once. */
static void
tell_vks(struct hkp_reply *rp, unsigned status,
    const struct intake_result *result)
{
	char hex[PGP_FPR_TEXT_MAX] = "";

	if (status != 200) {
		hkp_reply_json(rp, status,
		    json_pack("{s:s}", "error",
			result->err != ICS_OK ? err_words(result->err)
					      : "no certificate was accepted"));
		return;
	}
	for (size_t i = 0; i < result->n; i++) {
		const struct intake_item *item = &result->items[i];

		if (is_accepted(item->outcome) && !item->is_record) {
			pgp_fpr_hex(&item->fpr, hex);
			break;
		}
	}
	for (char *c = hex; *c != '\0'; c++)
		*c = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
	hkp_reply_json(rp, status,
	    json_pack("{s:s, s:{}, s:s}", "key_fpr", hex, "status", "token",
		""));
}

/* ---- in words ---------------------------------------------------------------- */

static void
put_findings(struct buf *out, const struct report *rep)
{
	for (size_t i = 0; i < rep->n; i++) {
		const struct reason *reason = rep->at[i].reason;

		buf_printf(out, "    %s: %s (%s)\n",
		    severities[reason->severity], reason->words,
		    rep->at[i].about);
		if (reason->help[0] != '\0')
			buf_printf(out, "        what would help: %s\n",
			    reason->help);
	}
	if (rep->more > 0)
		buf_printf(out, "    and %zu more findings\n", rep->more);
}

/* "inserted FPR", or "inserted record sha256:... about dev:...". */
static void
put_item(struct buf *out, const struct intake_item *item)
{
	char name[INTAKE_NAME_MAX], subject[NOTATIONS_SUBJECT_TEXT_MAX];

	intake_item_name(item, name);
	buf_printf(out, "%s %s%s", intake_outcome_word(item->outcome),
	    item->is_record ? "record " : "", name);
	if (item->subject.kind != NOTATIONS_SUBJECT_NONE) {
		notations_subject_text(&item->subject, subject);
		buf_printf(out, " about %s", subject);
	}
	buf_u8(out, '\n');
	put_findings(out, &item->rep);
}

static void
put_words(struct buf *out, const struct intake_result *result)
{
	if (result->err != ICS_OK)
		buf_printf(out, "Nothing was stored: %s.\n",
		    err_words(result->err));
	put_findings(out, &result->rep);
	for (size_t i = 0; i < result->n; i++)
		put_item(out, &result->items[i]);
	if (result->err == ICS_OK && result->n == 0)
		buf_put_str(out,
		    "There was no certificate and no record in it.\n");
}

static void
tell_words(struct hkp_request *rq, struct hkp_reply *rp, unsigned status,
    const struct intake_result *result)
{
	struct buf words;
	struct buf page;

	buf_init(&words, TELL_MAX);
	put_words(&words, result);
	if (rq->telling == HKP_TELL_TEXT) {
		hkp_reply_buf(rp, status, HKP_TYPE_TEXT, &words);
		return;
	}
	buf_init(&page, 2 * TELL_MAX);
	hkp_page_put(&page, HKP_PAGE_added,
	    (struct hkp_page_value[]){ { "words", buf_bytes(&words), false } },
	    1);
	buf_release(&words);
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ status, bytes_of_str("Submission"), &page });
}

void
hkp_result_tell(struct hkp_request *rq, struct hkp_reply *rp,
    const struct intake_result *result)
{
	unsigned status = status_of(result);

	switch (rq->telling) {
	case HKP_TELL_TEXT:
	case HKP_TELL_HTML:
		tell_words(rq, rp, status, result);
		break;
	case HKP_TELL_JSON:
		tell_json(rp, status, result);
		break;
	case HKP_TELL_VKS:
		tell_vks(rp, status, result);
		break;
	}
	if (status == 503)
		hkp_reply_extra(rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
}
