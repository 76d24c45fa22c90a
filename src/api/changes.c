/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /ics/v1/changes: pages of the log, now or as soon as there is one. */
#include "api/changes.h"

#include <string.h>

#include "api/query.h"
#include "hkp/page.h"
#include "hkp/query.h"

static const char *const events[] = {
	[STORE_EVENT_PUT] = "put",
	[STORE_EVENT_DELETE] = "delete",
	[STORE_EVENT_DENY] = "deny",
	[STORE_EVENT_ALLOW] = "allow",
};

static json_t *
row_json(const struct store_log_row *row)
{
	static const uint8_t none[32];
	struct bytes digest = bytes_of(row->digest, sizeof(row->digest));
	char hex[PGP_FPR_TEXT_MAX];

	pgp_fpr_hex(&row->item, hex);
	return json_pack("{s:I, s:o, s:s, s:o, s:o*}", "position",
	    (json_int_t)row->position, "received", api_time_json(row->received),
	    "event", events[row->event], "item",
	    json_sprintf("dev:%02x%s", row->item.version, hex), "digest",
	    bytes_equal(digest, bytes_of(none, sizeof(none)))
		? NULL
		: api_hex_json(digest));
}

static enum ics_err
size_read(struct store_reader *r, int64_t *size)
{
	struct store_stats stats;
	enum ics_err err = store_stats(r, &stats);

	*size = err == ICS_OK ? stats.log : 0;
	return err;
}

enum ics_err
api_changes_read(struct store_reader *r, struct api_changes *c, json_t *rows)
{
	struct store_log_row row;
	enum ics_err err;

	TRY(size_read(r, &c->size));
	for (size_t i = 0;
	     i < API_CHANGES_LOOK && json_array_size(rows) < c->limit; i++) {
		err = store_log_next(r, c->since, &row);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err != ICS_OK)
			return err;
		c->since = row.position;
		json_array_append_new(rows, row_json(&row));
	}
out:
	return err;
}

json_t *
api_changes_page(const struct api_changes *c, json_t *rows)
{
	return json_pack("{s:o, s:I, s:I}", "rows", rows, "next",
	    (json_int_t)c->since, "size", (json_int_t)c->size);
}

/* ---- asking ------------------------------------------------------------------ */

static bool
wants_events(struct hkp_request *rq)
{
	const char *accept = hkp_request_header(rq, "Accept");

	return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

/* Where a client that was cut off goes on; what it says in the URL is where
 * it began. */
static void
last_event_read(struct hkp_request *rq, struct api_changes *c)
{
	const char *id = hkp_request_header(rq, "Last-Event-ID");
	int64_t since;

	if (id != NULL && api_digits_read(bytes_of_str(id), &since))
		c->since = since;
}

static bool
asked_read(struct hkp_request *rq, struct hkp_reply *rp, struct api_changes *c,
    int64_t *wait)
{
	static const struct api_number since = { "since", 0, INT64_MAX, 0 },
				       limit = { "limit", 1, API_CHANGES_MAX,
					       100 },
				       seconds = { "wait", 0, API_WAIT_MAX, 0 };
	struct api_query q;
	int64_t n;

	*c = (struct api_changes){ 0 };
	if (!api_query_of(rq, rp, &q) ||
	    !api_number_read(&q, rp, &since, &c->since) ||
	    !api_number_read(&q, rp, &limit, &n) ||
	    !api_number_read(&q, rp, &seconds, wait))
		return false;
	c->limit = (size_t)n;
	return true;
}

static void
page_reply(struct hkp_request *rq, struct hkp_reply *rp, struct api_changes *c,
    int64_t wait)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	json_t *rows;
	enum ics_err err;

	if (r == NULL)
		return;
	rows = json_array();
	err = api_changes_read(r, c, rows);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	else if (json_array_size(rows) > 0 || c->since < c->size || wait == 0)
		hkp_reply_json(rp, 200, api_changes_page(c, json_incref(rows)));
	else
		api_changes_wait(rq, rp, c, (unsigned)wait);
	json_decref(rows);
}

void
api_changes(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_changes c;
	int64_t wait;

	if (!asked_read(rq, rp, &c, &wait))
		return;
	if (!wants_events(rq)) {
		page_reply(rq, rp, &c, wait);
		return;
	}
	last_event_read(rq, &c);
	api_changes_wait(rq, rp, &c, 0);
}
