/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merkle trees: the heads and proofs of Certificate Transparency's reference
 * tree, and a naive recursion over RFC 6962's own words for all small sizes.
 * A proof that was touched anywhere does not hold.
 */
#include "base/hex.h"
#include "fixture.h"
#include "merkle/merkle.h"
#include "pgp/pgp.h"

#define MANY 300

static uint8_t leaves[MANY][MERKLE_OCTETS];

/* The leaves that the reference implementation of CT tests with. */
static const char *const inputs[8] = { "", "00", "10", "2021", "3031",
	"40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };

static const char *const roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void
reference_leaves(void)
{
	for (size_t i = 0; i < 8; i++) {
		uint8_t data[16];
		size_t n = strlen(inputs[i]) / 2;

		if (n > 0)
			ck_assert_int_eq(hex_read(bytes_of_str(inputs[i]), data,
					     n),
			    ICS_OK);
		merkle_leaf(bytes_of(data, n), leaves[i]);
	}
}

static void
many_leaves(void)
{
	for (uint32_t i = 0; i < MANY; i++)
		merkle_leaf(bytes_of(&i, sizeof(i)), leaves[i]);
}

/* Complete subtrees, the slow way; counts what it is asked for. */
static size_t asked;

static enum ics_err
node(void *arg, unsigned height, uint64_t index, uint8_t out[MERKLE_OCTETS])
{
	const uint64_t *there = arg;
	uint64_t n = (uint64_t)1 << height;
	uint8_t(*row)[MERKLE_OCTETS] = alloc_new(n * MERKLE_OCTETS);

	ck_assert_uint_le((index + 1) << height, *there);
	asked++;
	memcpy(row, leaves[index * n], n * MERKLE_OCTETS);
	merkle_fold(row, n);
	memcpy(out, row[0], MERKLE_OCTETS);
	free(row);
	return ICS_OK;
}

/* ---- RFC 6962 2.1, as it is written ---- */

static void
mth(size_t from, size_t n, uint8_t out[MERKLE_OCTETS])
{
	uint8_t left[MERKLE_OCTETS], right[MERKLE_OCTETS];
	size_t k = 1;

	if (n == 0)
		pgp_sha256(bytes_of(NULL, 0), out);
	if (n == 1)
		memcpy(out, leaves[from], MERKLE_OCTETS);
	if (n < 2)
		return;
	while (2 * k < n)
		k *= 2;
	mth(from, k, left);
	mth(from + k, n - k, right);
	merkle_parent(left, right, out);
}

static void
path_of(struct merkle_path *p, size_t m, size_t from, size_t n)
{
	size_t k = 1;

	if (n == 1)
		return;
	while (2 * k < n)
		k *= 2;
	if (m < k) {
		path_of(p, m, from, k);
		mth(from + k, n - k, p->hash[p->n++]);
	} else {
		path_of(p, m - k, from + k, n - k);
		mth(from, k, p->hash[p->n++]);
	}
}

struct sub {
	size_t m, from, n;
	bool whole;
};

static void
subproof(struct merkle_path *p, struct sub s)
{
	size_t k = 1;

	if (s.m == s.n) {
		if (!s.whole)
			mth(s.from, s.n, p->hash[p->n++]);
		return;
	}
	while (2 * k < s.n)
		k *= 2;
	if (s.m <= k) {
		subproof(p, (struct sub){ s.m, s.from, k, s.whole });
		mth(s.from + k, s.n - k, p->hash[p->n++]);
	} else {
		subproof(p,
		    (struct sub){ s.m - k, s.from + k, s.n - k, false });
		mth(s.from, k, p->hash[p->n++]);
	}
}

static void
same_path(const struct merkle_path *a, const struct merkle_path *b)
{
	ck_assert_uint_eq(a->n, b->n);
	ck_assert_mem_eq(a->hash, b->hash, a->n * MERKLE_OCTETS);
}

/* ---- heads ---- */

START_TEST(test_reference)
{
	struct merkle_peaks peaks = { 0 };
	uint64_t there = 8;
	struct merkle_tree tree = { node, &there };
	uint8_t root[MERKLE_OCTETS];
	char hex[2 * MERKLE_OCTETS + 1];

	reference_leaves();
	for (uint64_t n = 0; n <= 8; n++) {
		merkle_head(&peaks, root);
		hex_lower(bytes_of(root, sizeof(root)), hex);
		ck_assert_str_eq(hex, roots[n]);
		ck_assert_int_eq(merkle_root(&tree, n, root), ICS_OK);
		hex_lower(bytes_of(root, sizeof(root)), hex);
		ck_assert_str_eq(hex, roots[n]);
		if (n < 8)
			ck_assert_int_eq(merkle_add(&peaks, leaves[n], NULL),
			    ICS_OK);
	}
}
END_TEST

/* Paths that the reference implementation tests with. */
static const struct {
	uint64_t index, size;
	const char *hash[3];
} reference_paths[] = {
	{ 0, 8,
	    { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
	{ 5, 8,
	    { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
};

START_TEST(test_reference_paths)
{
	uint64_t there = 8;
	struct merkle_tree tree = { node, &there };
	struct merkle_path path;
	char hex[2 * MERKLE_OCTETS + 1];

	reference_leaves();
	ck_assert_int_eq(merkle_inclusion(&tree, reference_paths[_i].index,
			     reference_paths[_i].size, &path),
	    ICS_OK);
	ck_assert_uint_eq(path.n, 3);
	for (size_t i = 0; i < 3; i++) {
		hex_lower(bytes_of(path.hash[i], MERKLE_OCTETS), hex);
		ck_assert_str_eq(hex, reference_paths[_i].hash[i]);
	}
}
END_TEST

START_TEST(test_heads)
{
	struct merkle_peaks peaks = { 0 };
	uint64_t there = MANY;
	struct merkle_tree tree = { node, &there };
	uint8_t naive[MERKLE_OCTETS], root[MERKLE_OCTETS];

	many_leaves();
	for (size_t n = 0; n < MANY; n++) {
		mth(0, n, naive);
		merkle_head(&peaks, root);
		ck_assert_mem_eq(root, naive, sizeof(root));
		ck_assert_int_eq(merkle_root(&tree, n, root), ICS_OK);
		ck_assert_mem_eq(root, naive, sizeof(root));
		ck_assert_int_eq(merkle_add(&peaks, leaves[n], NULL), ICS_OK);
	}
}
END_TEST

/* Each complete subtree is told once, with its hash. */
static size_t made_n;

static enum ics_err
made(void *arg, unsigned height, uint64_t index,
    const uint8_t hash[MERKLE_OCTETS])
{
	uint8_t naive[MERKLE_OCTETS];

	(void)arg;
	mth((size_t)index << height, (size_t)1 << height, naive);
	ck_assert_mem_eq(hash, naive, MERKLE_OCTETS);
	made_n++;
	return ICS_OK;
}

static enum ics_err
made_fails(void *arg, unsigned height, uint64_t index,
    const uint8_t hash[MERKLE_OCTETS])
{
	(void)arg;
	(void)index;
	(void)hash;
	return height == 3 ? ICS_ENOSPACE : ICS_OK;
}

START_TEST(test_made)
{
	struct merkle_made how = { made, NULL }, fails = { made_fails, NULL };
	struct merkle_peaks peaks = { 0 };
	size_t wanted = 0;

	many_leaves();
	made_n = 0;
	for (size_t n = 0; n < MANY; n++)
		ck_assert_int_eq(merkle_add(&peaks, leaves[n], &how), ICS_OK);
	for (size_t n = MANY / 2; n > 0; n /= 2)
		wanted += n;
	ck_assert_uint_eq(made_n, wanted);
	peaks = (struct merkle_peaks){ 0 };
	for (size_t n = 0; n < 7; n++)
		ck_assert_int_eq(merkle_add(&peaks, leaves[n], &fails), ICS_OK);
	ck_assert_int_eq(merkle_add(&peaks, leaves[7], &fails), ICS_ENOSPACE);
}
END_TEST

/* ---- proofs ---- */

static void
inclusion_try(size_t index, size_t size)
{
	struct merkle_included claim = { .index = index, .size = size };
	uint64_t there = size;
	struct merkle_tree tree = { node, &there };
	struct merkle_path path, naive = { .n = 0 };

	asked = 0;
	ck_assert_int_eq(merkle_inclusion(&tree, index, size, &path), ICS_OK);
	ck_assert_uint_le(asked, 20);
	path_of(&naive, index, 0, size);
	same_path(&path, &naive);
	memcpy(claim.leaf, leaves[index], MERKLE_OCTETS);
	mth(0, size, claim.root);
	ck_assert(merkle_included_holds(&claim, path.hash, path.n));
	/* Of another place, shorter, longer, touched: it does not hold. */
	claim.index = (index + 1) % size;
	ck_assert(size == 1 ||
		  !merkle_included_holds(&claim, path.hash, path.n));
	claim.index = index;
	ck_assert(path.n == 0 ||
		  !merkle_included_holds(&claim, path.hash, path.n - 1));
	ck_assert(!merkle_included_holds(&claim, path.hash, path.n + 1));
	for (size_t i = 0; i < path.n; i++) {
		path.hash[i][i % MERKLE_OCTETS] ^= 1;
		ck_assert(!merkle_included_holds(&claim, path.hash, path.n));
		path.hash[i][i % MERKLE_OCTETS] ^= 1;
	}
	claim.leaf[3] ^= 4;
	ck_assert(!merkle_included_holds(&claim, path.hash, path.n));
}

START_TEST(test_inclusion)
{
	many_leaves();
	for (size_t size = 1; size <= 70; size++)
		for (size_t index = 0; index < size; index++)
			inclusion_try(index, size);
	for (size_t i = 0; i < 100; i++) {
		size_t size = 1 + fixture_below(MANY);

		inclusion_try(fixture_below(size), size);
	}
}
END_TEST

static void
consistency_try(size_t before, size_t now)
{
	struct merkle_grown claim = { .before = before, .now = now };
	uint64_t there = now;
	struct merkle_tree tree = { node, &there };
	struct merkle_path path, naive = { .n = 0 };

	ck_assert_int_eq(merkle_consistency(&tree, before, now, &path), ICS_OK);
	subproof(&naive, (struct sub){ before, 0, now, true });
	same_path(&path, &naive);
	mth(0, before, claim.before_root);
	mth(0, now, claim.root);
	ck_assert(merkle_grown_holds(&claim, path.hash, path.n));
	ck_assert(path.n == 0 ||
		  !merkle_grown_holds(&claim, path.hash, path.n - 1));
	ck_assert(!merkle_grown_holds(&claim, path.hash, path.n + 1));
	for (size_t i = 0; i < path.n; i++) {
		path.hash[i][31 - i % MERKLE_OCTETS] ^= 0x80;
		ck_assert(!merkle_grown_holds(&claim, path.hash, path.n));
		path.hash[i][31 - i % MERKLE_OCTETS] ^= 0x80;
	}
	claim.before_root[0] ^= 1;
	ck_assert(!merkle_grown_holds(&claim, path.hash, path.n));
	claim.before_root[0] ^= 1;
	claim.root[0] ^= 1;
	ck_assert(!merkle_grown_holds(&claim, path.hash, path.n));
}

START_TEST(test_consistency)
{
	many_leaves();
	for (size_t now = 1; now <= 70; now++)
		for (size_t before = 1; before <= now; before++)
			consistency_try(before, now);
	for (size_t i = 0; i < 100; i++) {
		size_t now = 1 + fixture_below(MANY);

		consistency_try(1 + fixture_below(now), now);
	}
}
END_TEST

START_TEST(test_edges)
{
	struct merkle_grown grown = { .before = 0, .now = 5 };
	struct merkle_included in = { .index = 5, .size = 5 };
	uint64_t there = 5;
	struct merkle_tree tree = { node, &there };
	struct merkle_path path;

	many_leaves();
	ck_assert_int_eq(merkle_inclusion(&tree, 5, 5, &path), ICS_ENOTFOUND);
	ck_assert_int_eq(merkle_inclusion(&tree, 0, 0, &path), ICS_ENOTFOUND);
	ck_assert_int_eq(merkle_consistency(&tree, 6, 5, &path), ICS_ENOTFOUND);
	ck_assert_int_eq(merkle_consistency(&tree, 0, 5, &path), ICS_OK);
	ck_assert_uint_eq(path.n, 0);
	ck_assert(merkle_grown_holds(&grown, path.hash, 0));
	ck_assert(!merkle_grown_holds(&grown, path.hash, 1));
	grown.before = 6;
	ck_assert(!merkle_grown_holds(&grown, path.hash, 0));
	ck_assert(!merkle_included_holds(&in, path.hash, 0));
	in.size = 0;
	ck_assert(!merkle_included_holds(&in, path.hash, 0));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_reference);
	tcase_add_loop_test(t, test_reference_paths, 0,
	    sizeof(reference_paths) / sizeof(reference_paths[0]));
	tcase_add_test(t, test_heads);
	tcase_add_test(t, test_made);
	tcase_add_test(t, test_inclusion);
	tcase_add_test(t, test_consistency);
	tcase_add_test(t, test_edges);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("merkle", add);
}
