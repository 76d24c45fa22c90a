/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to the thread itself: what its parts share. Whoever runs rounds
 * includes sync/loop.h only. All of it belongs to the sync thread but for the
 * queue, the counter of what is abroad, the list of pins, and what is behind
 * the lock of sync/up.h.
 *
 *	sync ──< peer (a slot that stays its) ── row, round, visit, kept texts
 *	     ──< alarm, socket                   what the loop waits for
 *	     ──< request, submission, wait       what goes on, each for a peer
 */
#ifndef SYNC_INSIDE_H
#define SYNC_INSIDE_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>

#include "base/queue.h"
#include "sync/loop.h"
#include "sync/rule.h"

#define SYNC_EVENTS_MAX	  32
#define SYNC_MESSAGES_MAX 64  /* orders that wait */
#define SYNC_ROUNDS_MAX	  4   /* recon rounds of ours at a time */
#define SYNC_KEPT_NAME	  32  /* of a kept text, with the NUL */
#define SYNC_KEPT_VALUE	  512 /* of its value */
#define SYNC_KEPT_MAX	  16  /* a peer */

/* Rings: a head or an element alone points to itself. */
struct sync_ring {
	struct sync_ring *prev, *next;
};

static inline void
sync_ring_init(struct sync_ring *r)
{
	r->prev = r->next = r;
}

static inline void
sync_ring_append(struct sync_ring *head, struct sync_ring *r)
{
	r->prev = head->prev;
	r->next = head;
	head->prev->next = r;
	head->prev = r;
}

static inline void
sync_ring_remove(struct sync_ring *r)
{
	r->prev->next = r->next;
	r->next->prev = r->prev;
	r->prev = r->next = r;
}

/* ---- alarm.c ----------------------------------------------------------------- */

struct sync_alarm {
	struct sync_ring ring; /* first */
	uint64_t at;	       /* monotonic ns; 0: not set */
	unsigned turn;	       /* in which it was set */
	void (*call)(struct sync *s, void *arg);
	void *arg;
};

void sync_alarm_init(struct sync_alarm *a,
    void (*call)(struct sync *s, void *arg), void *arg);
/* Once at that time, never before the loop's next turn; 0 takes it back. */
void sync_alarm_set(struct sync *s, struct sync_alarm *a, uint64_t at);
/* Call those that are due. */
void sync_alarms_run(struct sync *s);
/* The earliest; UINT64_MAX for none. */
uint64_t sync_alarms_next(const struct sync *s);

/* ---- peers: table.c ------------------------------------------------------------ */

struct sync_kept {
	char name[SYNC_KEPT_NAME], value[SYNC_KEPT_VALUE];
};

/* A peer that connected while it may not: it waits, as in SKS's backlog. */
struct sync_knock {
	int fd; /* owned; -1: nobody waits */
	uint64_t until;
	struct sync_alarm again;
};

struct sync_peer_private {
	struct sync *s; /* whose it is */
	size_t slot;
	bool is_running; /* a round of ours goes on */
	bool is_visited; /* a session that the peer began goes on */
	bool rests;	 /* what is done with it stands in other rows */
	uint64_t due;	 /* monotonic ns of the next round; 0 never */
	unsigned failures;
	unsigned busy;	  /* tries of a wanted round that found it so */
	uint64_t visited; /* when the peer's last session began; 0 never */
	struct sync_knock knock;
	struct sync_alarm timers[SYNC_TIMERS];
	void (*calls[SYNC_TIMERS])(struct sync *s, struct sync_peer *p);
	struct sync_alarm end; /* the round is over: */
	struct sync_result result;
	char error[64], words[256]; /* the texts of result */
	struct sync_kept kept[SYNC_KEPT_MAX];
	size_t kept_n;
	struct sync_fetching *fetching; /* fetch.c's; NULL: none goes on */
	struct sync_pushing *pushing;	/* push.c's; likewise */
	size_t batch;	    /* hashes that it asks for at once; 0: begin */
	bool is_batch_hurt; /* that was too much once: grow slowly */
	struct sync_untakens *untaken; /* order/untaken.c's; NULL: none */
};

/* The peers that a configuration names, in place of those it named before. */
void sync_table_take(struct sync *s, const struct sync_peer_conf *confs,
    size_t n);
/* What descriptors order, in place of what they ordered before; whatever is
 * new begins at once. */
void sync_table_order(struct sync *s, const struct sync_peer_conf *confs,
    size_t n);
/* ICS_EEXISTS; ICS_ETOOBIG when there is no slot; else *p is lent. */
enum ics_err sync_table_add(struct sync *s, const struct sync_peer_conf *conf,
    bool is_added, struct sync_peer **p);
void sync_table_remove(struct sync *s, struct sync_peer *p);
struct sync_peer *sync_table_find(struct sync *s, const char *name);
void sync_table_clear(struct sync *s);
/* Begin the rounds that are due. */
void sync_table_run(struct sync *s);
/* When the next is; UINT64_MAX for none. */
uint64_t sync_table_next(const struct sync *s);

/* Whether sets are compared with it by recon. */
bool sync_peer_is_recon(const struct sync_peer *p);
/* An operator waits for the round that goes on with p. */
void sync_peer_hurry(struct sync *s, struct sync_peer *p);

/* Whether the peer may begin a session now. */
bool sync_visit_may(const struct sync *s, const struct sync_peer *p);
/* A session that the peer begins: false when there may be none now. Else one
 * sync_visit_end follows; that says what came of it. */
bool sync_visit_begin(struct sync *s, struct sync_peer *p);
void sync_visit_end(struct sync *s, struct sync_peer *p,
    const struct sync_result *result);

/* ---- rule/take.c ---------------------------------------------------------------- */

void sync_rules_open(struct sync *s);
/* Also after any change of the operator's peers. */
void sync_rules_take(struct sync *s);

/* ---- rule/pins.c -------------------------------------------------------------------- */

struct sync_pins;
/* After any change of the table. */
void sync_pins_take(struct sync *s);
void sync_pins_free(struct sync *s);
/* What was kept of when peers were heard of, at the start. */
void sync_heard_load(struct sync *s);

/* ---- own/wants.c ---------------------------------------------------------------- */

/* A round in which something was asked for has gone well. */
void sync_wants_tell(struct sync *s);

/* ---- state.c ------------------------------------------------------------------- */

void sync_state_open(struct sync *s); /* before all else */
/* What peers.json says is taken into the table; told when it cannot be. */
void sync_state_load(struct sync *s);
/* Write it soon; now. */
void sync_state_touch(struct sync *s);
void sync_state_save(struct sync *s);

/* ---- order/ ------------------------------------------------------------------- */

enum sync_message_kind {
	SYNC_MESSAGE_ORDER,
	SYNC_MESSAGE_SUBMITTED,
	SYNC_MESSAGE_RELOAD,
	SYNC_MESSAGE_WANTED,
	SYNC_MESSAGE_STOP
};

/* What reaches the thread by its queue; the first member of each message. */
struct sync_message {
	enum sync_message_kind kind;
};

/* Put and wake; the message is given. */
enum ics_err sync_message_put(struct sync *s, struct sync_message *m,
    bool over);

struct sync_order_message {
	struct sync_message head;
	struct sync_order order;
};

struct sync_reload_message {
	struct sync_message head;
	struct sync_config config; /* owns copies of its texts and peers */
};

/* Obey, or note it to be answered later; m is given. */
void sync_order_take(struct sync *s, struct sync_order_message *m);
/* A round of ours with p begins; ends; p goes. */
void sync_orders_begin(struct sync *s, const struct sync_peer *p);
void sync_orders_end(struct sync *s, const struct sync_peer *p);
void sync_orders_drop(struct sync *s, const struct sync_peer *p);
/* True while an order waits for a round with p to begin, or to end. */
bool sync_orders_want(const struct sync *s, const struct sync_peer *p);
bool sync_orders_wait(const struct sync *s, const struct sync_peer *p);
/* Answer all that still wait with ICS_ECLOSED. */
void sync_orders_close(struct sync *s);

/* The slots of those of this name, or ordered by blocks of this name; "":
 * everybody who does not rest. */
uint64_t sync_orders_named(const struct sync *s, const char *name);
/* Begin a plan; m is given. The peer goes; all plans end. */
void sync_plan_take(struct sync *s, struct sync_order_message *m);
void sync_plan_drop(struct sync *s, const struct sync_peer *p);
void sync_plans_close(struct sync *s);
void sync_untakens_free(struct sync_untakens *all); /* NULL is fine */

/* A peer's row as it is now. */
void sync_tell_row(const struct sync *s, const struct sync_peer *p,
    struct sync_row *row);
/* Answer with the rows of these slots. */
#define SYNC_SLOTS_ALL UINT64_MAX
void sync_tell_rows(struct sync *s, const struct sync_order *order,
    uint64_t slots);
void sync_tell_error(const struct sync_order *order, enum ics_err err,
    const char *why);

/* ---- http.c, submit.c, view.c ---------------------------------------------------- */

enum ics_err sync_http_open(struct sync *s);
void sync_http_close(struct sync *s);
void sync_http_cancel(struct sync *s, struct sync_peer *p);

void sync_submit_open(struct sync *s);
void sync_submit_take(struct sync *s, struct sync_message *m);
void sync_submit_cancel(struct sync *s, struct sync_peer *p);

void sync_views_close(struct sync *s);
/* At the end of each turn: the shared reader lets its snapshot go. */
void sync_reader_rest(struct sync *s);

/* ---- up/up.c ---------------------------------------------------------------------- */

struct sync_up;
void sync_up_open(struct sync *s);
/* What the configuration says of it. */
void sync_up_take(struct sync *s);
/* A search that is to be asked for; m is given. */
void sync_up_begin(struct sync *s, struct sync_message *m);
/* Whoever waits waits no more, and nobody will. */
void sync_up_close(struct sync *s);
void sync_up_free(struct sync *s);

/* ---- config.c -------------------------------------------------------------------- */

/* A copy that owns its texts and peers. */
void sync_config_copy(const struct sync_config *from, struct sync_config *to);
void sync_config_release(struct sync_config *c);

/* ---- the thread: loop.c ------------------------------------------------------------ */

struct sync {
	struct sync_config config; /* owns copies */
	pthread_t thread;
	bool is_started, is_stopping;
	int epoll_fd;
	struct sync_socket wake;
	struct queue *messages;
	atomic_uint abroad; /* submissions that intake has; its threads */
	uint64_t now;	    /* monotonic ns at the start of this turn */
	unsigned turn;
	struct epoll_event events[SYNC_EVENTS_MAX];
	int events_n; /* of this turn; some may be looked at still */
	struct sync_ring alarms, requests, submissions, waits, conns, plans;
	struct sync_socket accepts[SYNC_LISTENERS_MAX];
	struct sync_peer *peers[SYNC_PEERS_MAX]; /* NULL: a free slot */
	uint64_t seed;
	bool is_touched; /* peers.json is to be written */
	struct sync_alarm save, retry, curl, ruling;
	struct sync_rules rules; /* what descriptors order */
	uint64_t ruled;		 /* the generation that they are of */
	CURLM *multi;
	struct store_reader *reader; /* shared; opened when it is needed */
	bool is_reading;
	struct store_reader *spare[SYNC_VIEWS_MAX]; /* views that rest */
	size_t spare_n, taken_n;
	_Atomic(struct sync_pins *) pins;
	struct sync_up *up;
};

#endif
