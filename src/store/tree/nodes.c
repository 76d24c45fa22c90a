/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nodes that the writer has at hand, so that a group of certificates reads
 * and writes each once. Invariant: what is not marked as changed is what the
 * table has.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "store/keep.h"

#define SIZE_FIRST 64
#define REST_BITS  8 /* nodes with no more stay at hand: 341 of them */

static uint64_t
word(const uint8_t *b)
{
	uint64_t w;

	memcpy(&w, b, sizeof(w));
	return w;
}

static size_t
place(const struct keep_nodes *nodes, const struct recon_prefix *p)
{
	uint64_t h = word(p->b) * 0x9e3779b97f4a7c15u;

	h = (h ^ (h >> 32) ^ word(p->b + 8) ^ p->bits) * 0xd6e8feb86659fd93u;
	return (size_t)(h >> 32) & (nodes->size - 1);
}

/* Where it is, or where it would be; there is always a free place. */
static struct keep_node *
seek(const struct keep_nodes *nodes, const struct recon_prefix *p)
{
	size_t at = place(nodes, p);

	while (nodes->at[at].is_used &&
	       (nodes->at[at].node.prefix.bits != p->bits ||
		   memcmp(nodes->at[at].node.prefix.b, p->b, sizeof(p->b)) !=
		       0))
		at = (at + 1) & (nodes->size - 1);
	return &nodes->at[at];
}

struct keep_node *
keep_nodes_find(const struct keep_nodes *nodes, const struct recon_prefix *p)
{
	struct keep_node *found;

	if (nodes->n == 0)
		return NULL;
	found = seek(nodes, p);
	return found->is_used ? found : NULL;
}

static void
put(struct keep_nodes *nodes, const struct keep_node *node)
{
	*seek(nodes, &node->node.prefix) = *node;
	nodes->n++;
}

static void
resize(struct keep_nodes *nodes, size_t size)
{
	struct keep_nodes old = *nodes;

	*nodes = (struct keep_nodes){ .at = alloc_zero(size, sizeof(*old.at)),
		.size = size };
	for (size_t i = 0; i < old.size; i++)
		if (old.at[i].is_used)
			put(nodes, &old.at[i]);
	free(old.at);
}

struct keep_node *
keep_nodes_add(struct keep_nodes *nodes, const struct recon_prefix *p)
{
	struct keep_node *room;

	if (nodes->n >= nodes->size / 4 * 3)
		resize(nodes, nodes->size == 0 ? SIZE_FIRST : 2 * nodes->size);
	room = seek(nodes, p);
	*room = (struct keep_node){ .node.prefix = *p, .is_used = true };
	nodes->n++;
	return room;
}

void
keep_nodes_rest(struct keep_nodes *nodes)
{
	struct keep_nodes old = *nodes;

	if (nodes->n <= KEEP_NODES_REST)
		return;
	*nodes = (struct keep_nodes){ 0 };
	resize(nodes, KEEP_NODES_REST);
	for (size_t i = 0; i < old.size; i++)
		if (old.at[i].is_used &&
		    old.at[i].node.prefix.bits <= REST_BITS)
			put(nodes, &old.at[i]);
	free(old.at);
}

void
keep_nodes_release(struct keep_nodes *nodes)
{
	free(nodes->at);
	*nodes = (struct keep_nodes){ 0 };
}

/* The order of their keys: equal octets, then fewer bits first. */
static int
node_order(const void *left, const void *right)
{
	const struct keep_node *const *a = left, *const *b = right;
	const struct recon_prefix *x = &(*a)->node.prefix;
	const struct recon_prefix *y = &(*b)->node.prefix;
	int c = memcmp(x->b, y->b, sizeof(x->b));

	return c != 0 ? c : (x->bits > y->bits) - (x->bits < y->bits);
}

struct keep_node **
keep_nodes_changed(const struct keep_nodes *nodes, size_t *n)
{
	struct keep_node **list = alloc_zero(nodes->n + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < nodes->size; i++)
		if (nodes->at[i].is_used && nodes->at[i].is_changed)
			list[(*n)++] = &nodes->at[i];
	if (*n > 0)
		qsort(list, *n, sizeof(struct keep_node *), node_order);
	return list;
}
