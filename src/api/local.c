/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operator's requests, on the local socket: who may open it may do this.
 * ics speaks exactly these; answers are JSON but for the dump.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/handler.h"
#include "base/clock.h"
#include "hkp/lookup.h"
#include "hkp/page.h"

void
api_local_submit(struct hkp_request *rq, struct hkp_reply *rp)
{
	if (rq->body.n == 0)
		hkp_reply_json(rp, 400,
		    json_pack("{s:s}", "error", "the body is empty"));
	else
		api_submit_octets(rq, rp, buf_take(&rq->body),
		    api_results_show);
}

/* ---- delete, deny, allow -------------------------------------------------------- */

/* An order about what is not there: intake refuses it as invalid. */
static void
order_tell(struct hkp_request *rq, struct hkp_reply *rp,
    const struct intake_result *result)
{
	api_results_show(rq, rp, result);
	if (result->err == ICS_OK && result->n > 0 &&
	    result->items[0].outcome == INTAKE_INVALID)
		rp->status = 404;
}

/* {"fingerprint": hex, "version": 4}; the version may be left out where the
 * length tells it. */
static bool
fingerprint_read(const json_t *json, struct pgp_fpr *fpr)
{
	const char *hex =
	    json_string_value(json_object_get(json, "fingerprint"));
	json_int_t version =
	    json_integer_value(json_object_get(json, "version"));

	if (hex == NULL || !hkp_fpr_read(bytes_of_str(hex), fpr))
		return false;
	if (fpr->version == 0) {
		if (version != 0 && version != 5 && version != 6)
			return false;
		fpr->version = version == 0 ? 6 : (uint8_t)version;
	}
	return true;
}

static void
order(struct hkp_request *rq, struct hkp_reply *rp, enum intake_order what)
{
	struct bytes body = buf_bytes(&rq->body);
	json_t *json = json_loadb((const char *)body.p, body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	const char *reason = json_string_value(json_object_get(json, "reason"));
	struct intake_job job = { .order = what, .origin = INTAKE_OPERATOR };

	if (!fingerprint_read(json, &job.fpr)) {
		hkp_reply_json(rp, 400,
		    json_pack("{s:s}", "error",
			"the body is JSON with a member fingerprint"));
	} else if (reason != NULL && strlen(reason) >= sizeof(job.reason)) {
		hkp_reply_json(rp, 400,
		    json_pack("{s:s}", "error", "the reason is too long"));
	} else {
		(void)snprintf(job.reason, sizeof(job.reason), "%s",
		    reason == NULL ? "" : reason);
		hkp_request_submit(rq, rp, &job, order_tell);
	}
	json_decref(json);
}

void
api_local_delete(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, INTAKE_DELETE);
}

void
api_local_deny(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, INTAKE_DENY);
}

void
api_local_allow(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, INTAKE_ALLOW);
}

/* ---- reload, stats, denied ------------------------------------------------------- */

void
api_local_reload(struct hkp_request *rq, struct hkp_reply *rp)
{
	const struct hkp_hooks *hooks = hkp_hooks_get(rq->h);

	if (hooks->reload != NULL)
		hooks->reload(hooks->arg);
	hkp_reply_json(rp, hooks->reload == NULL ? 501 : 200,
	    json_pack("{s:b}", "reloading", hooks->reload != NULL));
}

void
api_local_stats(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct intake_stats in;
	struct store_stats s;
	json_t *all = json_object();
	enum ics_err err;

	if (r == NULL)
		goto done;
	TRY(store_stats(r, &s));
#define SET(member) json_object_set_new(all, #member, json_integer(s.member))
	SET(certs);
	SET(fprs);
	SET(uids);
	SET(records);
	SET(statements);
	SET(pending);
	SET(denied);
	SET(log);
	SET(file_octets);
	SET(wal_octets);
	SET(added_total);
	SET(updated_total);
	SET(deleted_total);
#undef SET
	intake_stats(hkp_intake(rq->h), &in);
	json_object_set_new(all, "under_way",
	    json_integer((json_int_t)in.under_way));
	hkp_reply_json(rp, 200, json_incref(all));
out:
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
done:
	json_decref(all);
}

static json_t *
denied_json(const struct store_denied *denied)
{
	char hex[PGP_FPR_TEXT_MAX];
	char since[CLOCK_TEXT_MAX];
	json_t *row;

	pgp_fpr_hex(&denied->fpr, hex);
	clock_rfc3339(denied->since, since);
	row = json_pack("{s:i, s:s, s:s}", "version", (int)denied->fpr.version,
	    "fingerprint", hex, "since", since);
	/* NULL, and thus left out, when it is no UTF-8 */
	json_object_set_new(row, "reason", json_string(denied->reason));
	return row;
}

void
api_local_denied(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_denied denied = { 0 };
	json_t *rows;
	enum ics_err err;

	if (r == NULL)
		return;
	rows = json_array();
	while ((err = store_deny_next(r, &denied.fpr, &denied)) == ICS_OK)
		json_array_append_new(rows, denied_json(&denied));
	if (err == ICS_ENOTFOUND)
		hkp_reply_json(rp, 200, json_pack("{s:O}", "denied", rows));
	else
		hkp_reply_error(rp, err);
	json_decref(rows);
}
