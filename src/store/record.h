/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of store/store.h about statements: records, what the log says of
 * each statement, the index over what they say, and the tree over the log.
 * Others include store/store.h.
 *
 *	record     a bare signature's packet body, by record digest
 *	statement  one row a statement, wherever it is carried: its subject,
 *	           digest, and the log row (STORE_EVENT_STATE) that knew it first
 *	term       64 bits of (name, value) -> item; rows are candidates
 *	tile       tops of complete subtrees of 256^level leaves of the log
 *
 * All change in the transaction of what carries them.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/buf.h"
#include "notations/notations.h"
#include "store/descriptor.h"

struct store;
struct store_reader; /* see store/store.h */

#define STORE_TERMS_MAX 16 /* pairs that one search combines */

/* A bare signature as it is kept. Views are lent until the next call on the
 * reader. */
struct store_record {
	uint8_t digest[32];
	struct notations_subject subject;
	struct pgp_fpr issuer; /* primary key of who signed */
	int64_t created, received, position;
	struct bytes body; /* signature packet body, canonical */
};

/* ---- reading ------------------------------------------------------------------ */

enum ics_err store_record_get(struct store_reader *r, const uint8_t digest[32],
    struct store_record *rec);
/* The record about a subject after this digest (NULL: the first). */
enum ics_err store_record_next(struct store_reader *r,
    const struct notations_subject *subject, const uint8_t *after,
    struct store_record *rec);
/* The record after this digest of all there are (NULL: the first): dumps. The
 * order is a function of the digests alone. */
enum ics_err store_record_next_any(struct store_reader *r, const uint8_t *after,
    struct store_record *rec);
/* A record whose signed digest (what a 0x50's subpacket 31 names) begins
 * with these octets (8 at least). */
enum ics_err store_record_get_signed(struct store_reader *r,
    struct bytes signed_digest, struct store_record *rec);

/* The next record about a subject that has this term, oldest first: a
 * candidate, whose statement decides. Begin with last 0. */
struct store_saying {
	const struct notations_subject *subject;
	uint64_t term; /* notations_term_hash */
	int64_t last;
};
enum ics_err store_record_saying(struct store_reader *r,
    struct store_saying *saying, struct store_record *rec);

/* What stands about a subject: statements, and records by one issuer: at most
 * that many, counted from half of STORE_STRANGER_MAX up to it. The cost is
 * bounded. */
struct store_crowd {
	int64_t all, of_issuer;
};
enum ics_err store_crowd_get(struct store_reader *r,
    const struct notations_subject *subject, const struct pgp_fpr *issuer,
    struct store_crowd *crowd);

/* What the log knows of a statement of either carrier. */
struct store_statement {
	uint8_t digest[32];
	int64_t position, received;
	bool is_record;
};
/* The statement of a subject after this digest (NULL: the first). */
enum ics_err store_statement_next(struct store_reader *r,
    const struct notations_subject *subject, const uint8_t *after,
    struct store_statement *st);
/* By digest alone; *subject is filled. */
enum ics_err store_statement_get(struct store_reader *r,
    const uint8_t digest[32], struct notations_subject *subject,
    struct store_statement *st);

/* What a statement about a statement is about in the end, in place.
 * ICS_ENOTFOUND: it is not here, or stands behind too many others. */
#define STORE_ABOUT_MAX 8 /* that are followed */
enum ics_err store_statement_settle(struct store_reader *r,
    struct notations_subject *subject);

/*
 * Items that every term fits, in the order of their ids: candidates, whose
 * statements decide. Starts behind id after; fills at most max; next is the
 * id to go on from, 0 when there is no more; it may stop early, with fewer
 * than max, when it has looked for long. Costs what the rarest term has.
 * Without terms: every item.
 */
struct store_search {
	uint64_t terms[STORE_TERMS_MAX]; /* notations_term_hash */
	size_t terms_n;
	int64_t after;
	size_t max;
	struct notations_subject *out; /* the caller's */
	int64_t *ids;		       /* the caller's, beside out */
	size_t n;
	int64_t next;
};
enum ics_err store_search_run(struct store_reader *r, struct store_search *s);

/* ---- everything ---------------------------------------------------------------- */

/*
 * All that was accepted, as packets, in an order that depends on nothing else:
 * servers that hold the same dump the same octets. Certificates, then records,
 * then descriptors as literal data: who loads them has their issuers by then.
 */
struct store_dump {
	struct store_reader *r; /* lent; its snapshot stays open */
	int stage;
	struct pgp_fpr cert;
	uint8_t record[32];
	char domain[STORE_DOMAIN_NAME_MAX];
	int64_t serial;
	bool is_first;	   /* of its stage */
	struct buf packet; /* owned */
};
void store_dump_begin(struct store_dump *d, struct store_reader *r);
void store_dump_release(struct store_dump *d);
/* The next piece, lent until the next call. ICS_ENOTFOUND at the end. */
enum ics_err store_dump_next(struct store_dump *d, struct bytes *piece);

/* ---- the tree over the log (RFC 6962 section 2.1) --------------------------------- */

#define STORE_PROOF_MAX 64 /* hashes of a path */
struct store_proof {
	uint8_t hash[STORE_PROOF_MAX][32];
	size_t n;
};
/* Rows in the log as of this snapshot. */
enum ics_err store_log_size(struct store_reader *r, int64_t *size);
/* The head over the first size rows. ICS_ENOTFOUND beyond the end. */
enum ics_err store_log_root(struct store_reader *r, int64_t size,
    uint8_t root[32]);
/* Audit path of the row at this position (from 1) in the tree of size. */
enum ics_err store_log_inclusion(struct store_reader *r, int64_t position,
    int64_t size, struct store_proof *proof);
/* From the tree of size before to the tree of size now. */
enum ics_err store_log_consistency(struct store_reader *r, int64_t before,
    int64_t now, struct store_proof *proof);

/* ---- writing (the writer's thread only) -------------------------------------------- */

/* Everything of a record, computed ahead by any thread. body is the canonical
 * signature body; issuer is its primary key. The caller frees *e. */
struct store_record_entry;
enum ics_err store_record_entry_new(struct bytes body,
    const struct notations_statement *st, const struct pgp_fpr *issuer,
    struct store_record_entry **e);
void store_record_entry_free(struct store_record_entry *e);
const uint8_t *store_record_entry_digest(const struct store_record_entry *e);
/* What waits for this record may be judged: how many names to look for in
 * pending, and these (first 8 octets, big-endian, of its digest and of its
 * signed digest; a confirmation has only the first). */
size_t store_record_entry_names(const struct store_record_entry *e,
    uint64_t out[2]);

/*
 * How many statements a subject may have before a record about it is refused.
 * Who holds a seat there may fill it up. Strangers get its first part, and
 * each of them little of that, so that they shut out neither one another nor
 * who answers for it. What certificates carry counts, too, and is bounded in
 * them (PGP_STRANGERS_MAX).
 */
#define STORE_STATEMENTS_MAX 4096
#define STORE_STRANGERS_MAX  1024
#define STORE_STRANGER_MAX   128 /* records by one stranger */

/* Who signed it holds a seat at its subject: intake knows. */
void store_record_entry_seat(struct store_record_entry *e);

enum store_taken {
	STORE_TAKEN,	      /* it is new */
	STORE_TAKEN_BEFORE,   /* it is here already */
	STORE_FULL,	      /* refused: STORE_STATEMENTS_MAX */
	STORE_FULL_STRANGERS, /* ... STORE_STRANGERS_MAX */
	STORE_FULL_STRANGER   /* ... STORE_STRANGER_MAX */
};
/* Put a record with its log row, if there is room. */
enum ics_err store_record_put(struct store *s,
    const struct store_record_entry *e, int64_t now, enum store_taken *taken);
/* Delete by digest, with a log row (STORE_EVENT_FORGET). ICS_ENOTFOUND. */
enum ics_err store_record_delete(struct store *s, const uint8_t digest[32],
    int64_t now);

#endif
