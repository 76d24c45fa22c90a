/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck's other half: derived rows are computed again from the certificates.
 * Invariant: neither cert.data nor the log is ever touched; a certificate
 * whose data is what the log does not know stays as it is, and stays named.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/check.h"
#include "store/row.h"

static enum ics_err
row_write(struct store *s, int64_t id, const struct store_entry *e)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_REPAIR_CERT);

	row_bind_number(stmt, ":id", id);
	row_bind_fpr(stmt, &e->fpr);
	row_bind_number(stmt, ":crc", e->crc);
	row_bind_number(stmt, ":flags", e->flags);
	row_bind_bytes(stmt, ":digest", bytes_of(e->digest, 32));
	row_bind_bytes(stmt, ":skshash", bytes_of(e->skshash, 16));
	row_bind_bytes(stmt, ":summary", buf_bytes(&e->summary));
	return db_finish(&s->db, stmt);
}

/* The log vouches for the octets: else what differs may be the data. */
static enum ics_err
vouched(struct store *s, const struct check_cert *cc,
    const struct store_entry *e, bool *is)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_CHECK_LOG);
	uint8_t digest[32];
	enum ics_err err;

	*is = false;
	row_bind_number(stmt, ":position", cc->logged);
	TRY(db_step(&s->db, stmt));
	TRY(row_copy(stmt, 5, digest, sizeof(digest)));
	*is = memcmp(digest, e->digest, sizeof(digest)) == 0;
out:
	return err == ICS_ENOTFOUND || err == ICS_ECORRUPT ? ICS_OK : err;
}

static enum ics_err
cert_repair(struct store *s, int64_t id, int64_t *repaired)
{
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	struct store_entry *e = NULL;
	struct check_cert cc;
	bool is;
	enum ics_err err;

	TRY(check_cert_next(&s->db, id - 1, &cc));
	TRY(pgp_cert_parse(cc.cert.data, &rep, &cert));
	TRY(store_entry_new(cert, &e));
	TRY(vouched(s, &cc, e, &is));
	if (!is)
		goto out;
	TRY(row_write(s, id, e));
	/* Words are made anew as a whole: leave them out of it here. */
	buf_clear(&e->index.words);
	TRY(store_index_put(s, id, &e->index, NULL));
	TRY(repair_said(s, &e->says, id));
	++*repaired;
out:
	store_entry_free(e);
	pgp_cert_free(cert);
	report_release(&rep);
	return err;
}

static enum ics_err
summary_get(struct store *s, int64_t id, struct bytes *summary)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_CERT_GET);
	enum ics_err err;

	row_bind_number(stmt, ":id", id);
	err = db_step(&s->db, stmt);
	*summary = err == ICS_OK ? row_bytes(stmt, 10) : bytes_of(NULL, 0);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* An index row that belongs to no certificate. */
struct orphan {
	struct index_key key;
	uint64_t hash;
	int64_t cert;
};
ARRAY_OF(struct orphan, orphans);

static enum ics_err
fprs_find(struct store *s, struct orphans *found)
{
	sqlite3_stmt *stmt = db_query_keep(&s->db, SQL_CHECK_FPRS);
	struct orphan o = { 0 };
	struct bytes summary;
	enum ics_err err;

	while ((err = db_step(&s->db, stmt)) == ICS_OK) {
		TRY(check_key_read(stmt, &o.key, &o.cert));
		TRY(summary_get(s, o.cert, &summary));
		if (!check_summary_has_key(summary, &o.key))
			*orphans_add(found) = o;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
uids_find(struct store *s, struct orphans *found)
{
	sqlite3_stmt *stmt = db_query_keep(&s->db, SQL_CHECK_UIDS);
	struct orphan o = { 0 };
	struct bytes summary;
	enum ics_err err;

	while ((err = db_step(&s->db, stmt)) == ICS_OK) {
		o.hash = row_bits(stmt, 0);
		o.cert = row_number(stmt, 1);
		TRY(summary_get(s, o.cert, &summary));
		if (!check_summary_has_hash(summary, o.hash))
			*orphans_add(found) = o;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
orphans_drop(struct store *s, int64_t *repaired)
{
	struct orphans fprs = { 0 }, uids = { 0 };
	sqlite3_stmt *stmt;
	enum ics_err err;

	TRY(fprs_find(s, &fprs));
	TRY(uids_find(s, &uids));
	for (size_t i = 0; i < fprs.n; i++) {
		const struct orphan *o = &fprs.at[i];

		stmt = db_query(&s->db, SQL_FPR_DELETE);
		row_bind_bits(stmt, ":keyid", o->key.keyid);
		row_bind_bytes(stmt, ":fpr", pgp_fpr_bytes(&o->key.fpr));
		row_bind_number(stmt, ":cert", o->cert);
		row_bind_number(stmt, ":kind", o->key.kind);
		TRY(db_finish(&s->db, stmt));
	}
	for (size_t i = 0; i < uids.n; i++) {
		stmt = db_query(&s->db, SQL_UID_DELETE);
		row_bind_bits(stmt, ":hash", uids.at[i].hash);
		row_bind_number(stmt, ":cert", uids.at[i].cert);
		TRY(db_finish(&s->db, stmt));
	}
	*repaired += (int64_t)(fprs.n + uids.n);
out:
	orphans_release(&fprs);
	orphans_release(&uids);
	return err;
}

static enum ics_err
words_fill(struct store *s)
{
	struct check_cert cc = { 0 };
	struct index ix, words = { 0 };
	enum ics_err err;

	TRY(db_do(&s->db, SQL_REPAIR_WORDS));
	while ((err = check_cert_next(&s->db, cc.cert.id, &cc)) == ICS_OK) {
		err = index_init(&ix, cc.cert.summary);
		words.words = ix.words;
		if (err == ICS_OK)
			err = store_index_put(s, cc.cert.id, &words, NULL);
		index_release(&ix);
		TRY(err);
	}
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

static enum ics_err
all_repair(struct store *s, const struct check *c, int64_t *repaired)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < c->certs.n; i++)
		TRY(cert_repair(s, c->certs.at[i], repaired));
	if (c->index || c->certs.n > 0)
		TRY(orphans_drop(s, repaired));
	if (c->words || c->certs.n > 0) {
		TRY(words_fill(s));
		*repaired += c->words;
	}
	TRY(repair_all_said(s, c, repaired));
	if (c->tree) {
		TRY(db_do(&s->db, SQL_REPAIR_TILES));
		TRY(store_tree_fill(s));
		++*repaired;
	}
	if (c->nodes || c->certs.n > 0) {
		TRY(keep_tree_fill(s));
		*repaired += c->nodes;
	}
	TRY(keep_print_fill(s));
	*repaired += c->print;
	/* The writer derives them when it runs. */
	if (c->members)
		TRY(store_walk_put(s, &(struct pgp_fpr){ 0 }, STORE_WALK_NEAR));
	*repaired += c->members;
	/* What was counted on the way is counted again, whole. */
	s->delta = (struct store_delta){ 0 };
	TRY(db_do(&s->db, SQL_REPAIR_WAITING));
	TRY(db_do(&s->db, SQL_REPAIR_TOTALS));
	*repaired += c->totals;
out:
	return err;
}

enum ics_err
store_repair(struct store *s, int64_t *repaired)
{
	struct check c = { 0 };
	char *dir = alloc_str_from_bytes(bytes_of(s->path,
	    strlen(s->path) - strlen("/" STORE_FILE)));
	enum ics_err err;

	*repaired = 0;
	TRY(store_reader_open(dir, s, &c.r));
	TRY(store_reader_begin(c.r));
	TRY(check_run(&c));
	store_reader_end(c.r);
	if (c.differences == 0 && !c.nodes)
		goto out;
	TRY(store_begin(s));
	err = all_repair(s, &c, repaired);
	if (err == ICS_OK)
		err = store_commit(s);
	else
		store_rollback(s);
out:
	store_reader_close(c.r);
	check_release(&c);
	free(dir);
	return err;
}
