/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection. What fails is logged here, once. */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"

/* What the file system last said about the file or its WAL; 0: nothing. */
static int
errno_of(struct db *db)
{
	int of_file = 0, of_wal = 0, errnum = sqlite3_system_errno(db->sq);
	sqlite3_file *wal = NULL;

	/* Those that do not answer leave their zero. */
	(void)sqlite3_file_control(db->sq, "main", SQLITE_FCNTL_LAST_ERRNO,
	    &of_file);
	(void)sqlite3_file_control(db->sq, "main", SQLITE_FCNTL_JOURNAL_POINTER,
	    &wal);
	if (wal != NULL && wal->pMethods != NULL)
		(void)wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO,
		    &of_wal);
	if (errnum == 0)
		errnum = of_wal;
	return errnum != 0 ? errnum : of_file;
}

static enum ics_err
error_from_files(struct db *db, int rc)
{
	enum ics_err err = err_from_errno(errno_of(db));

	/* The shared memory of a WAL is a file that can only lack room. */
	if (rc == SQLITE_IOERR_SHMSIZE)
		return ICS_ENOSPACE;
	return err == ICS_OK ? ICS_EIO : err;
}

/* The part of the mapping that does not look at the connection. */
static enum ics_err
error_from_code(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT: /* by our own watch: store_reader_until */
		return ICS_EBUSY;
	case SQLITE_FULL:
		return ICS_ENOSPACE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ICS_ECORRUPT;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ICS_EPERM;
	case SQLITE_NOMEM:
		abort();
	default:
		return ICS_EDB;
	}
}

static void
full_tell(struct db *db, int rc)
{
	if (!db->full_told)
		log_event(LOG_LEVEL_ERROR, "disk-full",
		    "code=%d words=\"%s\" help=\"make room: until then "
		    "nothing new is stored\"",
		    rc, sqlite3_errmsg(db->sq));
	db->full_told = true;
}

enum ics_err
db_error(struct db *db, int rc)
{
	enum ics_err err = error_from_code(rc);

	/* The file system's word counts: a full disk is met in many calls. */
	if ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN)
		err = error_from_files(db, rc);
	if (err == ICS_ENOSPACE)
		full_tell(db, rc);
	else if (err != ICS_EBUSY)
		log_event(LOG_LEVEL_ERROR, "database", "code=%d words=\"%s\"",
		    rc, sqlite3_errmsg(db->sq));
	return err;
}

enum ics_err
db_open(struct db *db, const char *path, int flags)
{
	int rc;

	*db = (struct db){ 0 };
	rc = sqlite3_open_v2(path, &db->sq, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (db->sq == NULL)
		abort(); /* the one way in which that happens is no memory */
	if (rc != SQLITE_OK)
		return db_error(db, rc);
	(void)sqlite3_extended_result_codes(db->sq, 1); /* cannot fail */
	return ICS_OK;
}

void
db_join(struct db *db, const struct db *to)
{
	*db = (struct db){ .sq = to->sq };
}

static void
queries_free(struct db *db)
{
	for (size_t i = 0; i < SQL_QUERIES; i++) {
		(void)sqlite3_finalize(db->stmts[i]); /* told when it ran */
		db->stmts[i] = NULL;
	}
	db->lent = NULL;
}

void
db_part(struct db *db)
{
	queries_free(db);
	db->sq = NULL;
}

void
db_close(struct db *db)
{
	int rc;

	queries_free(db);
	rc = sqlite3_close(db->sq);
	assert(rc == SQLITE_OK); /* else some statement was not finalised */
	db->sq = NULL;
}

enum ics_err
db_prepare(struct db *db, enum sql_use use)
{
	for (size_t i = 0; i < SQL_QUERIES; i++) {
		int rc;

		if ((sql_queries[i].use & use) == 0)
			continue;
		rc = sqlite3_prepare_v3(db->sq, sql_queries[i].text, -1,
		    SQLITE_PREPARE_PERSISTENT, &db->stmts[i], NULL);
		if (rc != SQLITE_OK) {
			log_event(LOG_LEVEL_ERROR, "prepare", "query=%s",
			    sql_queries[i].name);
			return db_error(db, rc);
		}
	}
	return ICS_OK;
}

enum ics_err
db_run(struct db *db, const char *text)
{
	int rc;

	db_settle(db);
	rc = sqlite3_exec(db->sq, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ICS_OK : db_error(db, rc);
}

enum ics_err
db_script(struct db *db, enum sql_script script)
{
	return db_run(db, sql_scripts[script]);
}

enum ics_err
db_number(struct db *db, enum sql_script script, int64_t *number)
{
	sqlite3_stmt *stmt = NULL;
	enum ics_err err;
	int rc;

	rc = sqlite3_prepare_v2(db->sq, sql_scripts[script], -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return db_error(db, rc);
	TRY(db_step(db, stmt));
	*number = sqlite3_column_int64(stmt, 0);
out:
	(void)sqlite3_finalize(stmt); /* the step has told */
	return err;
}

void
db_settle(struct db *db)
{
	if (db->lent != NULL)
		(void)sqlite3_reset(db->lent); /* the step has told */
	db->lent = NULL;
}

sqlite3_stmt *
db_query_keep(struct db *db, enum sql_query query)
{
	assert(db->stmts[query] != NULL);
	return db->stmts[query];
}

sqlite3_stmt *
db_query(struct db *db, enum sql_query query)
{
	db_settle(db);
	db->lent = db_query_keep(db, query);
	return db->lent;
}

enum ics_err
db_step(struct db *db, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return ICS_OK;
	return rc == SQLITE_DONE ? ICS_ENOTFOUND : db_error(db, rc);
}

enum ics_err
db_finish(struct db *db, sqlite3_stmt *stmt)
{
	enum ics_err err = db_step(db, stmt);

	(void)sqlite3_reset(stmt); /* the step has told */
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
db_do(struct db *db, enum sql_query query)
{
	return db_finish(db, db_query(db, query));
}
