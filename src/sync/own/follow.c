/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer's log, page by page. What a row names and we lack is brought, and
 * only when that is on disk the cursor moves, with a proof that the log has
 * grown from where it was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "sync/own.h"

#define SECOND	   UINT64_C(1000000000)
#define POLL_WAIT  25u /* seconds that the peer may keep a poll */
#define POLL_LEAST 2u  /* an empty answer sooner than this is no wait */
#define RETRY_MAX  60u

/* ---- pages --------------------------------------------------------------------- */

static void
page_ask(struct sync *s, struct sync_peer *p, unsigned wait,
    void (*done)(struct sync *s, const struct sync_http *h,
	const struct sync_http_answer *answer))
{
	struct sync_own *own = sync_own_of(p);
	struct sync_own_question q = {
		.answer_max = SYNC_FEED_OCTETS, .wait = wait, .done = done
	};
	struct buf path;

	buf_init(&path, SYNC_FEED_PATH);
	sync_feed_path(&path, own->since, p->conf.select, wait);
	q.path = buf_str(&path);
	sync_own_ask(s, p, &q);
	buf_release(&path);
}

static void page_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer);

static void
advanced(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	if (own->feed.next < own->feed.size) {
		own->since = own->feed.next;
		sync_feed_release(&own->feed);
		page_ask(s, p, 0, page_answered);
	} else if (own->is_listing) {
		sync_listing_read(s, p);
	} else if (own->is_round) {
		sync_own_give_news(s, p);
	} else {
		sync_own_done(s, p);
	}
}

static void
grown_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(h->peer);
	struct sync_result changed = { .error = "log-changed",
		.words = "its log is not the one that we followed" };
	struct sync_head from, to;

	if (!sync_own_is_missing(answer) && answer->status != 200) {
		sync_own_fail_http(s, h->peer, answer);
		return;
	}
	if (answer->status != 200 ||
	    sync_grown_read(answer->body, &from, &to) != ICS_OK ||
	    from.size != own->cursor.size || to.size != own->feed.next ||
	    memcmp(from.root, own->cursor.root, MERKLE_OCTETS) != 0) {
		sync_own_distrust(s, h->peer, "it has not grown from there");
		sync_own_fail(s, h->peer, &changed);
		return;
	}
	sync_own_cursor_set(s, h->peer, &to);
	advanced(s, h->peer);
}

/* The page's rows are on disk. */
static void
page_done(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	char path[128];
	const struct sync_own_question q = { .path = path,
		.answer_max = SYNC_FEED_OCTETS,
		.done = grown_answered };
	struct sync_head bare = { .size = own->feed.next };

	p->row.lag = own->feed.size - own->feed.next;
	if (p->row.lag == 0)
		sync_heard_now(s, p);
	own->polls_failed = 0;
	if (own->is_listing || own->feed.next == own->cursor.size) {
		advanced(s, p);
	} else if (own->no_proof) {
		sync_own_cursor_set(s, p, &bare);
		advanced(s, p);
	} else {
		(void)snprintf(path, sizeof(path),
		    "/ics/v1/log/proof/consistency?from=%" PRId64
		    "&to=%" PRId64,
		    own->cursor.size, own->feed.next); /* fits */
		sync_own_ask(s, p, &q);
	}
}

/* ---- what a page's rows want ------------------------------------------------------ */

/* A statement may be carried by a certificate, which has a row of its own. */
static enum ics_err
row_is_wanted(struct sync *s, struct sync_own *own,
    const struct sync_feed_row *row, bool *wants)
{
	struct notations_subject subject;
	struct store_statement st;
	struct store_reader *r = sync_reader(s);
	enum ics_err err;

	*wants = false;
	if (row->event >= SYNC_FEED_GONE)
		return ICS_OK;
	if (r == NULL)
		return ICS_EDB;
	if (row->event == SYNC_FEED_STATE) {
		err = store_statement_get(r, row->digest, &subject, &st);
		if (err != ICS_ENOTFOUND)
			return err;
	}
	return sync_bring_wants(s, own, row->digest, wants);
}

/* Rows of these kinds that are wanted; false: the round has failed. */
static bool
rows_take(struct sync *s, struct sync_peer *p, unsigned kinds,
    struct sync_feed_rows *out)
{
	struct sync_own *own = sync_own_of(p);
	bool wants;
	enum ics_err err;

	*out = (struct sync_feed_rows){ 0 };
	for (size_t i = 0; i < own->feed.rows.n; i++) {
		const struct sync_feed_row *row = &own->feed.rows.at[i];

		if ((kinds & 1u << row->event) == 0)
			continue;
		TRY(row_is_wanted(s, own, row, &wants));
		if (wants)
			*sync_feed_rows_add(out) = *row;
	}
	return true;
out:
	sync_feed_rows_release(out);
	sync_own_fail_store(s, p, err);
	return false;
}

static void
heads_bring(struct sync *s, struct sync_peer *p, unsigned kinds,
    sync_then *then)
{
	struct sync_feed_rows rows;
	struct sync_members heads = { 0 };

	if (!rows_take(s, p, kinds, &rows))
		return;
	for (size_t i = 0; i < rows.n; i++)
		memcpy(sync_members_add(&heads)->b, rows.at[i].digest,
		    SKETCH_MEMBER);
	sync_feed_rows_release(&rows);
	sync_bring_heads(s, p, &heads, then);
}

/* Certificates first: most statements that they carry are known then, and
 * records find their issuers. */
static void
states_bring(struct sync *s, struct sync_peer *p)
{
	heads_bring(s, p, 1u << SYNC_FEED_STATE, page_done);
}

static void
listed_add(struct sync_own *own)
{
	for (size_t i = 0; i < own->feed.rows.n; i++)
		if (own->feed.rows.at[i].event < SYNC_FEED_GONE &&
		    own->listed.n < SYNC_LISTED_MAX)
			memcpy(sync_members_add(&own->listed)->b,
			    own->feed.rows.at[i].digest, SKETCH_MEMBER);
}

void
sync_follow_again(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_feed_rows rows;

	for (size_t i = 0; i < own->feed.rows.n; i++)
		if (own->feed.rows.at[i].event == SYNC_FEED_RULING)
			own->wants_rulings = true;
	if (own->is_scanning) {
		page_done(s, p);
	} else if (p->conf.select[0] == '\0' && !own->no_fetch) {
		heads_bring(s, p, 1u << SYNC_FEED_PUT, states_bring);
	} else if (rows_take(s, p, 1u << SYNC_FEED_PUT | 1u << SYNC_FEED_STATE,
		       &rows)) {
		sync_bring_items(s, p, &rows, page_done);
	}
}

/* feed is the page. */
static void
page_take(struct sync *s, struct sync_peer *p)
{
	if (sync_own_of(p)->is_listing)
		listed_add(sync_own_of(p));
	sync_follow_again(s, p);
}

/* False: the round has failed. */
static bool
page_read(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_result odd = { .error = "protocol",
		.words = "a page of its log cannot be read" };

	if (answer->status != 200) {
		sync_own_fail_http(s, p, answer);
		return false;
	}
	sync_feed_release(&own->feed);
	if (sync_feed_read(answer->body, own->since, &own->feed) == ICS_OK &&
	    (own->feed.next > own->since || own->feed.next == own->feed.size))
		return true;
	sync_own_fail(s, p, &odd);
	return false;
}

static void
page_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	if (page_read(s, h->peer, answer))
		page_take(s, h->peer);
}

void
sync_follow_pages(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	own->since = own->is_listing ? 0 : own->cursor.size;
	page_ask(s, p, 0, page_answered);
}

/* ---- between rounds ---------------------------------------------------------------- */

static void
later_call(struct sync *s, struct sync_peer *p)
{
	if (sync_own_of(p)->is_busy)
		return;
	if (sync_own_of(p)->is_trusted)
		sync_follow_start(s, p);
	else
		sync_own_trust(s, p);
}

void
sync_follow_later(struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	uint64_t seconds = RETRY_MAX;

	if (p->conf.every == 0 || !p->conf.pull || !own->has_cursor)
		return;
	if (own->polls_failed < 6)
		seconds = UINT64_C(1) << own->polls_failed;
	own->polls_failed++;
	sync_timer_set(p, SYNC_TIMER_FOLLOW, clock_mono_ns() + seconds * SECOND,
	    later_call);
}

static void
poll_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	struct sync_own *own = sync_own_of(p);

	own->is_polling = false;
	/* What goes on may bring the same, and ends by polling anew. */
	if (own->is_busy)
		return;
	own->since = own->cursor.size;
	own->is_busy = true;
	if (!page_read(s, p, answer))
		return;
	if (own->feed.next > own->since) {
		page_take(s, p);
		return;
	}
	p->row.lag = 0;
	sync_heard_now(s, p);
	own->is_busy = false;
	if (sync_own_now() - own->polled_at >= POLL_LEAST)
		sync_follow_start(s, p);
	else
		sync_follow_later(p);
}

void
sync_follow_start(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	if (own->is_polling || !own->is_trusted || !own->has_cursor ||
	    p->conf.every == 0 || !p->conf.pull)
		return;
	own->is_polling = true;
	own->polled_at = sync_own_now();
	own->since = own->cursor.size;
	page_ask(s, p, POLL_WAIT, poll_answered);
}
