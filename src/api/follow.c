/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Followers of the log that wait: a long poll, whose answer is made when there
 * is a row, and an event stream (HTML Living Standard, server-sent events).
 *
 * Invariant: who waits holds a connection and this struct, no snapshot and no
 * thread; an end of the server ends him.
 */
#include <stdlib.h>

#include "api/changes.h"
#include "base/clock.h"
#include "hkp/page.h"

#define SECOND	 UINT64_C(1000000000)
#define TEXT_MAX (1u << 20) /* octets made at a time */

struct follower {
	struct hkp_watch watch;
	struct hkp_request *rq;
	struct api *api; /* who counts us */
	struct api_changes c;
	bool is_stream; /* of events; else one page */
	bool is_done;	/* what is in text is the end */
	struct buf text;
	size_t sent;
};

static void
woken(void *arg)
{
	struct follower *f = arg;

	hkp_request_wake(f->rq);
}

static void
patience_set(struct follower *f, unsigned seconds)
{
	f->watch.until = clock_mono_ns() + seconds * SECOND;
}

/* ---- what is said ---------------------------------------------------------------- */

static void
event_put(struct buf *out, json_t *row)
{
	char *data = json_dumps(row, JSON_COMPACT | JSON_ENSURE_ASCII);

	buf_printf(out, "id: %lld\nevent: %s\ndata: %s\n\n",
	    (long long)json_integer_value(json_object_get(row, "position")),
	    json_string_value(json_object_get(row, "event")),
	    data == NULL ? "{}" : data);
	free(data);
}

static void
events_put(struct follower *f, json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) event_put(&f->text, row);
	patience_set(f, API_KEEPALIVE_SECS);
}

static void
page_put(struct follower *f, json_t *rows)
{
	json_t *page = api_changes_page(&f->c, json_incref(rows));
	char *data = json_dumps(page, JSON_COMPACT | JSON_ENSURE_ASCII);

	buf_put_str(&f->text, data == NULL ? "{}" : data);
	buf_u8(&f->text, '\n');
	free(data);
	json_decref(page);
	f->is_done = true;
}

/* Time is over, or the server ends, or many rows were not wanted. */
static void
nothing_put(struct follower *f, json_t *rows)
{
	bool is_ending = hkp_worker_is_ending(f->rq->worker);
	bool is_late = f->watch.until <= clock_mono_ns();

	if (!f->is_stream) {
		if (is_ending || is_late || f->c.since < f->c.size)
			page_put(f, rows);
	} else if (is_ending) {
		f->is_done = true;
	} else if (is_late || f->c.since < f->c.size) {
		buf_printf(&f->text, ": %lld\n\n", (long long)f->c.since);
		patience_set(f, API_KEEPALIVE_SECS);
	}
}

static enum ics_err
look(struct follower *f)
{
	struct store_reader *r;
	json_t *rows = json_array();
	enum ics_err err;

	/* Rights end while he waits, too. */
	hkp_sight_renew(f->rq);
	f->watch.news = store_news(hkp_store(f->rq->h));
	TRY(hkp_worker_look(f->rq->worker, &r));
	TRY(api_changes_read(r, &f->c, rows));
	if (json_array_size(rows) == 0)
		nothing_put(f, rows);
	else if (f->is_stream)
		events_put(f, rows);
	else
		page_put(f, rows);
	err = buf_end(&f->text);
out:
	json_decref(rows);
	return err;
}

/* ---- the stream ------------------------------------------------------------------ */

static enum ics_err
follower_read(void *arg, uint8_t *out, size_t max, size_t *n)
{
	struct follower *f = arg;
	enum ics_err err = ICS_OK;

	*n = 0;
	hkp_watch_stop(&f->watch);
	if (f->sent == f->text.n) {
		buf_clear(&f->text);
		f->sent = 0;
		if (f->is_done)
			return ICS_ENOTFOUND;
		TRY(look(f));
	}
	*n = f->text.n - f->sent < max ? f->text.n - f->sent : max;
	if (*n > 0)
		memcpy(out, &f->text.p[f->sent], *n);
	f->sent += *n;
	if (*n == 0 && f->is_done)
		return ICS_ENOTFOUND;
	if (*n == 0)
		hkp_watch_start(f->rq->worker, &f->watch);
out:
	return err;
}

static void
follower_free(void *arg)
{
	struct follower *f = arg;

	hkp_watch_stop(&f->watch);
	atomic_fetch_sub(&f->api->followers, 1);
	buf_release(&f->text);
	free(f);
}

void
api_changes_wait(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_changes *c, unsigned seconds)
{
	struct api *a = api_of(rq);
	struct follower *f;

	if (atomic_fetch_add(&a->followers, 1) >= API_FOLLOWERS_MAX) {
		atomic_fetch_sub(&a->followers, 1);
		hkp_reply_busy(rp);
		return;
	}
	f = alloc_zero(1, sizeof(*f));
	f->watch.call = woken;
	f->watch.arg = f;
	f->rq = rq;
	f->api = a;
	f->c = *c;
	f->is_stream = seconds == 0;
	buf_init(&f->text, TEXT_MAX);
	patience_set(f, f->is_stream ? API_KEEPALIVE_SECS : seconds);
	/* So that a browser knows at once that it is connected. */
	if (f->is_stream)
		buf_put_str(&f->text, "retry: 2000\n\n");
	rp->status = 200;
	rp->type = f->is_stream ? "text/event-stream" : HKP_TYPE_JSON;
	rp->stream = (struct hkp_stream){ follower_read, follower_free, f };
	hkp_reply_extra(rp, "Cache-Control", "no-store");
}
