/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /ics/v1/changes: pages of the log, now or as soon as there is one. */
#include "api/changes.h"

#include <stdio.h>
#include <string.h>

#include "api/query.h"
#include "base/clock.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define PATIENCE_NS UINT64_C(100000000) /* of a thread that others need */

static const char *const events[] = {
	[STORE_EVENT_PUT] = "put",
	[STORE_EVENT_DELETE] = "delete",
	[STORE_EVENT_DENY] = "deny",
	[STORE_EVENT_ALLOW] = "allow",
	[STORE_EVENT_STATE] = "state",
	[STORE_EVENT_FORGET] = "forget",
	[STORE_EVENT_DESCRIPTOR] = "descriptor",
};

json_t *
api_log_row_json(const struct store_log_row *row)
{
	static const uint8_t none[32];
	struct bytes digest = bytes_of(row->digest, sizeof(row->digest));
	char item[NOTATIONS_SUBJECT_TEXT_MAX];

	/* Keys of older versions are no subjects: their text is like it. */
	if (row->subject.kind == NOTATIONS_SUBJECT_NONE) {
		(void)snprintf(item, sizeof(item), "dev:%02x",
		    row->item.version); /* fits */
		pgp_fpr_hex(&row->item, &item[strlen(item)]);
	} else {
		notations_subject_text(&row->subject, item);
	}
	return json_pack("{s:I, s:o, s:s, s:s, s:o*}", "position",
	    (json_int_t)row->position, "received", api_time_json(row->received),
	    "event", events[row->event], "item", item, "digest",
	    bytes_equal(digest, bytes_of(none, sizeof(none)))
		? NULL
		: api_hex_json(digest));
}

bool
api_log_row_may(struct hkp_request *rq, struct store_reader *r,
    const struct store_log_row *row)
{
	unsigned domain;

	if (rq->sight != NULL && row->event == STORE_EVENT_DESCRIPTOR)
		return store_descriptor_domain(r, row->position, &domain) ==
			   ICS_OK &&
		       hkp_may_read_domain(rq, domain);
	return hkp_may_see(rq, r, &row->subject);
}

enum ics_err
api_changes_fit(struct store_reader *r, const struct api_changes *c,
    const struct notations_subject *item, bool *fits)
{
	struct item_source source;
	struct item it = { 0 };
	enum ics_err err;

	*fits = c->select.n == 0;
	if (*fits)
		return ICS_OK;
	item_source_of_store(r, &source);
	err = item_read(&source, item, &it);
	if (err == ICS_OK)
		*fits = item_terms_fit(&c->select, &it, NULL);
	item_release(&it);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* What is said of an item, by anybody, selects it. What left is told to all:
 * nobody knows any more what was said of it. */
static enum ics_err
is_selected(struct store_reader *r, const struct api_changes *c,
    const struct store_log_row *row, bool *is)
{
	*is = api_log_row_may(c->rq, r, row);
	if (!*is)
		return ICS_OK;
	if (row->event != STORE_EVENT_PUT && row->event != STORE_EVENT_STATE)
		return ICS_OK;
	return api_changes_fit(r, c, &row->subject, is);
}

enum ics_err
api_changes_read(struct store_reader *r, struct api_changes *c, json_t *rows)
{
	uint64_t end = clock_mono_ns() + PATIENCE_NS;
	struct store_log_row row;
	bool is;
	enum ics_err err;

	TRY(store_log_size(r, &c->size));
	while (json_array_size(rows) < c->limit && clock_mono_ns() < end) {
		err = store_log_next(r, c->since, &row);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err != ICS_OK)
			return err;
		TRY(is_selected(r, c, &row, &is));
		c->since = row.position;
		if (is)
			json_array_append_new(rows, api_log_row_json(&row));
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

bool
api_select_read(const struct api_query *q, struct hkp_reply *rp,
    struct item_terms *select)
{
	if (item_terms_read(select, api_query_get(q, "select")))
		return true;
	api_refuse(rp, 400, "select will not do",
	    "write pairs, as select=model=T1000%20manu=Acme");
	return false;
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

	*c = (struct api_changes){ .rq = rq };
	if (!api_query_of(rq, rp, &q) ||
	    !api_number_read(&q, rp, &since, &c->since) ||
	    !api_number_read(&q, rp, &limit, &n) ||
	    !api_number_read(&q, rp, &seconds, wait))
		return false;
	c->limit = (size_t)n;
	return api_select_read(&q, rp, &c->select);
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
