/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of the tree over the log: grown again from the rows, and compared as it
 * grows. The newest head, which counts every row, tells of a row that was
 * taken away at the end, put in, or changed places with another.
 */
#include "store/check.h"
#include "store/row.h"

#define TILE_BITS 8

static enum ics_err
tile_check(void *arg, unsigned height, uint64_t index,
    const uint8_t hash[MERKLE_OCTETS])
{
	struct check_tree *t = arg;
	struct db *db = &t->c->r->db;
	uint8_t kept[MERKLE_OCTETS] = { 0 };
	sqlite3_stmt *stmt;
	bool there;
	enum ics_err err;

	if (height % TILE_BITS != 0)
		return ICS_OK;
	stmt = db_query(db, SQL_CHECK_TILE);
	row_bind_number(stmt, ":level", height / TILE_BITS);
	row_bind_bits(stmt, ":number", index);
	err = db_step(db, stmt);
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		return err;
	there = err == ICS_OK;
	t->c->tiles += there;
	if (there && row_copy(stmt, 0, kept, sizeof(kept)) == ICS_OK &&
	    memcmp(kept, hash, sizeof(kept)) == 0)
		return ICS_OK;
	check_found(t->c, "log rows %lld to %lld: their tile %s",
	    (long long)((index << height) + 1),
	    (long long)((index + 1) << height), there ? "differs" : "is gone");
	t->tiles = true;
	return ICS_OK;
}

enum ics_err
check_tree_add(struct check_tree *t, const uint8_t leaf[32])
{
	struct merkle_made made = { tile_check, t };

	return merkle_add(&t->tree, leaf, &made);
}

enum ics_err
check_tree_end(struct check_tree *t)
{
	struct db *db = &t->c->r->db;
	struct merkle_peaks kept;
	uint8_t is[MERKLE_OCTETS], was[MERKLE_OCTETS];
	sqlite3_stmt *stmt;
	bool agrees;
	enum ics_err err;

	err = store_tree_read(db, &kept);
	if (err != ICS_OK && err != ICS_ECORRUPT)
		return err;
	merkle_head(&t->tree, is);
	merkle_head(&kept, was);
	agrees = err == ICS_OK && kept.size == t->tree.size &&
		 memcmp(is, was, sizeof(is)) == 0;
	if (!agrees)
		check_found(t->c,
		    "log: %llu rows do not make the head over %llu",
		    (unsigned long long)t->tree.size,
		    (unsigned long long)kept.size);
	stmt = db_query(db, SQL_CHECK_COUNTS);
	TRY(db_step(db, stmt));
	if (row_number(stmt, 2) != t->c->tiles) {
		check_found(t->c, "log: %lld tiles of no rows",
		    (long long)(row_number(stmt, 2) - t->c->tiles));
		t->tiles = true;
	}
	/* Only a log that its head vouches for may make tiles anew. */
	t->c->tree = agrees && t->tiles;
out:
	return err;
}
