/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * History that nobody can rewrite: whatever is changed, taken away, put in or
 * moved behind the store's back is named by fsck. Repair makes derived rows
 * anew, and leaves what is evidence.
 */
#include <sqlite3.h>

#include "said_make.h"

#define ROWS 600 /* of the log: two tiles, and some */

static struct scene sc;
static sqlite3 *db;

static void
open_behind(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
			     "PRAGMA ignore_check_constraints = ON;"
			     "PRAGMA synchronous = OFF",
			     NULL, NULL, NULL),
	    SQLITE_OK);
}

/* A statement of each carrier, one that went, and many rows of the log. */
static void
begin(void)
{
	static const struct said model = { .by = 3,
		.pairs = { { NOTATIONS_NAME_MODEL, "T1000" } } };
	struct pgp_fpr fpr = said_fpr(9);
	struct store_record_entry *e = said_status(12, "in-use", 3, 0);
	enum store_taken taken;

	scene_begin(&sc);
	said_device_put(&sc, said_device(1, &model, 1), 1004);
	said_put(&sc, said_status(1, "stolen", 3, 0), 1005);
	said_put(&sc, said_status(2, "in-use", 3, 0), 1006);
	OK(store_begin(sc.store));
	OK(store_record_put(sc.store, e, 1007, &taken));
	OK(store_record_delete(sc.store, store_record_entry_digest(e), 1008));
	for (int i = 0; i < ROWS / 2; i++) {
		OK(store_deny_put(sc.store, &fpr, "", 1009));
		OK(store_deny_drop(sc.store, &fpr, 1010));
	}
	OK(store_commit(sc.store));
	store_record_entry_free(e);
	store_reader_end(sc.reader);
	open_behind();
}

static void
end(void)
{
	sqlite3_close(db);
	scene_end(&sc);
}

static char said_text[16384];

static void
hear(void *arg, const char *text)
{
	size_t n = strlen(said_text);

	(void)arg;
	(void)snprintf(said_text + n, sizeof(said_text) - n, "%s\n", text);
}

static int64_t
check(void)
{
	struct store_fsck how = { .found = hear };
	int64_t differences;

	said_text[0] = '\0';
	store_reader_end(sc.reader);
	OK(store_check(sc.reader, &how, &differences));
	store_reader_end(sc.reader);
	return differences;
}

static void
run(const char *sql)
{
	char *words = NULL;

	(void)sqlite3_exec(db, sql, NULL, NULL, &words);
	ck_assert_msg(words == NULL, "%s: %s", sql, words);
}

/* ---- each column of each kind of row ---- */

static const struct column {
	const char *table, *name, *where;
} blobs[] = {
	{ "cert", "fpr", "id = 1" },
	{ "cert", "digest", "id = 1" },
	{ "cert", "skshash", "id = 1" },
	{ "cert", "summary", "id = 1" },
	{ "cert", "data", "id = 1" },
	{ "record", "digest", "id = 1" },
	{ "record", "subject", "id = 1" },
	{ "record", "issuer", "id = 1" },
	{ "record", "data", "id = 1" },
	{ "record", "data", "id = 2" },
	{ "item", "subject", "id = 1" },
	{ "item", "subject", "id = 2" },
	{ "statement", "digest", "item = 1 AND carrier = 1" },
	{ "statement", "digest", "item = 1 AND carrier = -1" },
	{ "log", "fpr", "position = 2" },
	{ "log", "fpr", "position = 9" },
	{ "log", "digest", "position = 1" },
	{ "log", "digest", "position = 2" },
	{ "log", "digest", "position = 5" },
	{ "log", "salt", "position = 4" },
	{ "log", "leaf", "position = 3" },
	{ "log", "leaf", "position = 605" },
	{ "tile", "hash", "number = 0" },
	{ "tile", "hash", "number = 1" },
	{ "total", "peaks", "one = 1" },
	{ "total", "print", "one = 1" },
	{ "node", "prefix", "id = 1" },
	{ "node", "nodes", "id = 1" },
};

static void
octet_flip(const struct column *c, int at)
{
	char sql[400];

	/* An octet is replaced by its neighbour with another last bit. */
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE %s SET %s = CAST(substr(%s, 1, %d) || (SELECT b FROM "
	    "temp.flip WHERE a = substr(%s, %d, 1)) || substr(%s, %d) AS "
	    "BLOB) WHERE %s",
	    c->table, c->name, c->name, at, c->name, at + 1, c->name, at + 2,
	    c->where);
	run(sql);
	ck_assert_msg(sqlite3_changes(db) == 1, "%s", sql);
}

static int
length_of(const struct column *c)
{
	sqlite3_stmt *stmt;
	char sql[200];
	int n;

	(void)snprintf(sql, sizeof(sql), "SELECT length(%s) FROM %s WHERE %s",
	    c->name, c->table, c->where);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	ck_assert_msg(sqlite3_step(stmt) == SQLITE_ROW, "%s", sql);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static void
flip_table(void)
{
	char sql[100];

	run("BEGIN; CREATE TEMP TABLE flip (a BLOB PRIMARY KEY, b BLOB)");
	for (int i = 0; i < 256; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO temp.flip VALUES (x'%02x', x'%02x')", i,
		    i ^ 1);
		run(sql);
	}
	run("COMMIT");
}

/* Each octet of a record's signature; of others some. */
START_TEST(test_octets)
{
	const struct column *c = &blobs[_i];
	int n = length_of(c), step = n > 40 ? 7 : 1;

	if (strcmp(c->table, "record") == 0)
		step = 1;
	flip_table();
	for (int at = 0; at < n; at += step) {
		octet_flip(c, at);
		ck_assert_msg(check() > 0, "%s.%s octet %d", c->table, c->name,
		    at);
		octet_flip(c, at);
	}
	ck_assert_int_eq(check(), 0);
}
END_TEST

static const struct column numbers[] = {
	{ "cert", "version", "id = 1" },
	{ "cert", "crc", "id = 1" },
	{ "cert", "flags", "id = 1" },
	{ "cert", "modified", "id = 1" },
	{ "cert", "logged", "id = 1" },
	{ "record", "head", "id = 1" },
	{ "record", "signed_head", "id = 1" },
	{ "record", "issuer_version", "id = 1" },
	{ "record", "created", "id = 1" },
	{ "record", "crc", "id = 1" },
	{ "item", "id", "id = 2" },
	{ "item", "n", "id = 1" },
	{ "statement", "item", "item = 1 AND carrier = 1" },
	{ "statement", "carrier", "item = 1 AND carrier = -1" },
	{ "statement", "position", "item = 1 AND carrier = -1" },
	{ "statement", "received", "item = 1 AND carrier = 1" },
	{ "term", "hash", "item = 1 AND carrier = 1" },
	{ "term", "item", "item = 2" },
	{ "term", "carrier", "item = 1 AND carrier = -1" },
	{ "log", "received", "position = 2" },
	{ "log", "event", "position = 2" },
	{ "log", "version", "position = 2" },
	{ "log", "received", "position = 7" },
	{ "tile", "level", "number = 1" },
	{ "tile", "number", "number = 1" },
	{ "total", "records", "one = 1" },
	{ "total", "statements", "one = 1" },
	{ "total", "leaves", "one = 1" },
};

START_TEST(test_numbers)
{
	const struct column *c = &numbers[_i];
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "UPDATE %s SET %s = %s + 7 WHERE %s",
	    c->table, c->name, c->name, c->where);
	run(sql);
	ck_assert_msg(sqlite3_changes(db) > 0, "%s", sql);
	ck_assert_msg(check() > 0, "%s", sql);
}
END_TEST

/* ---- rows as a whole ---- */

#define STATEMENT "DELETE FROM statement WHERE carrier = -1;"
#define TERMS	  "DELETE FROM term WHERE carrier = -1;"

static const struct damage {
	const char *sql, *named;
	bool stays; /* no repair: it is evidence */
} damages[] = {
	{ "DELETE FROM record WHERE id = 1", "carrier -1 does not say it",
	    true },
	{ "DELETE FROM record WHERE id = 1; UPDATE total SET records = 1,"
	  "statements = 2; UPDATE item SET n = 1 WHERE id = 1;" STATEMENT TERMS,
	    "tells of it, it is not there", true },
	{ STATEMENT, "its row is missing", false },
	{ TERMS, "a term row is missing", false },
	{ "DELETE FROM item WHERE id = 1", "its row is missing", false },
	{ "DELETE FROM tile WHERE number = 1", "rows 257 to 512: their tile is",
	    false },
	{ "UPDATE tile SET hash = zeroblob(32)", "their tile differs", false },
	{ "INSERT INTO tile VALUES (2, 7, zeroblob(32))", "1 tiles of no rows",
	    false },
	{ "INSERT INTO statement VALUES (2, zeroblob(32), 1, 1, 1)",
	    "carrier 1 does not say it", false },
	{ "INSERT INTO term VALUES (5, 1, 1)", "carrier 1 does not say it",
	    false },
	{ "INSERT INTO term VALUES (5, 1, 77)", "carrier 77 does not say it",
	    false },
	{ "INSERT INTO item VALUES (99, zeroblob(22), 1)", "miscounted",
	    false },
	{ "UPDATE item SET n = 9 WHERE id = 2", "9 statements miscounted",
	    false },
	{ "UPDATE record SET head = 9, created = 9 WHERE id = 1",
	    "head differs", false },
	{ "UPDATE record SET data = (SELECT data FROM record WHERE id = 2) "
	  "WHERE id = 1",
	    "digest differs", true },
	{ "UPDATE record SET data = (SELECT data FROM record WHERE id = 2), "
	  "crc = (SELECT crc FROM record WHERE id = 2) WHERE id = 1",
	    "digest differs", true },
	{ "UPDATE record SET crc = 5 WHERE id = 1", "CRC differs", false },
	/* The last octet of the key ID, which nobody signed: 64 of the values
	 * and 6 of their lengths stand behind it. */
	{ "UPDATE record SET data = CAST(substr(data, 1, length(data) - 71) "
	  "|| x'00' || substr(data, -70) AS BLOB) WHERE id = 1",
	    "CRC differs", true },
	{ "UPDATE record SET data = x'00' WHERE id = 1", "cannot be read",
	    true },
	{ "UPDATE cert SET flags = 0 WHERE id = 1", "flags differs", false },
	{ "UPDATE total SET records = 9", "counter of records: 9", false },
	/* The log: a row dropped, at the end, put in, moved. */
	{ "DELETE FROM log WHERE position = 300", "rows 300 to 300 are missing",
	    true },
	{ "DELETE FROM log WHERE position = (SELECT max(position) FROM log)",
	    "rows do not make the head", true },
	{ "INSERT INTO log SELECT (SELECT max(position) + 1 FROM log), received"
	  ", event, version, fpr, digest, salt, leaf FROM log WHERE position = "
	  "600",
	    "rows do not make the head", true },
	{ "UPDATE log SET position = 100000 WHERE position = 300;"
	  "UPDATE log SET position = 300 WHERE position = 301;"
	  "UPDATE log SET position = 301 WHERE position = 100000",
	    "rows 257 to 512: their tile differs", true },
	{ "UPDATE log SET position = 100000 WHERE position = 604;"
	  "UPDATE log SET position = 604 WHERE position = 603;"
	  "UPDATE log SET position = 603 WHERE position = 100000",
	    "rows do not make the head", true },
	{ "DELETE FROM log WHERE position > 0", "its log row is missing",
	    true },
	/* With a leaf that fits again, the tree still tells. */
	{ "UPDATE log SET salt = (SELECT salt FROM log WHERE position = 400),"
	  "fpr = (SELECT fpr FROM log WHERE position = 400),"
	  "leaf = (SELECT leaf FROM log WHERE position = 400),"
	  "received = (SELECT received FROM log WHERE position = 400) "
	  "WHERE position = 402",
	    "rows 257 to 512: their tile differs", true },
	{ "UPDATE total SET peaks = zeroblob(length(peaks))",
	    "rows do not make the head", true },
	{ "UPDATE cert SET modified = 5", "the log has another time", true },
	/* What peers compare. */
	{ "UPDATE total SET print = zeroblob(40)", "not that of the 3 digests",
	    false },
	{ "UPDATE total SET print = x''", "not that of the 3 digests", false },
	{ "DELETE FROM node", "node \"\" is missing", false },
	{ "UPDATE node SET nodes = CAST(substr(nodes, 1, 4) || x'00000000' || "
	  "substr(nodes, 9) AS BLOB)",
	    "node \"10\" is missing", false },
	{ "UPDATE node SET nodes = zeroblob(114)", "node \"\" is none", false },
	{ "UPDATE total SET grown = x'00112233445566778899aabbccddeeff'",
	    "node \"\" differs", false },
	{ "INSERT INTO node (prefix, nodes) SELECT "
	  "x'1000000000000000000000000000000006', nodes FROM node",
	    "1 nodes have no place in it", false },
	/* Tags that are no version and no hash. */
	{ "UPDATE log SET version = 70 WHERE position = 300", "log row 300 (",
	    true },
	{ "UPDATE log SET version = 72 WHERE position = 300", "log row 300 (",
	    true },
	{ "UPDATE log SET version = 136 WHERE position = 2", "log row 2 (",
	    true },
	{ "UPDATE log SET version = 190, fpr = zeroblob(64) "
	  "WHERE position = 300",
	    "log row 300 (", true },
};

START_TEST(test_damage)
{
	const struct damage *d = &damages[_i];
	int64_t repaired, left;

	run(d->sql);
	ck_assert_int_gt(sqlite3_total_changes(db), 0);
	ck_assert_int_gt(check(), 0);
	ck_assert_msg(strstr(said_text, d->named) != NULL, "%s\nsaid: %s",
	    d->sql, said_text);
	OK(store_repair(sc.store, &repaired));
	left = check();
	ck_assert_msg((left > 0) == d->stays, "%s\nrepaired %d, left: %s",
	    d->sql, (int)repaired, said_text);
	ck_assert(d->stays || repaired > 0);
}
END_TEST

/* A log that is not what it was takes nothing more. */
START_TEST(test_cut)
{
	struct store_record_entry *e = said_status(5, "in-use", 3, 0);
	enum store_taken taken;

	run("DELETE FROM log WHERE position > 600");
	OK(store_begin(sc.store));
	IS(ICS_ECORRUPT, store_record_put(sc.store, e, 2000, &taken));
	store_rollback(sc.store);
	store_record_entry_free(e);
}
END_TEST

START_TEST(test_clean)
{
	int64_t repaired;

	ck_assert_msg(check() == 0, "%s", said_text);
	OK(store_repair(sc.store, &repaired));
	ck_assert_int_eq(repaired, 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_clean);
	tcase_add_loop_test(t, test_octets, 0,
	    sizeof(blobs) / sizeof(blobs[0]));
	tcase_add_loop_test(t, test_numbers, 0,
	    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_loop_test(t, test_damage, 0,
	    sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(t, test_cut);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_tamper", add);
}
