/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of a submission, as JSON: an outcome each, in order, with every
 * finding. Runs on a thread of intake: it reads the result and fills the
 * reply, nothing else. hkp/schema/submit.json describes it.
 */
#include "api/handler.h"
#include "hkp/page.h"

static const char *const severities[] = {
	[SEVERITY_NOTE] = "note",
	[SEVERITY_DROPPED] = "dropped",
	[SEVERITY_REFUSED] = "refused",
};

static json_t *
findings_json(const struct report *rep)
{
	json_t *all = json_array();

	for (size_t i = 0; i < rep->n; i++) {
		const struct reason *reason = rep->at[i].reason;

		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:s, s:s, s:s}", "reason",
			reason->name, "severity", severities[reason->severity],
			"about", rep->at[i].about, "words", reason->words,
			"help", reason->help));
	}
	return all;
}

static void
record_set(json_t *row, const struct intake_item *item)
{
	char name[INTAKE_NAME_MAX], subject[NOTATIONS_SUBJECT_TEXT_MAX] = "";

	intake_item_name(item, name);
	if (item->subject.kind != NOTATIONS_SUBJECT_NONE)
		notations_subject_text(&item->subject, subject);
	json_object_set_new(row, "record", json_string(name));
	json_object_set_new(row, "subject", json_string(subject));
}

static json_t *
result_json(const struct intake_item *item)
{
	char hex[PGP_FPR_TEXT_MAX] = "";
	json_t *row;

	if (item->fpr.version != 0)
		pgp_fpr_hex(&item->fpr, hex);
	row = json_pack("{s:s, s:i, s:s, s:o}", "outcome",
	    intake_outcome_word(item->outcome), "version",
	    (int)item->fpr.version, "fingerprint", hex, "findings",
	    findings_json(&item->rep));
	if (item->is_record)
		record_set(row, item);
	if (item->is_descriptor) {
		json_object_set_new(row, "domain", json_string(item->domain));
		json_object_set_new(row, "serial", json_integer(item->serial));
	}
	return row;
}

static void
tell(struct hkp_reply *rp, unsigned status, const struct intake_result *result)
{
	json_t *results = json_array();
	json_t *all = json_pack("{s:o}", "results", results);

	for (size_t i = 0; i < result->n; i++)
		json_array_append_new(results, result_json(&result->items[i]));
	if (result->err != ICS_OK) {
		json_object_set_new(all, "error",
		    json_string(err_words(result->err)));
		json_object_set_new(all, "findings",
		    findings_json(&result->rep));
	}
	hkp_reply_json(rp, status, all);
	if (status == 503)
		hkp_reply_extra(rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
}

/* Who operates reads each outcome for himself. */
void
api_results_show(struct hkp_request *rq, struct hkp_reply *rp,
    const struct intake_result *result)
{
	(void)rq;
	tell(rp, result->err == ICS_OK ? 200 : err_http(result->err), result);
}

static bool
is_accepted(const struct intake_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		if (result->items[i].outcome != INTAKE_INVALID &&
		    result->items[i].outcome != INTAKE_DENIED)
			return true;
	return false;
}

void
api_results_judge(struct hkp_request *rq, struct hkp_reply *rp,
    const struct intake_result *result)
{
	if (result->err == ICS_OK && !is_accepted(result))
		tell(rp, 422, result);
	else
		api_results_show(rq, rp, result);
}
