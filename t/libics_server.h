/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A server that does as its script says, a step for each request, on a thread
 * and a loopback port of its own. Invariant: it ends by itself, when its script
 * does or when nobody has asked for a while.
 */
#ifndef T_LIBICS_SERVER_H
#define T_LIBICS_SERVER_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SERVER_PATIENCE_S  10
#define SERVER_REQUEST_MAX (64u << 10)

enum server_manner {
	SERVER_KEEP,  /* say it, and stay */
	SERVER_CLOSE, /* say it, and go */
	SERVER_DRIP,  /* octet by octet, and then silence */
	SERVER_FLOOD  /* over and over, until nobody listens */
};

struct server_step {
	const char *say; /* NULL ends the script */
	enum server_manner manner;
};

struct server {
	const struct server_step *script;
	int listener, fd;
	int connections, requests;
	char url[64];
	char request[SERVER_REQUEST_MAX]; /* the last one, with its NUL */
	size_t n;
	pthread_t thread;
};

/* Is the request whole: a head, and a body where it announces one? */
static inline bool
server_has_all(const struct server *s)
{
	const char *end = strstr(s->request, "\r\n\r\n");
	const char *length = strstr(s->request, "Content-Length: ");

	if (end == NULL)
		return false;
	return length == NULL || length > end ||
	       strlen(end + 4) >= strtoul(length + 16, NULL, 10);
}

/* False when he left. */
static inline bool
server_hear(struct server *s)
{
	s->n = 0;
	s->request[0] = '\0';
	while (!server_has_all(s)) {
		ssize_t got = recv(s->fd, s->request + s->n,
		    sizeof(s->request) - 1 - s->n, 0);

		if (got <= 0)
			return false;
		s->n += (size_t)got;
		s->request[s->n] = '\0';
	}
	s->requests++;
	return true;
}

static inline bool
server_send(const struct server *s, const char *p, size_t n)
{
	return send(s->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static inline void
server_say(const struct server *s, const struct server_step *step)
{
	size_t n = strlen(step->say);

	switch (step->manner) {
	case SERVER_KEEP:
	case SERVER_CLOSE:
		(void)server_send(s, step->say, n); /* he may be gone */
		break;
	case SERVER_DRIP:
		for (size_t i = 0; i < n && server_send(s, step->say + i, 1);
		     i++)
			(void)nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
		break;
	case SERVER_FLOOD:
		while (server_send(s, step->say, n))
			continue;
		break;
	}
}

static inline void
server_hang_up(struct server *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static inline void *
server_run(void *arg)
{
	struct server *s = arg;
	struct timeval patience = { SERVER_PATIENCE_S, 0 };

	for (const struct server_step *step = s->script; step->say != NULL;) {
		if (s->fd < 0) {
			s->fd = accept(s->listener, NULL, NULL);
			if (s->fd < 0)
				break;
			s->connections++;
			(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO,
			    &patience, sizeof(patience)); /* only longer */
		}
		if (!server_hear(s)) {
			server_hang_up(s);
			continue;
		}
		server_say(s, step);
		if (step->manner == SERVER_CLOSE)
			server_hang_up(s);
		step++;
	}
	return NULL;
}

/* A port that answers as the script says; server_end frees it all. */
static inline void
server_start(struct server *s, const struct server_step *script)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { SERVER_PATIENCE_S, 0 };
	socklen_t n = sizeof(sin);

	*s = (struct server){ .script = script, .fd = -1 };
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(s->listener, 0);
	ck_assert_int_eq(bind(s->listener, (struct sockaddr *)&sin, n), 0);
	ck_assert_int_eq(listen(s->listener, 8), 0);
	ck_assert_int_eq(getsockname(s->listener, (struct sockaddr *)&sin, &n),
	    0);
	(void)setsockopt(s->listener, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience)); /* only longer */
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u",
	    ntohs(sin.sin_port)); /* fits */
	ck_assert_int_eq(pthread_create(&s->thread, NULL, server_run, s), 0);
}

/* When the script is over; to be called after whoever asks has closed. */
static inline void
server_end(struct server *s)
{
	(void)shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	server_hang_up(s);
	close(s->listener);
}

#endif
