/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to server.c, worker.c and conn.c: threads, generations, connections.
 *
 *	hkp ──< worker (a thread, an epoll, a store reader)
 *	         └──< slot (a libmicrohttpd daemon: one a listener and
 *	               generation) ──< conn
 *
 * A generation is a configuration that was or is in force. A reload starts
 * the slots of a new one on the same listening sockets and quiesces the old:
 * its connections live on, and its last slot frees it. A worker owns its
 * slots and connections; others talk to it through its queue.
 */
#ifndef HKP_SERVER_H
#define HKP_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "hkp/hkp.h"
#include "hkp/request.h"

#define HKP_ADDRESS_BUCKETS 16384 /* counters of connections by address */

struct hkp_generation {
	struct hkp_config config; /* owned copies of its strings */
	atomic_uint slots;	  /* that still use it */
};

struct hkp_slot {
	struct hkp_slot *next;
	struct MHD_Daemon *daemon;
	struct hkp_worker *worker;
	struct hkp_generation *gen;
	enum hkp_face face;
	size_t conns; /* worker's thread only */
	size_t mute;  /* of them: have asked for nothing yet */
	bool tls;
	bool quiesced;
	bool pending; /* has more to do without a new event */
	bool greets;  /* says so, perhaps only because a handshake goes on */
};

enum hkp_conn_state {
	HKP_CONN_WAITING, /* for a whole request: under the deadline */
	HKP_CONN_BUSY	  /* answering */
};

enum hkp_pin_state {
	HKP_PIN_UNREAD,
	HKP_PIN_NONE, /* no TLS, or no certificate */
	HKP_PIN_KNOWN
};

struct hkp_conn {
	struct hkp_conn *prev, *next; /* a ring of its worker, or alone */
	struct hkp_slot *slot;
	struct MHD_Connection *mhd;
	enum hkp_conn_state state;
	uint64_t deadline; /* monotonic ns: to have sent, or to have read */
	uint32_t bucket;   /* of its address */
	bool over;	   /* beyond the limit of its address */
	bool begun, discard, finished;
	bool broken; /* where it ends is doubtful: answered and closed */
	uint64_t discarded;
	size_t held; /* octets of its body that are counted */
	struct buf uri;
	struct hkp_request rq;
	struct hkp_reply rp;
	hkp_finish *finish;
	bool has_asked;
	bool asleep; /* its stream waits for hkp_request_wake */
	bool gone;   /* while it did, the client went away */
	enum hkp_pin_state pin_state;
	bool is_uninvited;	   /* TLS, and no certificate was asked for */
	uint8_t pin[HKP_PIN];	   /* of the client's key */
	struct hkp_peer peer;	   /* whose it was, when last asked */
	struct domain_sight sight; /* of the request, where it has one */
};

/* How many certificates somebody saw at a time: counted anew now and then. */
struct hkp_counted {
	struct domain_sight sight;
	uint64_t until; /* monotonic ns; 0: nothing was counted */
	int64_t certs;	/* -1: they are too many to count */
};

enum hkp_order {
	HKP_ORDER_ADOPT, /* take these slots, quiesce the ones before */
	HKP_ORDER_DRAIN, /* quiesce all, close what is idle */
	HKP_ORDER_CALL,	 /* call this on the worker's thread */
	HKP_ORDER_EVICT, /* close the oldest waiting one of a bucket */
	HKP_ORDER_STOP
};

struct hkp_command {
	enum hkp_order order;
	struct hkp_slot *slots; /* ADOPT: given */
	uint32_t bucket;	/* EVICT */
	void (*call)(void *arg);
	void *arg;
};

struct hkp_worker {
	struct hkp *h;
	pthread_t thread;
	int epoll_fd, wake_fd;
	struct queue *commands;
	struct store_reader *reader;
	bool reading, draining, stopping;
	struct hkp_slot *slots;
	struct hkp_conn waiting;  /* head of a ring, oldest first */
	struct hkp_conn sending;  /* head of a ring: the answer goes out */
	struct hkp_conn asleep;	  /* head of a ring */
	struct hkp_watch watches; /* head of a ring */
	uint64_t watched;	  /* when it was last looked through */
	struct hkp_conn *spare;	  /* freed ones, kept for the next */
	size_t spare_n;
	uint64_t now; /* monotonic ns at the start of this turn */
	uint64_t swept;
	uint64_t read_at;      /* when a request last looked at the store */
	uint64_t handled;      /* requests; tells busy from idle turns */
	uint64_t moved;	       /* whatever libmicrohttpd told us; the same */
	_Atomic uint64_t runs; /* of all daemons; a test counts them */
	struct MHD_Response *miss;
	int64_t decoy; /* id of some certificate: see hkp/sight */
	struct hkp_counted counted;
	_Atomic uint64_t answers[6];
};

struct hkp {
	struct hkp_start start;
	struct hkp_listener listeners[HKP_LISTENERS_MAX];
	char *dir;
	struct hkp_worker *workers;
	size_t workers_n;
	struct hkp_generation *gen; /* the newest; main thread only */
	atomic_bool ready, stopping;
	atomic_bool is_closed, is_maintained; /* of the newest configuration */
	/* connections open, submissions at intake, threads of requests; the
	 * limits in force */
	atomic_uint connections, submitted, helpers, limit, per_address;
	_Atomic uint64_t refused;
	_Atomic uint64_t refused_told; /* when that a peer was, in ns */
	_Atomic size_t held;	       /* octets, see held.c */
	uint64_t seed;
	_Atomic uint32_t by_address[HKP_ADDRESS_BUCKETS];
};

static inline void
hkp_ring_remove(struct hkp_conn *c)
{
	c->prev->next = c->next;
	c->next->prev = c->prev;
	c->prev = c->next = c;
}

static inline void
hkp_ring_append(struct hkp_conn *ring, struct hkp_conn *c)
{
	c->prev = ring->prev;
	c->next = ring;
	ring->prev->next = c;
	ring->prev = c;
}

static inline struct hkp_conn *
hkp_conn_of(struct hkp_request *rq)
{
	return (struct hkp_conn *)(void *)((char *)rq -
					   offsetof(struct hkp_conn, rq));
}

/* ---- send.c ------------------------------------------------------------------ */

/* Send what c->rp holds. */
enum MHD_Result hkp_conn_send(struct hkp_conn *c);
/* The prepared 404 of a worker; NULL without memory. */
struct MHD_Response *hkp_miss_new(void);

/* Refuse before a body is looked at. True when the reply is filled. */
bool hkp_conn_refused(struct hkp_conn *c);
/* Count the body as it is now; false when there is no room for it. */
bool hkp_held_body(struct hkp_conn *c);
void hkp_held_body_give(struct hkp_conn *c);

/* ---- conn.c ------------------------------------------------------------------ */

/* Where it comes from; NULL for a Unix socket. */
const struct sockaddr *hkp_conn_address(const struct hkp_conn *c);

#define HKP_RATE 16384u /* octets a second that a client must reach */

/* Start a libmicrohttpd daemon for slot on fd (a duplicate, given). */
enum ics_err hkp_slot_open(struct hkp_slot *slot, int fd, bool tls);
/* Close connections whose request did not come, or whose answer was not read,
 * in time; all idle ones when the worker drains; and streams that wait for
 * clients who went away. */
void hkp_conn_sweep(struct hkp_worker *w);
/*
 * A newcomer is worth more than who has been silent longest, so that nobody
 * can keep others out by holding connections: the oldest that waits (of this
 * address; bucket HKP_ADDRESS_BUCKETS: of any) is closed. False when this
 * worker has none.
 */
bool hkp_conn_evict(struct hkp_worker *w, uint32_t bucket);
/* Wake every stream that waits: before the daemons stop. */
void hkp_conn_wake_all(struct hkp_worker *w);
void hkp_conn_spares_free(struct hkp_worker *w);

/* ---- peer.c ------------------------------------------------------------------ */

/* Before the handshake of a new connection: ask for a certificate if there is
 * anybody whose key it could have. */
void hkp_peer_invite(struct hkp_conn *c);
/* Nobody was asked for a certificate when the connection began, since there was
 * nobody to know; now there is: it ends with its answer, and the next one is
 * asked. */
bool hkp_peer_is_missed(struct hkp_conn *c);
/* Log that something was refused of who showed a key and may not alter what is
 * here; once a second at most. Any thread. */
void hkp_peer_refused(struct hkp_conn *c, const struct intake_result *result);

/* SHA-256 of the public key that the client proved in TLS, lent until the
 * connection ends; NULL without. */
const uint8_t *hkp_request_pin(struct hkp_request *rq);

/* ---- sight/sight.c, sight/untold.c -------------------------------------------- */

/* Before a handler is called; after its answer was sent, or never. */
void hkp_sight_take(struct hkp_conn *c);
void hkp_sight_leave(struct hkp_conn *c);
/* Finish a submission of somebody who does not see everything; the result is
 * copied, and told on the worker's thread. */
void hkp_untold_finish(struct hkp_conn *c, const struct intake_result *result);

/* ---- watch.c ----------------------------------------------------------------- */

/* Call every watch that is due. */
void hkp_watches_look(struct hkp_worker *w);

/* ---- worker.c ---------------------------------------------------------------- */

/* Make it ready for orders; all workers are before the first starts. What
 * failed is released by hkp_worker_release. */
enum ics_err hkp_worker_init(struct hkp_worker *w, struct hkp *h);
/* Start its thread, which owns slots. */
enum ics_err hkp_worker_start(struct hkp_worker *w, struct hkp_slot *slots);
/* Give it an order (copied); any thread. */
void hkp_worker_order(struct hkp_worker *w, const struct hkp_command *command);
/* Have it look at all its daemons; any thread. libmicrohttpd wakes only
 * threads of its own when a connection is resumed. */
void hkp_worker_wake(struct hkp_worker *w);
/* What a worker holds, once its thread has ended. */
void hkp_worker_release(struct hkp_worker *w);
/* Stop a slot's daemon and free the slot. */
void hkp_slot_free(struct hkp_slot *slot);
void hkp_generation_free(struct hkp_generation *gen);

#endif
