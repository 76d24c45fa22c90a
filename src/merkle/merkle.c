/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merkle trees: growing them and proving things about them. Invariant: a
 * proof asks for complete subtrees only, at most two at each height, so that
 * it costs the logarithm of the tree.
 */
#include "merkle/merkle.h"

#include <assert.h>

#include "pgp/pgp.h"

void
merkle_leaf(struct bytes data, uint8_t out[MERKLE_OCTETS])
{
	struct buf text;

	buf_init(&text, data.n + 1);
	buf_u8(&text, 0x00);
	buf_put(&text, data);
	pgp_sha256(buf_bytes(&text), out);
	buf_release(&text);
}

void
merkle_parent(const uint8_t left[MERKLE_OCTETS],
    const uint8_t right[MERKLE_OCTETS], uint8_t out[MERKLE_OCTETS])
{
	uint8_t text[1 + 2 * MERKLE_OCTETS];

	text[0] = 0x01;
	memcpy(text + 1, left, MERKLE_OCTETS);
	memcpy(text + 1 + MERKLE_OCTETS, right, MERKLE_OCTETS);
	pgp_sha256(bytes_of(text, sizeof(text)), out);
}

void
merkle_fold(uint8_t (*hash)[MERKLE_OCTETS], size_t n)
{
	assert(n > 0 && (n & (n - 1)) == 0);
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			merkle_parent(hash[2 * i], hash[2 * i + 1], hash[i]);
}

static void
hash_copy(uint8_t to[MERKLE_OCTETS], const uint8_t from[MERKLE_OCTETS])
{
	memcpy(to, from, MERKLE_OCTETS);
}

enum ics_err
merkle_add(struct merkle_peaks *peaks, const uint8_t leaf[MERKLE_OCTETS],
    const struct merkle_made *made)
{
	struct merkle_path *tops = &peaks->tops;
	unsigned height = 0;
	enum ics_err err = ICS_OK;

	assert(tops->n < MERKLE_MAX);
	hash_copy(tops->hash[tops->n++], leaf);
	/* Each low bit of the size is a peak as high as what was just made. */
	for (uint64_t left = peaks->size; (left & 1) != 0; left >>= 1) {
		tops->n--;
		merkle_parent(tops->hash[tops->n - 1], tops->hash[tops->n],
		    tops->hash[tops->n - 1]);
		height++;
		if (made != NULL)
			TRY(made->made(made->arg, height, left >> 1,
			    tops->hash[tops->n - 1]));
	}
	peaks->size++;
out:
	return err;
}

/* MTH of the whole, from its peaks, the largest first. */
static void
peaks_join(const struct merkle_path *tops, uint8_t out[MERKLE_OCTETS])
{
	size_t n = tops->n;

	if (n == 0) {
		pgp_sha256(bytes_of(NULL, 0), out);
		return;
	}
	hash_copy(out, tops->hash[--n]);
	while (n > 0)
		merkle_parent(tops->hash[--n], out, out);
}

void
merkle_head(const struct merkle_peaks *peaks, uint8_t root[MERKLE_OCTETS])
{
	peaks_join(&peaks->tops, root);
}

/* Leaves [start, start + n); start is a multiple of what n's top bit says. */
struct range {
	uint64_t start, n;
};

/* The height of the largest complete subtree at a range's beginning. */
static unsigned
height_of(uint64_t n)
{
	unsigned height = 0;

	while (n >>= 1)
		height++;
	return height;
}

static enum ics_err
range_hash(const struct merkle_tree *tree, struct range r,
    uint8_t out[MERKLE_OCTETS])
{
	struct merkle_path tops = { .n = 0 };
	enum ics_err err = ICS_OK;

	while (r.n > 0) {
		unsigned height = height_of(r.n);
		uint64_t covers = (uint64_t)1 << height;

		TRY(tree->node(tree->arg, height, r.start >> height,
		    tops.hash[tops.n++]));
		r.start += covers;
		r.n -= covers;
	}
	peaks_join(&tops, out);
out:
	return err;
}

enum ics_err
merkle_root(const struct merkle_tree *tree, uint64_t size,
    uint8_t root[MERKLE_OCTETS])
{
	return range_hash(tree, (struct range){ 0, size }, root);
}

/* Where a range of two leaves or more splits. */
static void
range_split(struct range r, struct range *left, struct range *right)
{
	uint64_t k = (uint64_t)1 << height_of(r.n - 1);

	*left = (struct range){ r.start, k };
	*right = (struct range){ r.start + k, r.n - k };
}

/* Proofs are written from the leaves up, and found from the top down. */
static void
path_turn(struct merkle_path *path)
{
	for (size_t i = 0; i < path->n / 2; i++) {
		uint8_t kept[MERKLE_OCTETS];

		hash_copy(kept, path->hash[i]);
		hash_copy(path->hash[i], path->hash[path->n - 1 - i]);
		hash_copy(path->hash[path->n - 1 - i], kept);
	}
}

enum ics_err
merkle_inclusion(const struct merkle_tree *tree, uint64_t index, uint64_t size,
    struct merkle_path *path)
{
	struct range r = { 0, size }, left, right;
	enum ics_err err = ICS_OK;

	path->n = 0;
	if (index >= size)
		return ICS_ENOTFOUND;
	while (r.n > 1) {
		bool is_left;

		range_split(r, &left, &right);
		is_left = index < right.start;
		TRY(range_hash(tree, is_left ? right : left,
		    path->hash[path->n++]));
		r = is_left ? left : right;
	}
	path_turn(path);
out:
	return err;
}

enum ics_err
merkle_consistency(const struct merkle_tree *tree, uint64_t before,
    uint64_t now, struct merkle_path *path)
{
	struct range r = { 0, now }, left, right;
	enum ics_err err = ICS_OK;

	path->n = 0;
	if (before > now)
		return ICS_ENOTFOUND;
	if (before == 0 || before == now)
		return ICS_OK;
	while (r.start + r.n > before) {
		bool is_left;

		range_split(r, &left, &right);
		is_left = before <= right.start;
		TRY(range_hash(tree, is_left ? right : left,
		    path->hash[path->n++]));
		r = is_left ? left : right;
	}
	/* A subtree that is the whole old tree is known to who asks. */
	if (r.start > 0)
		TRY(range_hash(tree, r, path->hash[path->n++]));
	path_turn(path);
out:
	return err;
}
