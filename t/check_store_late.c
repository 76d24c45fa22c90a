/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A search that takes too long is given up, whatever it is about; the reader
 * serves on. Words that many have and nobody has together take longest.
 */
#include <sqlite3.h>

#include "base/clock.h"
#include "store_make.h"

#define ROWS "200000"

static struct scene sc;

static void
begin(void)
{
	char path[128];
	sqlite3 *db;

	scene_begin(&sc);
	store_reader_end(sc.reader);
	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
			     "PRAGMA synchronous = OFF; BEGIN;"
			     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
			     "SELECT i + 1 FROM n WHERE i < " ROWS ") "
			     "INSERT INTO word (rowid, text) SELECT i, "
			     "CASE i % 2 WHEN 0 THEN 'left' ELSE 'right' END "
			     "FROM n; COMMIT",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	OK(store_reader_begin(sc.reader));
}

static void
end(void)
{
	scene_end(&sc);
}

/* How long it took. */
static uint64_t
search(enum ics_err expected)
{
	struct store_hits hits;
	uint64_t begun = clock_mono_ns();

	ck_assert_int_eq(store_find_words(sc.reader, bytes_of_str("left right"),
			     &hits),
	    expected);
	return clock_mono_ns() - begun;
}

START_TEST(test_late)
{
	uint64_t whole = search(ICS_OK), cut;

	store_reader_until(sc.reader, clock_mono_ns() + whole / 20);
	cut = search(ICS_EBUSY);
	ck_assert_msg(cut < whole, "%llu of %llu", (unsigned long long)cut,
	    (unsigned long long)whole);
	/* It is over: nothing is left of it. */
	(void)search(ICS_EBUSY);
	store_reader_until(sc.reader, 0);
	(void)search(ICS_OK);
	store_reader_until(sc.reader, clock_mono_ns() + 100 * whole);
	(void)search(ICS_OK);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_late);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_late", add);
}
