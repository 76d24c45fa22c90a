/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The print: how many digests there are, and their sum. Invariant: it is
 * counted once, when a store has none; then it follows each change.
 */
#include "store/handle.h"
#include "store/row.h"

enum ics_err
keep_state_read(struct db *db, struct keep_state *state)
{
	sqlite3_stmt *stmt = db_query(db, SQL_GOSSIP_GET);
	struct bytes grown, print;
	enum ics_err err;

	*state = (struct keep_state){ 0 };
	TRY(db_step(db, stmt));
	state->is_whole = sqlite3_column_type(stmt, 0) == SQLITE_NULL;
	grown = row_bytes(stmt, 0);
	state->has_grown = grown.n == sizeof(state->grown.b);
	if (state->has_grown)
		memcpy(state->grown.b, grown.p, grown.n);
	print = row_bytes(stmt, 1);
	state->has_print = sketch_print_read(print, &state->print) == ICS_OK;
out:
	return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
}

enum ics_err
store_print_get(struct store_reader *r, struct sketch_print *print)
{
	struct keep_state state;
	enum ics_err err;

	*print = (struct sketch_print){ 0 };
	TRY(keep_state_read(&r->db, &state));
	*print = state.print;
	if (!state.has_print)
		err = ICS_ECORRUPT;
out:
	return err;
}

/* Add the first column of what a query yields. */
static enum ics_err
digests_add(struct db *db, sqlite3_stmt *stmt, struct sketch_print *print)
{
	uint8_t digest[32];
	enum ics_err err;

	while ((err = db_step(db, stmt)) == ICS_OK) {
		TRY(row_copy(stmt, 0, digest, sizeof(digest)));
		sketch_print_add(print, digest);
	}
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

enum ics_err
keep_print_count(struct db *db, struct sketch_print *print)
{
	sqlite3_stmt *stmt = db_query(db, SQL_DIGEST_CERT_NEXT);
	enum ics_err err;

	*print = (struct sketch_print){ 0 };
	row_bind_bytes(stmt, ":after", bytes_of(NULL, 0));
	TRY(digests_add(db, stmt, print));
	stmt = db_query(db, SQL_DIGEST_RECORD_NEXT);
	row_bind_number(stmt, ":head", INT64_MIN);
	row_bind_bytes(stmt, ":after", bytes_of(NULL, 0));
	row_bind_number(stmt, ":last", INT64_MAX);
	TRY(digests_add(db, stmt, print));
out:
	return err;
}

enum ics_err
keep_print_fill(struct store *s)
{
	struct sketch_print print;
	enum ics_err err;

	TRY(keep_print_count(&s->db, &print));
	s->keep.print = print;
	s->keep.print_changed = true;
out:
	return err;
}
