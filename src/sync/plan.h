/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync/order: a dry run of rounds. Nothing is changed by it: peers
 * are asked for what anybody of our rights may read, one after the other, and
 * what they say is compared with what is here.
 *
 *	plan.c       an order's life: its peers, requests, the answer
 *	plan_feed.c  a peer's log, whole and as selected, and our own
 *	plan_take.c  what would come, and why the rest would not
 *	plan_give.c  what would be sent, likewise
 *	plan_item.c  one item as the peer has it
 *
 * Each step ends in a request's answer or in an alarm, some items a turn;
 * everything is bounded by a number, and by PLAN_SECONDS for a peer.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "item/item.h"
#include "sync/feed.h"
#include "sync/inside.h"

#define PLAN_ROWS_MAX 20000u /* of a log that are looked at */
#define PLAN_SLICE    128u   /* items in a turn */
#define PLAN_OCTETS \
	(512u << 10) /* of an item with its evidence, which is
                                    * verified in one turn */

/* A row of a log, as far as it is about an item. */
struct plan_found {
	struct sync_feed_row row;
	size_t order;	  /* when it was read */
	bool is_selected; /* of the log as what is asked for selects it */
};
ARRAY_OF(struct plan_found, plan_finds);

struct planning {
	struct sync_ring ring; /* first; of struct sync's plans */
	struct sync *s;
	struct sync_order_message *m;
	struct sync_plan plans[SYNC_PEERS_MAX]; /* rows owned */
	size_t n;
	uint64_t todo;	     /* slots of peers that were not asked yet */
	struct sync_peer *p; /* who is asked; NULL between */
	struct sync_alarm turn;
	void (*step)(struct planning *pl);
	uint64_t deadline; /* of this peer, monotonic ns */

	int64_t since;
	bool selects;		  /* the second reading of its log */
	struct plan_finds theirs; /* sorted by item once both are read */
	struct plan_finds ours;
	size_t next; /* how far a walk over one of them came */
	struct domain_sight sight;
	size_t domain; /* by whose word it is given; POLICY_NOBODY: none */
};

/* Whom the plan is about. */
static inline struct sync_plan *
plan_of(struct planning *pl)
{
	return &pl->plans[pl->n - 1];
}

/* ---- plan.c ---- */

/* Ask the peer; done is given pl as h->arg. */
void plan_ask(struct planning *pl, const char *path, size_t answer_max,
    void (*done)(struct sync *s, const struct sync_http *h,
	const struct sync_http_answer *answer));
/* Go on there in the next turn. */
void plan_go(struct planning *pl, void (*step)(struct planning *pl));
/* It told nothing, and why; it told all: on to the next peer. */
void plan_fail(struct planning *pl, const char *error, const char *words);
void plan_fail_http(struct planning *pl, const struct sync_http_answer *answer);
void plan_peer_end(struct planning *pl);
/* Is there time for more of this peer? Else the plan is cut. */
bool plan_has_time(struct planning *pl);
/* A row, while there is room; NULL: it is counted alone. */
struct sync_plan_row *plan_row_add(struct planning *pl, const char *item,
    enum sync_why why);

/* ---- plan_feed.c ---- */

/* Read both; then plan_take_start. */
void plan_feed_start(struct planning *pl);
/* All rows about the item at *i of finds; *i moves behind them. */
struct plan_part {
	const struct plan_found *at;
	size_t n;
};
struct plan_part plan_part_next(const struct plan_finds *finds, size_t *i);
/* Has the peer this one, as its log tells? */
bool plan_part_is_there(const struct plan_part *part);
bool plan_is_there(const struct plan_finds *finds, const char *item);
/* Our own log, some rows a turn; then plan_give_judge. */
void plan_ours_start(struct planning *pl);

/* ---- plan_take.c ---- */

void plan_take_start(struct planning *pl);
/* Why it is not here, of one that the peer has and we want. */
enum sync_why plan_lack_why(struct planning *pl,
    const struct notations_subject *subject, struct sync_plan_row *row);
enum ics_err plan_is_here(struct store_reader *r,
    const struct notations_subject *subject, bool *is);
/* The first pair that does not fit what is said of it, in words; false: all
 * fit. */
bool plan_terms_tell(const char *select, const struct item *it, char *out,
    size_t max);

/* ---- plan_give.c ---- */

/* May anything be given to it? */
bool plan_gives(const struct sync_peer_conf *conf);
void plan_give_start(struct planning *pl);
void plan_give_judge(struct planning *pl);
/* Of one that is here and not there. */
enum sync_why plan_give_why(struct planning *pl,
    const struct notations_subject *subject, const uint8_t *digest);
void plan_give_ready(struct planning *pl);

/* ---- plan_item.c ---- */

/* The order's item, both ways. */
void plan_item_start(struct planning *pl);
/* An item with all that vouches for it, as the peer sent it. ICS_ENOTFOUND.
 * Release *it, then free *pool, in any case. */
enum ics_err plan_item_read(struct bytes evidence,
    const struct notations_subject *subject, struct item_pool **pool,
    struct item *it);
/* Where the peer tells of it. */
#define PLAN_PATH (NOTATIONS_SUBJECT_TEXT_MAX + 64)
void plan_item_path(const char *item, char out[PLAN_PATH]);

/* ---- untaken.c ---- */

struct sync_untaken {
	struct notations_subject subject;
	const struct reason *reason; /* static; NULL unknown */
	int64_t at;
	bool is_waiting;
};
/* The last of an item; NULL. Lent until the next note. */
const struct sync_untaken *sync_untaken_find(const struct sync_peer *p,
    const struct notations_subject *subject);

#endif
