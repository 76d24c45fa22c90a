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
	struct check_ids certs;	   /* owned: whose rows differ, ascending */
	struct check_ids records;  /* owned: likewise */
	int64_t statements, terms; /* rows that are there as they must be */
	int64_t tiles;		   /* likewise */
	bool index;   /* some index row belongs to no certificate */
	bool words;   /* the text index differs */
	bool said;    /* a statement or term is nobody's, or miscounted */
	bool tree;    /* tiles differ, though the log is what it was */
	bool totals;  /* a counter differs */
	bool nodes;   /* the tree that peers compare differs, or is not whole */
	bool print;   /* the print differs */
	bool members; /* an item belongs elsewhere than its row says */
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
enum ics_err check_records(struct check *c);
enum ics_err check_orphans(struct check *c);
enum ics_err check_gossip(struct check *c);
enum ics_err check_domains(struct check *c);

/* Compare what a carrier says with its rows; *differs is set when one is
 * missing or another. */
enum ics_err check_said(struct check *c, const struct says *says,
    int64_t carrier, bool *differs);

/* What a carrier says, by its id; of the last one asked for it is kept. */
struct check_carrier {
	int64_t id;
	struct says says; /* owned */
};
enum ics_err check_carrier_get(struct db *db, int64_t id,
    struct check_carrier *carrier);

/* The record after this id; its columns are lent. */
struct check_record {
	int64_t id;
	uint64_t head, signed_head;
	uint8_t digest[32];
	struct says_record rec;
	int64_t created;
	uint32_t crc;
};
enum ics_err check_record_next(struct db *db, int64_t after,
    struct check_record *cr);

/* A row of a scan over statements. */
struct check_statement {
	int64_t item, carrier, position, received;
	uint8_t digest[32];
	struct notations_subject subject;
};
enum ics_err check_statement_read(sqlite3_stmt *stmt,
    struct check_statement *st);
/* Whether what its carrier says backs it. */
bool check_statement_backed(const struct check_statement *st,
    const struct says *says);

/* A row of a scan over terms. */
struct check_term {
	uint64_t hash;
	int64_t item, carrier;
};
struct check_term check_term_read(sqlite3_stmt *stmt);
enum ics_err check_term_backed(struct db *db, const struct check_term *t,
    const struct says *says, bool *backed);

/* The tree over the rows that check_log has walked. */
struct check_tree {
	struct check *c;
	struct merkle_peaks tree;
	bool tiles; /* one differs */
};
enum ics_err check_tree_add(struct check_tree *t, const uint8_t leaf[32]);
enum ics_err check_tree_end(struct check_tree *t);

/* Repair: rows of one carrier, and of all of c->records; rows of nobody go. */
enum ics_err repair_said(struct store *s, const struct says *says,
    int64_t carrier);
enum ics_err repair_all_said(struct store *s, const struct check *c,
    int64_t *repaired);

/* How a subject is named to people. */
void check_subject_name(const struct notations_subject *subject,
    char out[NOTATIONS_SUBJECT_TEXT_MAX]);

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
