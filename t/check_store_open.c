/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, locking, migrating, copying: what is ours, and what is refused. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "said_make.h"
#include "store/handle.h"

static struct scene sc;

static void
begin(void)
{
	scene_begin(&sc);
}

static void
end(void)
{
	scene_end(&sc);
}

static char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, name);
	return path;
}

static void
plant(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path_of(STORE_FILE), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

START_TEST(test_lock)
{
	struct store *second;
	struct store_reader *other;
	pid_t pid;
	int status;

	IS(ICS_EBUSY, store_open(sc.dir, STORE_EXISTING, &second));
	ck_assert_ptr_null(second);
	/* From another process, which may read. */
	pid = fork();
	if (pid == 0) {
		bool right =
		    store_open(sc.dir, STORE_EXISTING, &second) == ICS_EBUSY &&
		    store_reader_open(sc.dir, NULL, &other) == ICS_OK;

		_exit(right ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	scene_close(&sc);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
}
END_TEST

START_TEST(test_missing)
{
	char dir[100];
	struct store *s;
	struct store_reader *r;

	scene_close(&sc);
	ck_assert_int_eq(unlink(path_of(STORE_FILE)), 0);
	IS(ICS_ENOTFOUND, store_open(sc.dir, STORE_EXISTING, &s));
	IS(ICS_ENOTFOUND, store_reader_open(sc.dir, NULL, &r));
	ck_assert_int_ne(access(path_of(STORE_FILE), F_OK), 0);
	(void)snprintf(dir, sizeof(dir), "%s/not/there", sc.dir);
	IS(ICS_ENOTFOUND, store_open(dir, STORE_CREATE, &s));
}
END_TEST

static const struct {
	const char *sql;
} foreign[] = {
	{ "PRAGMA application_id = 1" },
	{ "PRAGMA user_version = 1000" },
	{ "PRAGMA user_version = 0" },
	{ "PRAGMA application_id = 0; PRAGMA user_version = 0" },
	{ "DROP TABLE log" },
};

START_TEST(test_foreign)
{
	struct store *s;

	scene_close(&sc);
	plant(foreign[_i].sql);
	ck_assert_int_ne(store_open(sc.dir, STORE_CREATE, &s), ICS_OK);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(test_no_database)
{
	struct store *s;
	FILE *fp;

	scene_close(&sc);
	fp = fopen(path_of(STORE_FILE), "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database. ", fp);
	fclose(fp);
	IS(ICS_ECORRUPT, store_open(sc.dir, STORE_CREATE, &s));
	fp = fopen(path_of(STORE_FILE), "w");
	fclose(fp);
	OK(store_open(sc.dir, STORE_CREATE, &s)); /* an empty file is new */
	store_close(s);
}
END_TEST

static int64_t
version(void)
{
	int64_t n;

	OK(db_number(&sc.store->db, SQL_OPEN_VERSION, &n));
	return n;
}

/* A store of the version before, by steps that exist only here. */
START_TEST(test_migrate)
{
	const char *steps[SQL_STEPS + 2];
	struct store *s;

	device_put(&sc, &(struct device){ .number = 1 }, 1000);
	store_reader_end(sc.reader);
	memcpy(steps, sql_steps, sizeof(sql_steps));
	steps[SQL_STEPS] = "CREATE TABLE next (a INTEGER) STRICT;"
			   "INSERT INTO next SELECT id FROM cert;"
			   "PRAGMA user_version = 5;";
	steps[SQL_STEPS + 1] = "CREATE TABLE third (a INTEGER) STRICT;"
			       "PRAGMA user_version = 6;"
			       "CREATE TABLE third (a INTEGER) STRICT;";
	OK(store_migrate(&sc.store->db, steps, SQL_STEPS));
	ck_assert_int_eq(version(), SQL_STEPS);
	/* One step works, the other fails whole. */
	IS(ICS_EDB, store_migrate(&sc.store->db, steps, SQL_STEPS + 2));
	ck_assert_int_eq(version(), SQL_STEPS + 1);
	ck_assert_int_eq(sqlite3_get_autocommit(sc.store->db.sq), 1);
	OK(db_run(&sc.store->db, "INSERT INTO next VALUES (7)"));
	IS(ICS_EDB, db_run(&sc.store->db, "INSERT INTO third VALUES (7)"));
	OK(store_migrate(&sc.store->db, steps, SQL_STEPS + 1));
	/* We are older than that file now, and leave it alone. */
	scene_close(&sc);
	IS(ICS_ECORRUPT, store_open(sc.dir, STORE_EXISTING, &s));
	IS(ICS_ECORRUPT, store_reader_open(sc.dir, NULL, &sc.reader));
}
END_TEST

/* ---- a store of step 1 ---- */

/* Its log ends before statements, and nothing says what certificates say. */
static void
step_back(void)
{
	plant("DROP TABLE domain; DROP TABLE descriptor; DROP TABLE member;"
	      "DROP TABLE due; DROP TABLE walk;"
	      "DROP TABLE node; DROP INDEX cert_digest;"
	      "DROP INDEX cert_skshash;"
	      "CREATE INDEX cert_skshash ON cert (skshash);"
	      "ALTER TABLE total DROP COLUMN grown;"
	      "ALTER TABLE total DROP COLUMN print;"
	      "DROP TABLE statement; DROP TABLE term; DROP TABLE tile;"
	      "DROP TABLE item; DROP TABLE record;"
	      "ALTER TABLE total DROP COLUMN records;"
	      "ALTER TABLE total DROP COLUMN statements;"
	      "ALTER TABLE total DROP COLUMN leaves;"
	      "ALTER TABLE total DROP COLUMN peaks;"
	      "DELETE FROM log WHERE event > 4;"
	      "UPDATE cert SET flags = flags & 3;"
	      "PRAGMA user_version = 1");
}

START_TEST(test_step_one)
{
	struct said model = { .by = 3,
		.pairs = { { NOTATIONS_NAME_MODEL, "T1000" } } };
	struct notations_subject about = said_subject(1);
	struct store_statement st;
	struct store_stats stats;
	struct store_log_row row, was;
	uint8_t root[32], again[32];

	for (uint32_t i = 2; i < 600; i++)
		device_put(&sc, &(struct device){ .number = i }, 1000);
	said_device_put(&sc, said_device(1, &model, 1), 1000);
	OK(store_log_next(sc.reader, 299, &was));
	scene_close(&sc);
	step_back();
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	said_sound(&sc);
	/* What was in the log is there unchanged; the statement came behind. */
	OK(store_reader_begin(sc.reader));
	OK(store_log_next(sc.reader, 299, &row));
	ck_assert_mem_eq(row.leaf, was.leaf, 32);
	ck_assert(pgp_fpr_equal(&row.item, &was.item));
	OK(store_stats(sc.reader, &stats));
	ck_assert_int_eq(stats.log, 600);
	ck_assert_int_eq(stats.statements, 1);
	OK(store_statement_next(sc.reader, &about, NULL, &st));
	ck_assert_int_eq(st.position, 600);
	/* Once only. */
	OK(store_log_root(sc.reader, 600, root));
	scene_close(&sc);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	OK(store_reader_begin(sc.reader));
	OK(store_log_root(sc.reader, 600, again));
	ck_assert_mem_eq(root, again, 32);
	said_put(&sc, said_status(1, "in-use", 3, 0), 2000);
	said_sound(&sc);
}
END_TEST

/* The very file that step 1 makes, with nothing in it. */
START_TEST(test_step_one_empty)
{
	scene_close(&sc);
	ck_assert_int_eq(unlink(path_of(STORE_FILE)), 0);
	plant(sql_steps[0]);
	IS(ICS_ECORRUPT, store_reader_open(sc.dir, NULL, &sc.reader));
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	device_put(&sc, &(struct device){ .number = 1 }, 1000);
	said_sound(&sc);
}
END_TEST

/* A bulk that nobody ended is ended by the next who opens. */
START_TEST(test_bulk_left)
{
	int64_t left;

	store_bulk_begin(sc.store);
	OK(db_number(&sc.store->db, SQL_BULK_LEFT, &left));
	ck_assert_int_eq(left, 1);
	sc.store->bulk = false; /* as if the process had died */
	scene_close(&sc);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(db_number(&sc.store->db, SQL_BULK_LEFT, &left));
	ck_assert_int_eq(left, 0);
}
END_TEST

/* Octets of the file that a connection maps at most. */
static sqlite3_int64
mapped(const struct db *db)
{
	sqlite3_int64 most = -1; /* asks */

	ck_assert_int_eq(sqlite3_file_control(db->sq, "main",
			     SQLITE_FCNTL_MMAP_SIZE, &most),
	    SQLITE_OK);
	return most;
}

/* Lean: nothing is mapped, by the writer and by who reads beside it. */
START_TEST(test_lean)
{
	struct store_reader *r;

	ck_assert_int_gt(mapped(&sc.store->db), 0);
	ck_assert_int_gt(mapped(&sc.reader->db), 0);
	OK(store_lean(sc.store));
	OK(store_reader_open(sc.dir, sc.store, &r));
	OK(store_reader_begin(r));
	ck_assert_int_eq(mapped(&sc.store->db), 0);
	ck_assert_int_eq(mapped(&r->db), 0);
	store_reader_close(r);
}
END_TEST

START_TEST(test_bulk)
{
	struct store_hits hits;
	int64_t differences;

	store_bulk_begin(sc.store);
	for (uint32_t i = 1; i <= 300; i++)
		device_put(&sc, &(struct device){ .number = i }, 1000);
	OK(store_bulk_end(sc.store));
	OK(store_reader_begin(sc.reader));
	OK(store_find_words(sc.reader, bytes_of_str("acme 000123"), &hits));
	ck_assert_uint_eq(hits.n, 1);
	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
}
END_TEST

START_TEST(test_copy)
{
	struct scene copy = { 0 };
	struct store_stats a, b;
	int64_t differences;
	char name[128];

	for (uint32_t i = 1; i <= 50; i++)
		device_put(&sc, &(struct device){ .number = i, .pad = 5000 },
		    1000);
	(void)snprintf(copy.dir, sizeof(copy.dir), "%s",
	    "/tmp/cm4it-copy.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(copy.dir));
	(void)snprintf(name, sizeof(name), "%s/%s", copy.dir, STORE_FILE);
	OK(store_snapshot(sc.reader, name));
	IS(ICS_EEXISTS, store_snapshot(sc.reader, name));
	IS(ICS_ENOTFOUND, store_snapshot(sc.reader, "/tmp/not/there/x"));
	/* It goes on here, the copy stays what it was. */
	device_put(&sc, &(struct device){ .number = 51 }, 1000);
	OK(store_open(copy.dir, STORE_EXISTING, &copy.store));
	OK(store_reader_open(copy.dir, copy.store, &copy.reader));
	OK(store_check(copy.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
	OK(store_stats(sc.reader, &a));
	OK(store_stats(copy.reader, &b));
	ck_assert_int_eq(a.certs, 51);
	ck_assert_int_eq(b.certs, 50);
	scene_end(&copy);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_lock);
	tcase_add_test(t, test_missing);
	tcase_add_loop_test(t, test_foreign, 0,
	    sizeof(foreign) / sizeof(foreign[0]));
	tcase_add_test(t, test_no_database);
	tcase_add_test(t, test_migrate);
	tcase_add_test(t, test_step_one);
	tcase_add_test(t, test_step_one_empty);
	tcase_add_test(t, test_bulk_left);
	tcase_add_test(t, test_lean);
	tcase_add_test(t, test_bulk);
	tcase_add_test(t, test_copy);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_open", add);
}
