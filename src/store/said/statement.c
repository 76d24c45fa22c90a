/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of statements and terms, in and out. Invariant: a statement has one row
 * and one log row that tells when it came; when it goes, the log tells that,
 * too.
 */
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

/* A change under way. */
struct work {
	struct store *s;
	const struct says_change *change;
	const struct notations_subject *subject;
	int64_t item;
	int64_t more; /* statements */
};

static enum ics_err
item_find(struct work *w, bool make)
{
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	struct db *db = &w->s->db;
	sqlite3_stmt *stmt = db_query(db, SQL_ITEM_FIND);
	enum ics_err err;

	row_bind_bytes(stmt, ":subject", says_subject(w->subject, octets));
	err = db_step(db, stmt);
	if (err == ICS_OK)
		w->item = row_number(stmt, 0);
	if (err != ICS_ENOTFOUND || !make)
		return err;
	stmt = db_query(db, SQL_ITEM_INSERT);
	row_bind_bytes(stmt, ":subject", says_subject(w->subject, octets));
	TRY(db_finish(db, stmt));
	w->item = sqlite3_last_insert_rowid(db->sq);
out:
	return err;
}

static enum ics_err
logged(struct work *w, enum store_event event, const uint8_t digest[32],
    int64_t *position)
{
	struct store_event_row row = { event, w->subject, digest,
		w->change->when };

	return store_log_put(w->s, &row, position);
}

static enum ics_err
statement_add(struct work *w, const uint8_t digest[32])
{
	struct db *db = &w->s->db;
	sqlite3_stmt *stmt = db_query(db, SQL_STATEMENT_KNOWN);
	int64_t position;
	enum ics_err err;

	row_bind_number(stmt, ":item", w->item);
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	err = db_step(db, stmt);
	if (err != ICS_ENOTFOUND)
		return err;
	TRY(logged(w, STORE_EVENT_STATE, digest, &position));
	stmt = db_query(db, SQL_STATEMENT_INSERT);
	row_bind_number(stmt, ":item", w->item);
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	row_bind_number(stmt, ":carrier", w->change->carrier);
	row_bind_number(stmt, ":position", position);
	row_bind_number(stmt, ":now", w->change->when);
	TRY(db_finish(db, stmt));
	w->more++;
out:
	return err;
}

static enum ics_err
statement_drop(struct work *w, const uint8_t digest[32])
{
	struct db *db = &w->s->db;
	sqlite3_stmt *stmt = db_query(db, SQL_STATEMENT_DELETE);
	int64_t position;
	enum ics_err err;

	row_bind_number(stmt, ":item", w->item);
	row_bind_bytes(stmt, ":digest", bytes_of(digest, 32));
	TRY(db_finish(db, stmt));
	w->more -= sqlite3_changes(db->sq);
	TRY(logged(w, STORE_EVENT_FORGET, digest, &position));
out:
	return err;
}

/* Both sides are sorted: one walk finds what differs. */
static enum ics_err
digests_put(struct work *w, const struct says_digests *a,
    const struct says_digests *b)
{
	size_t i = 0, j = 0;
	enum ics_err err = ICS_OK;

	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
			: j == b->n ? -1
				    : memcmp(a->at[i].b, b->at[j].b, 32);

		if (c < 0)
			TRY(statement_add(w, a->at[i].b));
		else if (c > 0)
			TRY(statement_drop(w, b->at[j].b));
		i += c <= 0;
		j += c >= 0;
	}
out:
	return err;
}

static enum ics_err
term_change(struct work *w, enum sql_query query, uint64_t term)
{
	sqlite3_stmt *stmt = db_query(&w->s->db, query);

	row_bind_bits(stmt, ":hash", term);
	row_bind_number(stmt, ":item", w->item);
	row_bind_number(stmt, ":carrier", w->change->carrier);
	return db_finish(&w->s->db, stmt);
}

static enum ics_err
terms_put(struct work *w, const struct index_hashes *a,
    const struct index_hashes *b)
{
	size_t i = 0, j = 0;
	enum ics_err err = ICS_OK;

	while (i < a->n || j < b->n) {
		int c = i == a->n ? 1
			: j == b->n
			    ? -1
			    : (a->at[i] > b->at[j]) - (a->at[i] < b->at[j]);

		if (c < 0)
			TRY(term_change(w, SQL_TERM_INSERT, a->at[i]));
		else if (c > 0)
			TRY(term_change(w, SQL_TERM_DELETE, b->at[j]));
		i += c <= 0;
		j += c >= 0;
	}
out:
	return err;
}

/* How many there are now; an item about which nobody says anything goes. */
static enum ics_err
item_settle(struct work *w)
{
	struct db *db = &w->s->db;
	sqlite3_stmt *stmt;
	enum ics_err err = ICS_OK;

	if (w->more == 0)
		return ICS_OK;
	stmt = db_query(db, SQL_ITEM_COUNT);
	row_bind_number(stmt, ":n", w->more);
	row_bind_number(stmt, ":id", w->item);
	TRY(db_finish(db, stmt));
	w->s->delta.statements += w->more;
	if (w->more > 0)
		return ICS_OK;
	stmt = db_query(db, SQL_ITEM_DROP);
	row_bind_number(stmt, ":id", w->item);
	TRY(db_finish(db, stmt));
out:
	return err;
}

enum ics_err
says_put(struct store *s, const struct says_change *change)
{
	static const struct says nothing;
	const struct says *now = change->now != NULL ? change->now : &nothing;
	const struct says *before =
	    change->before != NULL ? change->before : &nothing;
	struct work w = { .s = s, .change = change };
	enum ics_err err;

	if (now->digests.n == 0 && before->digests.n == 0)
		return ICS_OK;
	w.subject = now->digests.n > 0 ? &now->subject : &before->subject;
	err = item_find(&w, now->digests.n > 0);
	if (err == ICS_ENOTFOUND)
		return ICS_OK; /* damaged: there is nothing to take out */
	TRY(err);
	TRY(digests_put(&w, &now->digests, &before->digests));
	TRY(terms_put(&w, &now->terms, &before->terms));
	TRY(item_settle(&w));
out:
	return err;
}
