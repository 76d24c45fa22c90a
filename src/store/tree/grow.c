/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building a tree that is lost, damaged, or was never there, while everything
 * else goes on. Members are added in their order, each as if it came just now,
 * and those that come or go beyond keep.grown are left to later steps.
 * Invariant: so the tree is right at any time, over the members up to grown.
 */
#include <inttypes.h>

#include "base/log.h"
#include "store/handle.h"
#include "store/row.h"

#define STEP 1024 /* members that are added at once */

static void
state_set(struct store *s, bool is_whole, const struct recon_hash *grown)
{
	struct keep *k = &s->keep;

	k->is_whole = is_whole;
	k->has_grown = grown != NULL;
	if (grown != NULL)
		k->grown = *grown;
	k->grown_changed = true;
}

enum ics_err
store_tree_drop(struct store *s)
{
	enum ics_err err;

	TRY(keep_need(s));
	TRY(db_do(&s->db, SQL_NODE_DROP_ALL));
	keep_blocks_release(&s->keep.blocks);
	state_set(s, false, NULL);
out:
	return err;
}

/* What does not fit together is let go of; the next steps build it again. */
enum ics_err
keep_tree_result(struct store *s, enum ics_err err)
{
	if (err != ICS_ENOTFOUND && err != ICS_ECORRUPT)
		return err;
	log_event(LOG_LEVEL_WARN, "tree",
	    "words=\"damaged, is built again\" error=%s", err_name(err));
	return store_tree_drop(s);
}

bool
store_tree_grows(const struct store *s)
{
	return s->keep.grows;
}

/* The next members, at most max; nobody else asks the connection meanwhile. */
static enum ics_err
members_next(struct store *s, struct recon_hash *out, size_t max, size_t *n)
{
	const struct keep *k = &s->keep;
	sqlite3_stmt *stmt = db_query(&s->db, SQL_MEMBER_NEXT);
	enum ics_err err;

	*n = 0;
	row_bind_bytes(stmt, ":after",
	    bytes_of(k->grown.b, k->has_grown ? RECON_HASH : 0));
	row_bind_number(stmt, ":max", (int64_t)max);
	while (*n < max && (err = db_step(&s->db, stmt)) == ICS_OK)
		TRY(row_copy(stmt, 0, out[(*n)++].b, RECON_HASH));
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

/* Each is added as if it came just now: so the tree is right at any time. */
static enum ics_err
members_add(struct store *s, const struct recon_hash *hashes, size_t n)
{
	struct recon_backing b = keep_backing(s);
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < n; i++) {
		state_set(s, false, &hashes[i]);
		if (recon_hash_fits(&hashes[i]))
			TRY(recon_tree_add(&b, &hashes[i]));
	}
out:
	return err;
}

static enum ics_err
whole(struct store *s)
{
	const struct recon_prefix root = { 0 };
	struct recon_backing b = keep_backing(s);
	struct recon_sum sum;
	enum ics_err err;

	state_set(s, true, NULL);
	TRY(recon_tree_sum(&b, &root, &sum));
	log_event(LOG_LEVEL_NOTE, "tree", "words=\"is whole\" members=%" PRIu32,
	    sum.n);
out:
	return err;
}

enum ics_err
store_tree_build_step(struct store *s, bool *more)
{
	struct recon_hash hashes[STEP];
	size_t n;
	enum ics_err err;

	*more = false;
	TRY(keep_need(s));
	if (s->keep.is_whole)
		return ICS_OK;
	if (!s->keep.has_grown)
		TRY(store_tree_drop(s)); /* what may be left of another */
	TRY(members_next(s, hashes, STEP, &n));
	*more = n == STEP;
	if (*more && !s->keep.has_grown)
		log_event(LOG_LEVEL_NOTE, "tree", "words=\"is being built\"");
	err = members_add(s, hashes, n);
	if (err != ICS_OK) {
		*more = true;
		return keep_tree_result(s, err);
	}
	if (!*more)
		TRY(whole(s));
out:
	return err;
}

enum ics_err
keep_tree_fill(struct store *s)
{
	bool more = true;
	enum ics_err err;

	TRY(store_tree_drop(s));
	while (more)
		TRY(store_tree_build_step(s, &more));
out:
	return err;
}

/* ---- at open ------------------------------------------------------------------ */

static enum ics_err
member_add(void *arg, const struct recon_hash *hash)
{
	recon_sum_add(arg, hash);
	return ICS_OK;
}

/* What its members, or its children, make of the root. */
static enum ics_err
root_sum(struct store *s, const struct recon_node *root, struct recon_sum *sum)
{
	struct keep_range all = { .p = &root->prefix };
	struct recon_prefix p;
	struct recon_node child;
	enum ics_err err = ICS_OK;

	recon_sum_init(sum);
	if (root->is_leaf)
		return keep_members(&s->db, &all, member_add, sum);
	for (unsigned i = 0; i < RECON_CHILDREN; i++) {
		recon_prefix_child(&root->prefix, i, &p);
		TRY(keep_node_read(&s->db, &p, &child));
		recon_sum_join(sum, &child.sum);
	}
out:
	return err;
}

static enum ics_err
any_member(struct store *s, bool *is)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_MEMBER_NEXT);
	enum ics_err err;

	row_bind_bytes(stmt, ":after", bytes_of(NULL, 0));
	row_bind_number(stmt, ":max", 1);
	err = db_step(&s->db, stmt);
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* A look at the root, which costs nothing; fsck looks at all of it. */
static enum ics_err
root_look(struct store *s, bool *is_right)
{
	struct recon_prefix at = { 0 };
	struct recon_node root;
	struct recon_sum sum;
	bool any;
	enum ics_err err;

	*is_right = false;
	err = keep_node_read(&s->db, &at, &root);
	if (err == ICS_ENOTFOUND) {
		TRY(any_member(s, &any));
		*is_right = !any;
		return ICS_OK;
	}
	TRY(err);
	if (root.is_leaf && root.sum.n > RECON_CHILDREN * RECON_SPLIT)
		return ICS_OK;
	TRY(root_sum(s, &root, &sum));
	*is_right = recon_sum_is_equal(&sum, &root.sum);
out:
	return err == ICS_ENOTFOUND || err == ICS_ECORRUPT ? ICS_OK : err;
}

static enum ics_err
put_right(struct store *s, bool print, bool tree)
{
	enum ics_err err;

	TRY(store_begin(s));
	if (print)
		TRY(keep_print_fill(s));
	if (tree)
		TRY(keep_tree_result(s, ICS_ECORRUPT));
	return store_commit(s);
out:
	store_rollback(s);
	return err;
}

enum ics_err
keep_open(struct store *s)
{
	struct keep_state state;
	bool is_right = true;
	enum ics_err err;

	TRY(keep_state_read(&s->db, &state));
	s->keep.grows = !state.is_whole;
	if (state.is_whole)
		TRY(root_look(s, &is_right));
	db_settle(&s->db);
	if (!state.has_print || !is_right)
		TRY(put_right(s, !state.has_print, !is_right));
out:
	return err;
}
