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

/* ---- nodes at hand (nodes.c) -------------------------------------------- */

#define KEEP_NODE_KEY	17   /* octets that name a row of node */
#define KEEP_NODES_MAX	8192 /* at hand; more are written before the commit */
#define KEEP_NODES_REST 1024 /* what may stay when nothing is going on */

struct keep_node {
	struct recon_node node;
	bool is_used, is_there, is_changed;
};

/* Open addressing; grows, and is emptied as a whole. */
struct keep_nodes {
	struct keep_node *at; /* owned */
	size_t n, size;	      /* size: a power of two, or 0 */
};

/* NULL when it is not at hand. Lent until the next keep_nodes_add. */
struct keep_node *keep_nodes_find(const struct keep_nodes *nodes,
    const struct recon_prefix *p);
/* Room for one that was not at hand. */
struct keep_node *keep_nodes_add(struct keep_nodes *nodes,
    const struct recon_prefix *p);
/* Of those that did not change, keep the ones near the root. */
void keep_nodes_rest(struct keep_nodes *nodes);
void keep_nodes_release(struct keep_nodes *nodes);
/* Those that changed, in the order of the table; the caller frees. */
struct keep_node **keep_nodes_changed(const struct keep_nodes *nodes,
    size_t *n);

/* ---- rows (row_node.c) ----------------------------------------------------- */

void keep_node_key(const struct recon_prefix *p, uint8_t key[KEEP_NODE_KEY]);
/* ICS_ENOTFOUND; ICS_ECORRUPT for what is no node. */
enum ics_err keep_node_read(struct db *db, const struct recon_prefix *p,
    struct recon_node *node);
/* Members below p, up to a hash (NULL: all), each once, ascending. */
struct keep_range {
	const struct recon_prefix *p;
	const struct recon_hash *last;
};
enum ics_err keep_members(struct db *db, const struct keep_range *range,
    recon_each *call, void *arg);

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
	struct keep_nodes nodes;
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
enum ics_err keep_nodes_write(struct store *s);
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
