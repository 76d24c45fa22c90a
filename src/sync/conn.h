/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: a socket to a recon session. It speaks until the session
 * is over or its time is, tells once, and then sees to it that what is still
 * to be sent leaves: nothing is broken off in the middle of a frame.
 */
#ifndef SYNC_CONN_H
#define SYNC_CONN_H

#include "recon/recon.h"
#include "sync/inside.h"

struct sync_conn;

/* What became of it; all is lent for the call. */
struct sync_conn_end {
	const char *error, *words; /* as in struct sync_result */
	enum recon_end end;	   /* of the session; GOING_ON: cut by us */
	bool more;		   /* a bound was met: the next goes on */
	const struct recon_hash *found;
	size_t found_n;
	const struct recon_peer *peer;
	const struct recon_tally *tally;
};

struct sync_conn_setup {
	struct sync_peer *peer;
	int fd;			/* accepted, given; -1: one that we make */
	struct recon_view view; /* lent until done */
	/* Called once, from the loop. The conn is gone for the caller then. */
	void (*done)(struct sync *s, struct sync_peer *p,
	    const struct sync_conn_end *end);
};

struct sync_conn *sync_conn_start(struct sync *s,
    const struct sync_conn_setup *setup);
/* True until the peer has said a word. */
bool sync_conn_is_early(const struct sync_conn *c);
/* Let go of it; done is not called. */
void sync_conn_cancel(struct sync_conn *c);
/* All that are left, those that only close among them. */
void sync_conns_close(struct sync *s);
size_t sync_conns_count(const struct sync *s);

/* ---- accept.c ---------------------------------------------------------------- */

/* Listen; failures are told, and leave the others. */
void sync_accept_open(struct sync *s);
void sync_accept_close(struct sync *s);
/* Of a peer that is new; that goes. */
void sync_knock_init(struct sync_peer *p);
void sync_knock_drop(struct sync *s, struct sync_peer *p);
/* What kept it waiting is perhaps over. */
void sync_knock_again(struct sync *s, struct sync_peer *p);
/* The local address that peers of this family know us by: that of the
 * listener that is no wildcard. False without one. */
bool sync_accept_address(const struct sync *s, int family,
    struct net_addr *addr);

/* ---- gossip.c ---------------------------------------------------------------- */

/* A peer connected; its visit has begun. fd is given. */
void sync_gossip_visit(struct sync *s, struct sync_peer *p, int fd);
/* A peer connected while we do the same: our round goes on over its
 * connection (fd is given), if ours has not got a word yet. */
bool sync_gossip_yield(struct sync *s, struct sync_peer *p, int fd);
/* Our policy may be another: what was refused may be asked for again. */
void sync_gossip_forget_all(struct sync *s);

#endif
