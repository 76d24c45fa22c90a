/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree as a reader sees it. Invariant: nodes and members are those of one
 * snapshot, so that they agree whatever the writer does meanwhile.
 */
#include "store/handle.h"
#include "store/row.h"

static enum ics_err
node_get(void *arg, const struct recon_prefix *p, struct recon_node *node)
{
	struct store_reader *r = arg;

	return keep_node_read(&r->db, p, node);
}

static enum ics_err
each(void *arg, const struct recon_prefix *p, recon_each *call, void *call_arg)
{
	struct store_reader *r = arg;
	struct keep_range range = { .p = p };

	return keep_members(&r->db, &range, call, call_arg);
}

static enum ics_err
sum(void *arg, const struct recon_prefix *p, struct recon_sum *out)
{
	struct recon_backing b = {
		.node_get = node_get, .each = each, .arg = arg
	};

	return recon_tree_sum(&b, p, out);
}

static enum ics_err
has(void *arg, const struct recon_hash *hash, bool *is)
{
	struct store_reader *r = arg;
	sqlite3_stmt *stmt = db_query(&r->db, SQL_MEMBER_HAS);
	enum ics_err err;

	*is = false;
	if (!recon_hash_fits(hash))
		return ICS_OK;
	row_bind_bytes(stmt, ":hash", bytes_of(hash->b, sizeof(hash->b)));
	err = db_step(&r->db, stmt);
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

void
store_tree_view(struct store_reader *r, struct recon_view *view)
{
	*view = (struct recon_view){
		.sum = sum, .each = each, .has = has, .arg = r
	};
}

enum ics_err
store_tree_is_whole(struct store_reader *r, bool *is)
{
	struct keep_state state;
	enum ics_err err = keep_state_read(&r->db, &state);

	*is = err == ICS_OK && state.is_whole;
	return err;
}
