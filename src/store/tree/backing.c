/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The writer's tree: recon's backing over table node, with nodes at hand until
 * the commit. Invariant: while the tree grows, its members are those up to
 * keep.grown, and no others.
 */
#include <stdlib.h>

#include "store/handle.h"
#include "store/row.h"

static enum ics_err
node_write(struct store *s, const struct keep_node *k)
{
	uint8_t key[KEEP_NODE_KEY], sum[RECON_SUM_OCTETS];
	sqlite3_stmt *stmt =
	    db_query(&s->db, k->is_there ? SQL_NODE_PUT : SQL_NODE_DROP);

	keep_node_key(&k->node.prefix, key);
	row_bind_bytes(stmt, ":prefix", bytes_of(key, sizeof(key)));
	if (k->is_there) {
		recon_sum_write(&k->node.sum, sum);
		row_bind_number(stmt, ":is_leaf", k->node.is_leaf);
		row_bind_bytes(stmt, ":sum", bytes_of(sum, sizeof(sum)));
	}
	return db_finish(&s->db, stmt);
}

enum ics_err
keep_nodes_write(struct store *s)
{
	size_t n;
	struct keep_node **changed = keep_nodes_changed(&s->keep.nodes, &n);
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < n; i++) {
		TRY(node_write(s, changed[i]));
		changed[i]->is_changed = false;
	}
out:
	free(changed);
	return err;
}

/* One more at hand; when there are too many, all go to the table first. */
static enum ics_err
room(struct store *s, const struct recon_prefix *p, struct keep_node **k)
{
	enum ics_err err = ICS_OK;

	if (s->keep.nodes.n >= KEEP_NODES_MAX) {
		TRY(keep_nodes_write(s));
		keep_nodes_release(&s->keep.nodes);
	}
	*k = keep_nodes_add(&s->keep.nodes, p);
out:
	return err;
}

static enum ics_err
node_get(void *arg, const struct recon_prefix *p, struct recon_node *node)
{
	struct store *s = arg;
	struct keep_node *k = keep_nodes_find(&s->keep.nodes, p);
	enum ics_err err = ICS_OK;

	if (k == NULL) {
		TRY(keep_node_read(&s->db, p, node));
		TRY(room(s, p, &k));
		k->node = *node;
		k->is_there = true;
	} else if (k->is_there) {
		*node = k->node;
	} else {
		err = ICS_ENOTFOUND;
	}
out:
	return err;
}

static enum ics_err
node_set(struct store *s, const struct recon_node *node, bool is_there)
{
	struct keep_node *k = keep_nodes_find(&s->keep.nodes, &node->prefix);
	enum ics_err err = ICS_OK;

	if (k == NULL)
		TRY(room(s, &node->prefix, &k));
	k->node = *node;
	k->is_there = is_there;
	k->is_changed = true;
out:
	return err;
}

static enum ics_err
node_put(void *arg, const struct recon_node *node)
{
	return node_set(arg, node, true);
}

static enum ics_err
node_drop(void *arg, const struct recon_prefix *p)
{
	struct recon_node node = { .prefix = *p };

	return node_set(arg, &node, false);
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
