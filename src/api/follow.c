/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Followers of the log that wait: a long poll, whose answer is made when there
 * is a row, and an event stream (HTML Living Standard, server-sent events),
 * which hears of what checks noticed, too.
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

#define HEARD_MAX 16u /* notices that wait to be told; more are lost */

struct api_follower {
	struct api_follower *prev, *next; /* streams of its worker */
	unsigned worker;		  /* its number */
	struct api_notice *heard[HEARD_MAX];
	size_t heard_n;
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
	struct api_follower *f = arg;

	hkp_request_wake(f->rq);
}

static void
patience_set(struct api_follower *f, unsigned seconds)
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
events_put(struct api_follower *f, json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) event_put(&f->text, row);
	patience_set(f, API_KEEPALIVE_SECS);
}

static void
page_put(struct api_follower *f, json_t *rows)
{
	json_t *page = api_changes_page(&f->c, json_incref(rows));
	char *data = json_dumps(page, JSON_COMPACT | JSON_ENSURE_ASCII);

	buf_put_str(&f->text, data == NULL ? "{}" : data);
	buf_u8(&f->text, '\n');
	free(data);
	json_decref(page);
	f->is_done = true;
}

/* ---- notices --------------------------------------------------------------------- */

static json_t *
subject_json(const struct notations_subject *subject)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	if (subject->kind == NOTATIONS_SUBJECT_NONE)
		return NULL;
	notations_subject_text(subject, text);
	return json_string(text);
}

static json_t *
text_json(const struct api_notice_text *text)
{
	return text->n == 0 ? NULL : item_json_text(bytes_of(text->p, text->n));
}

/* To who may see what is registered; what is here instead is named to who may
 * see that. It has no id: it is no row, where one could go on. */
static enum ics_err
notice_put(struct api_follower *f, struct store_reader *r,
    const struct api_notice *n)
{
	bool fits = hkp_may_see(f->rq, r, &n->item);
	json_t *notice;
	char *data;
	enum ics_err err = ICS_OK;

	if (fits)
		err = api_changes_fit(r, &f->c, &n->item, &fits);
	if (err != ICS_OK || !fits)
		return err;
	notice = json_pack("{s:s, s:o, s:o, s:o*, s:o*, s:o*}", "event",
	    "substituted", "at", api_time_json(n->at), "item",
	    subject_json(&n->item), "by",
	    n->is_by_known && !hkp_may_see(f->rq, r, &n->by)
		? NULL
		: subject_json(&n->by),
	    "claims", text_json(&n->claims), "slot", text_json(&n->slot));
	data = json_dumps(notice, JSON_COMPACT | JSON_ENSURE_ASCII);
	buf_printf(&f->text, "event: substituted\ndata: %s\n\n",
	    data == NULL ? "{}" : data);
	free(data);
	json_decref(notice);
	patience_set(f, API_KEEPALIVE_SECS);
	return ICS_OK;
}

static enum ics_err
heard_put(struct api_follower *f, struct store_reader *r)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < f->heard_n; i++) {
		if (err == ICS_OK)
			err = notice_put(f, r, f->heard[i]);
		api_notice_drop(f->heard[i]);
	}
	f->heard_n = 0;
	return err;
}

/* A worker's own copy of the word. */
struct calling {
	struct api *api;
	unsigned worker;
	struct api_notice *n; /* held */
};

static void
streams_notice(void *arg)
{
	struct calling *k = arg;

	for (struct api_follower *f = k->api->streams[k->worker]; f != NULL;
	     f = f->next) {
		if (f->heard_n == HEARD_MAX)
			continue;
		atomic_fetch_add(&k->n->holds, 1);
		f->heard[f->heard_n++] = k->n;
		f->watch.until = 0; /* it waits no more */
	}
	api_notice_drop(k->n);
	free(k);
}

void
api_followers_notice(struct hkp_request *rq, struct api_notice *n)
{
	struct hkp_worker *w;

	for (unsigned i = 0; i < API_WORKERS_MAX; i++) {
		struct calling *k;

		w = hkp_worker_at(rq->h, i);
		if (w == NULL)
			return;
		k = alloc_new(sizeof(*k));
		*k = (struct calling){ api_of(rq), i, n };
		atomic_fetch_add(&n->holds, 1);
		hkp_worker_call(w, streams_notice, k);
	}
}

/* ---- a look ---------------------------------------------------------------------- */

/* Time is over, or the server ends, or many rows were not wanted. */
static void
nothing_put(struct api_follower *f, json_t *rows)
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
look(struct api_follower *f)
{
	struct store_reader *r;
	json_t *rows = json_array();
	enum ics_err err;

	/* Rights end while he waits, too. */
	hkp_sight_renew(f->rq);
	f->watch.news = store_news(hkp_store(f->rq->h));
	TRY(hkp_worker_look(f->rq->worker, &r));
	TRY(heard_put(f, r));
	TRY(api_changes_read(r, &f->c, rows));
	if (json_array_size(rows) == 0 && f->text.n > 0)
		f->is_done = hkp_worker_is_ending(f->rq->worker);
	else if (json_array_size(rows) == 0)
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
	struct api_follower *f = arg;
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
stream_link(struct api_follower *f)
{
	f->worker = hkp_worker_number(f->rq->worker);
	if (f->worker >= API_WORKERS_MAX)
		return; /* it hears of rows alone */
	f->next = f->api->streams[f->worker];
	if (f->next != NULL)
		f->next->prev = f;
	f->api->streams[f->worker] = f;
}

static void
stream_unlink(struct api_follower *f)
{
	if (f->next != NULL)
		f->next->prev = f->prev;
	if (f->prev != NULL)
		f->prev->next = f->next;
	else if (f->worker < API_WORKERS_MAX && f->api->streams[f->worker] == f)
		f->api->streams[f->worker] = f->next;
}

static void
follower_free(void *arg)
{
	struct api_follower *f = arg;

	hkp_watch_stop(&f->watch);
	stream_unlink(f);
	for (size_t i = 0; i < f->heard_n; i++)
		api_notice_drop(f->heard[i]);
	atomic_fetch_sub(&f->api->followers, 1);
	buf_release(&f->text);
	free(f);
}

void
api_changes_wait(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_changes *c, unsigned seconds)
{
	struct api *a = api_of(rq);
	struct api_follower *f;

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
	if (f->is_stream) {
		buf_put_str(&f->text, "retry: 2000\n\n");
		stream_link(f);
	}
	rp->status = 200;
	rp->type = f->is_stream ? "text/event-stream" : HKP_TYPE_JSON;
	rp->stream = (struct hkp_stream){ follower_read, follower_free, f };
	hkp_reply_extra(rp, "Cache-Control", "no-store");
}
