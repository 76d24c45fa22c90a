/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trees that are lost, damaged, or were never there grow again, beside
 * everything else that goes on; and a store of step 2 gets one.
 */
#include "gossip_make.h"

/* ---- building ---------------------------------------------------------------- */

#define MANY 3000

static void
many_put(void)
{
	OK(store_begin(sc.store));
	for (uint32_t i = 1; i <= MANY; i++) {
		struct store_entry *e =
		    device_entry(&(struct device){ .number = i });
		enum store_change changed;

		OK(store_put(sc.store, e, 1000, &changed));
		store_entry_free(e);
	}
	OK(store_commit(sc.store));
}

static void
tree_drop(void)
{
	OK(store_begin(sc.store));
	OK(store_tree_drop(sc.store));
	OK(store_commit(sc.store));
	ck_assert(store_tree_grows(sc.store));
}

static void
tree_lose(void)
{
	bool is;

	tree_drop();
	fresh();
	OK(store_tree_is_whole(sc.reader, &is));
	ck_assert(!is);
}

static bool
step(void)
{
	bool more;

	OK(store_begin(sc.store));
	OK(store_tree_build_step(sc.store, &more));
	OK(store_commit(sc.store));
	ck_assert(more == store_tree_grows(sc.store));
	return more;
}

/* Slices, and between them everything else. */
START_TEST(test_build)
{
	uint64_t seed = 0xb0110000u + (uint64_t)_i;
	int steps = 0;
	bool more;

	many_put();
	ck_assert_uint_eq(tree_compare(), MANY);
	tree_lose();
	sound();
	do {
		more = step();
		steps++;
		sound();
		OK(store_begin(sc.store));
		for (uint64_t n = draw(&seed, 60); n > 0; n--)
			change(&seed, false);
		if (draw(&seed, 3) == 0)
			store_rollback(sc.store);
		else
			OK(store_commit(sc.store));
		sound();
		if (draw(&seed, 2) == 0)
			reopen();
	} while (more);
	ck_assert_int_ge(steps, MANY / 1024);
	ck_assert(!step());
	tree_compare();
}
END_TEST

static void
plant(const char *sql)
{
	char path[128], *words = NULL;
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/%s", sc.dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_exec(db, sql, NULL, NULL, &words);
	ck_assert_msg(words == NULL, "%s: %s", sql, words);
	ck_assert_int_gt(sqlite3_total_changes(db), 0);
	sqlite3_close(db);
}

#define TOP   " WHERE prefix = zeroblob(17)"
#define BELOW " WHERE prefix <> zeroblob(17)"
/* Other nodes are leaves. */
#define LEAVES(mask)                                                  \
	"UPDATE node SET nodes = CAST(substr(nodes, 1, 4) || x'" mask \
	"' || substr(nodes, 9) AS BLOB)"

static const char *const losses[] = {
	"DELETE FROM node" TOP,
	"UPDATE node SET nodes = zeroblob(length(nodes))" TOP,
	"UPDATE node SET nodes = (SELECT nodes FROM node" BELOW ")" TOP,
	LEAVES("00000001") TOP,
	"DELETE FROM node",
};

/* A tree that was damaged near its root is noticed when the store is opened,
 * and built again. */
START_TEST(test_loss)
{
	many_put();
	scene_close(&sc);
	plant(losses[_i]);
	reopen();
	ck_assert(store_tree_grows(sc.store));
	while (step())
		;
	ck_assert_uint_eq(tree_compare(), MANY);
	sound();
}
END_TEST

static const char *const faults[] = {
	"DELETE FROM node" BELOW,
	"UPDATE node SET nodes = zeroblob(length(nodes))" BELOW,
	LEAVES("00000000") BELOW,
};

/* One that was damaged further down is noticed by what meets the damage, which
 * is stored all the same. */
START_TEST(test_fault)
{
	bool is;

	many_put();
	scene_close(&sc);
	plant(faults[_i]);
	reopen();
	put_with(MANY + 1, 4, NULL);
	gone(1);
	ck_assert(store_tree_grows(sc.store));
	fresh();
	OK(store_tree_is_whole(sc.reader, &is));
	ck_assert(!is);
	while (step())
		;
	ck_assert_uint_eq(tree_compare(), MANY);
	sound();
}
END_TEST

/* Repair builds what is not whole, too. */
START_TEST(test_repair)
{
	int64_t repaired;

	many_put();
	tree_lose();
	step();
	store_reader_end(sc.reader);
	OK(store_repair(sc.store, &repaired));
	ck_assert_int_eq(repaired, 1);
	ck_assert_uint_eq(tree_compare(), MANY);
	ck_assert(!store_tree_grows(sc.store));
}
END_TEST

/* A reader's view stays what it was. */
START_TEST(test_constant)
{
	struct recon_prefix root = { 0 };
	struct recon_sum before, sum;
	struct recon_view view;

	many_put();
	fresh();
	store_tree_view(sc.reader, &view);
	OK(view.sum(view.arg, &root, &before));
	put_with(MANY + 1, 4, NULL);
	gone(1);
	tree_drop();
	OK(view.sum(view.arg, &root, &sum));
	ck_assert(recon_sum_is_equal(&before, &sum));
}
END_TEST

/* ---- a store of step 2 ------------------------------------------------------- */

#define STEP_BACK                                                           \
	"DROP TABLE domain; DROP TABLE descriptor; DROP TABLE member;"      \
	"DROP TABLE due; DROP TABLE walk;"                                  \
	"DROP TABLE node; DROP INDEX cert_digest; DROP INDEX cert_skshash;" \
	"CREATE INDEX cert_skshash ON cert (skshash);"                      \
	"ALTER TABLE total DROP COLUMN grown;"                              \
	"ALTER TABLE total DROP COLUMN print;"                              \
	"PRAGMA user_version = 2;"                                          \
	"UPDATE total SET certs = certs"

START_TEST(test_step_two)
{
	many_put();
	said_put(&sc, said_status(1, "in-use", 3, 0), 2000);
	scene_close(&sc);
	plant(STEP_BACK);
	reopen();
	ck_assert(store_tree_grows(sc.store));
	print_compare();
	sound();
	while (step())
		;
	ck_assert_uint_eq(tree_compare(), MANY);
	print_compare();
	sound();
	reopen();
	ck_assert(!store_tree_grows(sc.store));
}
END_TEST

START_TEST(test_step_two_empty)
{
	scene_close(&sc);
	plant(STEP_BACK);
	reopen();
	ck_assert(!store_tree_grows(sc.store));
	print_compare();
	put_with(1, 4, NULL);
	ck_assert_uint_eq(tree_compare(), 1);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, test_build, 0, 5);
	tcase_add_loop_test(t, test_loss, 0,
	    sizeof(losses) / sizeof(losses[0]));
	tcase_add_loop_test(t, test_fault, 0,
	    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(t, test_repair);
	tcase_add_test(t, test_constant);
	tcase_add_test(t, test_step_two);
	tcase_add_test(t, test_step_two_empty);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_grow", add);
}
