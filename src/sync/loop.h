/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT, private to sync. What the thread offers to those who run rounds
 * (gossip.c, push.c, own.c): everything here happens on the sync thread, and
 * every callback comes from the loop, never from inside the call that asks
 * for it.
 *
 *	round     one turn with one peer: begun by the loop, ended once
 *	http      a request through libcurl's multi
 *	submit    octets to intake, answered here
 *	timer     call me at
 */
#ifndef SYNC_LOOP_H
#define SYNC_LOOP_H

#include "base/buf.h"
#include "domain/domain.h"
#include "sync/sync.h"

struct sync_peer;
struct sync_http_answer;
struct sync_submitted;

/* ---- rounds ------------------------------------------------------------------ */

/* How a kind runs a round; rows are indexed by enum sync_kind. */
struct sync_method {
	/* Begin. It must lead to one sync_round_end. */
	void (*start)(struct sync *s, struct sync_peer *p);
	/* The loop ends (shutdown, removal): let go of everything; no
	 * sync_round_end any more. */
	void (*cancel)(struct sync *s, struct sync_peer *p);
	/* The peer's row goes: free p->own. NULL: nothing to free. */
	void (*forget)(struct sync_peer *p);
	/* An operator waits for the round that goes on: end a long wait in it
	 * soon. NULL: it has none. */
	void (*hurry)(struct sync *s, struct sync_peer *p);
};

/* The methods; kinds.def's rows find theirs in table.c. */
extern const struct sync_method sync_gossip, sync_own_method, sync_push_method;

/* The part of a peer that rounds may touch. */
struct sync_peer {
	struct sync_peer_conf conf;
	struct sync_row row; /* add to counters; the loop fills the rest */
	void *own;	     /* the method's, kept between rounds */
	bool is_wanted;	     /* an operator waits for this round */
	struct sync_peer_private *priv; /* the loop's */
};

/*
 * A round is over. error: "" when all went well, else a short name ("busy",
 * "filters", "timeout", "tls-pin"...) and words for the operator. again: more
 * is to be done at once (no waiting for the next turn); retry_after: seconds
 * that the peer asked for, 0 for the usual back-off.
 */
struct sync_result {
	const char *error; /* static or lent for the call */
	const char *words;
	bool again;
	unsigned retry_after;
};
void sync_round_end(struct sync *s, struct sync_peer *p,
    const struct sync_result *result);
/* Between rounds a method may keep requests, submissions and SYNC_TIMER_FOLLOW
 * going (an ICS peer is followed by a long poll); cancel ends them, too. */

/* Where all that comes goes to; lent. */
struct intake *sync_intake(const struct sync *s);

/* ---- what rounds use ------------------------------------------------------------- */

/* A reader of the newest state, shared by all that happens on this thread
 * within one callback. NULL when the store fails (told). */
struct store_reader *sync_reader(struct sync *s);
/* A reader of one's own, whose snapshot stays for a session: at most
 * SYNC_VIEWS_MAX at a time, else ICS_EBUSY. Given back in the end. */
#define SYNC_VIEWS_MAX 8
enum ics_err sync_view_take(struct sync *s, struct store_reader **r);
void sync_view_give(struct sync *s, struct store_reader *r);

/* An HTTP request to a peer: its url, its pin, our client certificate. */
struct sync_http {
	struct sync_peer *peer;
	const char *path;	/* "/pks/hashquery"; copied */
	uint16_t port;		/* of the recon address, where url is empty */
	const char *type;	/* of body; static; NULL: GET */
	struct bytes body;	/* lent until done */
	bool plain;		/* HTTP/1.0 and as few headers as SKS takes */
	size_t answer_max;	/* octets; more is the error "answer-size" */
	unsigned seconds;	/* for all of it */
	unsigned stall_seconds; /* without an octet */
	/* status 0: no whole answer; then error has a name and words. body is
	 * lent for the call. Octets are counted in the peer's row. */
	void (*done)(struct sync *s, const struct sync_http *h,
	    const struct sync_http_answer *answer);
	void *arg;
};
struct sync_http_answer {
	long status;
	struct bytes body;
	unsigned retry_after; /* seconds; 0 without */
	const char *error;    /* "" or "timeout", "refused", "tls-pin", ... */
	const char *words;
	void *priv; /* the loop's */
};
/* A header of the answer, for the call of done; NULL without. */
const char *sync_http_header(const struct sync_http_answer *answer,
    const char *name);
/* Copied from *h. Cancelled with its peer (done is not called then). */
void sync_http_start(struct sync *s, const struct sync_http *h);

/* Octets (given, malloc) to intake like any upload; done on this thread once
 * it is on disk. A full queue is tried again until there is room. */
struct sync_submit {
	struct sync_peer *peer;
	struct bytes input;
	bool takes_descriptors; /* it may hold them */
	void (*done)(struct sync *s, struct sync_peer *p, void *arg,
	    const struct sync_submitted *result);
	void *arg;
};
struct sync_submitted {
	enum ics_err err;
	size_t inserted, updated, ignored, waiting, invalid, denied;
	/* Outcomes one by one, in the order of the input; lent. */
	const struct intake_item *items;
	size_t n;
};
void sync_submit_start(struct sync *s, const struct sync_submit *u);

/* Call once at a monotonic time (ns); 0 takes it back. One a peer and slot. */
enum sync_timer {
	SYNC_TIMER_ROUND,  /* the round's own */
	SYNC_TIMER_STALL,  /* its deadline */
	SYNC_TIMER_FOLLOW, /* the method's, also between rounds */
	SYNC_TIMER_NEWS,   /* likewise */
	SYNC_TIMERS
};
void sync_timer_set(struct sync_peer *p, enum sync_timer which, uint64_t at,
    void (*call)(struct sync *s, struct sync_peer *p));

/* What is kept across restarts for a peer (a cursor, say): a short text by
 * name. Lost when the state folder is. */
const char *sync_keep_get(const struct sync *s, const struct sync_peer *p,
    const char *name);
void sync_keep_set(struct sync *s, const struct sync_peer *p, const char *name,
    const char *value);
/* Likewise a position of our own log, of size rows; 0 when there is none, or
 * when it lies beyond the end, for then we were restored. */
int64_t sync_keep_position(const struct sync *s, const struct sync_peer *p,
    const char *name, int64_t size);
void sync_keep_position_set(struct sync *s, const struct sync_peer *p,
    const char *name, int64_t position);

/* The peer has told all that it has: for sync_heard. */
void sync_heard_now(struct sync *s, struct sync_peer *p);

/* ---- what was not taken: order/untaken.c ---------------------------------------- */

/* What a peer brought and intake refused, or lets wait, is remembered, so that
 * a plan can tell. */
void sync_untaken_note(struct sync_peer *p,
    const struct sync_submitted *result);

/* ---- read rights: seen/seen.c ------------------------------------------------- */

/* What a peer may be sent. */
void sync_sight_read(struct sync *s, const struct sync_peer *p,
    struct domain_sight *sight);
bool sync_sight_sees(struct store_reader *r, const struct domain_sight *sight,
    const struct notations_subject *subject);
/* Hide from a peer by recon what it may not see; no view of k is out.
 * ICS_ETOOBIG, ICS_EDENIED: it may be shown nothing at all. */
struct sync_known;
enum ics_err sync_sight_hide(struct sync *s, const struct sync_peer *p,
    struct store_reader *r, struct sync_known *k);

/* Sockets that are not libcurl's: call on readable or writable. */
enum sync_wish {
	SYNC_WISH_READ = 1,
	SYNC_WISH_WRITE = 2
};
struct sync_socket {
	int fd; /* -1: none */
	void (*call)(struct sync *s, struct sync_socket *k, unsigned ready);
	void *arg;
};
enum ics_err sync_socket_add(struct sync *s, struct sync_socket *k,
    unsigned wish);
void sync_socket_wish(struct sync *s, struct sync_socket *k, unsigned wish);
void sync_socket_drop(struct sync *s, struct sync_socket *k); /* not closed */

#endif
