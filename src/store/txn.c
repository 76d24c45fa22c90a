/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transactions of the writer, and what keeps the WAL short.
 *
 * Invariant: after a failure nothing of the transaction is left, neither in
 * the file nor in what we remember of it.
 */
#include <time.h>

#include "base/log.h"
#include "store/handle.h"
#include "store/row.h"

static void
forget(struct store *s)
{
	s->delta = (struct store_delta){ 0 };
	s->position = s->denied = -1;
	s->tree_changed = false;
}

/* Tell the readers that there is something new. */
static void
news_tell(struct store *s)
{
	(void)atomic_fetch_add_explicit(&s->news, 1, memory_order_release);
}

/* A reader is in the way: tell it to look again, give it the time to. */
static int
reader_waits(void *arg, int tries)
{
	const struct timespec pause = { 0, 1000000 };

	news_tell(arg);
	(void)nanosleep(&pause, NULL); /* a signal may cut it short */
	return tries < STORE_WAL_TRIES;
}

/*
 * Move the WAL's pages into the file, so that it starts from its beginning.
 * That takes every reader out of it, twice: out of older snapshots, and then,
 * with all pages moved, to one that needs no WAL. So readers are told until
 * they have done it; those that rest let their snapshot go anyway.
 */
static void
wal_move(struct store *s)
{
	int limit = s->bulk ? STORE_WAL_PAGES_BULK : STORE_WAL_PAGES;
	int rc;

	if (s->wal_pages < limit + s->wal_left)
		return;
	(void)sqlite3_busy_handler(s->db.sq, reader_waits, s); /* cannot fail */
	rc = sqlite3_wal_checkpoint_v2(s->db.sq, NULL,
	    SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	(void)sqlite3_busy_handler(s->db.sq, NULL, NULL);
	/* What could not be moved is safe in the WAL: later, then. */
	s->wal_left = rc == SQLITE_OK ? 0 : s->wal_pages;
	if (rc == SQLITE_OK)
		s->wal_pages = 0;
	else if (rc != SQLITE_BUSY)
		(void)db_error(&s->db, rc);
	news_tell(s);
}

enum ics_err
store_begin(struct store *s)
{
	forget(s);
	db_settle(&s->db);
	store_peek_settle(s);
	wal_move(s);
	return db_do(&s->db, SQL_TXN_BEGIN_WRITE);
}

static enum ics_err
hour_write(struct store *s)
{
	const struct store_delta *d = &s->delta;
	sqlite3_stmt *stmt;

	if (d->inserted == 0 && d->updated == 0 && d->deleted == 0)
		return ICS_OK;
	stmt = db_query(&s->db, SQL_HOUR_ADD);
	row_bind_number(stmt, ":start", d->hour);
	row_bind_number(stmt, ":inserted", d->inserted);
	row_bind_number(stmt, ":updated", d->updated);
	row_bind_number(stmt, ":deleted", d->deleted);
	return db_finish(&s->db, stmt);
}

static enum ics_err
delta_write(struct store *s)
{
	const struct store_delta *d = &s->delta;
	sqlite3_stmt *stmt;
	enum ics_err err;

	if (!s->tree_changed && !s->keep.print_changed &&
	    memcmp(d, &(struct store_delta){ .hour = d->hour }, sizeof(*d)) ==
		0)
		return ICS_OK;
	TRY(hour_write(s));
	stmt = db_query(&s->db, SQL_STAT_ADD);
	row_bind_number(stmt, ":certs", d->certs);
	row_bind_number(stmt, ":fprs", d->fprs);
	row_bind_number(stmt, ":uids", d->uids);
	row_bind_number(stmt, ":pending", d->pending);
	row_bind_number(stmt, ":denied", d->denied);
	row_bind_number(stmt, ":inserted", d->inserted);
	row_bind_number(stmt, ":updated", d->updated);
	row_bind_number(stmt, ":deleted", d->deleted);
	row_bind_number(stmt, ":records", d->records);
	row_bind_number(stmt, ":statements", d->statements);
	store_tree_bind(s, stmt);
	keep_print_bind(s, stmt);
	TRY(db_finish(&s->db, stmt));
	s->tree_changed = s->keep.print_changed = false;
	s->delta = (struct store_delta){ 0 };
out:
	return err;
}

enum ics_err
store_count(struct store *s, const struct store_delta *change, int64_t when)
{
	int64_t hour = when - (when % STORE_HOUR + STORE_HOUR) % STORE_HOUR;
	enum ics_err err = ICS_OK;

	if (s->delta.hour != hour)
		TRY(delta_write(s));
	s->delta.hour = hour;
	s->delta.certs += change->certs;
	s->delta.fprs += change->fprs;
	s->delta.uids += change->uids;
	s->delta.pending += change->pending;
	s->delta.denied += change->denied;
	s->delta.inserted += change->inserted;
	s->delta.updated += change->updated;
	s->delta.deleted += change->deleted;
out:
	return err;
}

enum ics_err
store_commit(struct store *s)
{
	enum ics_err err;

	TRY(keep_write(s));
	TRY(delta_write(s));
	store_peek_settle(s);
	TRY(db_do(&s->db, SQL_TXN_COMMIT));
	keep_committed(s);
	news_tell(s);
out:
	if (err != ICS_OK)
		store_rollback(s);
	return err;
}

void
store_rollback(struct store *s)
{
	db_settle(&s->db);
	store_peek_settle(s);
	forget(s);
	keep_forget(s);
	/* SQLite may have rolled back by itself. When even this fails, the
	 * transaction ends with the connection. */
	if (sqlite3_get_autocommit(s->db.sq) == 0 &&
	    db_do(&s->db, SQL_TXN_ROLLBACK) != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "rollback",
		    "words=\"the transaction is still open\"");
}

void
store_full_over(struct store *s)
{
	s->db.full_told = false;
}

enum ics_err
store_checkpoint(struct store *s)
{
	int rc;

	db_settle(&s->db);
	(void)sqlite3_db_release_memory(s->db.sq); /* always SQLITE_OK */
	if (s->wal_pages == 0)
		return ICS_OK;
	rc = sqlite3_wal_checkpoint_v2(s->db.sq, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	news_tell(s);
	if (rc == SQLITE_OK)
		s->wal_pages = s->wal_left = 0;
	/* Busy: a reader still looks at the WAL; what can be moved is. */
	return rc == SQLITE_OK || rc == SQLITE_BUSY ? ICS_OK
						    : db_error(&s->db, rc);
}

void
store_bulk_begin(struct store *s)
{
	/* Only slower when it fails. */
	s->bulk = db_script(&s->db, SQL_BULK_BEGIN) == ICS_OK;
}

enum ics_err
store_bulk_end(struct store *s)
{
	enum ics_err err;

	if (!s->bulk)
		return ICS_OK;
	s->bulk = false;
	TRY(db_script(&s->db, SQL_BULK_END));
	news_tell(s);
	TRY(store_checkpoint(s));
out:
	return err;
}
