/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending: a filled reply becomes an answer of libmicrohttpd; at once, when
 * intake has answered, or piece by piece. And what is refused before a body is
 * looked at. */
#include <stdlib.h>

#include "hkp/query.h"
#include "hkp/server.h"

#define STREAM_BLOCK 32768
#define SECOND	     UINT64_C(1000000000)
#define UNCOUNTED    (64u << 10) /* octets of a body or an answer */
#define ORDINARY     (2u << 20)	 /* octets of an answer with one certificate */

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

/* ---- what clients make us keep -------------------------------------------------- */

/*
 * Bodies that are on their way in and answers on their way out. What is beyond
 * a little for each connection stays below a sum for all of them, however many
 * they are and however slow. Answers of many certificates leave the second
 * half to all others, since one certificate is worth more than a list.
 */
static bool
take(struct hkp *h, size_t n, size_t most)
{
	size_t before = atomic_fetch_add(&h->held, n);

	/* One that is larger than the sum goes alone. */
	if (before == 0 || before + n <= most)
		return true;
	atomic_fetch_sub(&h->held, n);
	return false;
}

bool
hkp_held_body(struct hkp_conn *c)
{
	size_t n = c->rq.body.n > UNCOUNTED ? c->rq.body.n - UNCOUNTED : 0;

	if (c->slot->face == HKP_FACE_LOCAL || n <= c->held)
		return true;
	if (!take(c->rq.h, n - c->held, c->rq.config->limits.held_octets))
		return false;
	c->held = n;
	return true;
}

void
hkp_held_body_give(struct hkp_conn *c)
{
	atomic_fetch_sub(&c->rq.h->held, c->held);
	c->held = 0;
}

struct answer {
	struct hkp *h;
	void *body;
	size_t n; /* counted */
};

static void
answer_free(void *arg)
{
	struct answer *a = arg;

	atomic_fetch_sub(&a->h->held, a->n);
	free(a->body);
	free(a);
}

/* A response of the reply's body (which it takes and counts); NULL when there
 * is no room for it: then the body is still the reply's. */
static struct MHD_Response *
held_answer(struct hkp_conn *c)
{
	size_t n = c->rp.body.n, most = c->rq.config->limits.held_octets;
	void *body = (void *)(uintptr_t)c->rp.body.p;
	struct answer *a;

	if (n <= UNCOUNTED || c->slot->face == HKP_FACE_LOCAL) {
		c->rp.body.p = NULL;
		return MHD_create_response_from_buffer_with_free_callback(n,
		    body, free);
	}
	/* What was stored is told in any case. */
	if (c->rp.later)
		atomic_fetch_add(&c->rq.h->held, n);
	else if (!take(c->rq.h, n, n > ORDINARY ? most / 2 : most))
		return NULL;
	a = alloc_new(sizeof(*a));
	*a = (struct answer){ c->rq.h, body, n };
	c->rp.body.p = NULL;
	return MHD_create_response_from_buffer_with_free_callback_cls(n, body,
	    answer_free, a);
}

/* ---- the answer ---------------------------------------------------------------- */

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
	s->c->slot->worker->moved++;
	if (s->c->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
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

	if (rp->stream.read != NULL) {
		s = alloc_new(sizeof(*s));
		*s = (struct stream_of){ rp->stream, c };
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
		    STREAM_BLOCK, stream_read, s, stream_free);
	}
	if (rp->body.n == 0)
		return MHD_create_response_from_buffer(0, NULL,
		    MHD_RESPMEM_PERSISTENT);
	return held_answer(c);
}

/* Nobody keeps an answer, and a connection, by reading slowly. A stream costs
 * nothing while it waits. */
static void
deadline_set(struct hkp_conn *c, uint64_t octets)
{
	struct hkp_worker *w = c->slot->worker;

	hkp_ring_remove(c);
	if (c->rp.stream.read != NULL)
		return;
	c->deadline =
	    w->now + SECOND * (octets / HKP_RATE +
				  c->slot->gen->config.limits.request_seconds);
	hkp_ring_append(&w->sending, c);
}

static enum MHD_Result
send_response(struct hkp_conn *c, struct MHD_Response *r, uint64_t octets)
{
	struct hkp_worker *w = c->slot->worker;

	deadline_set(c, octets);
	atomic_fetch_add_explicit(&w->answers[c->rp.status / 100 % 6], 1,
	    memory_order_relaxed);
	return MHD_queue_response(c->mhd, c->rp.status, r);
}

/* Instead of an answer that there is no room for. */
static void
busy(struct hkp_reply *rp)
{
	free((void *)(uintptr_t)rp->body.p);
	*rp = (struct hkp_reply){ 0 };
	hkp_reply_busy(rp);
}

/* What one may see another may not: no cache may mix them up. */
static void
rights_tell(struct MHD_Response *r)
{
	if (MHD_get_response_header(r, "Cache-Control") == NULL)
		add_header(r, "Cache-Control", "private, no-cache");
	add_header(r, "Vary", "Authorization, X-ICS-Domain");
}

enum MHD_Result
hkp_conn_send(struct hkp_conn *c)
{
	struct hkp_reply *rp = &c->rp;
	uint64_t octets = rp->body.n;
	bool ends = c->over || c->broken || c->slot->worker->draining ||
		    hkp_peer_is_missed(c);
	struct MHD_Response *r;
	enum MHD_Result sent;

	if (rp->prepared == HKP_PREPARED_MISS && c->rq.sight == NULL && !ends)
		return send_response(c, c->slot->worker->miss, octets);
	r = rp->prepared == HKP_PREPARED_MISS ? hkp_miss_new()
					      : response_new(c);
	if (r == NULL && rp->body.p != NULL) {
		busy(rp);
		r = response_new(c);
	}
	if (r == NULL)
		return MHD_NO;
	if (rp->type != NULL)
		add_header(r, "Content-Type", rp->type);
	if (rp->prepared == HKP_PREPARED_NONE)
		add_header(r, "Access-Control-Allow-Origin", "*");
	if (rp->etag[0] != '\0')
		add_header(r, "ETag", rp->etag);
	for (size_t i = 0; i < rp->extra_n; i++)
		add_header(r, rp->extra[i].name, rp->extra[i].value);
	if (c->rq.sight != NULL)
		rights_tell(r);
	if (ends)
		add_header(r, "Connection", "close");
	sent = send_response(c, r, octets);
	MHD_destroy_response(r);
	return sent;
}

/* ---- what handlers call ---------------------------------------------------------- */

const char *
hkp_request_header(struct hkp_request *rq, const char *name)
{
	return MHD_lookup_connection_value(hkp_conn_of(rq)->mhd,
	    MHD_HEADER_KIND, name);
}

void
hkp_request_wake(struct hkp_request *rq)
{
	struct hkp_conn *c = hkp_conn_of(rq);

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

void
hkp_request_wait(struct hkp_request *rq, struct hkp_reply *rp)
{
	rp->later = true;
	atomic_fetch_add(&rq->h->submitted, 1);
	MHD_suspend_connection(hkp_conn_of(rq)->mhd);
}

void
hkp_request_answer(struct hkp_request *rq)
{
	struct hkp_conn *c = hkp_conn_of(rq);
	struct hkp *h = rq->h;
	struct hkp_worker *w = c->slot->worker;

	MHD_resume_connection(c->mhd);
	hkp_worker_wake(w);
	/* Last, because hkp_free waits for it. */
	atomic_fetch_sub(&h->submitted, 1);
}

static void
intake_done(void *arg, const struct intake_result *result)
{
	struct hkp_conn *c = arg;

	hkp_peer_refused(c, result);
	if (c->rq.sight != NULL && c->rq.face != HKP_FACE_LOCAL) {
		hkp_untold_finish(c, result);
		return;
	}
	c->finish(&c->rq, &c->rp, result);
	hkp_request_answer(&c->rq);
}

void
hkp_request_submit(struct hkp_request *rq, struct hkp_reply *rp,
    struct intake_job *job, hkp_finish *finish)
{
	struct hkp_conn *c = hkp_conn_of(rq);
	const struct hkp_peer *peer = hkp_request_peer(rq);

	if (rq->face != HKP_FACE_LOCAL && atomic_load(&rq->h->is_maintained)) {
		free((void *)(uintptr_t)job->input.p);
		hkp_reply_maintained(rq, rp);
		return;
	}
	if (job->origin == INTAKE_PUBLIC && c->bucket != HKP_ADDRESS_BUCKETS)
		job->lane = 1 + c->bucket % INTAKE_LANES;
	job->is_peer = peer != NULL && peer->may_alter;
	job->done = intake_done;
	job->arg = c;
	c->finish = finish;
	/* Suspended first: the answer may come before submit returns, and
	 * from then on the reply is the other thread's. */
	hkp_request_wait(rq, rp);
	if (!atomic_load(&rq->h->stopping) &&
	    intake_submit(rq->h->start.in, job) == ICS_OK)
		return;
	free((void *)(uintptr_t)job->input.p);
	hkp_reply_busy(rp);
	hkp_request_answer(rq);
}

/* ---- framing --------------------------------------------------------------------- */

/*
 * A request that a proxy in front of us may have cut in another place than
 * libmicrohttpd does gets nothing but its refusal, and its connection ends:
 * behind it may stand what somebody wants us to take for another client's.
 */

struct framing {
	unsigned lengths, codings, hosts;
	bool odd; /* a coding or a name that is read differently elsewhere */
};

/* Names with blanks or control characters are a header to some. */
static bool
is_odd_name(const char *name)
{
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~')
			return true;
	return false;
}

static enum MHD_Result
header_look(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct framing *f = arg;
	struct bytes word = bytes_of_str(name);

	(void)kind;
	if (hkp_word_is(word, "content-length"))
		f->lengths++;
	else if (hkp_word_is(word, "host"))
		f->hosts++;
	else if (hkp_word_is(word, "transfer-encoding")) {
		f->codings++;
		if (value == NULL ||
		    !hkp_word_is(bytes_of_str(value), "chunked"))
			f->odd = true;
	} else if (is_odd_name(name))
		f->odd = true;
	return MHD_YES;
}

/* Spec: RFC 9112 5.1, 6.1, 6.3; RFC 9110 7.2 */
static bool
is_ambiguous(struct hkp_conn *c)
{
	struct framing f = { 0 };

	(void)MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, header_look,
	    &f); /* how many there are does not matter */
	return f.odd || f.hosts > 1 || f.lengths + f.codings > 1;
}

/* ---- limits and methods ------------------------------------------------------------ */

static void
allow(struct hkp_conn *c)
{
	char methods[HKP_ALLOW_MAX];

	hkp_route_allow(c->rq.match.allowed, methods);
	hkp_reply_extra(&c->rp, "Allow", "%s", methods);
}

static void
answer_options(struct hkp_conn *c)
{
	const struct hkp_route_match *match = &c->rq.match;
	char methods[HKP_ALLOW_MAX];

	if (match->is_rest)
		hkp_unsupported(&c->rq, &c->rp);
	else
		c->rp.status = 200;
	hkp_route_allow(match->allowed, methods);
	hkp_reply_extra(&c->rp, "Allow", "%s", methods);
	if (match->allowed & (1u << HKP_POST | 1u << HKP_PUT))
		hkp_reply_extra(&c->rp, "Accept",
		    "application/pgp-keys, application/pgp");
	hkp_reply_extra(&c->rp, "Access-Control-Allow-Methods", "%s", methods);
	hkp_reply_extra(&c->rp, "Access-Control-Allow-Headers",
	    "Content-Type, Authorization, If-None-Match, X-ICS-Domain");
}

bool
hkp_conn_refused(struct hkp_conn *c)
{
	const struct hkp_limits *limits = &c->rq.config->limits;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct hkp_route_match *match = &c->rq.match;
	const struct hkp_route_asked asked = { c->rq.face, c->rq.method,
		c->rq.path, c->rq.h->start.more };

	hkp_route_find(&asked, match);
	c->broken = is_ambiguous(c);
	if (c->broken) {
		hkp_reply_text(&c->rp, 400,
		    "Two headers disagree on where this request ends.");
	} else if (c->over) {
		hkp_reply_text(&c->rp, 429,
		    "Too many connections from your address.");
		hkp_reply_extra(&c->rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
	} else if (buf_end(&c->uri) != ICS_OK ||
		   (info != NULL && info->header_size > limits->header_octets))
		hkp_reply_text(&c->rp, 431,
		    "Request line and headers exceed %zu octets.",
		    limits->header_octets);
	else if (match->allowed == 0)
		hkp_reply_text(&c->rp, 404, "There is no such page here.");
	else if (c->rq.method == HKP_OPTIONS)
		answer_options(c);
	else if (match->route == NULL) {
		hkp_reply_text(&c->rp, 405, "This page takes other methods.");
		allow(c);
	} else
		return false;
	return true;
}
