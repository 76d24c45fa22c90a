/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The prefix tree: sums of what lies below bit strings, kept so that a change
 * costs a node a level. Nodes are only a cache of sums: any prefix has one,
 * and what a session says does not depend on where nodes happen to stand.
 * Invariant: a leaf holds at most RECON_SPLIT members, an inner node more
 * than RECON_JOIN and four children. Spec: recon.md 4
 */
#include "recon/tree.h"

#include <assert.h>

#define BITS_MAX (8 * RECON_HASH)

static enum ics_err
node_get(const struct recon_backing *b, const struct recon_prefix *p,
    struct recon_node *node)
{
	return b->node_get(b->arg, p, node);
}

/* A node that has to be there. */
static enum ics_err
node_need(const struct recon_backing *b, const struct recon_prefix *p,
    struct recon_node *node)
{
	enum ics_err err = node_get(b, p, node);

	return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
}

/* ---- adding ---- */

/* A leaf with one too many: its members, this one among them, to children. */
static enum ics_err
leaf_split(const struct recon_backing *b, const struct recon_node *leaf)
{
	struct recon_sum sum;
	enum ics_err err;

	TRY(recon_tree_build_sum(b, &leaf->prefix, &sum));
	if (!recon_sum_is_equal(&sum, &leaf->sum))
		err = ICS_ECORRUPT;
out:
	return err;
}

/* What the root is in an empty tree, which keeps none. */
static void
node_first(struct recon_node *node)
{
	memset(node, 0, sizeof(*node));
	recon_sum_init(&node->sum);
	node->is_leaf = true;
}

enum ics_err
recon_tree_add(const struct recon_backing *b, const struct recon_hash *hash)
{
	struct recon_factors f;
	struct recon_prefix p;
	struct recon_node node = { .is_leaf = false };
	enum ics_err err = ICS_OK;

	if (!recon_hash_fits(hash))
		return ICS_EFORMAT;
	recon_factors_add(&f, hash);
	for (uint8_t bits = 0; !node.is_leaf; bits += RECON_QUANTUM) {
		if (bits > BITS_MAX)
			return ICS_ECORRUPT;
		recon_prefix_of(hash, bits, &p);
		err = node_get(b, &p, &node);
		if (err == ICS_ENOTFOUND && bits == 0)
			node_first(&node);
		else if (err != ICS_OK)
			return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
		recon_sum_times(&node.sum, &f);
		node.sum.n++;
		if (node.is_leaf && node.sum.n > RECON_SPLIT)
			return leaf_split(b, &node);
		TRY(b->node_put(b->arg, &node));
	}
out:
	return err;
}

/* ---- removing ---- */

static enum ics_err
below_drop(const struct recon_backing *b, const struct recon_prefix *p)
{
	struct recon_prefix child;
	struct recon_node node;
	enum ics_err err = ICS_OK;

	if (p->bits >= BITS_MAX)
		return ICS_ECORRUPT;
	for (unsigned i = 0; i < RECON_CHILDREN; i++) {
		recon_prefix_child(p, i, &child);
		TRY(node_need(b, &child, &node));
		if (!node.is_leaf)
			TRY(below_drop(b, &child));
		TRY(b->node_drop(b->arg, &child));
	}
out:
	return err;
}

/* Put a node with a member less, or what it turns into. */
static enum ics_err
node_shrink(const struct recon_backing *b, struct recon_node *node)
{
	enum ics_err err = ICS_OK;

	if (!node->is_leaf && node->sum.n <= RECON_JOIN) {
		TRY(below_drop(b, &node->prefix));
		node->is_leaf = true;
	}
	if (node->prefix.bits == 0 && node->sum.n == 0)
		TRY(b->node_drop(b->arg, &node->prefix));
	else
		TRY(b->node_put(b->arg, node));
out:
	return err;
}

enum ics_err
recon_tree_remove(const struct recon_backing *b, const struct recon_hash *hash)
{
	struct recon_factors f;
	struct recon_prefix p;
	struct recon_node node = { .is_leaf = false };
	enum ics_err err = ICS_OK;

	if (!recon_hash_fits(hash))
		return ICS_EFORMAT;
	recon_factors_remove(&f, hash);
	for (uint8_t bits = 0; !node.is_leaf; bits += RECON_QUANTUM) {
		if (bits > BITS_MAX)
			return ICS_ECORRUPT;
		recon_prefix_of(hash, bits, &p);
		TRY(node_need(b, &p, &node));
		if (node.sum.n == 0)
			return ICS_ECORRUPT;
		recon_sum_times(&node.sum, &f);
		node.sum.n--;
		TRY(node_shrink(b, &node));
	}
out:
	return err;
}

/* ---- looking ---- */

static enum ics_err
member_sum(void *arg, const struct recon_hash *hash)
{
	struct recon_sum *sum = arg;

	if (!recon_hash_fits(hash))
		return ICS_ECORRUPT;
	recon_sum_add(sum, hash);
	return ICS_OK;
}

enum ics_err
recon_tree_sum(const struct recon_backing *b, const struct recon_prefix *p,
    struct recon_sum *sum)
{
	struct recon_node node;
	enum ics_err err = node_get(b, p, &node);

	if (err == ICS_OK)
		*sum = node.sum;
	if (err != ICS_ENOTFOUND)
		return err;
	/* Below a leaf, and few; or nothing at all. */
	recon_sum_init(sum);
	return b->each(b->arg, p, member_sum, sum);
}
