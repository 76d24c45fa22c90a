/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of what peers compare: each node of the tree is computed again from the
 * certificates, and the print from all digests. Of a tree that is being built
 * the part that is there is looked at. Equal sets may have trees of different
 * shapes: only sums count, and that every node has its place.
 */
#include "store/check.h"

#define NAMED_MAX 8 /* nodes that are told one by one */

struct walk {
	struct check *c;
	const struct recon_hash
	    *last; /* the last member in it; NULL: all are */
	int64_t nodes, wrong;
};

static void
differ(struct walk *w, const struct recon_prefix *p, const char *what)
{
	char name[8 * RECON_HASH + 1];

	w->c->nodes = true;
	if (++w->wrong > NAMED_MAX)
		return;
	for (size_t i = 0; i < p->bits; i++)
		name[i] = (p->b[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
	name[p->bits] = '\0';
	check_found(w->c, "tree: node \"%s\" %s", name, what);
}

static enum ics_err
member_add(void *arg, const struct recon_hash *hash)
{
	recon_sum_add(arg, hash);
	return ICS_OK;
}

static enum ics_err
members_sum(struct walk *w, const struct recon_prefix *p, struct recon_sum *sum)
{
	struct keep_range range = { p, w->last };

	recon_sum_init(sum);
	return keep_members(&w->c->r->db, &range, member_add, sum);
}

/* What is below p, by the members: *sum. A tree has no more levels than a hash
 * has pairs of bits, and so has this. */
static enum ics_err
node_walk(struct walk *w, const struct recon_prefix *p, struct recon_sum *sum)
{
	struct recon_prefix child;
	struct recon_node node;
	struct recon_sum below;
	enum ics_err err = keep_node_read(&w->c->r->db, p, &node);

	if (err != ICS_OK && err != ICS_ENOTFOUND && err != ICS_ECORRUPT)
		return err;
	w->nodes += err != ICS_ENOTFOUND;
	if (err != ICS_OK) {
		differ(w, p, err == ICS_ENOTFOUND ? "is missing" : "is none");
		return members_sum(w, p, sum);
	}
	if (node.is_leaf || p->bits == 8 * RECON_HASH) {
		TRY(members_sum(w, p, sum));
	} else {
		recon_sum_init(sum);
		for (unsigned i = 0; i < RECON_CHILDREN; i++) {
			recon_prefix_child(p, i, &child);
			TRY(node_walk(w, &child, &below));
			recon_sum_join(sum, &below);
		}
	}
	if (!recon_sum_is_equal(&node.sum, sum))
		differ(w, p, "differs");
out:
	return err;
}

/* An empty tree has no root. */
static enum ics_err
root_walk(struct walk *w)
{
	struct recon_prefix root = { 0 };
	struct recon_sum sum;
	struct recon_node node;
	enum ics_err err = keep_node_read(&w->c->r->db, &root, &node);

	if (err != ICS_ENOTFOUND)
		return node_walk(w, &root, &sum);
	TRY(members_sum(w, &root, &sum));
	if (sum.n > 0)
		differ(w, &root, "is missing");
out:
	return err;
}

static enum ics_err
tree_check(struct check *c, const struct keep_state *state)
{
	struct walk w = { .c = c };
	int64_t nodes;
	enum ics_err err;

	c->nodes = !state->is_whole;
	if (!state->is_whole && !state->has_grown)
		return ICS_OK; /* none is there; old nodes go when it begins */
	if (!state->is_whole)
		w.last = &state->grown;
	TRY(root_walk(&w));
	if (w.wrong > NAMED_MAX)
		check_found(c, "tree: %lld further nodes differ",
		    (long long)(w.wrong - NAMED_MAX));
	TRY(keep_nodes_count(&c->r->db, &nodes));
	if (nodes != w.nodes) {
		check_found(c, "tree: %lld nodes have no place in it",
		    (long long)(nodes - w.nodes));
		c->nodes = true;
	}
out:
	return err;
}

enum ics_err
check_gossip(struct check *c)
{
	struct sketch_print print;
	struct keep_state state;
	enum ics_err err;

	TRY(keep_state_read(&c->r->db, &state));
	TRY(keep_print_count(&c->r->db, &print));
	c->print = !state.has_print || state.print.n != print.n ||
		   memcmp(state.print.sum, print.sum, sizeof(print.sum)) != 0;
	if (c->print)
		check_found(c, "print: not that of the %llu digests",
		    (unsigned long long)print.n);
	TRY(tree_check(c, &state));
out:
	return err;
}
