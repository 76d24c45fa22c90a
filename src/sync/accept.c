/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may begin a session: the addresses of peers, each one session at a
 * time, not too often, and few together. A peer that comes too early waits,
 * one connection each, as it would in SKS's backlog; all others are closed at
 * once without a word, as SKS does, which a peer takes for "busy". Spec:
 * recon.md 7, 16
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "sync/conn.h"
#include "sync/schedule.h"

#define ACCEPTS_MAX   16 /* in a turn, from one listener */
#define SESSIONS_MAX  16 /* those that only close among them */
#define KNOCK_SECONDS 30 /* that a peer waits; SKS gives up after 45 */

/* ---- addresses ----------------------------------------------------------------- */

struct host {
	uint8_t b[16]; /* IPv4 as IPv6 maps it */
	bool is_any;
};

static struct host
host_of(const struct net_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct host h = { .is_any = false };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (addr->sa.ss_family == AF_INET) {
		memcpy(&in, &addr->sa, sizeof(in));
		memcpy(h.b, mapped, sizeof(mapped));
		memcpy(h.b + sizeof(mapped), &in.sin_addr, 4);
		h.is_any = in.sin_addr.s_addr == htonl(INADDR_ANY);
	} else {
		memcpy(&in6, &addr->sa, sizeof(in6));
		memcpy(h.b, &in6.sin6_addr, sizeof(h.b));
		h.is_any = IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
	}
	return h;
}

static bool
is_same_host(const struct net_addr *a, const struct net_addr *b)
{
	struct host x = host_of(a), y = host_of(b);

	return memcmp(x.b, y.b, sizeof(x.b)) == 0;
}

bool
sync_accept_address(const struct sync *s, int family, struct net_addr *addr)
{
	for (size_t i = 0; i < s->config.listeners_n; i++)
		if (net_addr_of(s->config.listeners[i], addr) == ICS_OK &&
		    addr->sa.ss_family == family && !host_of(addr).is_any)
			return true;
	return false;
}

/* ---- peers ------------------------------------------------------------------------ */

/* The peer at this address; of several the one that may begin now. */
static struct sync_peer *
peer_find(struct sync *s, const struct net_addr *from)
{
	struct sync_peer *found = NULL;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		struct sync_peer *p = s->peers[i];

		if (p == NULL || !sync_peer_is_recon(p) ||
		    !is_same_host(&p->conf.recon, from))
			continue;
		if (found == NULL || sync_visit_may(s, p))
			found = p;
		if (sync_visit_may(s, p))
			break;
	}
	return found;
}

/*
 * Two that connect to each other at the same time would refuse each other.
 * The connection of the lesser address stays: both see the same two.
 */
static bool
is_ours_to_yield(const struct sync_peer *p, int fd)
{
	const struct net_addr *theirs = &p->conf.recon;
	struct net_addr ours;
	int order;

	if (!p->priv->is_running || net_addr_of(fd, &ours) != ICS_OK)
		return false;
	order = memcmp(host_of(&ours).b, host_of(theirs).b, 16);
	return order > 0 ||
	       (order == 0 && net_addr_port(&ours) > net_addr_port(theirs));
}

/* ---- who comes too early ----------------------------------------------------------- */

static bool
visit_try(struct sync *s, struct sync_peer *p, int fd)
{
	if (!sync_visit_may(s, p) || sync_conns_count(s) >= SESSIONS_MAX ||
	    !sync_visit_begin(s, p))
		return false;
	sync_gossip_visit(s, p, fd);
	return true;
}

static void
knock_due(struct sync *s, void *arg)
{
	struct sync_peer *p = arg;
	struct sync_knock *k = &p->priv->knock;
	uint64_t rested =
	    p->priv->visited + s->config.pause_seconds * SYNC_SECOND;
	int fd = k->fd;

	if (fd < 0)
		return;
	k->fd = -1;
	if (visit_try(s, p, fd))
		return;
	if (s->now >= k->until) {
		p->row.refused++;
		close(fd);
		return;
	}
	k->fd = fd;
	sync_alarm_set(s, &k->again,
	    rested > s->now && rested < k->until ? rested : k->until);
}

static bool
knock_begin(struct sync *s, struct sync_peer *p, int fd)
{
	struct sync_knock *k = &p->priv->knock;

	if (k->fd >= 0)
		return false;
	k->fd = fd;
	k->until = s->now + KNOCK_SECONDS * SYNC_SECOND;
	sync_alarm_set(s, &k->again, s->now);
	return true;
}

void
sync_knock_init(struct sync_peer *p)
{
	p->priv->knock.fd = -1;
	sync_alarm_init(&p->priv->knock.again, knock_due, p);
}

void
sync_knock_drop(struct sync *s, struct sync_peer *p)
{
	struct sync_knock *k = &p->priv->knock;

	sync_alarm_set(s, &k->again, 0);
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

void
sync_knock_again(struct sync *s, struct sync_peer *p)
{
	if (p->priv->knock.fd >= 0)
		sync_alarm_set(s, &p->priv->knock.again, s->now);
}

/* ---- who comes ------------------------------------------------------------------------ */

static void
visitor_take(struct sync *s, int fd, const struct net_addr *from)
{
	struct sync_peer *p = peer_find(s, from);
	char where[NET_TEXT_MAX];

	if (p != NULL && is_ours_to_yield(p, fd) && sync_gossip_yield(s, p, fd))
		return;
	if (p != NULL && (visit_try(s, p, fd) || knock_begin(s, p, fd)))
		return;
	if (p != NULL)
		p->row.refused++;
	close(fd);
	net_addr_write(from, where);
	log_event(LOG_LEVEL_DEBUG, "recon-refused", "address=%s peer=%s", where,
	    p == NULL ? "" : p->conf.name);
}

static void
listener_ready(struct sync *s, struct sync_socket *k, unsigned ready)
{
	(void)ready;
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct net_addr from = { .n = sizeof(from.sa) };
		int fd = accept4(k->fd, (struct sockaddr *)&from.sa, &from.n,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			visitor_take(s, fd, &from);
		else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

void
sync_accept_open(struct sync *s)
{
	for (size_t i = 0; i < s->config.listeners_n; i++) {
		s->accepts[i] = (struct sync_socket){ s->config.listeners[i],
			listener_ready, NULL };
		/* Told where it fails. */
		(void)sync_socket_add(s, &s->accepts[i], SYNC_WISH_READ);
	}
}

void
sync_accept_close(struct sync *s)
{
	for (size_t i = 0; i < s->config.listeners_n; i++)
		sync_socket_drop(s, &s->accepts[i]);
}
