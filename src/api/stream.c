/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two answers that are made while they are sent, in constant memory, each
 * over one snapshot of its own.
 *
 *	dump   certificates in the order of fingerprints, then records in the
 *	       order of digests; the worker's thread reads one at a time
 *	fsck   a thread of its own checks and puts lines into a bounded queue;
 *	       the worker sends them and is called when there is one
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "api/handler.h"
#include "base/clock.h"
#include "base/queue.h"
#include "hkp/page.h"
#include "item/item.h"

/* ---- dump ------------------------------------------------------------------------ */

struct dump {
	struct store_reader *r;
	struct store_dump all;
	struct bytes rest; /* of what is current, lent by all */
};

static enum ics_err
dump_read(void *arg, uint8_t *out, size_t max, size_t *n)
{
	struct dump *d = arg;

	for (*n = 0; *n < max;) {
		size_t part = d->rest.n < max - *n ? d->rest.n : max - *n;
		enum ics_err err;

		if (part > 0) {
			memcpy(&out[*n], d->rest.p, part);
			d->rest = bytes_of(&d->rest.p[part], d->rest.n - part);
			*n += part;
			continue;
		}
		err = store_dump_next(&d->all, &d->rest);
		if (err != ICS_OK)
			return err == ICS_ENOTFOUND && *n > 0 ? ICS_OK : err;
	}
	return ICS_OK;
}

static void
dump_free(void *arg)
{
	struct dump *d = arg;

	store_dump_release(&d->all);
	store_reader_close(d->r);
	free(d);
}

void
api_local_dump(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct dump *d = alloc_zero(1, sizeof(*d));
	enum ics_err err;

	TRY(store_reader_open(hkp_dir(rq->h), hkp_store(rq->h), &d->r));
	err = store_reader_begin(d->r);
	if (err != ICS_OK) {
		store_reader_close(d->r);
		goto out;
	}
	store_dump_begin(&d->all, d->r);
	rp->status = 200;
	rp->type = "application/pgp";
	rp->stream = (struct hkp_stream){ dump_read, dump_free, d };
	return;
out:
	free(d);
	hkp_reply_error(rp, err);
}

/* ---- fsck ------------------------------------------------------------------------ */

#define LINES_MAX 256 /* that wait to be sent */

struct fsck {
	atomic_uint holds;   /* the thread's, the stream's, one a call */
	struct queue *lines; /* struct bytes, owned; an empty one ends */
	struct hkp *h;
	struct hkp_worker *worker;
	struct hkp_request *rq; /* worker's thread; NULL when it went away */
	struct store_reader *r;
	bool begun;	    /* thread: a difference was told */
	struct bytes *line; /* worker: being sent */
	size_t sent;
};

static void
line_free(struct bytes *line)
{
	if (line != NULL)
		free((void *)(uintptr_t)line->p);
	free(line);
}

static void
fsck_leave(struct fsck *f)
{
	struct bytes *line;

	if (atomic_fetch_sub(&f->holds, 1) != 1)
		return;
	while ((line = queue_try(f->lines)) != NULL)
		line_free(line);
	queue_free(f->lines);
	line_free(f->line);
	free(f);
}

static void
fsck_wake(void *arg)
{
	struct fsck *f = arg;

	if (f->rq != NULL)
		hkp_request_wake(f->rq);
	fsck_leave(f);
}

/* On the thread: one piece of the answer. Nobody listens any more when the
 * queue is closed. */
static void
fsck_put(struct fsck *f, struct buf *text)
{
	struct bytes *line = alloc_new(sizeof(*line));

	*line = buf_take(text);
	if (queue_put_wait(f->lines, line) != ICS_OK) {
		line_free(line);
		return;
	}
	atomic_fetch_add(&f->holds, 1);
	hkp_worker_call(f->worker, fsck_wake, f);
}

static void
fsck_found(void *arg, const char *text)
{
	struct fsck *f = arg;
	json_t *json = json_string(text);
	char *quoted = json == NULL ? NULL
				    : json_dumps(json,
					  JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	struct buf out;

	buf_init(&out, 8 * (strlen(text) + 8));
	buf_put_str(&out, f->begun ? ",\n" : "\n");
	buf_put_str(&out, quoted == NULL ? "\"?\"" : quoted);
	f->begun = true;
	fsck_put(f, &out);
	free(quoted);
	json_decref(json);
}

static void *
fsck_main(void *arg)
{
	struct fsck *f = arg;
	struct hkp *h = f->h;
	struct item_where where = { .now = clock_now() };
	struct store_judge judge;
	const struct store_fsck how = {
		.found = fsck_found, .arg = f, .judge = &judge
	};
	struct domain_set *set = intake_domains_hold(hkp_intake(h));
	int64_t differences = 0;
	struct buf out;
	enum ics_err err;

	buf_init(&out, 256);
	buf_put_str(&out, "{\"found\": [");
	fsck_put(f, &out);
	where.set = set;
	item_fsck_judge(&where, &judge);
	err = store_check(f->r, &how, &differences);
	domain_set_drop(set);
	buf_printf(&out, "],\n\"differences\": %lld", (long long)differences);
	if (err != ICS_OK)
		buf_printf(&out, ", \"error\": \"%s\"", err_words(err));
	buf_put_str(&out, "}\n");
	fsck_put(f, &out);
	fsck_put(f, &out); /* empty by now: the end */
	store_reader_close(f->r);
	fsck_leave(f);
	hkp_helpers_add(h, -1);
	return NULL;
}

static enum ics_err
fsck_read(void *arg, uint8_t *out, size_t max, size_t *n)
{
	struct fsck *f = arg;
	size_t part;

	*n = 0;
	if (f->line == NULL) {
		f->line = queue_try(f->lines);
		f->sent = 0;
	}
	if (f->line == NULL)
		return ICS_OK;
	if (f->line->n == 0)
		return ICS_ENOTFOUND;
	part = f->line->n - f->sent < max ? f->line->n - f->sent : max;
	memcpy(out, &f->line->p[f->sent], part);
	f->sent += part;
	*n = part;
	if (f->sent == f->line->n) {
		line_free(f->line);
		f->line = NULL;
	}
	return ICS_OK;
}

static void
fsck_stream_free(void *arg)
{
	struct fsck *f = arg;

	f->rq = NULL;
	queue_close(f->lines);
	fsck_leave(f);
}

static enum ics_err
fsck_start(struct fsck *f)
{
	pthread_attr_t attr;
	pthread_t thread;
	int failed;

	if (pthread_attr_init(&attr) != 0)
		return ICS_EIO;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	hkp_helpers_add(f->h, 1);
	failed = pthread_create(&thread, &attr, fsck_main, f);
	(void)pthread_attr_destroy(&attr); /* always 0 on Linux */
	if (failed == 0)
		return ICS_OK;
	hkp_helpers_add(f->h, -1);
	return err_from_errno(failed);
}

void
api_local_fsck(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct fsck *f = alloc_zero(1, sizeof(*f));
	enum ics_err err;

	atomic_store(&f->holds, 2);
	f->lines = queue_new(LINES_MAX);
	f->h = rq->h;
	f->worker = rq->worker;
	f->rq = rq;
	TRY(store_reader_open(hkp_dir(rq->h), hkp_store(rq->h), &f->r));
	err = store_reader_begin(f->r);
	if (err == ICS_OK)
		err = fsck_start(f);
	if (err != ICS_OK)
		goto out;
	rp->status = 200;
	rp->type = HKP_TYPE_JSON;
	rp->stream = (struct hkp_stream){ fsck_read, fsck_stream_free, f };
	return;
out:
	if (f->r != NULL)
		store_reader_close(f->r);
	queue_free(f->lines);
	free(f);
	hkp_reply_error(rp, err);
}
