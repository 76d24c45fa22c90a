/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One TCP connection that never blocks, and a clock that it obeys. */
#include "libics/link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always there */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
libics_link_start(struct ics *ics)
{
	ics->end = now_ms() + ics->timeout_ms;
}

/* Wait until it can be read or written; an error is such a time, too. */
static bool
is_ready(const struct ics *ics, short what)
{
	for (;;) {
		struct pollfd pfd = { .fd = ics->fd, .events = what };
		int64_t left = ics->end - now_ms();
		int n;

		if (left <= 0)
			return false;
		n = poll(&pfd, 1, (int)left);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

_Static_assert(EAGAIN == EWOULDBLOCK, "one of the two is looked for");

/* Did the last call only ask for patience? */
static bool
is_patience(void)
{
	return errno == EAGAIN || errno == EINTR;
}

bool
libics_link_is_kept(struct ics *ics)
{
	struct pollfd pfd = { .fd = ics->fd, .events = POLLIN };

	return ics->fd >= 0 && now_ms() - ics->heard < LIBICS_REST_MS &&
	       poll(&pfd, 1, 0) == 0;
}

void
libics_link_close(struct ics *ics)
{
	if (ics->fd >= 0)
		close(ics->fd);
	ics->fd = -1;
}

static bool
fd_prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL), on = 1;

	/* Small questions leave at once; without that it is only slower. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool
is_connected(const struct ics *ics)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (connect(ics->fd, (const struct sockaddr *)&ics->addr,
		ics->addr_n) == 0)
		return true;
	if (errno != EINPROGRESS && errno != EINTR)
		return false;
	return is_ready(ics, POLLOUT) &&
	       getsockopt(ics->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 &&
	       error == 0;
}

bool
libics_link_open(struct ics *ics)
{
	libics_link_close(ics);
	ics->fd = socket(ics->addr.ss_family, SOCK_STREAM, 0);
	if (ics->fd >= 0 && fd_prepare(ics->fd) && is_connected(ics))
		return true;
	libics_link_close(ics);
	return false;
}

bool
libics_link_send(struct ics *ics, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent;

		if (!is_ready(ics, POLLOUT))
			return false;
		sent = send(ics->fd, p, n, MSG_NOSIGNAL);
		if (sent < 0 && !is_patience())
			return false;
		if (sent <= 0)
			continue;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool
libics_link_receive(struct ics *ics)
{
	ssize_t got;

	do {
		if (ics->n == sizeof(ics->in) || !is_ready(ics, POLLIN))
			return false;
		got = recv(ics->fd, ics->in + ics->n, sizeof(ics->in) - ics->n,
		    0);
	} while (got < 0 && is_patience());
	if (got <= 0)
		return false;
	ics->n += (size_t)got;
	ics->heard = now_ms();
	return true;
}
