/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of node, three levels of the tree each, and the members below a prefix;
 * from either connection. Nothing that stands there is trusted: what is no
 * block is ICS_ECORRUPT.
 */
#include "store/handle.h"
#include "store/row.h"

#define BLOCK_BITS (KEEP_LEVELS * RECON_QUANTUM)

static unsigned
digit(const struct recon_prefix *p, unsigned bit)
{
	return p->b[bit / 8] >> (8 - RECON_QUANTUM - bit % 8) &
	       (RECON_CHILDREN - 1);
}

unsigned
keep_block_place(const struct recon_prefix *p, struct recon_prefix *top)
{
	unsigned from = p->bits - p->bits % BLOCK_BITS;
	struct recon_hash octets;

	memcpy(octets.b, p->b, sizeof(octets.b));
	recon_prefix_of(&octets, (uint8_t)from, top);
	if (p->bits == from)
		return 0;
	if (p->bits == from + RECON_QUANTUM)
		return 1 + digit(p, from);
	return 1 + RECON_CHILDREN + RECON_CHILDREN * digit(p, from) +
	       digit(p, from + RECON_QUANTUM);
}

static unsigned
ones(uint32_t mask)
{
	unsigned n = 0;

	for (; mask != 0; mask &= mask - 1)
		n++;
	return n;
}

static enum ics_err
block_parse(struct bytes in, struct keep_block *block)
{
	struct cursor cur = cursor_of(in);

	block->there = cursor_be32(&cur);
	block->leaves = cursor_be32(&cur);
	if (cur.failed || block->there == 0 ||
	    block->there >> KEEP_NODES != 0 ||
	    (block->leaves & ~block->there) != 0 ||
	    cur.rest.n != (size_t)ones(block->there) * RECON_SUM_OCTETS)
		return ICS_ECORRUPT;
	for (unsigned i = 0; i < KEEP_NODES; i++) {
		struct bytes sum;

		if ((block->there >> i & 1) == 0)
			continue;
		sum = cursor_take(&cur, RECON_SUM_OCTETS);
		memcpy(block->octets[i], sum.p, RECON_SUM_OCTETS);
	}
	return ICS_OK;
}

static void
prefix_bind(sqlite3_stmt *stmt, const struct recon_prefix *top,
    uint8_t octets[KEEP_PREFIX])
{
	memcpy(octets, top->b, sizeof(top->b));
	octets[sizeof(top->b)] = top->bits;
	row_bind_bytes(stmt, ":prefix", bytes_of(octets, KEEP_PREFIX));
}

enum ics_err
keep_block_read(struct db *db, const struct recon_prefix *top,
    struct keep_block *block)
{
	sqlite3_stmt *stmt = db_query_keep(db, SQL_NODE_GET);
	uint8_t octets[KEEP_PREFIX];
	enum ics_err err;

	block->top = *top;
	block->known = block->stale = 0;
	block->is_changed = false;
	prefix_bind(stmt, top, octets);
	TRY(db_step(db, stmt));
	block->id = row_number(stmt, 0);
	TRY(block_parse(row_bytes(stmt, 1), block));
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err;
}

static struct bytes
block_octets(struct keep_block *block, struct buf *out)
{
	buf_be32(out, block->there);
	buf_be32(out, block->leaves);
	for (unsigned i = 0; i < KEEP_NODES; i++) {
		if ((block->there >> i & 1) == 0)
			continue;
		if ((block->stale >> i & 1) != 0)
			recon_sum_write(&block->sum[i], block->octets[i]);
		buf_put(out, bytes_of(block->octets[i], RECON_SUM_OCTETS));
	}
	block->stale = 0;
	return buf_bytes(out);
}

enum ics_err
keep_block_write(struct db *db, struct keep_block *block)
{
	enum sql_query query = block->there == 0 ? SQL_NODE_DROP
			       : block->id == 0	 ? SQL_NODE_INSERT
						 : SQL_NODE_UPDATE;
	sqlite3_stmt *stmt = db_query(db, query);
	uint8_t octets[KEEP_PREFIX];
	struct buf out;
	enum ics_err err = ICS_OK;

	buf_init(&out, KEEP_BLOCK_MAX);
	if (block->there != 0)
		row_bind_bytes(stmt, ":nodes", block_octets(block, &out));
	if (query == SQL_NODE_INSERT)
		prefix_bind(stmt, &block->top, octets);
	else
		row_bind_number(stmt, ":id", block->id);
	if (block->there != 0 || block->id != 0)
		TRY(db_finish(db, stmt));
	if (query == SQL_NODE_INSERT)
		block->id = sqlite3_last_insert_rowid(db->sq);
	else if (query == SQL_NODE_DROP)
		block->id = 0;
	block->is_changed = false;
out:
	buf_release(&out);
	return err;
}

enum ics_err
keep_block_node(struct keep_block *block, unsigned at, struct recon_node *node)
{
	struct bytes octets = bytes_of(block->octets[at], RECON_SUM_OCTETS);

	if ((block->there >> at & 1) == 0)
		return ICS_ENOTFOUND;
	if ((block->known >> at & 1) == 0 &&
	    recon_sum_read(octets, &block->sum[at]) != ICS_OK)
		return ICS_ECORRUPT;
	block->known |= 1u << at;
	node->is_leaf = (block->leaves >> at & 1) != 0;
	node->sum = block->sum[at];
	return ICS_OK;
}

void
keep_block_put(struct keep_block *block, unsigned at,
    const struct recon_node *node)
{
	uint32_t bit = 1u << at;

	block->is_changed = true;
	block->there &= ~bit;
	block->leaves &= ~bit;
	if (node == NULL)
		return;
	block->there |= bit;
	block->leaves |= node->is_leaf ? bit : 0;
	block->known |= bit;
	block->stale |= bit;
	block->sum[at] = node->sum;
}

enum ics_err
keep_node_read(struct db *db, const struct recon_prefix *p,
    struct recon_node *node)
{
	struct keep_block block;
	struct recon_prefix top;
	unsigned at = keep_block_place(p, &top);
	enum ics_err err;

	node->prefix = *p;
	TRY(keep_block_read(db, &top, &block));
	err = keep_block_node(&block, at, node);
out:
	return err;
}

enum ics_err
keep_nodes_count(struct db *db, int64_t *n)
{
	sqlite3_stmt *stmt = db_query(db, SQL_CHECK_NODES);
	enum ics_err err;

	*n = 0;
	while ((err = db_step(db, stmt)) == ICS_OK) {
		struct cursor cur = cursor_of(row_bytes(stmt, 0));

		*n += ones(cursor_be32(&cur));
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
keep_members(struct db *db, const struct keep_range *range, recon_each *call,
    void *arg)
{
	sqlite3_stmt *stmt = db_query_keep(db, SQL_MEMBER_LIST);
	struct recon_hash least, greatest, hash;
	enum ics_err err;

	recon_prefix_range(range->p, &least, &greatest);
	if (range->last != NULL &&
	    memcmp(range->last->b, greatest.b, sizeof(greatest.b)) < 0)
		greatest = *range->last;
	row_bind_bytes(stmt, ":least", bytes_of(least.b, sizeof(least.b)));
	row_bind_bytes(stmt, ":greatest",
	    bytes_of(greatest.b, sizeof(greatest.b)));
	while ((err = db_step(db, stmt)) == ICS_OK) {
		TRY(row_copy(stmt, 0, hash.b, sizeof(hash.b)));
		if (recon_hash_fits(&hash))
			TRY(call(arg, &hash));
	}
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err;
}
