/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Binding parameters by name, reading columns by number. Private.
 *
 * Bound octets are lent to the query until it has run. Reading trusts
 * nothing: a blob of an unexpected length is ICS_ECORRUPT.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <sqlite3.h>

#include "base/bytes.h"
#include "store/store.h"

void row_bind_number(sqlite3_stmt *stmt, const char *name, int64_t value);
/* All 64 bits, as SQLite's signed number. */
void row_bind_bits(sqlite3_stmt *stmt, const char *name, uint64_t value);
void row_bind_bytes(sqlite3_stmt *stmt, const char *name, struct bytes value);
void row_bind_text(sqlite3_stmt *stmt, const char *name, struct bytes value);
void row_bind_null(sqlite3_stmt *stmt, const char *name);

/* :keyid and :fpr, by which table fpr is sought. */
void row_bind_key(sqlite3_stmt *stmt, const struct pgp_fpr *fpr);
/* :fpr and :version. */
void row_bind_fpr(sqlite3_stmt *stmt, const struct pgp_fpr *fpr);

int64_t row_number(sqlite3_stmt *stmt, int column);
uint64_t row_bits(sqlite3_stmt *stmt, int column);
/* Octets of a blob or text, lent by the query. */
struct bytes row_bytes(sqlite3_stmt *stmt, int column);
/* Exactly n octets, copied. */
enum ics_err row_copy(sqlite3_stmt *stmt, int column, uint8_t *out, size_t n);
/* A fingerprint and its version, from two columns. */
enum ics_err row_fpr(sqlite3_stmt *stmt, int fpr, int version,
    struct pgp_fpr *out);
/* A text, copied, cut to max octets with its NUL. */
void row_text(sqlite3_stmt *stmt, int column, char *out, size_t max);

/* The twelve columns of cert_get; *fpr may be NULL. */
enum ics_err row_cert(sqlite3_stmt *stmt, struct store_cert *cert,
    struct pgp_fpr *fpr);

/* The number under which table fpr holds a fingerprint of any version. */
uint64_t row_key_index(const struct pgp_fpr *fpr);

#endif
