/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fingerprints that stay out. Invariant: nothing is stored under a denied
 * fingerprint, and only store_deny_drop takes a row away.
 */
#include "store/handle.h"
#include "store/row.h"

static enum ics_err
denied_read(struct db *db, sqlite3_stmt *stmt, struct store_denied *denied)
{
	enum ics_err err;

	TRY(db_step(db, stmt));
	TRY(row_fpr(stmt, 0, 1, &denied->fpr));
	denied->since = row_number(stmt, 2);
	row_text(stmt, 3, denied->reason, sizeof(denied->reason));
out:
	return err;
}

enum ics_err
store_deny_get(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_denied *denied)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_DENY_GET);

	row_bind_fpr(stmt, fpr);
	return denied_read(&r->db, stmt, denied);
}

enum ics_err
store_deny_next(struct store_reader *r, const struct pgp_fpr *after,
    struct store_denied *denied)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_DENY_NEXT);

	row_bind_fpr(stmt, after);
	return denied_read(&r->db, stmt, denied);
}

/* Add or take away a row: *changed tells whether there is one more or less. */
static enum ics_err
row_change(struct store *s, sqlite3_stmt *stmt, int64_t step, int64_t now)
{
	struct store_delta change = { .denied = step };
	enum ics_err err;

	TRY(db_finish(&s->db, stmt));
	s->denied = -1;
	if (sqlite3_changes(s->db.sq) > 0)
		TRY(store_count(s, &change, now));
	else if (step < 0)
		err = ICS_ENOTFOUND;
out:
	return err;
}

static enum ics_err
logged(struct store *s, enum store_event event, const struct pgp_fpr *fpr,
    int64_t now)
{
	struct store_key_event row = { event, fpr, NULL, now };
	int64_t position;

	return store_log_put_key(s, &row, &position);
}

static enum ics_err
known(struct store *s, const struct pgp_fpr *fpr, bool *is)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_DENY_GET);
	enum ics_err err;

	row_bind_fpr(stmt, fpr);
	err = db_step(&s->db, stmt);
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_deny_put(struct store *s, const struct pgp_fpr *fpr, const char *reason,
    int64_t now)
{
	struct bytes text = bytes_of_str(reason);
	sqlite3_stmt *stmt;
	bool again;
	enum ics_err err;

	if (text.n >= STORE_DENY_REASON_MAX)
		text.n = STORE_DENY_REASON_MAX - 1;
	TRY(known(s, fpr, &again));
	stmt = db_query(&s->db, SQL_DENY_PUT);
	row_bind_fpr(stmt, fpr);
	row_bind_number(stmt, ":now", now);
	row_bind_text(stmt, ":reason", text);
	TRY(row_change(s, stmt, again ? 0 : 1, now));
	TRY(logged(s, STORE_EVENT_DENY, fpr, now));
	err = store_delete(s, fpr, now);
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

enum ics_err
store_deny_drop(struct store *s, const struct pgp_fpr *fpr, int64_t now)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_DENY_DROP);
	enum ics_err err;

	row_bind_fpr(stmt, fpr);
	TRY(row_change(s, stmt, -1, now));
	TRY(logged(s, STORE_EVENT_ALLOW, fpr, now));
out:
	return err;
}
