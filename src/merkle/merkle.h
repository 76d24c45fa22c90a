/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merkle trees as RFC 6962 section 2.1 hashes them: heads, the two kinds of
 * proof, and their checks. Pure; a device needs this to check what a server
 * says of its log.
 *
 * Whoever makes proofs lends the hashes of complete subtrees: node (height,
 * index) covers the leaves [index << height, (index + 1) << height). Only
 * those whose leaves are all there are asked for.
 */
#ifndef MERKLE_MERKLE_H
#define MERKLE_MERKLE_H

#include "base/bytes.h"
#include "base/err.h"

#define MERKLE_OCTETS 32
#define MERKLE_MAX    64 /* hashes of a path, peaks of a tree */

struct merkle_tree {
	enum ics_err (*node)(void *arg, unsigned height, uint64_t index,
	    uint8_t out[MERKLE_OCTETS]);
	void *arg;
};

struct merkle_path {
	uint8_t hash[MERKLE_MAX][MERKLE_OCTETS];
	size_t n;
};

/* SHA-256(0x00 || data), and SHA-256(0x01 || left || right). */
void merkle_leaf(struct bytes data, uint8_t out[MERKLE_OCTETS]);
void merkle_parent(const uint8_t left[MERKLE_OCTETS],
    const uint8_t right[MERKLE_OCTETS], uint8_t out[MERKLE_OCTETS]);

/* Hash n = 2^i hashes of equal height into one, in place: hash[0]. */
void merkle_fold(uint8_t (*hash)[MERKLE_OCTETS], size_t n);

/* ---- a growing tree: the tops of its complete subtrees -------------------- */

/* One a bit of size, the largest first. Zeroes are the empty tree. */
struct merkle_peaks {
	uint64_t size; /* leaves */
	struct merkle_path tops;
};

/* Add a leaf. made is called, if not NULL, for each subtree that this
 * completes (height 1 and up). */
struct merkle_made {
	enum ics_err (*made)(void *arg, unsigned height, uint64_t index,
	    const uint8_t hash[MERKLE_OCTETS]);
	void *arg;
};
enum ics_err merkle_add(struct merkle_peaks *peaks,
    const uint8_t leaf[MERKLE_OCTETS], const struct merkle_made *made);
/* The head: MTH of Spec: RFC 6962 2.1. */
void merkle_head(const struct merkle_peaks *peaks, uint8_t root[MERKLE_OCTETS]);

/* ---- proofs ----------------------------------------------------------------- */

/* The head over the first size leaves; errors are those of node. */
enum ics_err merkle_root(const struct merkle_tree *tree, uint64_t size,
    uint8_t root[MERKLE_OCTETS]);

/* Spec: RFC 6962 2.1.1, PATH(index, D[size]). ICS_ENOTFOUND when index is not
 * below size. */
enum ics_err merkle_inclusion(const struct merkle_tree *tree, uint64_t index,
    uint64_t size, struct merkle_path *path);

/* Spec: RFC 6962 2.1.2, PROOF(before, D[now]); none for before 0 and for
 * equal sizes. ICS_ENOTFOUND when before is above now. */
enum ics_err merkle_consistency(const struct merkle_tree *tree, uint64_t before,
    uint64_t now, struct merkle_path *path);

/* ---- checks -------------------------------------------------------------------- */

struct merkle_included {
	uint64_t index, size;
	uint8_t leaf[MERKLE_OCTETS], root[MERKLE_OCTETS];
};
/* Spec: RFC 9162 2.1.3.2. */
bool merkle_included_holds(const struct merkle_included *claim,
    const uint8_t (*hash)[MERKLE_OCTETS], size_t n);

struct merkle_grown {
	uint64_t before, now;
	uint8_t before_root[MERKLE_OCTETS], root[MERKLE_OCTETS];
};
/* Spec: RFC 9162 2.1.4.2; with before 0 only the empty proof holds. */
bool merkle_grown_holds(const struct merkle_grown *claim,
    const uint8_t (*hash)[MERKLE_OCTETS], size_t n);

#endif
