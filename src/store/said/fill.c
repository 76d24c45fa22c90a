/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of schema step 2 that is no SQL: the tree over a log that had none,
 * and the statements of certificates that were here before. It is known to be
 * missing by a log with rows and a tree without.
 */
#include "base/clock.h"
#include "base/log.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/says.h"

static enum ics_err
wanted(struct store *s, bool *is)
{
	struct merkle_peaks tree;
	sqlite3_stmt *stmt;
	enum ics_err err;

	*is = false;
	TRY(store_tree_read(&s->db, &tree));
	stmt = db_query(&s->db, SQL_LOG_LAST);
	TRY(db_step(&s->db, stmt));
	*is = tree.size == 0 && row_number(stmt, 0) > 0;
out:
	db_settle(&s->db);
	return err == ICS_ECORRUPT ? ICS_OK : err; /* fsck will tell */
}

static enum ics_err
cert_fill(struct store *s, const struct store_cert *cert, int64_t now)
{
	struct says says;
	struct says_change change = {
		.now = &says, .carrier = cert->id, .when = now
	};
	uint32_t flags = cert->flags | STORE_CERT_SAYS;
	sqlite3_stmt *stmt;
	enum ics_err err = ICS_OK;

	says_of_cert_data(cert->data, &says);
	if (says.digests.n == 0)
		goto out;
	stmt = db_query(&s->db, SQL_CERT_FLAGS);
	row_bind_number(stmt, ":flags", flags);
	row_bind_number(stmt, ":id", change.carrier);
	TRY(db_finish(&s->db, stmt));
	TRY(says_put(s, &change));
out:
	says_release(&says);
	return err;
}

static enum ics_err
certs_fill(struct store *s)
{
	struct store_cert cert = { .id = 0 };
	int64_t now = clock_now();
	enum ics_err err;

	for (;;) {
		sqlite3_stmt *stmt = db_query(&s->db, SQL_CHECK_CERT_NEXT);
		int64_t id;

		row_bind_number(stmt, ":id", cert.id);
		err = db_step(&s->db, stmt);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		TRY(err);
		TRY(row_cert(stmt, &cert, NULL));
		id = cert.id;
		TRY(cert_fill(s, &cert, now));
		cert.id = id;
	}
out:
	return err;
}

enum ics_err
store_fill(struct store *s)
{
	bool is;
	enum ics_err err;

	TRY(wanted(s, &is));
	if (!is)
		return ICS_OK;
	log_event(LOG_LEVEL_NOTE, "migrate", "words=\"statements and tree\"");
	TRY(store_begin(s));
	err = store_tree_fill(s);
	if (err == ICS_OK)
		err = certs_fill(s);
	if (err == ICS_OK)
		return store_commit(s);
	store_rollback(s);
out:
	return err;
}
