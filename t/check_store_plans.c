/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every query's plan: a table is sought, never scanned, unless the query says
 * "-- scan-ok: why". And every excuse is needed.
 */
#include <sqlite3.h>

#include "sql/sql.h"
#include "store_make.h"

static struct scene sc;
static sqlite3 *db;

static void
begin(void)
{
	char path[128];

	scene_begin(&sc);
	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
}

static void
end(void)
{
	sqlite3_close(db);
	scene_end(&sc);
}

/* The text index answers a MATCH by seeking, though it says SCAN. */
static bool
is_scan(const char *detail)
{
	return strncmp(detail, "SCAN", 4) == 0 &&
	       strcmp(detail, "SCAN CONSTANT ROW") != 0 &&
	       strstr(detail, "VIRTUAL TABLE INDEX 0:M") == NULL &&
	       strstr(detail, "VIRTUAL TABLE INDEX 32:M") == NULL;
}

static bool
scans(const char *text)
{
	char sql[4096];
	sqlite3_stmt *stmt = NULL;
	bool found = false;

	(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", text);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK,
	    "%s: %s", text, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(stmt, 3);

		if (getenv("SHOW_PLANS") != NULL)
			printf("# %s -> %s\n", text, detail);
		found = found || is_scan(detail);
	}
	sqlite3_finalize(stmt);
	return found;
}

START_TEST(test_plan)
{
	const struct sql_text *q = &sql_queries[_i];

	if (strncmp(q->text, "PRAGMA", 6) == 0)
		return; /* has no plan */
	ck_assert_msg(scans(q->text) == (q->scan_ok != NULL), "%s %s", q->name,
	    q->scan_ok == NULL ? "scans" : "needs no excuse");
}
END_TEST

START_TEST(test_planted)
{
	ck_assert(scans("SELECT id FROM cert WHERE crc = 1"));
	ck_assert(scans("SELECT keyid FROM fpr WHERE fpr = x'00'"));
	ck_assert(scans("SELECT rowid FROM word"));
	ck_assert(!scans("SELECT id FROM cert WHERE id = 1"));
}
END_TEST

/* Named parameters only: a number that shifts binds the wrong thing. */
START_TEST(test_parameters)
{
	const struct sql_text *q = &sql_queries[_i];

	for (const char *p = q->text; (p = strchr(p, '?')) != NULL; p++)
		ck_abort_msg("%s has an unnamed parameter", q->name);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, test_plan, 0, SQL_QUERIES);
	tcase_add_loop_test(t, test_parameters, 0, SQL_QUERIES);
	tcase_add_test(t, test_planted);
}

int
main(void)
{
	return fixture_run("store_plans", add);
}
