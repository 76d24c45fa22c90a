/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The writer's tree: recon's backing over table node, with blocks at hand
 * until the commit. Invariant: while the tree grows, its members are those up to
 * keep.grown, and no others.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/handle.h"

static int
block_order(const void *left, const void *right)
{
	const struct keep_block *const *a = left, *const *b = right;

	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

enum ics_err
keep_blocks_write(struct store *s)
{
	struct keep_blocks *blocks = &s->keep.blocks;
	struct keep_block **changed =
	    alloc_zero(blocks->n + 1, sizeof(struct keep_block *));
	size_t n = 0;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < blocks->size; i++)
		if (blocks->at[i] != NULL && blocks->at[i]->is_changed)
			changed[n++] = blocks->at[i];
	if (n > 0)
		qsort(changed, n, sizeof(struct keep_block *), block_order);
	for (size_t i = 0; i < n; i++)
		TRY(keep_block_write(&s->db, changed[i]));
out:
	free(changed);
	return err;
}

/* The block, from the table or a new one, at hand by now. When there are too
 * many, all go to the table first. */
static enum ics_err
block_get(struct store *s, const struct recon_prefix *top,
    struct keep_block **block)
{
	struct keep_block *new;
	enum ics_err err;

	*block = keep_blocks_find(&s->keep.blocks, top);
	if (*block != NULL)
		return ICS_OK;
	if (s->keep.blocks.n >= KEEP_BLOCKS_MAX) {
		TRY(keep_blocks_write(s));
		keep_blocks_release(&s->keep.blocks);
	}
	new = alloc_zero(1, sizeof(*new));
	err = keep_block_read(&s->db, top, new);
	if (err != ICS_OK && err != ICS_ENOTFOUND) {
		free(new);
		return err;
	}
	keep_blocks_add(&s->keep.blocks, new);
	*block = new;
	err = ICS_OK;
out:
	return err;
}

static enum ics_err
node_get(void *arg, const struct recon_prefix *p, struct recon_node *node)
{
	struct keep_block *block;
	struct recon_prefix top;
	unsigned at = keep_block_place(p, &top);
	enum ics_err err;

	node->prefix = *p;
	TRY(block_get(arg, &top, &block));
	err = keep_block_node(block, at, node);
out:
	return err;
}

static enum ics_err
node_put(void *arg, const struct recon_node *node)
{
	struct keep_block *block;
	struct recon_prefix top;
	unsigned at = keep_block_place(&node->prefix, &top);
	enum ics_err err;

	TRY(block_get(arg, &top, &block));
	keep_block_put(block, at, node);
out:
	return err;
}

static enum ics_err
node_drop(void *arg, const struct recon_prefix *p)
{
	struct keep_block *block;
	struct recon_prefix top;
	unsigned at = keep_block_place(p, &top);
	enum ics_err err;

	TRY(block_get(arg, &top, &block));
	keep_block_put(block, at, NULL);
out:
	return err;
}

static enum ics_err
each(void *arg, const struct recon_prefix *p, recon_each *call, void *call_arg)
{
	struct store *s = arg;
	struct keep_range range = { p,
		s->keep.is_whole ? NULL : &s->keep.grown };

	if (!s->keep.is_whole && !s->keep.has_grown)
		return ICS_OK;
	return keep_members(&s->db, &range, call, call_arg);
}

struct recon_backing
keep_backing(struct store *s)
{
	return (struct recon_backing){
		.node_get = node_get,
		.node_put = node_put,
		.node_drop = node_drop,
		.each = each,
		.arg = s,
	};
}
