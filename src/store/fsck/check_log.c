/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fsck of the log, the deny list and the counters. */
#include <stdlib.h>

#include "base/hex.h"
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

/* A row about a key against the certificate that is stored. */
static enum ics_err
key_check(struct check *c, const struct store_log_row *row, const char *name)
{
	int64_t logged;
	enum ics_err err;

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
	case STORE_EVENT_STATE:
	case STORE_EVENT_FORGET:
	case STORE_EVENT_DESCRIPTOR:
		break;
	}
out:
	return err;
}

/* Where a statement that is not held any more came, or went. A weak key can
 * make one signature fit two certificates: hence the subject. */
struct end {
	uint8_t digest[32];
	uint64_t about; /* of the subject */
	int64_t position;
	bool is_forget;
};
ARRAY_OF(struct end, ends);

static int
ends_order(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int c = memcmp(x->digest, y->digest, sizeof(x->digest));

	if (c == 0)
		c = (x->about > y->about) - (x->about < y->about);
	return c != 0
		   ? c
		   : (x->position > y->position) - (x->position < y->position);
}

/* The position that the statement of a log row has; 0: it is not there. */
static enum ics_err
stated_get(struct check *c, const struct store_log_row *row, int64_t *position)
{
	struct db *db = &c->r->db;
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	sqlite3_stmt *stmt = db_query(db, SQL_ITEM_FIND);
	int64_t item;
	enum ics_err err;

	*position = 0;
	row_bind_bytes(stmt, ":subject", says_subject(&row->subject, octets));
	TRY(db_step(db, stmt));
	item = row_number(stmt, 0);
	stmt = db_query(db, SQL_STATEMENT_KNOWN);
	row_bind_number(stmt, ":item", item);
	row_bind_bytes(stmt, ":digest", bytes_of(row->digest, 32));
	TRY(db_step(db, stmt));
	*position = row_number(stmt, 1);
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
statement_check(struct check *c, const struct store_log_row *row,
    struct ends *ends)
{
	bool is_state = row->event == STORE_EVENT_STATE;
	uint8_t about[32];
	int64_t position;
	struct end *end;
	enum ics_err err = ICS_OK;

	if (is_state)
		TRY(stated_get(c, row, &position));
	if (is_state && position == row->position)
		return ICS_OK; /* the rest was compared with the statement */
	end = ends_add(ends);
	memcpy(end->digest, row->digest, sizeof(end->digest));
	pgp_sha256(bytes_of(row->subject.b, row->subject.n), about);
	end->about = be64_from_bytes(about);
	end->position = row->position;
	end->is_forget = !is_state;
out:
	return err;
}

/* What came and is not there must have gone, in turns. */
static void
ends_check(struct check *c, struct ends *ends)
{
	char digest[65];

	if (ends->n > 0)
		qsort(ends->at, ends->n, sizeof(*ends->at), ends_order);
	for (size_t i = 0; i < ends->n; i++) {
		const struct end *e = &ends->at[i], *next = e + 1;
		bool paired = !e->is_forget && i + 1 < ends->n &&
			      next->is_forget &&
			      memcmp(e->digest, next->digest, 32) == 0 &&
			      e->about == next->about;

		if (paired) {
			i++;
			continue;
		}
		hex_lower(bytes_of(e->digest, 32), digest);
		check_found(c, "statement %s: log row %lld %s", digest,
		    (long long)e->position,
		    e->is_forget ? "says it is gone"
				 : "tells of it, it is not there");
	}
}

static enum ics_err
row_check(struct check *c, const struct store_log_row *row, struct ends *ends)
{
	char name[NOTATIONS_SUBJECT_TEXT_MAX];
	uint8_t leaf[32];

	check_subject_name(&row->subject, name);
	store_log_leaf(row, leaf);
	if (memcmp(leaf, row->leaf, sizeof(leaf)) != 0)
		check_found(c, "log row %lld (%s): its leaf differs",
		    (long long)row->position, name);
	if (row->event == STORE_EVENT_STATE || row->event == STORE_EVENT_FORGET)
		return statement_check(c, row, ends);
	return key_check(c, row, name);
}

enum ics_err
check_log(struct check *c)
{
	struct check_tree tree = { .c = c };
	struct store_log_row row = { 0 };
	struct ends ends = { 0 };
	int64_t at = 0;
	enum ics_err err;

	while ((err = store_log_next(c->r, at, &row)) == ICS_OK) {
		if (row.position != at + 1)
			check_found(c, "log: rows %lld to %lld are missing",
			    (long long)at + 1, (long long)row.position - 1);
		at = row.position;
		TRY(row_check(c, &row, &ends));
		TRY(check_tree_add(&tree, row.leaf));
	}
	if (err != ICS_ENOTFOUND)
		goto out;
	ends_check(c, &ends);
	err = check_tree_end(&tree);
out:
	ends_release(&ends);
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
		"updated", "deleted", "records", "statements" };
	enum {
		N = sizeof(names) / sizeof(names[0])
	};
	struct db *db = &c->r->db;
	int64_t counted[N], kept;
	sqlite3_stmt *stmt;
	enum ics_err err;

	stmt = db_query(db, SQL_CHECK_TOTALS);
	TRY(db_step(db, stmt));
	for (int i = 0; i < N; i++)
		counted[i] = row_number(stmt, i);
	stmt = db_query(db, SQL_STAT_GET);
	TRY(db_step(db, stmt));
	for (int i = 0; i < N; i++) {
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
