/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fsck of the log, the deny list and the counters. */
#include "store/check.h"
#include "store/row.h"

/* The position of the newest row of a stored certificate; 0: not stored. */
static enum ics_err
logged_get(struct check *c, const struct pgp_fpr *fpr, int64_t *logged)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CERT_GET_PRIMARY);
	enum ics_err err;

	row_bind_key(stmt, fpr);
	err = db_step(&c->r->db, stmt);
	*logged = err == ICS_OK ? row_number(stmt, 7) : 0;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
row_check(struct check *c, const struct store_log_row *row)
{
	char name[PGP_FPR_TEXT_MAX];
	uint8_t leaf[32];
	int64_t logged;
	enum ics_err err;

	pgp_fpr_hex(&row->item, name);
	store_log_leaf(row, leaf);
	if (memcmp(leaf, row->leaf, sizeof(leaf)) != 0)
		check_found(c, "log row %lld (%s): its leaf differs",
		    (long long)row->position, name);
	TRY(logged_get(c, &row->item, &logged));
	if (logged == 0)
		return ICS_OK;
	switch (row->event) {
	case STORE_EVENT_PUT:
		if (logged < row->position)
			check_found(c, "%s: log row %lld is newer than it",
			    name, (long long)row->position);
		break;
	case STORE_EVENT_DELETE:
	case STORE_EVENT_DENY:
		if (logged < row->position)
			check_found(c, "%s: stored, but log row %lld says gone",
			    name, (long long)row->position);
		break;
	case STORE_EVENT_ALLOW:
		break;
	}
out:
	return err;
}

enum ics_err
check_log(struct check *c)
{
	struct store_log_row row = { 0 };
	int64_t at = 0;
	enum ics_err err;

	while ((err = store_log_next(c->r, at, &row)) == ICS_OK) {
		if (row.position != at + 1)
			check_found(c, "log: rows %lld to %lld are missing",
			    (long long)at + 1, (long long)row.position - 1);
		at = row.position;
		TRY(row_check(c, &row));
	}
out:
	return err;
}

enum ics_err
check_denied(struct check *c)
{
	struct store_denied denied = { 0 };
	char name[PGP_FPR_TEXT_MAX];
	struct pgp_fpr at = { 0 };
	int64_t logged;
	enum ics_err err;

	while ((err = store_deny_next(c->r, &at, &denied)) == ICS_OK) {
		at = denied.fpr;
		TRY(logged_get(c, &at, &logged));
		if (logged == 0)
			continue;
		pgp_fpr_hex(&at, name);
		check_found(c, "%s: stored although denied", name);
	}
out:
	return err;
}

enum ics_err
check_totals(struct check *c)
{
	static const char *const names[] = { "certificates", "fingerprints",
		"User IDs", "waiting signatures", "denied", "inserted",
		"updated", "deleted" };
	struct db *db = &c->r->db;
	int64_t counted[8], kept;
	sqlite3_stmt *stmt;
	enum ics_err err;

	stmt = db_query(db, SQL_CHECK_TOTALS);
	TRY(db_step(db, stmt));
	for (int i = 0; i < 8; i++)
		counted[i] = row_number(stmt, i);
	stmt = db_query(db, SQL_STAT_GET);
	TRY(db_step(db, stmt));
	for (int i = 0; i < 8; i++) {
		kept = row_number(stmt, i);
		if (kept == counted[i])
			continue;
		check_found(c, "counter of %s: %lld, there are %lld", names[i],
		    (long long)kept, (long long)counted[i]);
		c->totals = true;
	}
	stmt = db_query(db, SQL_CHECK_PENDING);
	TRY(db_step(db, stmt));
	if (row_number(stmt, 0) > 0) {
		check_found(c, "waiting signatures: %lld domains miscounted",
		    (long long)row_number(stmt, 0));
		c->totals = true;
	}
out:
	return err;
}
