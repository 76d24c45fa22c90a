/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What peers compare, against the slow way: whatever is put, updated, deleted
 * and rolled back, the tree has the sums of the members, the print is that of
 * the digests, and digests come in their order.
 */
#include "gossip_make.h"

/* ---- mixes ---------------------------------------------------------------- */

START_TEST(test_mix)
{
	uint64_t seed = 0x5eed0000u + (uint64_t)_i;

	for (int i = 0; i < 12; i++) {
		OK(store_begin(sc.store));
		for (uint64_t n = draw(&seed, 120); n > 0; n--)
			change(&seed, true);
		if (draw(&seed, 4) == 0)
			store_rollback(sc.store);
		else
			OK(store_commit(sc.store));
		if (draw(&seed, 4) == 0)
			reopen();
		if (draw(&seed, 4) == 0)
			tree_compare();
	}
	ck_assert_uint_gt(tree_compare(), 0);
	print_compare();
}
END_TEST

/* All come and go again: an empty tree is an empty table. */
START_TEST(test_empty)
{
	struct sketch_print print;
	int64_t nodes;

	for (int round = 0; round < 2; round++) {
		OK(store_begin(sc.store));
		for (uint32_t i = 1; i <= 200; i++) {
			struct pgp_fpr fpr = said_fpr(i);
			struct store_entry *e =
			    device_entry(&(struct device){ .number = i });
			enum store_change changed;

			if (round == 0)
				OK(store_put(sc.store, e, 1000, &changed));
			else
				OK(store_delete(sc.store, &fpr, 1001));
			store_entry_free(e);
		}
		OK(store_commit(sc.store));
		ck_assert_uint_eq(tree_compare(), round == 0 ? 200 : 0);
	}
	OK(keep_nodes_count(&sc.reader->db, &nodes));
	ck_assert_int_eq(nodes, 0);
	OK(store_print_get(sc.reader, &print));
	ck_assert_uint_eq(print.n, 0);
	for (size_t i = 0; i < sizeof(print.sum); i++)
		ck_assert_uint_eq(print.sum[i], 0);
	sound();
}
END_TEST

/* Two certificates with one MD5 are one member, until both are gone. */
START_TEST(test_twins)
{
	static const uint8_t hash[16] = "one hash for two";
	struct store_hits hits;

	put_with(1, 4, hash);
	ck_assert_uint_eq(tree_compare(), 1);
	put_with(2, 4, hash);
	ck_assert_uint_eq(tree_compare(), 1);
	OK(store_find_skshash(sc.reader, hash, &hits));
	ck_assert_uint_eq(hits.n, 2);
	gone(1);
	ck_assert_uint_eq(tree_compare(), 1);
	/* The one that is left takes another hash. */
	put_with(3, 4, hash);
	device_put(&sc, &(struct device){ .number = 2, .revision = 1 }, 1000);
	ck_assert_uint_eq(tree_compare(), 2);
	gone(3);
	ck_assert_uint_eq(tree_compare(), 1);
	gone(2);
	ck_assert_uint_eq(tree_compare(), 0);
	print_compare();
}
END_TEST

/* What SKS cannot take is no member: new keys, and hashes that are sample
 * points. */
START_TEST(test_unfit)
{
	uint8_t point[16] = { 0 };

	put_with(1, 6, NULL);
	put_with(2, 4, NULL);
	for (uint8_t i = 0; i < 3; i++) {
		point[0] = i;
		put_with(10u + i, 4, point);
	}
	ck_assert_uint_eq(tree_compare(), 1);
	point[0] = 3;
	put_with(20, 4, point);
	ck_assert_uint_eq(tree_compare(), 2);
	gone(10);
	ck_assert_uint_eq(tree_compare(), 2);
	print_compare();
	reopen();
	ck_assert(!store_tree_grows(sc.store));
}
END_TEST

/* ---- digests ------------------------------------------------------------------ */

ARRAY_OF(struct store_digest, digests);

static int
digest_order(const void *a, const void *b)
{
	const struct store_digest *x = a, *y = b;

	return memcmp(x->digest, y->digest, sizeof(x->digest));
}

static void
digests_read(struct digests *all)
{
	struct store_record rec = { 0 };
	struct pgp_fpr at = { 0 };
	struct store_cert cert;
	const uint8_t *after = NULL;
	uint8_t digest[32];

	fresh();
	while (store_cert_next(sc.reader, &at, &cert, &at) == ICS_OK) {
		struct store_digest *d = digests_add(all);

		*d = (struct store_digest){ .id = cert.id };
		memcpy(d->digest, cert.digest, 32);
	}
	while (store_record_next_any(sc.reader, after, &rec) == ICS_OK) {
		struct store_digest *d = digests_add(all);

		memcpy(digest, rec.digest, sizeof(digest));
		after = digest;
		*d = (struct store_digest){ .is_record = true };
		memcpy(d->digest, digest, 32);
	}
	qsort(all->at, all->n, sizeof(*all->at), digest_order);
}

static void
same(const struct store_digest *a, const struct store_digest *b)
{
	ck_assert_mem_eq(a->digest, b->digest, 32);
	ck_assert_int_eq(a->id, b->id);
	ck_assert(a->is_record == b->is_record);
}

static void
digests_walk(const struct digests *all, size_t max)
{
	struct store_digests d = { .out = alloc_zero(max, sizeof(*d.out)),
		.max = max };
	struct store_digest last;
	size_t at = 0;

	OK(store_digest_next(sc.reader, NULL, &d));
	while (d.n > 0) {
		ck_assert_uint_le(at + d.n, all->n);
		for (size_t i = 0; i < d.n; i++)
			same(&d.out[i], &all->at[at++]);
		last = d.out[d.n - 1];
		OK(store_digest_next(sc.reader, last.digest, &d));
	}
	ck_assert_uint_eq(at, all->n);
	free(d.out);
}

static void
digest_find(const struct store_digest *wanted, size_t octets)
{
	struct bytes head = bytes_of(wanted->digest, octets);
	struct store_digest out[2];
	struct store_digests d = { out, 2, 0 }, none = { out, 0, 0 };
	uint8_t other[32];

	OK(store_digest_find(sc.reader, head, &d));
	ck_assert_uint_eq(d.n, 1);
	same(&out[0], wanted);
	memcpy(other, wanted->digest, octets);
	other[octets - 1] ^= 1;
	OK(store_digest_find(sc.reader, bytes_of(other, octets), &d));
	ck_assert_uint_eq(d.n, 0);
	OK(store_digest_find(sc.reader, head, &none));
	ck_assert_uint_eq(none.n, 0);
}

START_TEST(test_digests)
{
	static const size_t sizes[] = { 1, 2, 7, 100, 1000 };
	struct digests all = { 0 };
	struct store_digest out;
	struct store_digests d = { &out, 1, 0 };

	digests_walk(&all, 5);
	for (uint32_t i = 1; i <= 60; i++) {
		put_with(i, i % 7 == 0 ? 6 : 4, NULL);
		said_put(&sc, said_status(i, "in-use", 3, 0), 2000);
	}
	digests_read(&all);
	ck_assert_uint_eq(all.n, 120);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		digests_walk(&all, sizes[i]);
	for (size_t i = 0; i < all.n; i++)
		for (size_t octets = 8; octets <= 32; octets += 8)
			digest_find(&all.at[i], octets);
	IS(ICS_EUSAGE,
	    store_digest_find(sc.reader, bytes_of(all.at[0].digest, 7), &d));
	print_compare();
	digests_release(&all);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, test_mix, 0, 100);
	tcase_add_test(t, test_empty);
	tcase_add_test(t, test_twins);
	tcase_add_test(t, test_unfit);
	tcase_add_test(t, test_digests);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("store_gossip", add);
}
