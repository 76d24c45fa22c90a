/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading certificates one at a time: the road that every look-up takes. */
#include "store/handle.h"
#include "store/row.h"

enum ics_err
store_cert_modified(struct store_reader *r, int64_t id, int64_t *modified)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_CERT_MODIFIED);
	enum ics_err err;

	row_bind_number(stmt, ":id", id);
	err = db_step(&r->db, stmt);
	if (err == ICS_OK)
		*modified = row_number(stmt, 0);
	return err;
}

enum ics_err
store_cert_get(struct store_reader *r, int64_t id, struct store_cert *cert)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_CERT_GET);
	enum ics_err err;

	row_bind_number(stmt, ":id", id);
	TRY(db_step(&r->db, stmt));
	TRY(row_cert(stmt, cert, NULL));
out:
	return err;
}

/* The row that a query by :keyid and :fpr finds; octets alone may name a key
 * of another version. */
static enum ics_err
cert_found(struct db *db, sqlite3_stmt *stmt, const struct pgp_fpr *fpr,
    struct store_cert *cert)
{
	enum ics_err err;

	TRY(db_step(db, stmt));
	if (fpr->version != 0 && fpr->version != row_number(stmt, 2))
		return ICS_ENOTFOUND;
	TRY(row_cert(stmt, cert, NULL));
out:
	return err;
}

/* Two small queries beat one that joins: the first tells, without another
 * seek, that there are others, and the second's views stay lent. */
enum ics_err
store_cert_get_fpr(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_cert *cert, bool *others)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_FPR);
	int64_t id;
	enum ics_err err;

	*others = false;
	row_bind_key(stmt, fpr);
	TRY(db_step(&r->db, stmt));
	id = row_number(stmt, 0);
	while ((err = db_step(&r->db, stmt)) == ICS_OK && !*others)
		*others = row_number(stmt, 0) != id;
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		return err;
	stmt = db_query(&r->db, SQL_CERT_GET);
	row_bind_number(stmt, ":id", id);
	err = cert_found(&r->db, stmt, fpr, cert);
out:
	return err;
}

enum ics_err
store_cert_get_primary(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_cert *cert)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_CERT_GET_PRIMARY);

	row_bind_key(stmt, fpr);
	return cert_found(&r->db, stmt, fpr, cert);
}

/* The one column of a query that yields a summary. */
static enum ics_err
summary_found(struct store_reader *r, sqlite3_stmt *stmt, struct bytes *summary)
{
	enum ics_err err;

	TRY(db_step(&r->db, stmt));
	*summary = row_bytes(stmt, 0);
out:
	return err;
}

enum ics_err
store_summary_get(struct store_reader *r, int64_t id, struct bytes *summary)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_SUMMARY_GET);

	row_bind_number(stmt, ":id", id);
	return summary_found(r, stmt, summary);
}

enum ics_err
store_summary_get_primary(struct store_reader *r, const struct pgp_fpr *fpr,
    struct bytes *summary)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_SUMMARY_GET_PRIMARY);

	row_bind_key(stmt, fpr);
	return summary_found(r, stmt, summary);
}

enum ics_err
store_cert_next(struct store_reader *r, const struct pgp_fpr *after,
    struct store_cert *cert, struct pgp_fpr *fpr)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_CERT_NEXT);
	enum ics_err err;

	row_bind_key(stmt, after);
	if (after->n == 0)
		row_bind_number(stmt, ":keyid", INT64_MIN);
	TRY(db_step(&r->db, stmt));
	TRY(row_cert(stmt, cert, fpr));
out:
	return err;
}

enum ics_err
store_peek(struct store *s, const struct pgp_fpr *fpr, struct bytes *data)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_CERT_GET_PRIMARY);
	struct store_cert cert;
	enum ics_err err;

	row_bind_key(stmt, fpr);
	TRY(cert_found(&s->db, stmt, fpr, &cert));
	*data = cert.data;
out:
	return err;
}

enum ics_err
store_peek_digest(struct store *s, const struct pgp_fpr *fpr,
    uint8_t digest[32])
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_CERT_PEEK_DIGEST);
	enum ics_err err;

	row_bind_key(stmt, fpr);
	TRY(db_step(&s->db, stmt));
	TRY(row_copy(stmt, 0, digest, 32));
out:
	return err;
}
