/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Searches: exact keys of every kind, and words. */
#include "store/handle.h"
#include "store/row.h"

/* Add an id once; false when there is no room for another. */
static bool
hit_add(struct store_hits *hits, int64_t id)
{
	if (hits->n > 0 && hits->ids[hits->n - 1] == id)
		return true;
	if (hits->n == STORE_HITS_MAX) {
		hits->more = true;
		return false;
	}
	hits->ids[hits->n++] = id;
	return true;
}

/* The ids in column 0. */
static enum ics_err
hits_fill(struct store_reader *r, sqlite3_stmt *stmt, struct store_hits *hits)
{
	enum ics_err err;

	while ((err = db_step(&r->db, stmt)) == ICS_OK)
		if (!hit_add(hits, row_number(stmt, 0)))
			return ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static void
hits_clear(struct store_hits *hits)
{
	hits->n = 0;
	hits->more = false;
}

static bool
version_is(struct store_reader *r, int64_t id, uint8_t version)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_CERT_GET);

	row_bind_number(stmt, ":id", id);
	return db_step(&r->db, stmt) == ICS_OK &&
	       row_number(stmt, 2) == version;
}

enum ics_err
store_find_fpr(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_hits *hits)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_FPR);
	size_t n = 0;
	enum ics_err err;

	hits_clear(hits);
	row_bind_key(stmt, fpr);
	TRY(hits_fill(r, stmt, hits));
	for (size_t i = 0; i < hits->n && fpr->version != 0; i++)
		if (version_is(r, hits->ids[i], fpr->version))
			hits->ids[n++] = hits->ids[i];
	if (fpr->version != 0)
		hits->n = n;
out:
	return err;
}

enum ics_err
store_find_keyid(struct store_reader *r, uint64_t keyid,
    struct store_hits *hits)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_KEYID);

	hits_clear(hits);
	row_bind_bits(stmt, ":keyid", keyid);
	row_bind_number(stmt, ":max", STORE_HITS_MAX + 1);
	return hits_fill(r, stmt, hits);
}

enum ics_err
store_knows_keyid(struct store *s, uint64_t keyid, bool *known)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_FIND_KEYID_ANY);
	enum ics_err err;

	row_bind_bits(stmt, ":keyid", keyid);
	err = db_step(&s->db, stmt);
	*known = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_find_skshash(struct store_reader *r, const uint8_t hash[16],
    struct store_hits *hits)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_SKSHASH);

	hits_clear(hits);
	row_bind_bytes(stmt, ":hash", bytes_of(hash, 16));
	row_bind_number(stmt, ":max", STORE_HITS_MAX + 1);
	return hits_fill(r, stmt, hits);
}

/* The whole of a User ID, or its address. */
static bool
is_whole(struct bytes uid, struct bytes wanted)
{
	return index_folded_equal(uid, wanted);
}

static bool
is_email(struct bytes uid, struct bytes wanted)
{
	struct bytes email = pgp_uid_email(uid);

	return email.n > 0 && index_folded_equal(email, wanted);
}

typedef bool uid_test(struct bytes uid, struct bytes wanted);

static bool
summary_has(struct bytes summary, uid_test *test, struct bytes wanted)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row;

	while (store_summary_next(&cur, &row) == ICS_OK)
		if (row.kind == STORE_ROW_UID && test(row.uid, wanted))
			return true;
	return false;
}

static enum ics_err
find_by_uid(struct store_reader *r, struct bytes wanted, uid_test *test,
    struct store_hits *hits)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_UID);
	enum ics_err err;

	hits_clear(hits);
	if (wanted.n == 0 || wanted.n > PGP_UID_MAX)
		return ICS_OK;
	row_bind_bits(stmt, ":hash", index_uid_hash(wanted));
	while ((err = db_step(&r->db, stmt)) == ICS_OK) {
		if (!summary_has(row_bytes(stmt, 1), test, wanted))
			continue; /* another with the same hash */
		if (!hit_add(hits, row_number(stmt, 0)))
			return ICS_OK;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_find_email(struct store_reader *r, struct bytes email,
    struct store_hits *hits)
{
	return find_by_uid(r, email, is_email, hits);
}

enum ics_err
store_find_uid(struct store_reader *r, struct bytes uid,
    struct store_hits *hits)
{
	return find_by_uid(r, uid, is_whole, hits);
}

/* A query of the index: "word" "word", which asks for all of them. */
struct query {
	struct buf text;
	size_t words;
};

static void
word_add(void *arg, struct bytes token)
{
	struct query *q = arg;

	buf_put_str(&q->text, "\"");
	buf_put(&q->text, token);
	buf_put_str(&q->text, "\" ");
	q->words++;
}

enum ics_err
store_find_words(struct store_reader *r, struct bytes words,
    struct store_hits *hits)
{
	struct query q = { 0 };
	struct buf text;
	sqlite3_stmt *stmt;
	enum ics_err err = ICS_OK;

	hits_clear(hits);
	if (words.n > STORE_QUERY_MAX)
		return ICS_OK;
	/* Folding may lengthen a word; four octets are the longest letter. */
	buf_init(&q.text, 8 * STORE_QUERY_MAX);
	buf_init(&text, 2 * STORE_QUERY_MAX);
	index_words_put(&text, words);
	TRY(store_tokens(r, buf_bytes(&text), word_add, &q));
	if (q.words == 0 || q.words > STORE_WORDS_MAX ||
	    buf_end(&q.text) != ICS_OK)
		goto out;
	stmt = db_query(&r->db, SQL_FIND_WORDS);
	row_bind_text(stmt, ":words", buf_bytes(&q.text));
	row_bind_number(stmt, ":max", STORE_HITS_MAX + 1);
	TRY(hits_fill(r, stmt, hits));
	db_settle(&r->db); /* the text goes */
out:
	buf_release(&q.text);
	buf_release(&text);
	return err;
}

enum ics_err
store_find_modified(struct store_reader *r, struct store_modified *m)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_MODIFIED);
	enum ics_err err = ICS_OK;

	m->n = 0;
	row_bind_number(stmt, ":from", m->from);
	row_bind_number(stmt, ":to", m->to);
	row_bind_number(stmt, ":max", (int64_t)m->max);
	while (m->n < m->max && (err = db_step(&r->db, stmt)) == ICS_OK)
		TRY(row_fpr(stmt, 0, 1, &m->out[m->n++]));
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}
