/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A manifest of devices, row by row: CSV (RFC 4180) with names in its first
 * line, or a JSON object a line. Of any length: one row is in memory.
 */
#ifndef SIGN_MANIFEST_H
#define SIGN_MANIFEST_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/report.h"

/* Reasons of findings: SIGN_REASON(x) is a const struct reason. */
enum sign_reason_index {
#define X(id, name, severity, words, help) SIGN_REASON_##id,
#include "sign/reasons.def"
#undef X
	SIGN_REASON_COUNT
};
extern const struct reason sign_reasons[SIGN_REASON_COUNT];
#define SIGN_REASON(id) (&sign_reasons[SIGN_REASON_##id])

#define SIGN_FIELDS_MAX 64u
#define SIGN_ROW_MAX	65536u /* octets of a row */

struct sign_field {
	struct bytes name, value;
};

struct sign_row {
	size_t line; /* where it begins, from 1 */
	struct sign_field at[SIGN_FIELDS_MAX];
	size_t n;
	bool is_tpm; /* key is the public area of a TPM's: sign_derive */
};

struct sign_manifest;

/* Open path ("-": standard input). Failures are told; a first line that
 * cannot be read is one. The caller closes *m. */
enum ics_err sign_manifest_open(const char *path, struct sign_manifest **m);
void sign_manifest_close(struct sign_manifest *m);

/*
 * The next row, lent until the next call; empty fields are left out.
 * ICS_ENOTFOUND at the end; ICS_EDENIED for one that cannot be read (rep says
 * why, row->line is set, the next call goes on behind it); ICS_EIO.
 */
enum ics_err sign_manifest_next(struct sign_manifest *m, struct sign_row *row,
    struct report *rep);

/* The field of a name; empty when there is none. */
struct bytes sign_row_get(const struct sign_row *row, const char *name);

/* Octets read so far, and of the file (0 unknown). */
uint64_t sign_manifest_read(const struct sign_manifest *m);
uint64_t sign_manifest_size(const struct sign_manifest *m);

#endif
