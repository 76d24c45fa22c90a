/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of the indexes, from their side: rows that belong to nothing, and the
 * words. Words are compared by a sum of hashes for each certificate, so that
 * memory is bounded whatever the number of words.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/check.h"
#include "store/row.h"

#define CHUNK (1 << 20) /* certificates whose sums are held at once */

enum ics_err
check_key_read(sqlite3_stmt *stmt, struct index_key *key, int64_t *cert)
{
	static const enum index_kind kinds[] = { INDEX_PRIMARY, INDEX_SUBKEY,
		INDEX_KEYID };
	int64_t kind = row_number(stmt, 3);
	struct bytes fpr = row_bytes(stmt, 1);

	if (kind < 0 || kind > 2 || fpr.n == 0 || fpr.n > sizeof(key->fpr.b))
		return ICS_ECORRUPT;
	key->keyid = row_bits(stmt, 0);
	key->fpr = (struct pgp_fpr){ .n = (uint8_t)fpr.n };
	memcpy(key->fpr.b, fpr.p, fpr.n);
	key->kind = kinds[kind];
	*cert = row_number(stmt, 2);
	return ICS_OK;
}

bool
check_summary_has_key(struct bytes summary, const struct index_key *key)
{
	struct index ix;
	bool has = false;

	if (index_init(&ix, summary) == ICS_OK)
		for (size_t i = 0; i < ix.keys.n && !has; i++)
			has = index_key_compare(&ix.keys.at[i], key) == 0;
	index_release(&ix);
	return has;
}

bool
check_summary_has_hash(struct bytes summary, uint64_t hash)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row;

	while (store_summary_next(&cur, &row) == ICS_OK)
		if (row.kind == STORE_ROW_UID &&
		    index_uid_hash(row.uid) == hash)
			return true;
	return false;
}

/* The summary of a certificate, lent; empty when there is none. */
static enum ics_err
summary_get(struct check *c, int64_t id, struct bytes *summary)
{
	struct store_cert cert;
	enum ics_err err = store_cert_get(c->r, id, &cert);

	*summary = err == ICS_OK ? cert.summary : bytes_of(NULL, 0);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
check_fprs(struct check *c)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, SQL_CHECK_FPRS);
	char name[PGP_FPR_TEXT_MAX];
	struct index_key key;
	struct bytes summary;
	int64_t id;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		TRY(check_key_read(stmt, &key, &id));
		TRY(summary_get(c, id, &summary));
		if (check_summary_has_key(summary, &key))
			continue;
		pgp_fpr_hex(&key.fpr, name);
		check_found(c, "fingerprint row %s: certificate %lld %s", name,
		    (long long)id,
		    summary.n > 0 ? "has no such key" : "is missing");
		c->index = true;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err;
}

enum ics_err
check_uids(struct check *c)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, SQL_CHECK_UIDS);
	struct bytes summary;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		TRY(summary_get(c, row_number(stmt, 1), &summary));
		if (check_summary_has_hash(summary, row_bits(stmt, 0)))
			continue;
		check_found(c, "User ID row %016llx: certificate %lld %s",
		    (unsigned long long)row_bits(stmt, 0),
		    (long long)row_number(stmt, 1),
		    summary.n > 0 ? "has no such User ID" : "is missing");
		c->index = true;
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err;
}

/* ---- words -------------------------------------------------------------- */

static uint64_t
word_hash(struct bytes word)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < word.n; i++)
		h = (h ^ word.p[i]) * 0x100000001b3u;
	h ^= h >> 29;
	return h * 0x9e3779b97f4a7c15u;
}

static void
token_add(void *arg, struct bytes token)
{
	*index_hashes_add(arg) = word_hash(token);
}

static int
hashes_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The sum that the words of a summary must have, each word once. */
static enum ics_err
words_sum(struct check *c, struct bytes summary, uint64_t *sum)
{
	struct index_hashes hashes = { 0 };
	struct index ix;
	enum ics_err err;

	*sum = 0;
	TRY(index_init(&ix, summary));
	TRY(store_tokens(c->r, buf_bytes(&ix.words), token_add, &hashes));
	if (hashes.n > 0)
		qsort(hashes.at, hashes.n, sizeof(*hashes.at), hashes_order);
	for (size_t i = 0; i < hashes.n; i++)
		if (i == 0 || hashes.at[i] != hashes.at[i - 1])
			*sum += hashes.at[i];
out:
	index_release(&ix);
	index_hashes_release(&hashes);
	/* A damaged summary was found before; its words are none. */
	return err == ICS_ECORRUPT ? ICS_OK : err;
}

struct chunk {
	int64_t first;	/* id of sums[0] */
	int64_t last;	/* the highest id of all */
	uint64_t *sums; /* owned */
};

static enum ics_err
sums_expect(struct check *c, struct chunk *ch)
{
	struct check_cert cc = { .cert = { .id = ch->first - 1 } };
	enum ics_err err;

	while ((err = check_cert_next(&c->r->db, cc.cert.id, &cc)) == ICS_OK) {
		if (cc.cert.id - ch->first >= CHUNK)
			return ICS_OK;
		/* Tokenising may ask the connection only the first time. */
		TRY(words_sum(c, cc.cert.summary,
		    &ch->sums[cc.cert.id - ch->first]));
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
sums_subtract(struct check *c, struct chunk *ch)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_WORDS);
	int64_t strays = 0;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		int64_t id = row_number(stmt, 1);

		if (id < 1 || id > ch->last)
			strays++;
		else if (id >= ch->first && id - ch->first < CHUNK)
			ch->sums[id - ch->first] -=
			    word_hash(row_bytes(stmt, 0));
	}
	if (strays > 0 && ch->first == 1) {
		check_found(c, "text index: %lld words of no certificate",
		    (long long)strays);
		c->words = true;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
sums_compare(struct check *c, const struct chunk *ch)
{
	enum ics_err err = ICS_OK;

	for (int64_t i = 0; i < CHUNK && ch->first + i <= ch->last; i++) {
		struct bytes summary;

		if (ch->sums[i] == 0)
			continue;
		TRY(summary_get(c, ch->first + i, &summary));
		check_found(c, "text index: the words of certificate %lld %s",
		    (long long)(ch->first + i),
		    summary.n > 0 ? "differ" : "are there, it is not");
		c->words = true;
	}
out:
	return err;
}

enum ics_err
check_words(struct check *c)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_LAST_ID);
	struct chunk ch = { .first = 1 };
	enum ics_err err;

	TRY(db_step(&c->r->db, stmt));
	ch.last = row_number(stmt, 0);
	/* The tokenizer wants the connection: before rows are lent. */
	do {
		ch.sums = alloc_zero(CHUNK, sizeof(*ch.sums));
		TRY(sums_expect(c, &ch));
		TRY(sums_subtract(c, &ch));
		TRY(sums_compare(c, &ch));
		free(ch.sums);
		ch.sums = NULL;
		ch.first += CHUNK;
	} while (ch.first <= ch.last);
out:
	free(ch.sums);
	if (err == ICS_ECORRUPT)
		c->words = true;
	return err;
}
