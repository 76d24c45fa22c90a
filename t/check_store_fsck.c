/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck: each kind of damage is planted behind the store's back, must be named,
 * and is either repaired or, where only the certificate itself is damaged,
 * stays named.
 */
#include <sqlite3.h>

#include "store_make.h"

static struct scene sc;

static void
begin(void)
{
	struct store_pending p = { .issuer_keyid = 5,
		.part_tag = 13,
		.part = bytes_of_str("part"),
		.sig = bytes_of_str("sig"),
		.domain = "public" };
	struct pgp_fpr fpr;

	scene_begin(&sc);
	for (uint32_t i = 1; i <= 4; i++)
		device_put(&sc,
		    &(struct device){ .number = i, .subkey = i + 100 }, 1000);
	device_put(&sc,
	    &(struct device){ .number = 2, .subkey = 102, .revision = 1 },
	    1001);
	fpr = device_fpr(&(struct device){ .number = 4 });
	p.cert = fpr;
	OK(store_begin(sc.store));
	OK(store_delete(sc.store, &fpr, 1002));
	OK(store_deny_put(sc.store, &fpr, "gone", 1003));
	OK(store_pending_put(sc.store, &p, 10));
	OK(store_commit(sc.store));
}

static void
end(void)
{
	scene_end(&sc);
}

/* What was said, line after line. */
static char said[8192];

static void
hear(void *arg, const char *text)
{
	size_t n = strlen(said);

	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", text);
}

static int64_t
check(void)
{
	struct store_fsck how = { .found = hear };
	int64_t differences;

	said[0] = '\0';
	store_reader_end(sc.reader);
	OK(store_check(sc.reader, &how, &differences));
	return differences;
}

static void
plant(const char *sql)
{
	char path[128], *words = NULL;
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL,
	    NULL, NULL);
	(void)sqlite3_exec(db, sql, NULL, NULL, &words);
	ck_assert_msg(words == NULL, "%s: %s", sql, words);
	ck_assert_int_gt(sqlite3_total_changes(db), 0);
	sqlite3_close(db);
}

static const struct damage {
	const char *sql, *named;
	bool stays; /* no repair: the truth itself is damaged */
} damages[] = {
	{ "UPDATE cert SET crc = crc + 1 WHERE id = 1", "CRC differs", false },
	{ "UPDATE cert SET flags = 1 WHERE id = 1", "flags differs", false },
	{ "UPDATE cert SET digest = zeroblob(32) WHERE id = 1",
	    "digest differs", false },
	{ "UPDATE cert SET skshash = zeroblob(16) WHERE id = 1",
	    "SKS hash differs", false },
	{ "UPDATE cert SET fpr = zeroblob(20) WHERE id = 1",
	    "fingerprint differs", false },
	{ "UPDATE cert SET version = 6 WHERE id = 1", "fingerprint differs",
	    false },
	{ "UPDATE cert SET summary = x'00' WHERE id = 1", "summary differs",
	    false },
	{ "UPDATE cert SET summary = (SELECT summary FROM cert WHERE id = 2) "
	  "WHERE id = 1",
	    "summary differs", false },
	{ "UPDATE cert SET data = zeroblob(100) WHERE id = 1", "cannot be read",
	    true },
	{ "UPDATE cert SET data = CAST(substr(data, 1, "
	  "length(data) - 1) || x'00' AS BLOB) "
	  "WHERE id = 1",
	    "digest differs", true },
	{ "UPDATE cert SET logged = 2 WHERE id = 1", "log row is missing",
	    true },
	{ "DELETE FROM cert WHERE id = 3", "certificate 3 is missing", false },
	{ "DELETE FROM fpr WHERE kind = 1 AND cert = 1",
	    "a fingerprint row differs", false },
	{ "DELETE FROM fpr WHERE kind = 0 AND cert = 2",
	    "a fingerprint row differs", false },
	{ "UPDATE fpr SET kind = 1 WHERE kind = 0 AND cert = 2",
	    "a fingerprint row differs", false },
	{ "INSERT INTO fpr VALUES (5, zeroblob(20), 1, 1)",
	    "certificate 1 has no such key", false },
	{ "INSERT INTO fpr VALUES (5, zeroblob(20), 77, 1)",
	    "certificate 77 is missing", false },
	{ "DELETE FROM uid WHERE cert = 2", "a User ID row differs", false },
	{ "INSERT INTO uid VALUES (5, 1)", "certificate 1 has no such User ID",
	    false },
	{ "INSERT INTO uid VALUES (5, 77)", "certificate 77 is missing",
	    false },
	{ "INSERT INTO word (word, rowid, text) "
	  "VALUES ('delete', 2, 'Acme')",
	    "the words of certificate 2 differ", false },
	{ "INSERT INTO word (rowid, text) VALUES (1, 'planted')",
	    "the words of certificate 1 differ", false },
	{ "INSERT INTO word (rowid, text) VALUES (999, 'planted')",
	    "1 words of no certificate", false },
	{ "INSERT INTO word (word) VALUES ('delete-all')",
	    "the words of certificate 1 differ", false },
	{ "UPDATE word_data SET block = zeroblob(40) WHERE id > 10",
	    "text index: ", false },
	{ "DELETE FROM log WHERE position = 2", "rows 2 to 2 are missing",
	    true },
	{ "UPDATE log SET salt = zeroblob(16) WHERE position = 2",
	    "log row 2 (", true },
	{ "UPDATE log SET received = 5 WHERE position = 2", "leaf differs",
	    true },
	{ "UPDATE log SET digest = zeroblob(32) WHERE position = 1",
	    "the log has another digest", true },
	{ "UPDATE log SET event = 2 WHERE position = 3", "leaf differs", true },
	{ "UPDATE cert SET logged = 2 WHERE id = 2",
	    "log row 5 is newer than it", true },
	{ "INSERT INTO deny SELECT fpr, version, 0, '' FROM cert WHERE id = 1",
	    "stored although denied", true },
	{ "UPDATE total SET certs = 9", "counter of certificates: 9", false },
	{ "UPDATE total SET updated = 9", "counter of updated: 9", false },
	{ "UPDATE waiting SET n = 9", "1 domains miscounted", false },
	{ "DELETE FROM waiting", "1 domains miscounted", false },
};

START_TEST(test_clean)
{
	int64_t repaired;

	ck_assert_int_eq(check(), 0);
	OK(store_repair(sc.store, &repaired));
	ck_assert_int_eq(repaired, 0);
}
END_TEST

START_TEST(test_damage)
{
	const struct damage *d = &damages[_i];
	int64_t repaired, left;

	plant(d->sql);
	ck_assert_int_gt(check(), 0);
	ck_assert_msg(strstr(said, d->named) != NULL, "%s\nsaid: %s", d->sql,
	    said);
	OK(store_repair(sc.store, &repaired));
	left = check();
	ck_assert_msg((left > 0) == d->stays, "%s\nrepaired %d, left: %s",
	    d->sql, (int)repaired, said);
	ck_assert(d->stays || repaired > 0);
}
END_TEST

/* A page overwritten on disk. */
START_TEST(test_page)
{
	char path[128];
	sqlite3_stmt *stmt;
	sqlite3 *db;
	long page;
	FILE *fp;

	scene_close(&sc);
	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_prepare_v2(db,
	    "SELECT rootpage FROM sqlite_schema WHERE name = 'cert_skshash'",
	    -1, &stmt, NULL);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	page = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	fp = fopen(path, "r+b");
	ck_assert_ptr_nonnull(fp);
	ck_assert_int_eq(fseek(fp, page * 4096 - 20, SEEK_SET), 0);
	ck_assert_uint_eq(fwrite("damage", 1, 6, fp), 6);
	fclose(fp);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	ck_assert_int_gt(check(), 0);
	ck_assert_msg(strstr(said, "file: ") != NULL, "%s", said);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_clean);
	tcase_add_loop_test(t, test_damage, 0,
	    sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(t, test_page);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_fsck", add);
}
