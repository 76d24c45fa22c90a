/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Blocks of nodes that the writer has at hand, so that a group of certificates
 * reads and writes each once. Invariant: what is not marked as changed is what
 * the table has.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "store/keep.h"

#define SIZE_FIRST 64
#define REST_BITS  6 /* blocks whose tops have no more stay at hand */

static uint64_t
word(const uint8_t *b)
{
	uint64_t w;

	memcpy(&w, b, sizeof(w));
	return w;
}

static size_t
place(const struct keep_blocks *blocks, const struct recon_prefix *p)
{
	uint64_t h = word(p->b) * 0x9e3779b97f4a7c15u;

	h = (h ^ (h >> 32) ^ word(p->b + 8) ^ p->bits) * 0xd6e8feb86659fd93u;
	return (size_t)(h >> 32) & (blocks->size - 1);
}

/* Where it is, or where it would be; there is always a free place. */
static struct keep_block **
seek(const struct keep_blocks *blocks, const struct recon_prefix *p)
{
	size_t at = place(blocks, p);

	while (blocks->at[at] != NULL &&
	       (blocks->at[at]->top.bits != p->bits ||
		   memcmp(blocks->at[at]->top.b, p->b, sizeof(p->b)) != 0))
		at = (at + 1) & (blocks->size - 1);
	return &blocks->at[at];
}

struct keep_block *
keep_blocks_find(const struct keep_blocks *blocks,
    const struct recon_prefix *top)
{
	return blocks->n == 0 ? NULL : *seek(blocks, top);
}

static void
resize(struct keep_blocks *blocks, size_t size)
{
	struct keep_blocks old = *blocks;

	*blocks = (struct keep_blocks){
		.at = alloc_zero(size, sizeof(struct keep_block *)),
		.n = old.n,
		.size = size,
	};
	for (size_t i = 0; i < old.size; i++)
		if (old.at[i] != NULL)
			*seek(blocks, &old.at[i]->top) = old.at[i];
	free(old.at);
}

void
keep_blocks_add(struct keep_blocks *blocks, struct keep_block *block)
{
	if (blocks->n >= blocks->size / 4 * 3)
		resize(blocks,
		    blocks->size == 0 ? SIZE_FIRST : 2 * blocks->size);
	*seek(blocks, &block->top) = block;
	blocks->n++;
}

void
keep_blocks_rest(struct keep_blocks *blocks)
{
	struct keep_blocks old = *blocks;

	if (blocks->n <= KEEP_BLOCKS_REST)
		return;
	*blocks = (struct keep_blocks){ 0 };
	for (size_t i = 0; i < old.size; i++) {
		if (old.at[i] != NULL && old.at[i]->top.bits <= REST_BITS)
			keep_blocks_add(blocks, old.at[i]);
		else
			free(old.at[i]);
	}
	free(old.at);
}

void
keep_blocks_release(struct keep_blocks *blocks)
{
	for (size_t i = 0; i < blocks->size; i++)
		free(blocks->at[i]);
	free(blocks->at);
	*blocks = (struct keep_blocks){ 0 };
}
