/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One SQLite connection with every query of sql/ ready, and the way from
 * SQLite's result codes to ours. Private to the folder.
 *
 * Invariant: at most one query lends rows at a time; asking for the next one
 * takes them back. So nobody resets a query, and no snapshot stays open by
 * oversight.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sql/sql.h"

struct db {
	sqlite3 *sq;			  /* owned */
	sqlite3_stmt *stmts[SQL_QUERIES]; /* owned; NULL: not for this use */
	sqlite3_stmt *lent;		  /* whose rows somebody may look at */
	bool full_told; /* that the disk is full was logged: once is enough */
};

/* Open path with flags of sqlite3_open_v2; db_close it also on failure. */
enum ics_err db_open(struct db *db, const char *path, int flags);
void db_close(struct db *db);

/* Another one over the same connection, with queries of its own; db_part it
 * before that is closed. */
void db_join(struct db *db, const struct db *to);
void db_part(struct db *db);

/* Prepare all queries for this use; ICS_EDB names the first that fails. */
enum ics_err db_prepare(struct db *db, enum sql_use use);

/* Run the statements of a text, all of them. */
enum ics_err db_run(struct db *db, const char *text);
enum ics_err db_script(struct db *db, enum sql_script script);

/* The number that a script of one statement answers. */
enum ics_err db_number(struct db *db, enum sql_script script, int64_t *number);

/* A query ready for its parameters, lent until the next one is asked for. */
sqlite3_stmt *db_query(struct db *db, enum sql_query query);

/* The same, but it stays open beside others: the caller resets it. */
sqlite3_stmt *db_query_keep(struct db *db, enum sql_query query);

/* Take lent rows back. */
void db_settle(struct db *db);

/* ICS_OK: there is a row. ICS_ENOTFOUND: there is none, or no more. */
enum ics_err db_step(struct db *db, sqlite3_stmt *stmt);

/* Run a query that answers nothing (or whose answer is of no interest). */
enum ics_err db_finish(struct db *db, sqlite3_stmt *stmt);
enum ics_err db_do(struct db *db, enum sql_query query);

/* What a result code of SQLite means to us; it is logged here, but a full disk
 * once until full_told is taken back. */
enum ics_err db_error(struct db *db, int rc);

#endif
