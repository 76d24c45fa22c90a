/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Items that several terms fit. Each term's rows stand in the order of items,
 * so that one term after the other jumps to where the others are by now: the
 * rarest decides how often. Invariant: a call is bounded by its seeks; what
 * it did not reach is told by next.
 */
#include <assert.h>

#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

#define SEEKS_MAX 65536

struct hunt {
	struct store_reader *r;
	const struct store_search *s;
	int64_t item; /* nothing below it fits any more */
	int seeks;
};

/* The first item from h->item on that term i has; without terms, that there
 * is. ICS_ENOTFOUND: none. */
static enum ics_err
seek(struct hunt *h, size_t i, int64_t *item)
{
	struct db *db = &h->r->db;
	sqlite3_stmt *stmt;
	enum ics_err err;

	h->seeks++;
	if (h->s->terms_n == 0) {
		stmt = db_query(db, SQL_ITEM_NEXT);
	} else {
		stmt = db_query(db, SQL_TERM_SEEK);
		row_bind_bits(stmt, ":hash", h->s->terms[i]);
	}
	row_bind_number(stmt, ":item", h->item);
	TRY(db_step(db, stmt));
	*item = row_number(stmt, 0);
out:
	return err;
}

/* Move h->item to the next one that all terms have. ICS_EBUSY: the seeks are
 * used up, h->item is where to go on. */
static enum ics_err
hunt_next(struct hunt *h)
{
	size_t n = h->s->terms_n > 0 ? h->s->terms_n : 1, agree = 0;
	int64_t item;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; agree < n; i = (i + 1) % n) {
		if (h->seeks >= SEEKS_MAX)
			return ICS_EBUSY;
		TRY(seek(h, i, &item));
		agree = item == h->item ? agree + 1 : 1;
		h->item = item;
	}
out:
	return err;
}

static enum ics_err
hit_add(struct store_search *s, struct store_reader *r, int64_t item)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_ITEM_GET);
	enum ics_err err;

	row_bind_number(stmt, ":id", item);
	TRY(db_step(&r->db, stmt));
	if (!notations_subject_of_octets(row_bytes(stmt, 0), &s->out[s->n]))
		return ICS_ECORRUPT;
	s->ids[s->n++] = item;
out:
	return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
}

enum ics_err
store_search_run(struct store_reader *r, struct store_search *s)
{
	struct hunt h = { .r = r, .s = s, .item = s->after + 1 };
	enum ics_err err = ICS_OK;

	assert(s->terms_n <= STORE_TERMS_MAX);
	s->n = 0;
	s->next = 0;
	while (s->n < s->max) {
		err = hunt_next(&h);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err == ICS_EBUSY)
			break;
		TRY(err);
		TRY(hit_add(s, r, h.item));
		h.item++;
	}
	s->next = h.item - 1;
	err = ICS_OK;
out:
	return err;
}
