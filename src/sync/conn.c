/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A socket and its recon session. Reading and writing overlap, so that two
 * sides with full buffers do not wait for each other; a burst is one write;
 * and no turn of the loop computes for long. Spec: recon.md 8, 12, 16
 */
#include "sync/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sync/schedule.h"

#define OPEN_SECONDS  30 /* to connect, and to read a Config */
#define STALL_SECONDS 30 /* without an octet */
#define CLOSE_SECONDS 2	 /* for the rest to leave, and the peer to close */
#define WORK_NS	      (SYNC_SECOND / 100) /* of computing in a turn */

enum state {
	CONNECTING,
	TALKING,
	CLOSING /* its end was told */
};

struct sync_conn {
	struct sync_ring ring; /* first; of struct sync's conns */
	struct sync_socket k;
	struct sync *s;
	struct sync_conn_setup setup;
	struct recon_session *session;
	struct sync_alarm deadline, work;
	enum state state;
	int errnum;		   /* why it could not begin */
	bool is_shut;		   /* we send no more */
	bool has_more;		   /* a step waits for the next turn */
	uint64_t begun, moved;	   /* monotonic ns: the start, the last octet */
	const char *error, *words; /* set by us: the session cannot know */
	char text[256];		   /* words, made */
};

/* ---- the end ------------------------------------------------------------------ */

static void
conn_free(struct sync_conn *c)
{
	struct sync *s = c->s;

	sync_alarm_set(s, &c->deadline, 0);
	sync_alarm_set(s, &c->work, 0);
	if (c->k.fd >= 0) {
		sync_socket_drop(s, &c->k);
		close(c->k.fd);
	}
	recon_session_free(c->session);
	sync_ring_remove(&c->ring);
	free(c);
}

/* The peer may still be reading: it closes, or its time is over. */
static void
closing_begin(struct sync_conn *c)
{
	struct sync *s = c->s;

	c->state = CLOSING;
	sync_alarm_set(s, &c->work, 0);
	sync_alarm_set(s, &c->deadline, s->now + CLOSE_SECONDS * SYNC_SECOND);
}

static void
end_words(struct sync_conn *c, enum recon_end end, struct sync_conn_end *told)
{
	const char *reason = recon_session_reason(c->session);

	/* "refused" alone is a connection's word. */
	told->error =
	    end == RECON_END_REFUSED ? "config-refused" : recon_end_name(end);
	told->words = recon_end_words(end);
	if (reason[0] == '\0')
		return;
	(void)snprintf(c->text, sizeof(c->text), "%s: %s", told->words,
	    reason); /* cut is fine */
	told->words = c->text;
}

/* Tell how it ended, once. */
static void
finish(struct sync_conn *c)
{
	enum recon_end end = recon_session_end(c->session);
	struct sync_conn_end told = { .error = "", .words = "", .end = end };

	told.more = end == RECON_END_HASHES || end == RECON_END_REQUESTS;
	if (c->error != NULL) {
		told.error = c->error;
		told.words = c->words;
	} else if (end != RECON_END_DONE && !told.more) {
		end_words(c, end, &told);
	}
	told.found = recon_session_found(c->session, &told.found_n);
	told.peer = recon_session_peer(c->session);
	told.tally = recon_session_tally(c->session);
	closing_begin(c);
	c->setup.done(c->s, c->setup.peer, &told);
}

static void
fail(struct sync_conn *c, const char *error, const char *words)
{
	c->error = error;
	c->words = words;
	finish(c);
}

static void
fail_errno(struct sync_conn *c, int errnum)
{
	(void)snprintf(c->text, sizeof(c->text), "%s",
	    strerror(errnum)); /* cut is fine */
	fail(c,
	    errnum == ECONNREFUSED ? "refused"
	    : errnum == ETIMEDOUT  ? "timeout"
				   : "unreachable",
	    c->text);
}

/* ---- time --------------------------------------------------------------------- */

static uint64_t
patience(const struct sync_conn *c)
{
	unsigned seconds = recon_session_peer(c->session)->is_known
			       ? c->s->config.session_seconds
			       : OPEN_SECONDS;
	uint64_t whole = c->begun + seconds * SYNC_SECOND;
	uint64_t still = c->moved + STALL_SECONDS * SYNC_SECOND;

	return whole < still ? whole : still;
}

/* ---- octets --------------------------------------------------------------------- */

static void
wish_set(struct sync_conn *c)
{
	unsigned wish = 0;

	if (c->state == CLOSING ||
	    (!c->has_more && recon_session_wants(c->session)))
		wish |= SYNC_WISH_READ;
	if (!c->is_shut && recon_session_out(c->session).n > 0)
		wish |= SYNC_WISH_WRITE;
	sync_socket_wish(c->s, &c->k, wish);
}

/* Send what there is; false when the connection is broken. */
static bool
out_send(struct sync_conn *c)
{
	for (;;) {
		struct bytes out = recon_session_out(c->session);
		ssize_t n;

		if (out.n == 0)
			return true;
		n = send(c->k.fd, out.p, out.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		recon_session_sent(c->session, (size_t)n);
		c->moved = c->s->now;
	}
}

/* Read one piece. What breaks off is an end of the stream, too: a peer that
 * is busy closes while our Config is on its way. */
static enum ics_err
in_read(struct sync_conn *c)
{
	uint8_t block[RECON_FEED_MAX];
	ssize_t n = recv(c->k.fd, block, sizeof(block), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ICS_OK;
	if (n <= 0) {
		recon_session_eof(c->session);
		return ICS_OK;
	}
	c->moved = c->s->now;
	return recon_session_feed(c->session, bytes_of(block, (size_t)n));
}

/* Steps, for a while; then what they made goes out at once. */
static void
work(struct sync_conn *c)
{
	uint64_t until = clock_mono_ns() + WORK_NS;
	enum ics_err err;

	do
		err = recon_session_step(c->session, &c->has_more);
	while (err == ICS_OK && c->has_more && clock_mono_ns() < until);
	if (err != ICS_OK) {
		fail(c, "store", err_words(err));
		return;
	}
	if (!c->has_more && !c->is_shut && !out_send(c)) {
		/* What came before it broke still counts. */
		c->is_shut = c->has_more = true;
		recon_session_eof(c->session);
	}
	if (c->has_more)
		sync_alarm_set(c->s, &c->work, c->s->now);
	if (recon_session_end(c->session) != RECON_GOING_ON &&
	    (c->is_shut || recon_session_out(c->session).n == 0))
		finish(c);
}

/* Once all has left, say so; and wait for what is to come. */
static void
settle(struct sync_conn *c)
{
	if (c->state == CLOSING && !c->is_shut &&
	    recon_session_out(c->session).n == 0) {
		/* It may be broken already. */
		(void)shutdown(c->k.fd, SHUT_WR);
		c->is_shut = true;
	}
	wish_set(c);
}

static void
deadline_due(struct sync *s, void *arg)
{
	struct sync_conn *c = arg;

	if (c->state == CLOSING)
		conn_free(c);
	else if (s->now < patience(c))
		sync_alarm_set(s, &c->deadline, patience(c));
	else {
		fail(c, "timeout",
		    c->state == CONNECTING ? "it did not answer"
					   : "it took too long");
		settle(c);
	}
}

static void
work_due(struct sync *s, void *arg)
{
	struct sync_conn *c = arg;

	(void)s;
	work(c);
	settle(c);
}

static void
connected(struct sync_conn *c)
{
	socklen_t n = sizeof(int);
	int errnum = 0;

	if (getsockopt(c->k.fd, SOL_SOCKET, SO_ERROR, &errnum, &n) != 0)
		errnum = errno;
	if (errnum != 0) {
		fail_errno(c, errnum);
		return;
	}
	c->state = TALKING;
	c->moved = c->s->now;
	work(c);
}

static void
talk(struct sync_conn *c, unsigned ready)
{
	if ((ready & SYNC_WISH_READ) != 0 && !c->has_more &&
	    recon_session_wants(c->session) && in_read(c) != ICS_OK)
		fail(c, "store", "the session could not go on");
	else if (!c->has_more)
		work(c);
}

/* False: it is gone. */
static bool
closing(struct sync_conn *c, unsigned ready)
{
	uint8_t block[4096];
	ssize_t n = 1;

	if (!c->is_shut && (ready & SYNC_WISH_WRITE) != 0 && !out_send(c))
		n = 0;
	if (n > 0 && (ready & SYNC_WISH_READ) != 0)
		n = recv(c->k.fd, block, sizeof(block), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		n = 1;
	if (n > 0)
		return true;
	conn_free(c);
	return false;
}

static void
socket_ready(struct sync *s, struct sync_socket *k, unsigned ready)
{
	struct sync_conn *c = k->arg;

	(void)s;
	switch (c->state) {
	case CONNECTING:
		connected(c);
		break;
	case TALKING:
		talk(c, ready);
		break;
	case CLOSING:
		if (!closing(c, ready))
			return;
		break;
	}
	settle(c);
}

/* ---- the start -------------------------------------------------------------------- */

/* Peers know us by our recon address. Spec: recon.md 7 */
static void
source_bind(const struct sync *s, int fd, int family)
{
	struct net_addr addr;

	if (!sync_accept_address(s, family, &addr))
		return;
	net_addr_port_set(&addr, 0);
	/* Else from whatever address the way there has. */
	(void)bind(fd, (const struct sockaddr *)&addr.sa, addr.n);
}

static int
connect_begin(struct sync_conn *c)
{
	const struct net_addr *to = &c->setup.peer->conf.recon;
	int fd = socket(to->sa.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	c->k.fd = fd;
	source_bind(c->s, fd, to->sa.ss_family);
	if (connect(fd, (const struct sockaddr *)&to->sa, to->n) != 0 &&
	    errno != EINPROGRESS)
		return errno;
	return 0;
}

static void
nodelay_set(int fd)
{
	int one = 1;

	/* Slower without, that is all. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void
session_make(struct sync_conn *c)
{
	const struct sync_peer_conf *conf = &c->setup.peer->conf;
	struct recon_setup setup = {
		.role = c->setup.fd < 0 ? RECON_ANSWERER : RECON_ASKER,
		.view = c->setup.view,
		.version = conf->version,
		.filters =
		    conf->has_filters ? conf->filters : c->s->config.filters,
		.http_port = c->s->config.http_port,
		.filters_as_text = conf->kind == SYNC_HOCKEYPUCK,
		.seed = sync_random(&c->s->seed),
	};

	recon_limits_default(&setup.limits);
	setup.limits.frame = c->s->config.frame;
	c->session = recon_session_new(&setup);
}

/* It could not even begin: told by the loop. */
static void
begin_failed(struct sync *s, void *arg)
{
	struct sync_conn *c = arg;

	(void)s;
	fail_errno(c, c->errnum);
	conn_free(c);
}

struct sync_conn *
sync_conn_start(struct sync *s, const struct sync_conn_setup *setup)
{
	struct sync_conn *c = alloc_zero(1, sizeof(*c));
	int errnum = 0;

	c->s = s;
	c->setup = *setup;
	c->begun = c->moved = s->now;
	c->state = setup->fd < 0 ? CONNECTING : TALKING;
	c->k = (struct sync_socket){ setup->fd, socket_ready, c };
	sync_ring_append(&s->conns, &c->ring);
	sync_alarm_init(&c->deadline, deadline_due, c);
	sync_alarm_init(&c->work, work_due, c);
	session_make(c);
	if (setup->fd < 0)
		errnum = connect_begin(c);
	if (errnum == 0 && sync_socket_add(s, &c->k, SYNC_WISH_WRITE) != ICS_OK)
		errnum = ENOMEM;
	if (errnum != 0) {
		c->errnum = errnum;
		c->work.call = begin_failed;
		sync_alarm_set(s, &c->work, s->now);
		return c;
	}
	nodelay_set(c->k.fd);
	sync_alarm_set(s, &c->deadline, patience(c));
	return c;
}

bool
sync_conn_is_early(const struct sync_conn *c)
{
	return c->state != CLOSING && recon_session_tally(c->session)->in == 0;
}

void
sync_conn_cancel(struct sync_conn *c)
{
	if (c->state != TALKING) {
		conn_free(c);
		return;
	}
	closing_begin(c);
	settle(c);
}

void
sync_conns_close(struct sync *s)
{
	while (s->conns.next != &s->conns)
		conn_free((struct sync_conn *)(void *)s->conns.next);
}

size_t
sync_conns_count(const struct sync *s)
{
	size_t n = 0;

	for (const struct sync_ring *r = s->conns.next; r != &s->conns;
	     r = r->next)
		n++;
	return n;
}
