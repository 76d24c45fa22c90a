/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree over the log. The counters' row has its peaks, so that the newest
 * head costs nothing; table tile has the tops of subtrees of 256^level
 * leaves, so that an older head or a proof reads some hundred rows.
 *
 * Invariant: peaks and tiles are those of the rows in the log, in the same
 * transaction.
 */
#include "base/log.h"
#include "store/handle.h"
#include "store/row.h"

#define TILE_BITS 8
#define READ_MAX  (1 << (TILE_BITS - 1)) /* hashes that one node needs */

static size_t
ones(uint64_t size)
{
	size_t n = 0;

	for (; size != 0; size &= size - 1)
		n++;
	return n;
}

enum ics_err
store_tree_read(struct db *db, struct merkle_peaks *tree)
{
	sqlite3_stmt *stmt = db_query(db, SQL_TREE_GET);
	struct bytes peaks;
	enum ics_err err;

	*tree = (struct merkle_peaks){ 0 };
	TRY(db_step(db, stmt));
	tree->size = row_bits(stmt, 0);
	peaks = row_bytes(stmt, 1);
	tree->tops.n = ones(tree->size);
	if (peaks.n != tree->tops.n * MERKLE_OCTETS)
		return ICS_ECORRUPT;
	if (peaks.n > 0)
		memcpy(tree->tops.hash, peaks.p, peaks.n);
out:
	return err == ICS_ENOTFOUND ? ICS_ECORRUPT : err;
}

/* Where the log ends: what the tree says and the rows must be the same. */
enum ics_err
store_tree_open(struct store *s)
{
	sqlite3_stmt *stmt;
	enum ics_err err;

	TRY(store_tree_read(&s->db, &s->tree));
	stmt = db_query(&s->db, SQL_LOG_LAST);
	TRY(db_step(&s->db, stmt));
	s->position = row_number(stmt, 0);
	if ((uint64_t)s->position == s->tree.size)
		return ICS_OK;
	log_event(LOG_LEVEL_ERROR, "log",
	    "words=\"rows and tree differ\" rows=%lld tree=%llu help=\"ics "
	    "fsck tells more\"",
	    (long long)s->position, (unsigned long long)s->tree.size);
	s->position = -1;
	err = ICS_ECORRUPT;
out:
	return err;
}

static enum ics_err
tile_put(void *arg, unsigned height, uint64_t index,
    const uint8_t hash[MERKLE_OCTETS])
{
	struct store *s = arg;
	sqlite3_stmt *stmt;

	if (height % TILE_BITS != 0)
		return ICS_OK;
	stmt = db_query(&s->db, SQL_TILE_PUT);
	row_bind_number(stmt, ":level", height / TILE_BITS);
	row_bind_bits(stmt, ":number", index);
	row_bind_bytes(stmt, ":hash", bytes_of(hash, MERKLE_OCTETS));
	return db_finish(&s->db, stmt);
}

enum ics_err
store_tree_add(struct store *s, const uint8_t leaf[MERKLE_OCTETS])
{
	struct merkle_made made = { tile_put, s };

	s->tree_changed = true;
	return merkle_add(&s->tree, leaf, &made);
}

void
store_tree_bind(struct store *s, sqlite3_stmt *stmt)
{
	const struct merkle_path *tops = &s->tree.tops;

	if (!s->tree_changed) {
		row_bind_null(stmt, ":leaves");
		row_bind_null(stmt, ":peaks");
		return;
	}
	row_bind_bits(stmt, ":leaves", s->tree.size);
	row_bind_bytes(stmt, ":peaks",
	    bytes_of(tops->hash, tops->n * MERKLE_OCTETS));
}

enum ics_err
store_tree_fill(struct store *s)
{
	const int64_t many = 1 << TILE_BITS;
	enum ics_err err = ICS_OK;

	s->tree = (struct merkle_peaks){ 0 };
	for (int64_t at = 0;; at += many) {
		uint8_t leaves[1 << TILE_BITS][MERKLE_OCTETS];
		sqlite3_stmt *stmt = db_query(&s->db, SQL_LOG_LEAVES);
		size_t n = 0;

		row_bind_number(stmt, ":after", at);
		row_bind_number(stmt, ":to", at + many);
		while ((err = db_step(&s->db, stmt)) == ICS_OK)
			TRY(row_copy(stmt, 0, leaves[n++], MERKLE_OCTETS));
		if (err != ICS_ENOTFOUND)
			return err;
		for (size_t i = 0; i < n; i++)
			TRY(store_tree_add(s, leaves[i]));
		if (n < (size_t)many)
			break;
	}
	err = ICS_OK;
	s->position = (int64_t)s->tree.size;
out:
	return err;
}

/* ---- heads and proofs ----------------------------------------------------- */

/* A node from the rows just below it: tiles, or the log itself. */
static enum ics_err
node_read(void *arg, unsigned height, uint64_t index,
    uint8_t out[MERKLE_OCTETS])
{
	struct db *db = arg;
	size_t wanted = (size_t)1 << height % TILE_BITS, n = 0;
	int64_t from = (int64_t)(index * wanted), to = from + (int64_t)wanted;
	uint8_t hash[READ_MAX][MERKLE_OCTETS];
	sqlite3_stmt *stmt;
	enum ics_err err;

	if (height < TILE_BITS) {
		stmt = db_query(db, SQL_LOG_LEAVES);
		row_bind_number(stmt, ":after", from);
		row_bind_number(stmt, ":to", to);
	} else {
		stmt = db_query(db, SQL_TILE_LIST);
		row_bind_number(stmt, ":level", height / TILE_BITS);
		row_bind_number(stmt, ":from", from);
		row_bind_number(stmt, ":to", to);
	}
	while ((err = db_step(db, stmt)) == ICS_OK)
		TRY(row_copy(stmt, 0, hash[n++], MERKLE_OCTETS));
	if (err != ICS_ENOTFOUND)
		return err;
	if (n != wanted)
		return ICS_ECORRUPT;
	merkle_fold(hash, n);
	memcpy(out, hash[0], MERKLE_OCTETS);
	err = ICS_OK;
out:
	return err;
}

/* ICS_ENOTFOUND unless the log has had this size. */
static enum ics_err
size_check(struct store_reader *r, int64_t size, struct merkle_peaks *tree)
{
	enum ics_err err;

	TRY(store_tree_read(&r->db, tree));
	if (size < 0 || (uint64_t)size > tree->size)
		err = ICS_ENOTFOUND;
out:
	return err;
}

enum ics_err
store_log_size(struct store_reader *r, int64_t *size)
{
	struct merkle_peaks tree;
	enum ics_err err = store_tree_read(&r->db, &tree);

	*size = (int64_t)tree.size;
	return err;
}

enum ics_err
store_log_root(struct store_reader *r, int64_t size, uint8_t root[32])
{
	struct merkle_tree rows = { node_read, &r->db };
	struct merkle_peaks tree;
	enum ics_err err;

	TRY(size_check(r, size, &tree));
	if ((uint64_t)size == tree.size)
		merkle_head(&tree, root);
	else
		err = merkle_root(&rows, (uint64_t)size, root);
out:
	return err;
}

static void
proof_fill(struct store_proof *proof, const struct merkle_path *path)
{
	proof->n = path->n;
	memcpy(proof->hash, path->hash, path->n * MERKLE_OCTETS);
}

enum ics_err
store_log_inclusion(struct store_reader *r, int64_t position, int64_t size,
    struct store_proof *proof)
{
	struct merkle_tree rows = { node_read, &r->db };
	struct merkle_path path;
	struct merkle_peaks tree;
	enum ics_err err;

	TRY(size_check(r, size, &tree));
	if (position < 1)
		return ICS_ENOTFOUND;
	TRY(merkle_inclusion(&rows, (uint64_t)position - 1, (uint64_t)size,
	    &path));
	proof_fill(proof, &path);
out:
	return err;
}

enum ics_err
store_log_consistency(struct store_reader *r, int64_t before, int64_t now,
    struct store_proof *proof)
{
	struct merkle_tree rows = { node_read, &r->db };
	struct merkle_path path;
	struct merkle_peaks tree;
	enum ics_err err;

	TRY(size_check(r, now, &tree));
	if (before < 0)
		return ICS_ENOTFOUND;
	TRY(merkle_consistency(&rows, (uint64_t)before, (uint64_t)now, &path));
	proof_fill(proof, &path);
out:
	return err;
}
