/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client: see client.h.
 *
 *   next() -> [connect] -> send -> receive -> answer() -> next() ...
 *
 * A kept connection that the server closed before the first octet of the
 * answer is opened again and the request repeated: that race is HTTP's own.
 */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define CLIENT_EVENTS	 64
#define CLIENT_TRIES	 3U
#define CLIENT_BUF_MIN	 65536U
#define CLIENT_IDLE_MS	 30000 /* nothing at all for so long: give up */
#define BODY_UNTIL_CLOSE SIZE_MAX

struct conn {
	int fd;		/* -1: not connected */
	bool busy;	/* a request is out */
	bool waits_out; /* EPOLLOUT is armed */
	bool server_closes;
	unsigned tries;
	struct client_request req;
	size_t sent;
	uint64_t started;
	char *in;
	size_t in_len;
	size_t in_cap;
	size_t head_len; /* of the answer; 0 until it is complete */
	size_t body_len;
	unsigned status;
};

struct client {
	const struct client_plan *plan;
	const struct client_work *work;
	struct conn *conns;
	int epoll;
	unsigned busy;
	bool stop;
	uint64_t deadline; /* 0: none */
};

uint64_t
client_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static int
loopback_open(uint16_t port, int flags)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, saved;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
client_connect(uint16_t port)
{
	return loopback_open(port, 0);
}

static void
conn_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->waits_out = false;
}

static void
conn_arm(struct client *cl, struct conn *c, bool out)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	if (out == c->waits_out)
		return;
	if (out)
		ev.events |= EPOLLOUT;
	epoll_ctl(cl->epoll, EPOLL_CTL_MOD, c->fd, &ev);
	c->waits_out = out;
}

static bool
conn_open(struct client *cl, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	c->fd = loopback_open(cl->plan->port, SOCK_NONBLOCK);
	if (c->fd < 0)
		return false;
	if (epoll_ctl(cl->epoll, EPOLL_CTL_ADD, c->fd, &ev) == 0)
		return true;
	conn_close(c);
	return false;
}

/* Sends what the socket takes. False: the connection is of no more use. */
static bool
conn_send(struct client *cl, struct conn *c)
{
	size_t whole = c->req.head_len + c->req.body_len;

	while (c->sent < whole) {
		const char *body = c->req.body ? c->req.body : "";
		size_t at =
		    c->sent < c->req.head_len ? c->sent : c->req.head_len;
		struct iovec io[2] = { { (void *)(uintptr_t)(c->req.head + at),
					   c->req.head_len - at },
			{ (void *)(uintptr_t)(body + (c->sent - at)),
			    whole - c->req.head_len - (c->sent - at) } };
		struct msghdr msg = { .msg_iov = io, .msg_iovlen = 2 };
		ssize_t n = sendmsg(c->fd, &msg, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
			conn_arm(cl, c, true);
			return true;
		}
		if (n < 0)
			return false;
		c->sent += (size_t)n;
	}
	conn_arm(cl, c, false);
	return true;
}

/* Opens if need be and sends from the start, CLIENT_TRIES times at most. */
static bool
conn_try(struct client *cl, struct conn *c)
{
	while (c->tries < CLIENT_TRIES) {
		c->tries++;
		c->sent = c->in_len = c->head_len = 0;
		c->server_closes = false;
		if ((c->fd >= 0 || conn_open(cl, c)) && conn_send(cl, c))
			return true;
		conn_close(c);
	}
	return false;
}

static void conn_next(struct client *cl, struct conn *c);

static void
conn_finish(struct client *cl, struct conn *c, unsigned status)
{
	struct client_answer ans = { .status = status, .tag = c->req.tag };

	ans.nanoseconds = client_now() - c->started;
	if (status != 0) {
		ans.body = c->in + c->head_len;
		ans.body_len = c->in_len - c->head_len;
	}
	if (status == 0 || !cl->plan->keep || c->server_closes)
		conn_close(c);
	c->busy = false;
	cl->busy--;
	cl->work->answer(cl->work->arg, &ans);
}

static void
conn_next(struct client *cl, struct conn *c)
{
	while (!c->busy && !cl->stop) {
		if (cl->deadline != 0 && client_now() >= cl->deadline)
			cl->stop = true;
		if (cl->stop || !cl->work->next(cl->work->arg, &c->req)) {
			cl->stop = true;
			return;
		}
		c->busy = true;
		cl->busy++;
		c->tries = 0;
		c->started = client_now();
		if (!conn_try(cl, c))
			conn_finish(cl, c, 0);
	}
}

static void
header_line(struct conn *c, const char *line, size_t len)
{
	static const char length[] = "content-length:";
	static const char closing[] = "connection: close";

	if (len >= sizeof(length) &&
	    strncasecmp(line, length, sizeof(length) - 1) == 0)
		c->body_len = strtoul(line + sizeof(length) - 1, NULL, 10);
	if (len >= sizeof(closing) - 1 &&
	    strncasecmp(line, closing, sizeof(closing) - 1) == 0)
		c->server_closes = true;
}

/* Reads the head once it is whole. False: this is not HTTP/1. The buffer has
 * a NUL behind in_len, so that strtoul stops. */
static bool
head_read(struct conn *c)
{
	const char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
	const char *line = c->in;

	if (!end)
		return c->in_len < CLIENT_BUF_MIN;
	c->head_len = (size_t)(end - c->in) + 4;
	c->body_len = BODY_UNTIL_CLOSE;
	if (c->head_len < 16 || strncmp(line, "HTTP/1.", 7) != 0)
		return false;
	c->server_closes = line[7] == '0';
	c->status = (unsigned)strtoul(line + 9, NULL, 10);
	while (line < end) {
		const char *eol =
		    memmem(line, (size_t)(end + 2 - line), "\r\n", 2);

		header_line(c, line, (size_t)(eol - line));
		line = eol + 2;
	}
	if (c->status == 204 || c->status == 304)
		c->body_len = 0;
	return c->status >= 200 && c->status <= 599;
}

static void
in_reserve(struct conn *c)
{
	if (c->in_cap - c->in_len > CLIENT_BUF_MIN / 2)
		return;
	c->in_cap = c->in_cap ? c->in_cap * 2 : CLIENT_BUF_MIN;
	c->in = realloc(c->in, c->in_cap);
	if (!c->in)
		abort();
}

static void
conn_cut(struct client *cl, struct conn *c)
{
	bool whole = c->head_len != 0 && c->body_len == BODY_UNTIL_CLOSE;

	conn_close(c);
	if (whole)
		conn_finish(cl, c, c->status);
	else if (c->in_len != 0 || !conn_try(cl, c))
		conn_finish(cl, c, 0);
}

static void
conn_receive(struct client *cl, struct conn *c)
{
	ssize_t n;

	in_reserve(c);
	n = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len - 1, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		conn_cut(cl, c);
		return;
	}
	c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	if ((c->head_len == 0 && !head_read(c)) ||
	    c->in_len > CLIENT_ANSWER_MAX) {
		conn_finish(cl, c, 0);
		return;
	}
	if (c->head_len == 0 || c->body_len == BODY_UNTIL_CLOSE)
		return;
	if (c->in_len - c->head_len >= c->body_len) {
		c->in_len = c->head_len + c->body_len;
		conn_finish(cl, c, c->status);
	}
}

static void
event_handle(struct client *cl, const struct epoll_event *ev)
{
	struct conn *c = ev->data.ptr;

	if (!c->busy) { /* the server ended an idle connection */
		conn_close(c);
		return;
	}
	if ((ev->events & EPOLLOUT) != 0 && !conn_send(cl, c))
		conn_cut(cl, c);
	else if ((ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		conn_receive(cl, c);
	conn_next(cl, c);
}

static void
client_loop(struct client *cl)
{
	struct epoll_event events[CLIENT_EVENTS];

	for (unsigned i = 0; i < cl->plan->conns; i++)
		conn_next(cl, &cl->conns[i]);
	while (cl->busy > 0) {
		int n = epoll_wait(cl->epoll, events, CLIENT_EVENTS,
		    CLIENT_IDLE_MS);

		if (n < 0 && errno == EINTR)
			continue;
		for (int i = 0; i < n; i++)
			event_handle(cl, &events[i]);
		if (n > 0)
			continue;
		cl->stop = true; /* silence: what is out is lost */
		for (unsigned i = 0; i < cl->plan->conns; i++)
			if (cl->conns[i].busy)
				conn_finish(cl, &cl->conns[i], 0);
	}
}

double
client_run(const struct client_plan *plan, const struct client_work *work)
{
	struct client cl = { .plan = plan, .work = work };
	uint64_t start = client_now(), end;

	cl.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (cl.epoll < 0)
		return -1.0;
	cl.conns = calloc(plan->conns, sizeof(*cl.conns));
	if (!cl.conns)
		abort();
	if (plan->seconds > 0)
		cl.deadline = start + (uint64_t)(plan->seconds * 1e9);
	for (unsigned i = 0; i < plan->conns; i++)
		cl.conns[i].fd = -1;
	client_loop(&cl);
	end = client_now();
	for (unsigned i = 0; i < plan->conns; i++) {
		conn_close(&cl.conns[i]);
		free(cl.conns[i].in);
	}
	free(cl.conns);
	close(cl.epoll);
	return (double)(end - start) / 1e9;
}
