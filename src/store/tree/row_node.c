/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of node, and the members below a prefix, from either connection.
 * Nothing that stands there is trusted: what is no node is ICS_ECORRUPT.
 */
#include "store/handle.h"
#include "store/row.h"

void
keep_node_key(const struct recon_prefix *p, uint8_t key[KEEP_NODE_KEY])
{
	memcpy(key, p->b, sizeof(p->b));
	key[sizeof(p->b)] = p->bits;
}

enum ics_err
keep_node_read(struct db *db, const struct recon_prefix *p,
    struct recon_node *node)
{
	sqlite3_stmt *stmt = db_query_keep(db, SQL_NODE_GET);
	uint8_t key[KEEP_NODE_KEY];
	enum ics_err err;

	keep_node_key(p, key);
	row_bind_bytes(stmt, ":prefix", bytes_of(key, sizeof(key)));
	TRY(db_step(db, stmt));
	node->prefix = *p;
	node->is_leaf = row_number(stmt, 1) == 1;
	if (row_number(stmt, 1) >> 1 != 0 ||
	    recon_sum_read(row_bytes(stmt, 0), &node->sum) != ICS_OK)
		err = ICS_ECORRUPT;
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err;
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
