/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One small request over a socket that no stranger can fill. */
#include "icsd/watch.h"

#include <sys/socket.h>

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/net.h"
#include "icsd/listen.h"

bool
watch_answers(const struct conf *c, uint64_t ns)
{
	static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
	struct pollfd answer = { .fd = -1, .events = POLLIN };
	uint64_t ms = ns / 1000000;
	struct buf path;
	bool alive = false;

	buf_init(&path, 4096);
	buf_printf(&path, "%s/%s", c->state_dir, LISTEN_LOCAL);
	if (net_connect_local(buf_str(&path), &answer.fd) == ICS_OK) {
		(void)send(answer.fd, request, sizeof(request) - 1,
		    MSG_NOSIGNAL); /* poll tells */
		alive = poll(&answer, 1, ms > INT_MAX ? INT_MAX : (int)ms) > 0;
		close(answer.fd);
	}
	buf_release(&path);
	return alive;
}
