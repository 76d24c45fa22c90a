/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client: a small HTTP client that keeps N connections to one loopback port
 * busy from a single thread (epoll, raw sockets).
 *
 * Invariant: each request handed out by work->next comes back exactly once
 * through work->answer, whole or broken, before client_run returns.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_ANSWER_MAX (64U << 20)
#define CLIENT_CONNS_MAX  1024U

/* Bytes to send. The caller owns them and leaves them alone until the answer
 * with the same tag has come back. */
struct client_request {
	const char *head;
	size_t head_len;
	const char *body;
	size_t body_len;
	size_t tag;
};

/* An answer, lent for the length of the call. status 0: no whole answer came
 * (refused, cut, malformed, or the attempt limit is reached). */
struct client_answer {
	unsigned status;
	const char *body;
	size_t body_len;
	size_t tag;
	uint64_t nanoseconds; /* from the first try's start to the last byte */
};

struct client_work {
	/* Fills req; false when there is nothing left to ask. */
	bool (*next)(void *arg, struct client_request *req);
	void (*answer)(void *arg, const struct client_answer *ans);
	void *arg;
};

struct client_plan {
	uint16_t port;
	unsigned conns;
	bool keep;	/* keep connections alive if the server does */
	double seconds; /* 0: until next() says that there is nothing left */
};

/* Runs the plan; returns the seconds it took, or a negative number when epoll
 * itself failed. */
double client_run(const struct client_plan *plan,
    const struct client_work *work);

/* Monotonic nanoseconds. */
uint64_t client_now(void);

/* A blocking TCP connection to the loopback port, or -1 with errno. */
int client_connect(uint16_t port);

#endif
