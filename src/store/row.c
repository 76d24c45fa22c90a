/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between C and a row of SQLite. */
#include "store/row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/row.h"

static int
parameter(sqlite3_stmt *stmt, const char *name)
{
	int at = sqlite3_bind_parameter_index(stmt, name);

	assert(at > 0);
	return at;
}

/* Every input has met its ceiling, so that only memory can lack. */
static void
bound(int rc)
{
	if (rc != SQLITE_OK)
		abort();
}

void
row_bind_number(sqlite3_stmt *stmt, const char *name, int64_t value)
{
	bound(sqlite3_bind_int64(stmt, parameter(stmt, name), value));
}

void
row_bind_bits(sqlite3_stmt *stmt, const char *name, uint64_t value)
{
	row_bind_number(stmt, name, (int64_t)value);
}

void
row_bind_bytes(sqlite3_stmt *stmt, const char *name, struct bytes value)
{
	const void *p = value.n > 0 ? (const void *)value.p : "";

	bound(sqlite3_bind_blob64(stmt, parameter(stmt, name), p, value.n,
	    SQLITE_STATIC));
}

void
row_bind_text(sqlite3_stmt *stmt, const char *name, struct bytes value)
{
	const char *p = value.n > 0 ? (const char *)value.p : "";

	bound(sqlite3_bind_text64(stmt, parameter(stmt, name), p, value.n,
	    SQLITE_STATIC, SQLITE_UTF8));
}

void
row_bind_null(sqlite3_stmt *stmt, const char *name)
{
	bound(sqlite3_bind_null(stmt, parameter(stmt, name)));
}

uint64_t
row_key_index(const struct pgp_fpr *fpr)
{
	if (fpr->n == 20)
		return be64_from_bytes(fpr->b + 12);
	return fpr->n >= 8 ? be64_from_bytes(fpr->b) : 0;
}

void
row_bind_key(sqlite3_stmt *stmt, const struct pgp_fpr *fpr)
{
	row_bind_bits(stmt, ":keyid", row_key_index(fpr));
	row_bind_bytes(stmt, ":fpr", pgp_fpr_bytes(fpr));
}

void
row_bind_fpr(sqlite3_stmt *stmt, const struct pgp_fpr *fpr)
{
	row_bind_number(stmt, ":version", fpr->version);
	row_bind_bytes(stmt, ":fpr", pgp_fpr_bytes(fpr));
}

int64_t
row_number(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

uint64_t
row_bits(sqlite3_stmt *stmt, int column)
{
	return (uint64_t)sqlite3_column_int64(stmt, column);
}

struct bytes
row_bytes(sqlite3_stmt *stmt, int column)
{
	const void *p = sqlite3_column_blob(stmt, column);
	int n = sqlite3_column_bytes(stmt, column);

	return bytes_of(p, p != NULL && n > 0 ? (size_t)n : 0);
}

enum ics_err
row_copy(sqlite3_stmt *stmt, int column, uint8_t *out, size_t n)
{
	struct bytes b = row_bytes(stmt, column);

	if (b.n != n)
		return ICS_ECORRUPT;
	memcpy(out, b.p, n);
	return ICS_OK;
}

enum ics_err
row_fpr(sqlite3_stmt *stmt, int fpr, int version, struct pgp_fpr *out)
{
	struct bytes b = row_bytes(stmt, fpr);

	*out =
	    (struct pgp_fpr){ .version = (uint8_t)row_number(stmt, version) };
	if (b.n > sizeof(out->b))
		return ICS_ECORRUPT;
	out->n = (uint8_t)b.n;
	if (b.n > 0)
		memcpy(out->b, b.p, b.n);
	return ICS_OK;
}

void
row_text(sqlite3_stmt *stmt, int column, char *out, size_t max)
{
	struct bytes b = row_bytes(stmt, column);
	size_t n = b.n < max ? b.n : max - 1;

	if (n > 0)
		memcpy(out, b.p, n);
	out[n] = '\0';
}

enum ics_err
row_cert(sqlite3_stmt *stmt, struct store_cert *cert, struct pgp_fpr *fpr)
{
	enum ics_err err = ICS_OK;

	cert->id = row_number(stmt, 0);
	if (fpr != NULL)
		TRY(row_fpr(stmt, 1, 2, fpr));
	cert->crc = (uint32_t)row_number(stmt, 3);
	cert->flags = (uint32_t)row_number(stmt, 4);
	cert->added = row_number(stmt, 5);
	cert->modified = row_number(stmt, 6);
	TRY(row_copy(stmt, 8, cert->digest, sizeof(cert->digest)));
	TRY(row_copy(stmt, 9, cert->skshash, sizeof(cert->skshash)));
	cert->summary = row_bytes(stmt, 10);
	cert->data = row_bytes(stmt, 11);
out:
	return err;
}
