/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Read connections. Invariant: the snapshot is at most as old as the last
 * store_reader_begin after a commit; it is renewed only when there is news,
 * since opening one costs more than a look-up.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/handle.h"

#define LATE_STEPS 16 /* of SQLite's machine, between looks at the clock */

/* Asked by SQLite while it works. */
static int
is_late(void *arg)
{
	const struct store_reader *r = arg;

	return r->until != 0 && clock_mono_ns() > r->until;
}

static enum ics_err
file_open(struct store_reader *r)
{
	struct stat st;
	int64_t version;
	enum ics_err err;

	if (stat(r->path, &st) != 0)
		return err_from_errno(errno);
	TRY(db_open(&r->db, r->path, SQLITE_OPEN_READONLY));
	(void)sqlite3_busy_timeout(r->db.sq, STORE_BUSY_MS); /* cannot fail */
	TRY(db_script(&r->db, SQL_OPEN_READER));
	if (r->writer != NULL && r->writer->is_lean)
		TRY(db_script(&r->db, SQL_OPEN_READER_LEAN));
	TRY(db_number(&r->db, SQL_OPEN_VERSION, &version));
	if (version != SQL_STEPS) {
		log_event(LOG_LEVEL_ERROR, "store",
		    "words=\"of another version\" version=%lld",
		    (long long)version);
		return ICS_ECORRUPT;
	}
	TRY(db_prepare(&r->db, SQL_READER));
	/* The text index works in few and long steps of the machine. */
	sqlite3_progress_handler(r->db.sq, LATE_STEPS, is_late, r);
out:
	return err;
}

void
store_reader_until(struct store_reader *r, uint64_t end)
{
	r->until = end;
}

enum ics_err
store_reader_open(const char *dir, struct store *s, struct store_reader **r)
{
	struct store_reader *new = alloc_zero(1, sizeof(*new));
	enum ics_err err;

	new->writer = s;
	new->path = store_path(dir, STORE_FILE);
	err = file_open(new);
	if (err != ICS_OK) {
		store_reader_close(new);
		new = NULL;
	}
	*r = new;
	return err;
}

void
store_reader_close(struct store_reader *r)
{
	if (r == NULL)
		return;
	if (r->db.sq != NULL) {
		store_reader_end(r);
		store_tokens_close(r);
		db_close(&r->db);
	}
	free(r->path);
	free(r);
}

enum ics_err
store_reader_begin(struct store_reader *r)
{
	uint64_t news = 0;
	enum ics_err err;

	if (r->writer != NULL)
		news = store_news(r->writer);
	if (r->open && r->writer != NULL && r->news == news)
		return ICS_OK;
	store_reader_end(r);
	/* What is committed from here on may be seen or not: r->news is the
	 * older of both, so that the next begin looks again. */
	TRY(db_do(&r->db, SQL_TXN_BEGIN));
	r->news = news;
	r->open = true;
out:
	return err;
}

uint64_t
store_news(const struct store *s)
{
	return atomic_load_explicit(&s->news, memory_order_acquire);
}

void
store_reader_end(struct store_reader *r)
{
	db_settle(&r->db);
	if (!r->open)
		return;
	r->open = false;
	/* Nothing was written: there is nothing that could fail to be. */
	if (db_do(&r->db, SQL_TXN_COMMIT) != ICS_OK)
		log_event(LOG_LEVEL_WARN, "store",
		    "words=\"a snapshot stays\"");
}

/* ---- inside the writer's transaction ------------------------------------------- */

enum ics_err
store_peek_reader(struct store *s, struct store_reader **r)
{
	enum ics_err err = ICS_OK;

	if (s->peek == NULL) {
		s->peek = alloc_zero(1, sizeof(*s->peek));
		s->peek->path = alloc_str(s->path);
		db_join(&s->peek->db, &s->db);
		err = db_prepare(&s->peek->db, SQL_READER);
	}
	if (err != ICS_OK)
		store_peek_close(s);
	*r = s->peek;
	return err;
}

void
store_peek_settle(struct store *s)
{
	if (s->peek != NULL)
		db_settle(&s->peek->db);
}

void
store_peek_close(struct store *s)
{
	if (s->peek == NULL)
		return;
	store_tokens_close(s->peek);
	db_part(&s->peek->db);
	free(s->peek->path);
	free(s->peek);
	s->peek = NULL;
}
