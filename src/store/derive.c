/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving index rows in and out of their tables. Both sides of a change are
 * sorted, so that one walk finds what differs; what stays is not touched.
 */
#include "store/handle.h"
#include "store/row.h"

static enum ics_err
key_change(struct store *s, enum sql_query query, int64_t id,
    const struct index_key *key)
{
	sqlite3_stmt *stmt = db_query(&s->db, query);
	enum ics_err err;

	row_bind_bits(stmt, ":keyid", key->keyid);
	row_bind_bytes(stmt, ":fpr", pgp_fpr_bytes(&key->fpr));
	row_bind_number(stmt, ":cert", id);
	row_bind_number(stmt, ":kind", key->kind);
	TRY(db_finish(&s->db, stmt));
	s->delta.fprs +=
	    (query == SQL_FPR_INSERT ? 1 : -1) * sqlite3_changes(s->db.sq);
out:
	return err;
}

static enum ics_err
hash_change(struct store *s, enum sql_query query, int64_t id, uint64_t hash)
{
	sqlite3_stmt *stmt = db_query(&s->db, query);
	enum ics_err err;

	row_bind_bits(stmt, ":hash", hash);
	row_bind_number(stmt, ":cert", id);
	TRY(db_finish(&s->db, stmt));
	s->delta.uids +=
	    (query == SQL_UID_INSERT ? 1 : -1) * sqlite3_changes(s->db.sq);
out:
	return err;
}

static enum ics_err
words_change(struct store *s, enum sql_query query, int64_t id,
    struct bytes words)
{
	sqlite3_stmt *stmt;

	if (words.n == 0)
		return ICS_OK;
	stmt = db_query(&s->db, query);
	row_bind_number(stmt, ":cert", id);
	row_bind_text(stmt, ":text", words);
	return db_finish(&s->db, stmt);
}

static enum ics_err
keys_put(struct store *s, int64_t id, const struct index *now,
    const struct index *before)
{
	size_t i = 0, j = 0;
	enum ics_err err = ICS_OK;

	while (i < now->keys.n || j < before->keys.n) {
		int c = i == now->keys.n ? 1
			: j == before->keys.n
			    ? -1
			    : index_key_compare(&now->keys.at[i],
				  &before->keys.at[j]);

		if (c < 0)
			TRY(key_change(s, SQL_FPR_INSERT, id,
			    &now->keys.at[i]));
		else if (c > 0)
			TRY(key_change(s, SQL_FPR_DELETE, id,
			    &before->keys.at[j]));
		i += c <= 0;
		j += c >= 0;
	}
out:
	return err;
}

static enum ics_err
hashes_put(struct store *s, int64_t id, const struct index *now,
    const struct index *before)
{
	const struct index_hashes *a = &now->hashes, *b = &before->hashes;
	size_t i = 0, j = 0;
	enum ics_err err = ICS_OK;

	while (i < a->n || j < b->n) {
		int c = i == a->n ? 1
			: j == b->n
			    ? -1
			    : (a->at[i] > b->at[j]) - (a->at[i] < b->at[j]);

		if (c < 0)
			TRY(hash_change(s, SQL_UID_INSERT, id, a->at[i]));
		else if (c > 0)
			TRY(hash_change(s, SQL_UID_DELETE, id, b->at[j]));
		i += c <= 0;
		j += c >= 0;
	}
out:
	return err;
}

enum ics_err
store_index_put(struct store *s, int64_t id, const struct index *now,
    const struct index *before)
{
	static const struct index none;
	enum ics_err err;

	now = now != NULL ? now : &none;
	before = before != NULL ? before : &none;
	TRY(keys_put(s, id, now, before));
	TRY(hashes_put(s, id, now, before));
	if (bytes_equal(buf_bytes(&now->words), buf_bytes(&before->words)))
		return ICS_OK;
	TRY(words_change(s, SQL_WORD_DELETE, id, buf_bytes(&before->words)));
	TRY(words_change(s, SQL_WORD_INSERT, id, buf_bytes(&now->words)));
out:
	return err;
}
