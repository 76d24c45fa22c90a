/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection of a handle, and what a handle is. Invariant: nothing waits
 * beyond ics->end, and a connection on which anything went wrong is closed.
 */
#ifndef LIBICS_LINK_H
#define LIBICS_LINK_H

#include <sys/socket.h>

#include "libics/reply.h"

#define LIBICS_SERVER_MAX 64 /* octets of ADDRESS:PORT, with its NUL */

/* A connection that rested longer may be one that somebody in between has
 * forgotten, and a question on it would wait for nothing. */
#define LIBICS_REST_MS 15000

struct ics {
	int fd;		/* of the connection; -1 without one */
	int timeout_ms; /* of a question */
	int64_t end;	/* of this question: monotonic ms */
	int64_t heard;	/* when something last came: monotonic ms */
	struct sockaddr_storage addr;
	socklen_t addr_n;
	char server[LIBICS_SERVER_MAX];
	size_t n; /* octets of in */
	char in[LIBICS_HEAD_MAX + LIBICS_BODY_MAX];
};

/* The time of a question begins. */
void libics_link_start(struct ics *ics);

/* Is there a connection that can be asked: open, in use until a moment ago, and
 * nothing unasked came? */
bool libics_link_is_kept(struct ics *ics);

/* A new one. */
bool libics_link_open(struct ics *ics);

/* All of it, or false. */
bool libics_link_send(struct ics *ics, const char *p, size_t n);

/* Some octets more in ics->in, which has room; false when none come. */
bool libics_link_receive(struct ics *ics);

void libics_link_close(struct ics *ics);

#endif
