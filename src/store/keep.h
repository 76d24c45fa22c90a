/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the writer keeps what peers compare (store/gossip.h): the tree's nodes,
 * how far the tree has grown, the print. Private.
 *
 * Invariant: at any commit node holds a right tree over the members up to
 * grown, whether it is whole or still being built; and total.print is the
 * print of all rows.
 */
#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include <sqlite3.h>
#include <stdbool.h>

#include "recon/recon.h"
#include "sketch/sketch.h"

struct store;
struct db;

/* ---- blocks of nodes (row_block.c) ----------------------------------------- */

#define KEEP_LEVELS	3  /* of the tree that stand in a row of node */
#define KEEP_NODES	21 /* 1 + 4 + 16 */
#define KEEP_PREFIX	17 /* octets that name a row */
#define KEEP_BLOCK_HEAD 8
#define KEEP_BLOCK_MAX	(KEEP_BLOCK_HEAD + KEEP_NODES * RECON_SUM_OCTETS)

struct keep_block {
	struct recon_prefix top; /* of the highest node */
	int64_t id;		 /* of its row; 0: it has none */
	uint32_t there, leaves;	 /* bit i: node i is; it is a leaf */
	/* Sums are turned into numbers and back when that is needed, not each
	 * time: bit i, sum i is known; its octets are not those any more. */
	uint32_t known, stale;
	bool is_changed;
	struct recon_sum sum[KEEP_NODES];
	uint8_t octets[KEEP_NODES][RECON_SUM_OCTETS];
};

/* Where a node stands: its block's top, its number there. */
unsigned keep_block_place(const struct recon_prefix *p,
    struct recon_prefix *top);
/* ICS_ENOTFOUND; ICS_ECORRUPT for what is no block. */
enum ics_err keep_block_read(struct db *db, const struct recon_prefix *top,
    struct keep_block *block);
enum ics_err keep_block_write(struct db *db, struct keep_block *block);
/* A node out of a block (the same errors), and into it; NULL: there is none. */
enum ics_err keep_block_node(struct keep_block *block, unsigned at,
    struct recon_node *node);
void keep_block_put(struct keep_block *block, unsigned at,
    const struct recon_node *node);
enum ics_err keep_node_read(struct db *db, const struct recon_prefix *p,
    struct recon_node *node);
/* All nodes that there are, wherever they stand. */
enum ics_err keep_nodes_count(struct db *db, int64_t *n);

/* Members below p, up to a hash (NULL: all), each once, ascending. */
struct keep_range {
	const struct recon_prefix *p;
	const struct recon_hash *last;
};
enum ics_err keep_members(struct db *db, const struct keep_range *range,
    recon_each *call, void *arg);

/* ---- blocks at hand (blocks.c) ------------------------------------------------- */

#define KEEP_BLOCKS_MAX	 256 /* at hand; more are written before the commit */
#define KEEP_BLOCKS_REST 80  /* what may stay when nothing is going on */

/* Open addressing; grows, and is emptied as a whole. */
struct keep_blocks {
	struct keep_block **at; /* owned, each of them too */
	size_t n, size;		/* size: a power of two, or 0 */
};

/* NULL when it is not at hand. Lent until blocks are released. */
struct keep_block *keep_blocks_find(const struct keep_blocks *blocks,
    const struct recon_prefix *top);
/* Take one (owned) that was not at hand. */
void keep_blocks_add(struct keep_blocks *blocks, struct keep_block *block);
/* Of many, none of which is changed, keep those near the root. */
void keep_blocks_rest(struct keep_blocks *blocks);
void keep_blocks_release(struct keep_blocks *blocks);

/* ---- the writer's state ------------------------------------------------------ */

struct keep {
	bool is_read;	/* the next three are those of this transaction */
	bool is_whole;	/* else: members up to grown are in the tree */
	bool has_grown; /* grown is a hash: there is one in it */
	struct recon_hash grown;
	struct sketch_print print;
	bool grown_changed, print_changed;
	uint8_t print_octets[SKETCH_PRINT]; /* while they are written */
	bool grows; /* as of the last commit: it is being built */
	struct keep_blocks blocks;
};

/* What a row of cert or record was, and what it is by now; NULL: nothing. */
struct keep_change {
	const uint8_t *digest_before, *digest; /* 32 octets */
	const uint8_t *hash_before, *hash;     /* 16; NULL for who is hidden */
	int64_t id;			       /* of a certificate */
};
enum ics_err keep_change(struct store *s, const struct keep_change *c);

/* Have the state read. Inside a transaction. */
enum ics_err keep_need(struct store *s);
struct recon_backing keep_backing(struct store *s);
/* What the tree said to a change: a tree that does not fit together is let go
 * of, which is no error. */
enum ics_err keep_tree_result(struct store *s, enum ics_err err);

/* Write what changed, before a commit; let go of it, at its end. The print
 * goes with the counters: :print, NULL: as before. */
enum ics_err keep_write(struct store *s);
enum ics_err keep_blocks_write(struct store *s);
void keep_print_bind(struct store *s, sqlite3_stmt *stmt);
void keep_committed(struct store *s);
void keep_forget(struct store *s);

/* At open: compute the print of a store that has none, look whether the tree
 * is there. In transactions of its own. */
enum ics_err keep_open(struct store *s);

/* Compute the print from the rows. */
enum ics_err keep_print_fill(struct store *s);
/* Build the whole tree anew, inside the open transaction. */
enum ics_err keep_tree_fill(struct store *s);

/* The state as the counters have it. */
struct keep_state {
	bool is_whole, has_grown, has_print;
	struct recon_hash grown;
	struct sketch_print print;
};
enum ics_err keep_state_read(struct db *db, struct keep_state *state);

/* The print of what stands in the tables. */
enum ics_err keep_print_count(struct db *db, struct sketch_print *print);

#endif
