/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: rounds with a peer of our own kind.
 *
 *	own.c        a round: is its log the one we know, then the truth
 *	follow.c     its log, page by page, and the long poll between rounds
 *	reconcile.c  prints, then sketches: in what we differ
 *	bring.c      what only it has
 *	give.c       what only we have
 *	ordered.c    what the push clause of a descriptor sends
 *	rulings.c    descriptors that are newer there
 *	listing.c    a whole list, where sketches do not help
 *	news.c       what our own log tells, for those
 *	walk.c       over the digests of what we have
 *	wants.c      what all are asked for, for who lets go of the rest
 *	feed.c       its answers, read
 *
 * A peer does one thing at a time: a round, or a page that a poll brought.
 * Each step ends in a callback of the loop, which begins the next; whatever
 * fails calls sync_own_fail once, and nothing goes on behind that.
 */
#ifndef SYNC_OWN_H
#define SYNC_OWN_H

#include "base/array.h"
#include "sketch/sketch.h"
#include "sync/feed.h"
#include "sync/known.h"
#include "sync/loop.h"

#define SYNC_OWN_SECONDS 60u	    /* a request, all of it */
#define SYNC_OWN_STALL	 20u	    /* a request, without an octet */
#define SYNC_LISTED_MAX	 (1u << 20) /* digests of a list that are remembered */

ARRAY_OF(struct sketch_member, sync_members);

/* What goes on behind a step. */
struct sync_own;
typedef void sync_then(struct sync *s, struct sync_peer *p);

/* What is to be brought: heads of digests or, where the peer cannot be asked
 * by these, items; a member for each item says whether it came. */
struct sync_bring {
	struct sync_members todo; /* from next on they have not been asked */
	size_t next;
	struct sync_members now;     /* asked for: their answer comes */
	struct sync_members missing; /* did not come */
	size_t batch;		     /* heads in a question */
	size_t came;		     /* in this pass */
	unsigned pass;
	struct sync_feed_rows items; /* todo is beside it */
	struct buf octets;	     /* of items, until there are enough */
	size_t gathered;	     /* items in it */
	sync_then *then;
};

struct sync_give {
	struct sync_members todo;
	size_t next, from;	  /* from: where the batch under way began */
	struct sync_members sent; /* what that is of */
	size_t batch;
	bool records;		   /* certificates went first */
	struct domain_sight sight; /* what the peer may be sent, of the batch */
	sync_then *then;
};

/* A walk over the digests of all that we have, in their order. */
struct sync_walk {
	void (*each)(struct sync_own *own, const uint8_t digest[32]);
	sync_then *then;
};

/* What a push clause sends: ordered.c. */
struct sync_ordered {
	bool is_asked; /* the round has not come to it yet */
	bool has_after;
	struct notations_subject after; /* how far the walk came */
	uint64_t walked_at;		/* seconds; 0 never */
	uint64_t walking, walked;	/* the domains that it was by */
	uint64_t news;			/* store_news when we looked */
	int64_t told, next;		/* how far our log was, and will be */
	unsigned failed;		/* tries of news in a row */
};

struct sync_own {
	bool is_busy;	 /* a round, or a page of a poll */
	bool is_round;	 /* sync_round_end is owed */
	bool is_wanted;	 /* a round is to follow what goes on */
	bool is_polling; /* a long poll is out */
	bool is_trusted; /* the peer's log is the one that cursor is of */
	bool has_cursor, has_candidate;
	struct sync_head cursor;    /* what we have got, and the root there */
	struct sync_head candidate; /* good once all before it was got */
	struct sync_feed feed;	    /* the page under way */
	int64_t since;		    /* where that page began */
	bool no_sketch, no_fetch, no_proof; /* what the peer does not have */
	bool is_listing, is_scanning; /* the pages are of a list; only read */
	struct sync_members listed;   /* what the list named */
	uint64_t listed_at; /* monotonic seconds of the last list; 0 never */
	int64_t told;	    /* how far our own log was given, in this round */
	bool is_more;	    /* of it was left for the next */
	unsigned polls_failed;
	uint64_t polled_at; /* when the poll that is out began */
	struct buf body;    /* of the question under way */

	/* reconcile.c */
	struct sketch_print theirs, ours;	  /* of this round */
	struct sketch_print met_theirs, met_ours; /* when we last finished */
	bool has_met;
	struct sketch_reader *sketch;
	char version[64]; /* of its set, as it calls it */
	unsigned begun;	  /* sketches that were gone in this round */
	struct store_reader *view;
	struct sync_walk walk;
	uint8_t after[32]; /* how far it came */
	bool has_after;
	size_t differing, met_differing;

	struct sync_bring bring;
	struct sync_give give;
	struct sync_known
	    *useless;		  /* came but changed nothing, or never came */
	struct sync_known *given; /* sent but not taken, or got from it */
	struct sync_members to_give;
	struct sync_ordered ordered;
	struct sync_rulings rulings; /* descriptors to ask for */
	size_t ruling;		     /* so many were */
	bool wants_rulings;
};

static inline struct sync_own *
sync_own_of(struct sync_peer *p)
{
	return p->own;
}

/* ---- own.c --------------------------------------------------------------------- */

/* What goes on ends, as a failed round or as nothing. */
void sync_own_fail(struct sync *s, struct sync_peer *p,
    const struct sync_result *why);
/* The same where our own store fails. */
void sync_own_fail_store(struct sync *s, struct sync_peer *p, enum ics_err err);
/* The same for an answer that is not what was asked for. */
void sync_own_fail_http(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer);
/* The peer has no such route, being older or other than we are. */
bool sync_own_is_missing(const struct sync_http_answer *answer);
/* Ask: path is copied. */
struct sync_own_question {
	const char *path;
	struct bytes body; /* lent until done, as own->body is; empty: GET */
	size_t answer_max;
	unsigned wait; /* seconds that the peer may take to begin */
	void (*done)(struct sync *s, const struct sync_http *h,
	    const struct sync_http_answer *answer);
};
void sync_own_ask(struct sync *s, struct sync_peer *p,
    const struct sync_own_question *q);
/* Compare as far as the peer can: again when it turns out that it cannot. */
void sync_own_compare(struct sync *s, struct sync_peer *p);
/* Its log is read: give our news where there is no other way; then done. */
void sync_own_give_news(struct sync *s, struct sync_peer *p);
/* It is no use asking for it again, or sending it, for hours. Is there any? */
void sync_own_note(struct sync_known *k, const uint8_t head[SKETCH_MEMBER]);
bool sync_own_wants(struct sync_known *k, const uint8_t head[SKETCH_MEMBER]);
/* Monotonic seconds, from 1. */
uint64_t sync_own_now(void);
/* What was begun has ended well. */
void sync_own_done(struct sync *s, struct sync_peer *p);
/* Cursor and root are kept across restarts from now on. */
void sync_own_cursor_set(struct sync *s, struct sync_peer *p,
    const struct sync_head *head);
/* Ask whether its log is the one that the cursor is of, then go on: with the
 * round, or between rounds with the poll. */
void sync_own_trust(struct sync *s, struct sync_peer *p);
/* The log is not the one we know: everything is to be compared. */
void sync_own_distrust(struct sync *s, struct sync_peer *p, const char *why);

/* ---- follow.c ------------------------------------------------------------------ */

/* Take the log from the cursor to its end; pages are brought, or only read
 * (is_scanning), and listed (is_listing). */
void sync_follow_pages(struct sync *s, struct sync_peer *p);
/* The page under way once more: it turned out what the peer cannot do. */
void sync_follow_again(struct sync *s, struct sync_peer *p);
/* Between rounds: hear of news at once. */
void sync_follow_start(struct sync *s, struct sync_peer *p);
/* After a failure: try again in a while. */
void sync_follow_later(struct sync_peer *p);

/* ---- reconcile.c, listing.c ---------------------------------------------------- */

/* Compare, bring and give; ends in sync_own_done. */
void sync_reconcile_start(struct sync *s, struct sync_peer *p);
/* Without sketches. */
void sync_listing_start(struct sync *s, struct sync_peer *p);
/* Its pages are at their end. */
void sync_listing_read(struct sync *s, struct sync_peer *p);
/* Give what our log tells since last time; ends in sync_own_done. */
void sync_news_give(struct sync *s, struct sync_peer *p);
/* All that our log tells by now was given. */
void sync_news_skip(struct sync *s, struct sync_peer *p);
/* Each of our digests, some a turn; then go on. */
void sync_walk_start(struct sync *s, struct sync_peer *p,
    const struct sync_walk *walk);
void sync_walk_end(struct sync *s, struct sync_own *own);

/* ---- ordered.c, rulings.c ------------------------------------------------------ */

/* Does a push clause say what it is given? */
bool sync_own_is_ordered(const struct sync_peer *p);
/* At the end of a round: true when there is something to do first, which ends
 * in sync_own_done. */
bool sync_ordered_start(struct sync *s, struct sync_peer *p);
/* Between rounds: news go there at once. */
void sync_ordered_open(struct sync_peer *p);
/* Likewise, and when its log told of a descriptor. */
bool sync_rulings_start(struct sync *s, struct sync_peer *p);

/* ---- bring.c, give.c ------------------------------------------------------------- */

/* heads are given; those that we have, or that are no use, are passed over. */
void sync_bring_heads(struct sync *s, struct sync_peer *p,
    struct sync_members *heads, sync_then *then);
/* Rows are given: their items, by evidence where there is a selection. */
void sync_bring_items(struct sync *s, struct sync_peer *p,
    struct sync_feed_rows *rows, sync_then *then);
void sync_bring_release(struct sync_bring *b);
/* Whether we lack it and there is use in asking. */
enum ics_err sync_bring_wants(struct sync *s, struct sync_own *own,
    const uint8_t head[SKETCH_MEMBER], bool *wants);

/* heads are given: ours. */
void sync_give_heads(struct sync *s, struct sync_peer *p,
    struct sync_members *heads, sync_then *then);
void sync_give_release(struct sync_give *g);

#endif
