/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nodes from members, in one pass over them in their order and with little
 * memory: one leaf being filled, and the inner nodes above it. Invariant:
 * what sorts before the leaf is put and counted in the nodes above; the leaf
 * holds at most RECON_SPLIT members, else it is opened.
 */
#include "recon/tree.h"

#define DEPTH_MAX (8 * RECON_HASH / RECON_QUANTUM)

struct level {
	struct recon_prefix prefix;
	struct recon_sum sum; /* of the children that are complete */
};

struct builder {
	const struct recon_backing *b;
	struct level open[DEPTH_MAX]; /* inner nodes, from the top down */
	size_t depth;
	struct recon_prefix at; /* the leaf */
	struct recon_hash members[RECON_SPLIT + 1];
	size_t n;
	struct recon_hash last;
	bool has_last, is_done;
	struct recon_sum sum; /* of everything, when done */
};

static enum ics_err
node_put(const struct builder *k, const struct recon_sum *sum, bool is_leaf)
{
	struct recon_node node = { k->at, *sum, is_leaf };

	/* An empty tree has no node. */
	if (k->at.bits == 0 && sum->n == 0)
		return ICS_OK;
	return k->b->node_put(k->b->arg, &node);
}

/* The leaf is complete: put it, and what is complete with it; go to the next. */
static enum ics_err
leaf_close(struct builder *k)
{
	struct recon_sum sum;
	bool is_leaf = true;
	enum ics_err err;

	recon_sum_init(&sum);
	for (size_t i = 0; i < k->n; i++)
		recon_sum_add(&sum, &k->members[i]);
	k->n = 0;
	for (;;) {
		struct level *up = &k->open[k->depth - (k->depth > 0)];
		unsigned i;

		TRY(node_put(k, &sum, is_leaf));
		if (k->depth == 0)
			break;
		recon_sum_join(&up->sum, &sum);
		i = recon_prefix_index(&k->at, up->prefix.bits);
		if (i + 1 < RECON_CHILDREN) {
			recon_prefix_child(&up->prefix, i + 1, &k->at);
			return ICS_OK;
		}
		k->at = up->prefix;
		sum = up->sum;
		is_leaf = false;
		k->depth--;
	}
	k->sum = sum;
	k->is_done = true;
out:
	return err;
}

static enum ics_err member_take(struct builder *k,
    const struct recon_hash *hash);

/* The leaf has one too many: it is an inner node, and they go below it. */
static enum ics_err
leaf_open(struct builder *k)
{
	struct level *level = &k->open[k->depth++];
	struct recon_hash again[RECON_SPLIT + 1];
	enum ics_err err = ICS_OK;

	level->prefix = k->at;
	recon_sum_init(&level->sum);
	memcpy(again, k->members, sizeof(again));
	k->n = 0;
	recon_prefix_child(&level->prefix, 0, &k->at);
	for (size_t i = 0; i < RECON_SPLIT + 1; i++)
		TRY(member_take(k, &again[i]));
out:
	return err;
}

static enum ics_err
member_take(struct builder *k, const struct recon_hash *hash)
{
	enum ics_err err = ICS_OK;

	while (!recon_prefix_has(&k->at, hash)) {
		TRY(leaf_close(k));
		if (k->is_done)
			return ICS_ECORRUPT;
	}
	k->members[k->n++] = *hash;
	if (k->n > RECON_SPLIT)
		TRY(leaf_open(k));
out:
	return err;
}

/* Members ascend, so that a prefix of full length has no more than one. */
static enum ics_err
member_next(void *arg, const struct recon_hash *hash)
{
	struct builder *k = arg;

	if (!recon_hash_fits(hash) ||
	    (k->has_last && memcmp(k->last.b, hash->b, RECON_HASH) >= 0))
		return ICS_ECORRUPT;
	k->last = *hash;
	k->has_last = true;
	return member_take(k, hash);
}

enum ics_err
recon_tree_build_sum(const struct recon_backing *b,
    const struct recon_prefix *p, struct recon_sum *sum)
{
	struct builder k = { .b = b, .at = *p };
	enum ics_err err;

	TRY(b->each(b->arg, p, member_next, &k));
	while (!k.is_done)
		TRY(leaf_close(&k));
	*sum = k.sum;
out:
	return err;
}

enum ics_err
recon_tree_build(const struct recon_backing *b, const struct recon_prefix *p)
{
	struct recon_sum sum;

	return recon_tree_build_sum(b, p, &sum);
}
