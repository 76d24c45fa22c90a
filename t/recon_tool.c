/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One session with somebody else's server:
 *
 *	recon_tool ask ADDR:PORT FILTERS < HASHES      listen, accept, ask
 *	recon_tool answer ADDR:PORT FILTERS FROM < HASHES
 *	                       connect from the address FROM, answer
 *
 * HASHES are ours, in hex, a line each. Prints how it ended and what it cost
 * as words with =, then what only the other side has, sorted by nobody.
 * Invariant: it ends by itself after PATIENCE seconds.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/net.h"
#include "recon/recon.h"

#define PATIENCE UINT64_C(60000000000) /* ns */

static bool
is_late(uint64_t since)
{
	return clock_mono_ns() - since > PATIENCE;
}

static void
die(const char *what)
{
	fprintf(stderr, "recon_tool: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct recon_set *
set_read(FILE *in)
{
	struct recon_set *set = recon_set_new();
	char line[80];

	while (fgets(line, sizeof(line), in) != NULL) {
		struct recon_hash hash;

		if (strlen(line) < 2 * RECON_HASH ||
		    hex_read(bytes_of(line, 2 * RECON_HASH), hash.b,
			RECON_HASH) != ICS_OK)
			die("not a hash");
		(void)recon_set_add(set, &hash);
	}
	return set;
}

static struct net_addr
addr_read(const char *text)
{
	struct net_addr addr;

	if (net_addr_read(text, 0, &addr) != ICS_OK)
		die(text);
	return addr;
}

static int
dial(const char *to, const char *from)
{
	struct net_addr peer = addr_read(to), own = addr_read(from);
	int one = 1, fd = socket(peer.sa.ss_family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&own.sa, own.n) != 0 ||
	    connect(fd, (struct sockaddr *)&peer.sa, peer.n) != 0)
		die(to);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int
answer_the_door(const char *at)
{
	struct net_addr addr = addr_read(at);
	struct pollfd p = { -1, POLLIN, 0 };
	int fd;

	if (net_listen(&addr, &p.fd) != ICS_OK)
		die(at);
	if (poll(&p, 1, (int)(PATIENCE / 1000000)) != 1) {
		puts("end=nobody");
		exit(0);
	}
	fd = accept(p.fd, NULL, NULL);
	if (fd < 0)
		die("accept");
	close(p.fd);
	return fd;
}

static void
steps(struct recon_session *s)
{
	bool more = true;

	while (more)
		if (recon_session_step(s, &more) != ICS_OK)
			die("view");
}

static void
turn(struct recon_session *s, int fd)
{
	struct bytes out = recon_session_out(s);
	short wish = (short)((recon_session_wants(s) ? POLLIN : 0) |
			     (out.n > 0 ? POLLOUT : 0));
	struct pollfd p = { fd, wish, 0 };
	uint8_t room[16384];
	ssize_t n;

	if (poll(&p, 1, 1000) != 1)
		return;
	if (out.n > 0 && (p.revents & POLLOUT) != 0) {
		n = send(fd, out.p, out.n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			recon_session_sent(s, (size_t)n);
	}
	if ((p.revents & ~POLLOUT) != 0) {
		n = recv(fd, room, sizeof(room), MSG_DONTWAIT);
		if (n > 0)
			(void)!recon_session_feed(s, bytes_of(room, (size_t)n));
		else if (n == 0 || errno != EAGAIN)
			recon_session_eof(s);
	}
	steps(s);
}

static void
tell(const struct recon_session *s)
{
	const struct recon_tally *t = recon_session_tally(s);
	const struct recon_hash *found;
	char hex[2 * RECON_HASH + 1];
	size_t n;

	printf("end=%s octets=%llu requests=%llu failed=%llu flushes=%llu "
	       "ours=%llu strange=%llu reason=%s\n",
	    recon_end_name(recon_session_end(s)),
	    (unsigned long long)(t->in + t->out),
	    (unsigned long long)t->requests, (unsigned long long)t->failed,
	    (unsigned long long)t->flushes, (unsigned long long)t->ours,
	    (unsigned long long)t->strange, recon_session_reason(s));
	found = recon_session_found(s, &n);
	for (size_t i = 0; i < n; i++) {
		hex_lower(bytes_of(found[i].b, RECON_HASH), hex);
		puts(hex);
	}
}

int
main(int argc, char **argv)
{
	bool asks = argc == 4 && strcmp(argv[1], "ask") == 0;
	uint64_t since = clock_mono_ns();
	struct recon_setup setup = { .version = "1.1.6", .http_port = 9 };
	struct recon_set *set;
	struct recon_session *s;
	int fd;

	if (!asks && argc != 5)
		return 2;
	set = set_read(stdin);
	fd = asks ? answer_the_door(argv[2]) : dial(argv[2], argv[4]);
	setup.role = asks ? RECON_ASKER : RECON_ANSWERER;
	setup.filters = argv[3];
	setup.seed = since;
	recon_limits_default(&setup.limits);
	recon_view_of_set(set, &setup.view);
	s = recon_session_new(&setup);
	while (!is_late(since) && (recon_session_end(s) == RECON_GOING_ON ||
				      recon_session_out(s).n > 0))
		turn(s, fd);
	tell(s);
	close(fd);
	recon_session_free(s);
	recon_set_free(set);
	return 0;
}
