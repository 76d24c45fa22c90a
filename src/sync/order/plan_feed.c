/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer has, as its log tells: all that it lets us see, and what is
 * selected of that. Its rows are kept, sorted by item, each in the order in
 * which it was told.
 */
#include <stdio.h>

#include "sync/plan.h"

/* ---- items of a log ----------------------------------------------------------- */

static int
find_order(const void *a, const void *b)
{
	const struct plan_found *x = a, *y = b;
	int order = strcmp(x->row.item, y->row.item);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
finds_sort(struct plan_finds *finds)
{
	if (finds->n > 0)
		qsort(finds->at, finds->n, sizeof(*finds->at), find_order);
}

struct plan_part
plan_part_next(const struct plan_finds *finds, size_t *i)
{
	struct plan_part part = { &finds->at[*i], 0 };

	while (*i < finds->n &&
	       strcmp(finds->at[*i].row.item, part.at->row.item) == 0) {
		part.n++;
		(*i)++;
	}
	return part;
}

bool
plan_part_is_there(const struct plan_part *part)
{
	static const uint8_t none[32];
	bool is = false;

	for (size_t i = 0; i < part->n; i++) {
		const struct sync_feed_row *row = &part->at[i].row;

		if (part->at[i].is_selected)
			continue; /* it was told twice */
		if (row->event != SYNC_FEED_GONE)
			is = true;
		else if (memcmp(row->digest, none, sizeof(none)) == 0)
			is = false;
	}
	return is;
}

bool
plan_is_there(const struct plan_finds *finds, const char *item)
{
	size_t low = 0, high = finds->n;
	struct plan_part part;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(finds->at[mid].row.item, item) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == finds->n || strcmp(finds->at[low].row.item, item) != 0)
		return false;
	part = plan_part_next(finds, &low);
	return plan_part_is_there(&part);
}

/* False: there is no room. */
static bool
find_add(struct plan_finds *finds, const struct sync_feed_row *row,
    bool is_selected)
{
	struct plan_found *found;

	if (row->event >= SYNC_FEED_RULING)
		return true;
	if (finds->n >= 2 * PLAN_ROWS_MAX)
		return false;
	found = plan_finds_add(finds);
	found->row = *row;
	found->order = finds->n;
	found->is_selected = is_selected;
	return true;
}

/* ---- of the peer -------------------------------------------------------------- */

static void page_ask(struct planning *pl);

static void
reading_end(struct planning *pl)
{
	if (!pl->selects && pl->p->conf.pull && pl->p->conf.select[0] != '\0') {
		pl->selects = true;
		pl->since = 0;
		page_ask(pl);
		return;
	}
	finds_sort(&pl->theirs);
	plan_go(pl, plan_take_start);
}

static void
page_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct planning *pl = h->arg;
	struct sync_feed feed;
	bool is_more = true;

	(void)s;
	if (answer->status != 200) {
		plan_fail_http(pl, answer);
		return;
	}
	if (sync_feed_read(answer->body, pl->since, &feed) != ICS_OK ||
	    (feed.next == pl->since && feed.next < feed.size)) {
		sync_feed_release(&feed);
		plan_fail(pl, "protocol", "a page of its log cannot be read");
		return;
	}
	for (size_t i = 0; i < feed.rows.n && is_more; i++)
		is_more = find_add(&pl->theirs, &feed.rows.at[i], pl->selects);
	pl->since = feed.next;
	is_more =
	    is_more && pl->theirs.n < (pl->selects ? 2 : 1) * PLAN_ROWS_MAX;
	if (!is_more && feed.next < feed.size)
		plan_of(pl)->is_cut = true;
	is_more = is_more && feed.next < feed.size;
	sync_feed_release(&feed);
	if (is_more && plan_has_time(pl))
		page_ask(pl);
	else
		reading_end(pl);
}

static void
page_ask(struct planning *pl)
{
	struct buf path;

	buf_init(&path, SYNC_FEED_PATH);
	sync_feed_path(&path, pl->since, pl->selects ? pl->p->conf.select : "",
	    0);
	plan_ask(pl, buf_str(&path), SYNC_FEED_OCTETS, page_answered);
	buf_release(&path);
}

void
plan_feed_start(struct planning *pl)
{
	pl->since = 0;
	pl->selects = false;
	page_ask(pl);
}

/* ---- our own ------------------------------------------------------------------ */

static bool
own_row_read(const struct store_log_row *from, struct sync_feed_row *row)
{
	row->event = from->event == STORE_EVENT_PUT	? SYNC_FEED_PUT
		     : from->event == STORE_EVENT_STATE ? SYNC_FEED_STATE
							: SYNC_FEED_OTHER;
	if (from->subject.kind != NOTATIONS_SUBJECT_ENTITY &&
	    from->subject.kind != NOTATIONS_SUBJECT_CODE)
		return false;
	memcpy(row->digest, from->digest, sizeof(row->digest));
	notations_subject_text(&from->subject, row->item);
	return true;
}

static void
ours_read(struct planning *pl)
{
	struct store_reader *r = sync_reader(pl->s);
	struct sync_feed_row row;
	struct store_log_row from;
	enum ics_err err = r == NULL ? ICS_EDB : ICS_OK;

	for (size_t i = 0; i < PLAN_SLICE && err == ICS_OK; i++) {
		err = store_log_next(r, pl->since, &from);
		if (err != ICS_OK)
			break;
		pl->since = from.position;
		if (own_row_read(&from, &row))
			(void)find_add(&pl->ours, &row, false);
	}
	if (err == ICS_OK && pl->ours.n >= PLAN_ROWS_MAX)
		plan_of(pl)->is_cut = true;
	if (err != ICS_OK && err != ICS_ENOTFOUND) {
		plan_fail(pl, "store", err_words(err));
	} else if (err == ICS_OK && pl->ours.n < PLAN_ROWS_MAX &&
		   plan_has_time(pl)) {
		plan_go(pl, ours_read);
	} else {
		finds_sort(&pl->ours);
		pl->next = 0;
		plan_go(pl, plan_give_judge);
	}
}

void
plan_ours_start(struct planning *pl)
{
	pl->since = 0;
	plan_go(pl, ours_read);
}
