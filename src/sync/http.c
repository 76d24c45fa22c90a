/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests to peers, through libcurl's multi and our epoll. A peer is asked
 * under its own URL only: no redirects, no proxies of the environment, no
 * other protocols. Where its key is pinned that decides, and no authority
 * does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/log.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define CONNECT_SECONDS 30L
#define URL_MAX		4096

struct request {
	struct sync_ring ring; /* first; of struct sync's requests */
	struct sync_http what;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body; /* of the answer */
	char fault[CURL_ERROR_SIZE];
};

/* A socket of libcurl's. */
struct curl_socket {
	struct sync_socket k; /* first */
};

/* ---- failures ---------------------------------------------------------------- */

static const struct {
	CURLcode code;
	const char *name;
} failures[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, "name" },
	{ CURLE_COULDNT_CONNECT, "refused" },
	{ CURLE_OPERATION_TIMEDOUT, "timeout" },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, "tls-pin" },
	{ CURLE_SSL_CONNECT_ERROR, "tls" },
	{ CURLE_SSL_CERTPROBLEM, "tls" },
	{ CURLE_SSL_CACERT_BADFILE, "tls" },
	{ CURLE_PEER_FAILED_VERIFICATION, "tls" },
	{ CURLE_WRITE_ERROR, "answer-size" },
	{ CURLE_FILESIZE_EXCEEDED, "answer-size" },
	{ CURLE_GOT_NOTHING, "closed" },
	{ CURLE_PARTIAL_FILE, "closed" },
	{ CURLE_RECV_ERROR, "closed" },
	{ CURLE_SEND_ERROR, "closed" },
};

static const char *
failure_name(CURLcode code)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code)
			return failures[i].name;
	return "http";
}

/* ---- a request ------------------------------------------------------------------ */

static void
request_free(struct sync *s, struct request *q)
{
	sync_ring_remove(&q->ring);
	if (q->easy != NULL) {
		/* Fails only for what was never added. */
		(void)curl_multi_remove_handle(s->multi, q->easy);
		curl_easy_cleanup(q->easy);
	}
	curl_slist_free_all(q->headers);
	buf_release(&q->body);
	free((void *)(uintptr_t)q->what.path);
	free(q);
}

/* foreign signature: CURLOPT_WRITEFUNCTION */
static size_t
body_write(char *p, size_t size, size_t n, void *arg)
{
	struct request *q = arg;

	buf_put(&q->body, bytes_of(p, size * n));
	return buf_end(&q->body) == ICS_OK ? size * n : 0;
}

static void
url_set(const struct request *q)
{
	const struct sync_peer_conf *conf = &q->what.peer->conf;
	struct net_addr addr = conf->recon;
	char where[NET_TEXT_MAX];
	struct buf url;

	buf_init(&url, URL_MAX);
	if (conf->url[0] != '\0') {
		buf_put_str(&url, conf->url);
	} else {
		net_addr_port_set(&addr, q->what.port);
		net_addr_write(&addr, where);
		buf_printf(&url, "http://%s", where);
	}
	buf_put_str(&url, q->what.path);
	curl_easy_setopt(q->easy, CURLOPT_URL, buf_str(&url)); /* copied */
	buf_release(&url);
}

static void
tls_set(const struct sync *s, const struct request *q)
{
	const struct sync_peer_conf *conf = &q->what.peer->conf;
	char pin[SYNC_PIN_TEXT];

	if (s->config.tls_cert != NULL && s->config.tls_key != NULL) {
		curl_easy_setopt(q->easy, CURLOPT_SSLCERT, s->config.tls_cert);
		curl_easy_setopt(q->easy, CURLOPT_SSLKEY, s->config.tls_key);
	}
	if (!conf->has_pin)
		return;
	sync_pin_write(conf->pin, pin);
	curl_easy_setopt(q->easy, CURLOPT_PINNEDPUBLICKEY, pin);
	curl_easy_setopt(q->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(q->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	/* The key is pinned. Else libcurl would read all that the system
	 * trusts, for each connection, and keep it. */
	curl_easy_setopt(q->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(q->easy, CURLOPT_CAPATH, NULL);
}

static void
limits_set(const struct request *q)
{
	const struct sync_http *h = &q->what;

	curl_easy_setopt(q->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(q->easy, CURLOPT_TIMEOUT, (long)h->seconds);
	if (h->stall_seconds != 0) {
		curl_easy_setopt(q->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(q->easy, CURLOPT_LOW_SPEED_TIME,
		    (long)h->stall_seconds);
	}
	curl_easy_setopt(q->easy, CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)h->answer_max);
	curl_easy_setopt(q->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(q->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(q->easy, CURLOPT_NOSIGNAL, 1L);
}

static void
header_add(struct request *q, const char *line)
{
	q->headers = curl_slist_append(q->headers, line);
	if (q->headers == NULL)
		abort(); /* no memory, as in base/alloc.c */
}

static void
headers_set(struct request *q)
{
	const struct sync_http *h = &q->what;
	char type[128];

	/* No round trip for a "100 Continue". */
	header_add(q, "Expect:");
	if (h->plain)
		header_add(q, "Accept:");
	else
		curl_easy_setopt(q->easy, CURLOPT_USERAGENT,
		    "icsd/" PACKAGE_VERSION);
	curl_easy_setopt(q->easy, CURLOPT_HTTP_VERSION,
	    h->plain ? (long)CURL_HTTP_VERSION_1_0
		     : (long)CURL_HTTP_VERSION_1_1);
	if (h->type != NULL) {
		(void)snprintf(type, sizeof(type), "Content-Type: %s",
		    h->type); /* static, short */
		header_add(q, type);
		curl_easy_setopt(q->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(q->easy, CURLOPT_POSTFIELDS,
		    (const char *)h->body.p);
		curl_easy_setopt(q->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)h->body.n);
	}
	curl_easy_setopt(q->easy, CURLOPT_HTTPHEADER, q->headers);
}

void
sync_http_start(struct sync *s, const struct sync_http *h)
{
	struct request *q = alloc_zero(1, sizeof(*q));

	q->what = *h;
	q->what.path = alloc_str(h->path);
	buf_init(&q->body, h->answer_max);
	sync_ring_append(&s->requests, &q->ring);
	q->easy = curl_easy_init();
	if (q->easy == NULL)
		abort(); /* no memory, as in base/alloc.c */
	url_set(q);
	tls_set(s, q);
	limits_set(q);
	headers_set(q);
	curl_easy_setopt(q->easy, CURLOPT_PRIVATE, q);
	curl_easy_setopt(q->easy, CURLOPT_ERRORBUFFER, q->fault);
	curl_easy_setopt(q->easy, CURLOPT_WRITEFUNCTION, body_write);
	curl_easy_setopt(q->easy, CURLOPT_WRITEDATA, q);
	/* It fails for a handle that is no handle, or is in use. */
	if (curl_multi_add_handle(s->multi, q->easy) != CURLM_OK)
		abort();
}

/* ---- the end of one ---------------------------------------------------------------- */

static void
octets_count(const struct request *q)
{
	struct sync_row *row = &q->what.peer->row;
	curl_off_t down = 0, up = 0;

	curl_easy_getinfo(q->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	curl_easy_getinfo(q->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	row->octets_in += (uint64_t)down;
	row->octets_out += (uint64_t)up;
}

static void
answer_fill(struct request *q, CURLcode code, struct sync_http_answer *answer)
{
	curl_off_t wait = 0;

	*answer =
	    (struct sync_http_answer){ .error = "", .words = "", .priv = q };
	curl_easy_getinfo(q->easy, CURLINFO_RETRY_AFTER, &wait);
	answer->retry_after = (unsigned)(wait < UINT16_MAX ? wait : UINT16_MAX);
	if (code == CURLE_OK) {
		curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE,
		    &answer->status);
		answer->body = buf_bytes(&q->body);
		return;
	}
	answer->error = failure_name(code);
	answer->words =
	    q->fault[0] != '\0' ? q->fault : curl_easy_strerror(code);
}

const char *
sync_http_header(const struct sync_http_answer *answer, const char *name)
{
	const struct request *q = answer->priv;
	struct curl_header *found;

	/* Of the last answer, the first of that name. */
	if (curl_easy_header(q->easy, name, 0, CURLH_HEADER, -1, &found) !=
	    CURLHE_OK)
		return NULL;
	return found->value;
}

static void
request_end(struct sync *s, struct request *q, CURLcode code)
{
	struct sync_http_answer answer;

	octets_count(q);
	answer_fill(q, code, &answer);
	/* Out of the ring first: done may let go of its peer's requests. */
	sync_ring_remove(&q->ring);
	q->what.done(s, &q->what, &answer);
	request_free(s, q);
}

static void
ended_take(struct sync *s)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		char *q = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &q);
		request_end(s, (struct request *)(void *)q, code);
	}
}

void
sync_http_cancel(struct sync *s, struct sync_peer *p)
{
	struct sync_ring *r = s->requests.next, *next;

	for (; r != &s->requests; r = next) {
		struct request *q = (struct request *)(void *)r;

		next = r->next;
		if (q->what.peer == p)
			request_free(s, q);
	}
}

/* ---- libcurl and the loop ------------------------------------------------------------ */

static void
multi_act(struct sync *s, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(s->multi, fd, what,
	    &running); /* what failed is told of each request */
	ended_take(s);
}

static void
socket_ready(struct sync *s, struct sync_socket *k, unsigned ready)
{
	int what = 0;

	if ((ready & SYNC_WISH_READ) != 0)
		what |= CURL_CSELECT_IN;
	if ((ready & SYNC_WISH_WRITE) != 0)
		what |= CURL_CSELECT_OUT;
	multi_act(s, k->fd, what);
}

/* foreign signature: CURLMOPT_SOCKETFUNCTION */
static int
socket_wished(CURL *easy, curl_socket_t fd, int what, void *arg, void *own)
{
	struct sync *s = arg;
	struct curl_socket *c = own;
	unsigned wish = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (c != NULL)
			sync_socket_drop(s, &c->k);
		free(c);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		wish |= SYNC_WISH_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		wish |= SYNC_WISH_WRITE;
	if (c != NULL) {
		sync_socket_wish(s, &c->k, wish);
		return 0;
	}
	c = alloc_zero(1, sizeof(*c));
	c->k = (struct sync_socket){ .fd = fd, .call = socket_ready };
	if (sync_socket_add(s, &c->k, wish) != ICS_OK) {
		free(c);
		return -1;
	}
	(void)curl_multi_assign(s->multi, fd, c); /* it is libcurl's own */
	return 0;
}

static int
timer_wished(CURLM *multi, long ms, void *arg)
{
	struct sync *s = arg;

	(void)multi;
	sync_alarm_set(s, &s->curl,
	    ms < 0 ? 0 : clock_mono_ns() + (uint64_t)ms * (SYNC_SECOND / 1000));
	return 0;
}

static void
timer_due(struct sync *s, void *arg)
{
	(void)arg;
	multi_act(s, CURL_SOCKET_TIMEOUT, 0);
}

enum ics_err
sync_http_open(struct sync *s)
{
	sync_alarm_init(&s->curl, timer_due, NULL);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		goto failed;
	s->multi = curl_multi_init();
	if (s->multi == NULL)
		goto failed;
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, socket_wished);
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, timer_wished);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
	return ICS_OK;
failed:
	log_event(LOG_LEVEL_ERROR, "sync-http",
	    "why=\"libcurl cannot be used\"");
	return ICS_EIO;
}

void
sync_http_close(struct sync *s)
{
	while (s->requests.next != &s->requests)
		request_free(s, (struct request *)(void *)s->requests.next);
	if (s->multi != NULL)
		(void)curl_multi_cleanup(s->multi); /* nothing is in it */
	s->multi = NULL;
}
