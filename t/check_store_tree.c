/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree over the log, as the store keeps it: heads of every size and proofs
 * against a tree grown beside it, beyond the second level of tiles.
 */
#include "said_make.h"

#include "store/handle.h"

#define MANY 66000 /* more than 256^2 */

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

static void
rows_add(int64_t n)
{
	struct pgp_fpr fpr = said_fpr(1);
	struct store_key_event row = { STORE_EVENT_DENY, &fpr, NULL, 1000 };
	int64_t position;

	OK(store_begin(sc.store));
	for (int64_t i = 0; i < n; i++)
		OK(store_log_put_key(sc.store, &row, &position));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

/* Heads of all sizes up to the log's, and its leaves. */
static uint8_t (*heads)[32], (*leaves)[32];

static void
heads_grow(int64_t n)
{
	struct merkle_peaks tree = { 0 };
	struct store_log_row row = { 0 };

	heads = alloc_new(((size_t)n + 1) * 32);
	leaves = alloc_new(((size_t)n + 1) * 32);
	merkle_head(&tree, heads[0]);
	for (int64_t i = 1; i <= n; i++) {
		OK(store_log_next(sc.reader, i - 1, &row));
		memcpy(leaves[i], row.leaf, 32);
		OK(merkle_add(&tree, row.leaf, NULL));
		merkle_head(&tree, heads[i]);
	}
}

static void
heads_free(void)
{
	free(heads);
	free(leaves);
}

static void
size_try(int64_t size)
{
	uint8_t root[32];

	OK(store_log_root(sc.reader, size, root));
	ck_assert_mem_eq(root, heads[size], 32);
}

static void
inclusion_try(int64_t position, int64_t size)
{
	struct merkle_included claim = { .index = (uint64_t)position - 1,
		.size = (uint64_t)size };
	struct store_proof proof;

	OK(store_log_inclusion(sc.reader, position, size, &proof));
	memcpy(claim.leaf, leaves[position], 32);
	memcpy(claim.root, heads[size], 32);
	ck_assert(merkle_included_holds(&claim, proof.hash, proof.n));
}

static void
consistency_try(int64_t before, int64_t now)
{
	struct merkle_grown claim = { .before = (uint64_t)before,
		.now = (uint64_t)now };
	struct store_proof proof;

	OK(store_log_consistency(sc.reader, before, now, &proof));
	memcpy(claim.before_root, heads[before], 32);
	memcpy(claim.root, heads[now], 32);
	ck_assert(merkle_grown_holds(&claim, proof.hash, proof.n));
}

START_TEST(test_small)
{
	rows_add(40);
	rows_add(60); /* goes on where it was */
	heads_grow(100);
	for (int64_t size = 0; size <= 100; size++)
		size_try(size);
	for (int64_t size = 1; size <= 100; size += 9)
		for (int64_t at = 1; at <= size; at++) {
			inclusion_try(at, size);
			consistency_try(at, size);
		}
	heads_free();
}
END_TEST

START_TEST(test_large)
{
	static const int64_t edges[] = { 255, 256, 257, 511, 512, 513, 65535,
		65536, 65537, MANY - 1, MANY };
	int64_t differences;

	rows_add(MANY);
	heads_grow(MANY);
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		size_try(edges[i]);
		inclusion_try(1, edges[i]);
		inclusion_try(edges[i], edges[i]);
		consistency_try(edges[i], MANY);
	}
	for (int i = 0; i < 200; i++) {
		int64_t size = 1 + (int64_t)fixture_below(MANY);

		size_try(size);
		inclusion_try(1 + (int64_t)fixture_below((size_t)size), size);
		consistency_try(1 + (int64_t)fixture_below((size_t)size), size);
	}
	heads_free();
	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
}
END_TEST

START_TEST(test_edges)
{
	struct store_proof proof;
	uint8_t root[32];
	int64_t size;

	rows_add(5);
	OK(store_log_size(sc.reader, &size));
	ck_assert_int_eq(size, 5);
	IS(ICS_ENOTFOUND, store_log_root(sc.reader, 6, root));
	IS(ICS_ENOTFOUND, store_log_root(sc.reader, -1, root));
	IS(ICS_ENOTFOUND, store_log_inclusion(sc.reader, 0, 5, &proof));
	IS(ICS_ENOTFOUND, store_log_inclusion(sc.reader, 6, 5, &proof));
	IS(ICS_ENOTFOUND, store_log_inclusion(sc.reader, 1, 6, &proof));
	IS(ICS_ENOTFOUND, store_log_consistency(sc.reader, 3, 6, &proof));
	IS(ICS_ENOTFOUND, store_log_consistency(sc.reader, 4, 3, &proof));
	IS(ICS_ENOTFOUND, store_log_consistency(sc.reader, -1, 3, &proof));
	OK(store_log_consistency(sc.reader, 0, 5, &proof));
	ck_assert_uint_eq(proof.n, 0);
}
END_TEST

/* A transaction that was taken back has no leaves. */
START_TEST(test_rollback)
{
	struct pgp_fpr fpr = said_fpr(1);
	struct store_key_event row = { STORE_EVENT_DENY, &fpr, NULL, 1000 };
	int64_t position, differences;

	rows_add(250);
	OK(store_begin(sc.store));
	for (int i = 0; i < 300; i++)
		OK(store_log_put_key(sc.store, &row, &position));
	store_rollback(sc.store);
	rows_add(300);
	heads_grow(550);
	size_try(550);
	heads_free();
	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_small);
	tcase_add_test(t, test_large);
	tcase_add_test(t, test_edges);
	tcase_add_test(t, test_rollback);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_tree", add);
}
