/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What fsck's passes share. Private.
 *
 * Invariant: a pass looks at one snapshot, changes nothing, and goes on after
 * what it finds; only the failure of the world ends it.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/entry.h"
#include "store/handle.h"

ARRAY_OF(int64_t, check_ids);

struct check {
	struct store_reader *r; /* lent */
	const struct store_fsck *how;
	int64_t differences;
	struct check_ids certs; /* owned: whose rows differ, ascending */
	bool index;		/* some index row belongs to no certificate */
	bool words;		/* the text index differs */
	bool totals;		/* a counter differs */
};

/* Tell of a difference. */
void check_found(struct check *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* All passes; c->how may be NULL. */
enum ics_err check_run(struct check *c);
void check_release(struct check *c);

/* The passes beside that over the certificates. */
enum ics_err check_fprs(struct check *c);
enum ics_err check_uids(struct check *c);
enum ics_err check_words(struct check *c);
enum ics_err check_log(struct check *c);
enum ics_err check_denied(struct check *c);
enum ics_err check_totals(struct check *c);

/* The certificate after this id; its columns are lent. */
struct check_cert {
	struct store_cert cert;
	struct pgp_fpr fpr;
	int64_t logged;
};
enum ics_err check_cert_next(struct db *db, int64_t after,
    struct check_cert *cc);

/* Whether a summary lists this row: what an index row must be backed by. */
bool check_summary_has_key(struct bytes summary, const struct index_key *key);
bool check_summary_has_hash(struct bytes summary, uint64_t hash);

/* The row of a scan over table fpr. */
enum ics_err check_key_read(sqlite3_stmt *stmt, struct index_key *key,
    int64_t *cert);

#endif
