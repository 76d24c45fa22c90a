/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests of certificates and records in one order, from two indexes. That of
 * records is by 64 bits with a sign: first come those without, as their octets
 * do, then those with.
 */
#include "store/handle.h"
#include "store/row.h"

/* One of the two sources; at is its next digest while has is true. */
struct source {
	struct db *db;
	sqlite3_stmt *stmt;
	struct store_digest at;
	bool has, is_record, is_last; /* no second half follows */
};

static void
records_begin(struct source *src, int64_t head, struct bytes after)
{
	src->is_last = head < 0;
	row_bind_number(src->stmt, ":head", head);
	row_bind_bytes(src->stmt, ":after", after);
	row_bind_number(src->stmt, ":last", head < 0 ? -1 : INT64_MAX);
}

static enum ics_err
row_next(struct source *src)
{
	enum ics_err err;

	src->has = false;
	TRY(db_step(src->db, src->stmt));
	TRY(row_copy(src->stmt, 0, src->at.digest, sizeof(src->at.digest)));
	src->at.is_record = src->is_record;
	src->at.id = src->is_record ? 0 : row_number(src->stmt, 1);
	src->has = true;
out:
	return err;
}

static enum ics_err
source_next(struct source *src)
{
	enum ics_err err = row_next(src);

	if (err == ICS_ENOTFOUND && src->is_record && !src->is_last) {
		(void)sqlite3_reset(src->stmt); /* the step has told */
		records_begin(src, INT64_MIN, bytes_of(NULL, 0));
		err = row_next(src);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Take the lesser of what both have, until neither has, or max are there. */
static enum ics_err
merge(struct source src[2], struct store_digests *d)
{
	enum ics_err err;

	TRY(source_next(&src[0]));
	TRY(source_next(&src[1]));
	while (d->n < d->max && (src[0].has || src[1].has)) {
		bool second = !src[0].has ||
			      (src[1].has && memcmp(src[1].at.digest,
						 src[0].at.digest, 32) < 0);

		d->out[d->n++] = src[second].at;
		if (d->n < d->max)
			TRY(source_next(&src[second]));
	}
out:
	return err;
}

enum ics_err
store_digest_next(struct store_reader *r, const uint8_t *after,
    struct store_digests *d)
{
	struct source src[2] = {
		{ .db = &r->db,
		    .stmt = db_query_keep(&r->db, SQL_DIGEST_CERT_NEXT) },
		{ .db = &r->db,
		    .stmt = db_query_keep(&r->db, SQL_DIGEST_RECORD_NEXT),
		    .is_record = true },
	};
	struct bytes from = bytes_of(after, after != NULL ? 32 : 0);
	int64_t head = after != NULL ? (int64_t)be64_from_bytes(after) : 0;
	enum ics_err err;

	d->n = 0;
	row_bind_bytes(src[0].stmt, ":after", from);
	records_begin(&src[1], head, from);
	err = merge(src, d);
	(void)sqlite3_reset(src[0].stmt); /* the step has told */
	(void)sqlite3_reset(src[1].stmt);
	return err;
}

/* ---- by their first octets ---------------------------------------------------- */

static enum ics_err
rows_find(struct db *db, sqlite3_stmt *stmt, struct store_digests *d,
    bool is_record)
{
	struct source src = { .db = db, .stmt = stmt, .is_record = is_record };
	enum ics_err err = ICS_OK;

	row_bind_number(stmt, ":max", (int64_t)(d->max - d->n));
	while (d->n < d->max && (err = row_next(&src)) == ICS_OK)
		d->out[d->n++] = src.at;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
store_digest_find(struct store_reader *r, struct bytes head,
    struct store_digests *d)
{
	uint8_t least[32] = { 0 }, greatest[32];
	sqlite3_stmt *stmt;
	enum ics_err err;

	d->n = 0;
	if (head.n < 8 || head.n > sizeof(least))
		return ICS_EUSAGE;
	memset(greatest, 0xff, sizeof(greatest));
	memcpy(least, head.p, head.n);
	memcpy(greatest, head.p, head.n);
	stmt = db_query(&r->db, SQL_DIGEST_CERT_FIND);
	row_bind_bytes(stmt, ":least", bytes_of(least, sizeof(least)));
	row_bind_bytes(stmt, ":greatest", bytes_of(greatest, sizeof(greatest)));
	TRY(rows_find(&r->db, stmt, d, false));
	stmt = db_query(&r->db, SQL_DIGEST_RECORD_FIND);
	row_bind_bits(stmt, ":head", be64_from_bytes(least));
	row_bind_bytes(stmt, ":least", bytes_of(least, sizeof(least)));
	row_bind_bytes(stmt, ":greatest", bytes_of(greatest, sizeof(greatest)));
	TRY(rows_find(&r->db, stmt, d, true));
out:
	return err;
}
