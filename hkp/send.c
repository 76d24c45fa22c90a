/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending: a filled reply becomes an answer of libmicrohttpd; at once, when
 * intake has answered, or piece by piece. */
#include <stdlib.h>

#include "hkp/server.h"

#define STREAM_BLOCK 32768

/* Failure would mean no memory for a few octets; the answer goes without. */
static void
add_header(struct MHD_Response *r, const char *name, const char *value)
{
	(void)MHD_add_response_header(r, name, value);
}

struct MHD_Response *
hkp_miss_new(void)
{
	static const char words[] = "Nothing found for this search.\n";
	struct MHD_Response *r =
	    MHD_create_response_from_buffer(sizeof(words) - 1,
		(void *)(uintptr_t)words, MHD_RESPMEM_PERSISTENT);

	if (r == NULL)
		return NULL;
	add_header(r, "Content-Type", HKP_TYPE_TEXT);
	add_header(r, "Access-Control-Allow-Origin", "*");
	return r;
}

struct stream_of {
	struct hkp_stream stream;
	struct hkp_conn *c;
};

static ssize_t
stream_read(void *arg, uint64_t at, char *out, size_t max)
{
	struct stream_of *s = arg;
	size_t n = 0;
	enum ics_err err;

	(void)at;
	err = s->stream.read(s->stream.arg, (uint8_t *)out, max, &n);
	if (err == ICS_ENOTFOUND)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (err != ICS_OK)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == 0) {
		MHD_suspend_connection(s->c->mhd);
		s->c->asleep = true;
		hkp_ring_append(&s->c->slot->worker->asleep, s->c);
	}
	return (ssize_t)n;
}

static void
stream_free(void *arg)
{
	struct stream_of *s = arg;

	s->stream.free(s->stream.arg);
	free(s);
}

static struct MHD_Response *
response_new(struct hkp_conn *c)
{
	struct hkp_reply *rp = &c->rp;
	struct stream_of *s;
	void *body;

	if (rp->stream.read != NULL) {
		s = alloc_new(sizeof(*s));
		*s = (struct stream_of){ rp->stream, c };
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
		    STREAM_BLOCK, stream_read, s, stream_free);
	}
	body = (void *)(uintptr_t)rp->body.p;
	if (rp->body.n == 0)
		return MHD_create_response_from_buffer(0, NULL,
		    MHD_RESPMEM_PERSISTENT);
	rp->body.p = NULL;
	return MHD_create_response_from_buffer_with_free_callback(rp->body.n,
	    body, free);
}

static enum MHD_Result
send_response(struct hkp_conn *c, struct MHD_Response *r)
{
	struct hkp_worker *w = c->slot->worker;

	atomic_fetch_add_explicit(&w->answers[c->rp.status / 100 % 6], 1,
	    memory_order_relaxed);
	return MHD_queue_response(c->mhd, c->rp.status, r);
}

enum MHD_Result
hkp_conn_send(struct hkp_conn *c)
{
	struct hkp_reply *rp = &c->rp;
	struct MHD_Response *r;
	enum MHD_Result sent;

	if (rp->prepared == HKP_PREPARED_MISS)
		return send_response(c, c->slot->worker->miss);
	r = response_new(c);
	if (r == NULL)
		return MHD_NO;
	if (rp->type != NULL)
		add_header(r, "Content-Type", rp->type);
	add_header(r, "Access-Control-Allow-Origin", "*");
	if (rp->etag[0] != '\0')
		add_header(r, "ETag", rp->etag);
	for (size_t i = 0; i < rp->extra_n; i++)
		add_header(r, rp->extra[i].name, rp->extra[i].value);
	if (c->over || c->broken || c->slot->worker->draining)
		add_header(r, "Connection", "close");
	sent = send_response(c, r);
	MHD_destroy_response(r);
	return sent;
}

/* ---- what handlers call ---------------------------------------------------------- */

static struct hkp_conn *
conn_from_request(struct hkp_request *rq)
{
	return (struct hkp_conn *)(void *)((char *)rq -
					   offsetof(struct hkp_conn, rq));
}

const char *
hkp_request_header(struct hkp_request *rq, const char *name)
{
	return MHD_lookup_connection_value(conn_from_request(rq)->mhd,
	    MHD_HEADER_KIND, name);
}

void
hkp_request_wake(struct hkp_request *rq)
{
	struct hkp_conn *c = conn_from_request(rq);

	if (!c->asleep)
		return;
	c->asleep = false;
	hkp_ring_remove(c);
	MHD_resume_connection(c->mhd);
}

void
hkp_conn_wake_all(struct hkp_worker *w)
{
	while (w->asleep.next != &w->asleep)
		hkp_request_wake(&w->asleep.next->rq);
}

static void
intake_done(void *arg, const struct intake_result *result)
{
	struct hkp_conn *c = arg;
	struct hkp *h = c->rq.h;
	struct hkp_worker *w = c->slot->worker;

	c->finish(&c->rq, &c->rp, result);
	MHD_resume_connection(c->mhd);
	hkp_worker_wake(w);
	/* Last, because hkp_free waits for it. */
	atomic_fetch_sub(&h->submitted, 1);
}

void
hkp_request_submit(struct hkp_request *rq, struct hkp_reply *rp,
    struct intake_job *job, hkp_finish *finish)
{
	struct hkp_conn *c = conn_from_request(rq);

	job->done = intake_done;
	job->arg = c;
	c->finish = finish;
	rp->later = true;
	atomic_fetch_add(&rq->h->submitted, 1);
	/* Suspended first: the answer may come before submit returns, and
	 * from then on the reply is the other thread's. */
	MHD_suspend_connection(c->mhd);
	if (!atomic_load(&rq->h->stopping) &&
	    intake_submit(rq->h->start.in, job) == ICS_OK)
		return;
	free((void *)(uintptr_t)job->input.p);
	hkp_reply_busy(rp);
	MHD_resume_connection(c->mhd);
	atomic_fetch_sub(&rq->h->submitted, 1);
}
