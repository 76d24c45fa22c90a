/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections: counting and limiting them, collecting bodies, calling the
 * handler. Only this file and send.c hear from libmicrohttpd.
 *
 * Everything here runs on the worker's thread.
 */
#define _GNU_SOURCE 1 /* POLLRDHUP */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "hkp/query.h"
#include "hkp/server.h"

#define SECOND	       UINT64_C(1000000000)
#define DISCARD_MAX    (256u << 20) /* octets read only to answer politely */
#define OVER_SECONDS   1	    /* patience beyond the address limit */
#define LOCAL_BODY_MAX PGP_INPUT_MAX
#define SPARES_MAX     64
#define EVICT_LOOK_MAX 256 /* connections looked at for one to close */

/* ---- life of a connection ---------------------------------------------------- */

static uint64_t
patience(const struct hkp_conn *c)
{
	return SECOND * (c->over ? OVER_SECONDS
				 : c->slot->gen->config.limits.request_seconds);
}

/* A keyed mix of an address; network byte order does not matter here. */
static uint32_t
address_bucket(const struct hkp *h, const struct sockaddr *sa)
{
	uint64_t x = h->seed;
	uint64_t half[2] = { 0, 0 };

	if (sa->sa_family == AF_INET)
		memcpy(half, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	else if (sa->sa_family == AF_INET6)
		/* Hosts own a /64; so count by that. */
		memcpy(half, &((const struct sockaddr_in6 *)sa)->sin6_addr, 8);
	for (size_t i = 0; i < 2; i++) {
		x ^= half[i];
		x *= UINT64_C(0x9E3779B97F4A7C15);
		x ^= x >> 29;
	}
	return (uint32_t)(x % HKP_ADDRESS_BUCKETS);
}

static bool
is_counted(const struct sockaddr *sa)
{
	return sa->sa_family == AF_INET || sa->sa_family == AF_INET6;
}

/* Some room above the limit of an address gets an answer, 429, before a
 * connection is simply refused. */
static enum MHD_Result
may_connect(void *arg, const struct sockaddr *sa, socklen_t n)
{
	struct hkp_slot *slot = arg;
	struct hkp *h = slot->worker->h;
	unsigned most = atomic_load(&h->per_address);

	(void)n;
	if (!is_counted(sa))
		return MHD_YES;
	if (atomic_load(&h->connections) < atomic_load(&h->limit) &&
	    atomic_load(&h->by_address[address_bucket(h, sa)]) <
		most + most / 4)
		return MHD_YES;
	atomic_fetch_add(&h->refused, 1);
	return MHD_NO;
}

static struct hkp_conn *
conn_new(struct hkp_slot *slot)
{
	struct hkp_worker *w = slot->worker;
	struct hkp_conn *c = w->spare;

	if (c == NULL) {
		c = alloc_zero(1, sizeof(*c));
	} else {
		w->spare = c->next;
		w->spare_n--;
		memset(c, 0, sizeof(*c));
	}
	c->slot = slot;
	c->bucket = HKP_ADDRESS_BUCKETS;
	c->rq.h = w->h;
	c->rq.worker = w;
	c->rq.config = &slot->gen->config;
	c->rq.face = slot->face;
	buf_init(&c->uri, slot->gen->config.limits.header_octets + 1);
	return c;
}

static void
conn_free(struct hkp_conn *c)
{
	struct hkp_worker *w = c->slot->worker;

	hkp_ring_remove(c);
	hkp_sight_leave(c);
	buf_release(&c->uri);
	if (w->spare_n == SPARES_MAX) {
		free(c);
		return;
	}
	c->next = w->spare;
	w->spare = c;
	w->spare_n++;
}

void
hkp_conn_spares_free(struct hkp_worker *w)
{
	while (w->spare != NULL) {
		struct hkp_conn *c = w->spare;

		w->spare = c->next;
		free(c);
	}
}

static void
wait_for_request(struct hkp_conn *c)
{
	c->state = HKP_CONN_WAITING;
	c->deadline = c->slot->worker->now + patience(c);
	hkp_ring_append(&c->slot->worker->waiting, c);
}

static void
cut(struct hkp_conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	/* libmicrohttpd notices the end and closes it in its own order. */
	if (info != NULL)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
	hkp_ring_remove(c);
}

bool
hkp_conn_evict(struct hkp_worker *w, uint32_t bucket)
{
	struct hkp_conn *c = w->waiting.next;

	for (size_t i = 0; i < EVICT_LOOK_MAX && c != &w->waiting; i++) {
		if (bucket == HKP_ADDRESS_BUCKETS || c->bucket == bucket) {
			cut(c);
			return true;
		}
		c = c->next;
	}
	return false;
}

/* Ask those who may have what this worker has not. */
static void
evict_elsewhere(struct hkp_worker *w, uint32_t bucket)
{
	struct hkp *h = w->h;

	for (size_t i = 0; i < h->workers_n; i++)
		if (&h->workers[i] != w)
			hkp_worker_order(&h->workers[i],
			    &(struct hkp_command){
				.order = HKP_ORDER_EVICT, .bucket = bucket });
}

/* Closing takes a turn, so there is a little room above each limit. */
static void
conn_count(struct hkp_conn *c)
{
	struct hkp *h = c->rq.h;
	struct hkp_worker *w = c->slot->worker;
	unsigned limit = atomic_load(&h->limit);
	unsigned most = atomic_load(&h->per_address);
	unsigned now = atomic_fetch_add(&h->by_address[c->bucket], 1);

	if (now >= most && !hkp_conn_evict(w, c->bucket)) {
		evict_elsewhere(w, c->bucket);
		c->over = now >= most + most / 8;
	}
	if (atomic_fetch_add(&h->connections, 1) >= limit - limit / 8 &&
	    !hkp_conn_evict(w, HKP_ADDRESS_BUCKETS))
		evict_elsewhere(w, HKP_ADDRESS_BUCKETS);
}

const struct sockaddr *
hkp_conn_address(const struct hkp_conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info != NULL && is_counted(info->client_addr) ? info->client_addr
							     : NULL;
}

static void
conn_opened(struct hkp_slot *slot, struct MHD_Connection *mhd, void **context)
{
	struct hkp_conn *c = conn_new(slot);
	struct hkp *h = slot->worker->h;
	const struct sockaddr *from;

	c->mhd = mhd;
	*context = c;
	slot->conns++;
	slot->mute++;
	from = hkp_conn_address(c);
	if (from != NULL) {
		c->bucket = address_bucket(h, from);
		conn_count(c);
	}
	hkp_peer_invite(c);
	wait_for_request(c);
}

static void
conn_closed(struct hkp_conn *c)
{
	struct hkp *h = c->rq.h;

	c->slot->conns--;
	c->slot->mute -= !c->has_asked;
	if (c->bucket != HKP_ADDRESS_BUCKETS) {
		atomic_fetch_sub(&h->by_address[c->bucket], 1);
		atomic_fetch_sub(&h->connections, 1);
	}
	conn_free(c);
}

static void
on_connection(void *arg, struct MHD_Connection *mhd, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		conn_opened(arg, mhd, context);
	else if (*context != NULL)
		conn_closed(*context);
}

static void
ring_sweep(struct hkp_worker *w, struct hkp_conn *ring)
{
	struct hkp_conn *next;

	for (struct hkp_conn *c = ring->next; c != ring; c = next) {
		next = c->next;
		if (c->deadline <= w->now || (w->draining && !c->begun))
			cut(c);
	}
}

static bool
is_gone(const struct hkp_conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd fd = { .events = POLLRDHUP };

	if (info == NULL)
		return false;
	fd.fd = info->connect_fd;
	return poll(&fd, 1, 0) == 1 &&
	       (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* libmicrohttpd does not look at who is suspended. */
static void
asleep_sweep(struct hkp_worker *w)
{
	struct hkp_conn *next;

	for (struct hkp_conn *c = w->asleep.next; c != &w->asleep; c = next) {
		next = c->next;
		c->gone = is_gone(c);
		if (c->gone)
			hkp_request_wake(&c->rq);
	}
}

void
hkp_conn_sweep(struct hkp_worker *w)
{
	ring_sweep(w, &w->waiting);
	ring_sweep(w, &w->sending);
	asleep_sweep(w);
}

/* ---- receiving ----------------------------------------------------------------- */

static void
uri_read(struct hkp_conn *c)
{
	struct bytes uri = buf_bytes(&c->uri);
	struct bytes rest;

	/* Spec: RFC 9112 3.2.2, a server takes the absolute form too */
	if (uri.n > 0 && uri.p[0] != '/') {
		for (size_t slashes = 0; uri.n > 0; uri.n--) {
			if (uri.p[0] == '/' && ++slashes == 3)
				break;
			uri.p = &uri.p[1];
		}
	}
	hkp_split(uri, '?', &c->rq.path, &rest);
	c->rq.query = rest;
}

static void *
on_uri(void *arg, const char *uri, struct MHD_Connection *mhd)
{
	struct hkp_conn *c =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;

	(void)arg;
	c->slot->mute -= !c->has_asked;
	c->has_asked = true;
	c->slot->worker->moved++;
	buf_clear(&c->uri);
	buf_put_str(&c->uri, uri == NULL ? "" : uri);
	uri_read(c);
	return c;
}

static size_t
body_max(const struct hkp_conn *c)
{
	return c->rq.face == HKP_FACE_LOCAL ? LOCAL_BODY_MAX
					    : c->rq.config->limits.body_octets;
}

static void
too_large(struct hkp_conn *c)
{
	hkp_reply_text(&c->rp, 413,
	    "The body exceeds %zu octets; send fewer certificates at once.",
	    body_max(c));
}

/* True in *answered when the reply goes out now, unseen the body. */
static enum MHD_Result
begin(struct hkp_conn *c, const char *method, bool *answered)
{
	const char *length = hkp_request_header(&c->rq, "Content-Length");
	uint64_t octets = length == NULL ? 0 : strtoull(length, NULL, 10);

	*answered = false;
	c->begun = true;
	c->slot->worker->handled++;
	c->rq.method = hkp_method_from_word(method, &c->rq.head);
	buf_init(&c->rq.body, body_max(c));
	if (hkp_conn_refused(c)) {
		c->discard = true;
	} else if (octets > body_max(c)) {
		too_large(c);
		c->discard = true;
	} else if (octets > 0) {
		c->deadline += octets / HKP_RATE * SECOND;
	}
	/* Who waits for 100 is told before it sends; who sends anyhow is read
	 * to the end, or it would lose our answer to a reset connection. */
	if (c->discard &&
	    (c->broken || octets > DISCARD_MAX ||
		(octets > 0 && hkp_request_header(&c->rq, "Expect") != NULL))) {
		*answered = true;
		return hkp_conn_send(c);
	}
	return MHD_YES;
}

static enum MHD_Result
take_body(struct hkp_conn *c, struct bytes data)
{
	if (!c->discard) {
		buf_put(&c->rq.body, data);
		if (buf_end(&c->rq.body) != ICS_OK)
			too_large(c); /* no Content-Length told us before */
		else if (hkp_held_body(c))
			return MHD_YES;
		else
			hkp_reply_busy(&c->rp);
		buf_release(&c->rq.body);
		hkp_held_body_give(c);
		c->discard = true;
	}
	c->discarded += data.n;
	return c->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

/* The foreign signature of MHD_AccessHandlerCallback. */
static enum MHD_Result
on_request(void *arg, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **context)
{
	struct hkp_conn *c = *context;
	bool answered;

	(void)arg, (void)mhd, (void)url, (void)version;
	c->slot->worker->moved++;
	if (!c->begun)
		return begin(c, method, &answered);
	if (*n > 0) {
		struct bytes part = bytes_of(data, *n);

		*n = 0;
		return take_body(c, part);
	}
	if (c->state == HKP_CONN_WAITING) {
		hkp_ring_remove(c);
		c->state = HKP_CONN_BUSY;
		if (!c->discard) {
			hkp_sight_take(c);
			c->rq.match.route->handler(&c->rq, &c->rp);
		}
		if (c->rp.later)
			return MHD_YES;
	}
	return hkp_conn_send(c);
}

static void
on_completed(void *arg, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode why)
{
	struct hkp_conn *c = *context;

	(void)arg, (void)mhd, (void)why;
	if (c == NULL)
		return;
	buf_release(&c->rq.body);
	hkp_held_body_give(c);
	hkp_sight_leave(c);
	free((void *)(uintptr_t)c->rp.body.p);
	c->rp = (struct hkp_reply){ 0 };
	c->begun = c->discard = c->finished = c->asleep = c->broken = false;
	c->gone = c->rq.is_fetched = false;
	c->discarded = 0;
	hkp_ring_remove(c);
	wait_for_request(c);
}

/* Queries are decoded by those who read them. */
static size_t
decode_nothing(void *arg, struct MHD_Connection *mhd, char *text)
{
	(void)arg, (void)mhd;
	return strlen(text);
}

/* ---- the daemon -------------------------------------------------------------------- */

#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

enum ics_err
hkp_slot_open(struct hkp_slot *slot, int fd, bool tls)
{
	const struct hkp_config *config = &slot->gen->config;
	const struct hkp_limits *limits = &config->limits;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_TURBO |
			 MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0,
		    (void *)(uintptr_t)config->tls_cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0,
		    (void *)(uintptr_t)config->tls_key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)TLS_PRIORITY },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (!tls)
		tls_options[0].option = MHD_OPTION_END;
	/* Half of the connection's memory reads, half of it writes; it is
	 * wiped for each request, so it should not be large. */
	slot->daemon = MHD_start_daemon(flags, 0, may_connect, slot, on_request,
	    slot, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	    limits->connections, MHD_OPTION_CONNECTION_TIMEOUT,
	    limits->request_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    2 * limits->header_octets, MHD_OPTION_CONNECTION_MEMORY_INCREMENT,
	    (size_t)1024, MHD_OPTION_NOTIFY_CONNECTION, on_connection, slot,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, slot,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, slot,
	    MHD_OPTION_UNESCAPE_CALLBACK, decode_nothing, slot,
	    MHD_OPTION_ARRAY, tls_options, MHD_OPTION_END);
	return slot->daemon == NULL ? ICS_ECONFIG : ICS_OK;
}
