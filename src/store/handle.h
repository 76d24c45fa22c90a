/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands behind the two handles, and what the writer's files share.
 * Private.
 */
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include <stdatomic.h>

#include "merkle/merkle.h"
#include "store/db.h"
#include "store/index.h"
#include "store/keep.h"
#include "store/store.h"

#define STORE_LOCK_FILE	     "store.lock"
#define STORE_WAL_PAGES	     4096 /* then they are moved into the file */
#define STORE_WAL_PAGES_BULK 65536
#define STORE_WAL_TRIES	     20 /* milliseconds that readers are told */
#define STORE_SALTS	     64 /* drawn at once */
#define STORE_BUSY_MS	     5000
#define STORE_HOUR	     3600

/* What a transaction changed of the counters; added when it commits. */
struct store_delta {
	int64_t certs, fprs, uids, pending, denied, records, statements;
	int64_t inserted, updated, deleted;
	int64_t hour; /* the one that the last three belong to */
};

struct store {
	struct db db;
	char *path;	       /* of the file, owned */
	int lock;	       /* descriptor that holds the lock, or -1 */
	_Atomic uint64_t news; /* grows with each commit: readers look at it */
	int64_t position;      /* of the newest log row; -1: not known */
	struct merkle_peaks tree; /* over the log, when position is known */
	bool tree_changed;
	int64_t denied; /* rows of deny; -1: not known */
	struct store_delta delta;
	struct keep keep; /* what peers compare */
	uint8_t salts[STORE_SALTS][16];
	size_t salts_left;
	struct store_reader *peek; /* owned; NULL: nobody asked */
	int wal_pages;		   /* as of the last commit */
	int wal_left;		   /* pages in it when it could not be moved */
	bool bulk;
	bool is_lean; /* so are its readers */
};

struct store_reader {
	struct db db;
	struct store *writer; /* lent, or NULL */
	char *path;	      /* owned */
	uint64_t news;	      /* of writer, when the snapshot was opened */
	bool open;	      /* a snapshot is */
	uint64_t until;	      /* clock_mono_ns; 0: for ever */
	struct fts5_tokenizer_at {
		fts5_tokenizer calls;
		Fts5Tokenizer *it; /* owned */
	} tokens;
};

/* Take back what the peeking reader lends; end it. */
void store_peek_settle(struct store *s);
void store_peek_close(struct store *s);

/* dir/name; the caller frees it. */
char *store_path(const char *dir, const char *name);

/* Bring the file to the last of n steps; refuses what is not ours. */
enum ics_err store_migrate(struct db *db, const char *const *steps, int n);

/* Count a change; when says which hour it belongs to. */
enum ics_err store_count(struct store *s, const struct store_delta *change,
    int64_t when);

/* Append a log row; digest NULL where nothing is carried. */
struct store_event_row {
	enum store_event event;
	const struct notations_subject *subject;
	const uint8_t *digest;
	int64_t now;
};
enum ics_err store_log_put(struct store *s, const struct store_event_row *row,
    int64_t *position);

/* The same about a key, without a digest or with one. */
struct store_key_event {
	enum store_event event;
	const struct pgp_fpr *fpr;
	const uint8_t *digest;
	int64_t now;
};
enum ics_err store_log_put_key(struct store *s,
    const struct store_key_event *row, int64_t *position);

/* Where the log ends, and the tree over it, for the open transaction. */
enum ics_err store_tree_open(struct store *s);
/* Add what store_log_put has just written. */
enum ics_err store_tree_add(struct store *s, const uint8_t leaf[MERKLE_OCTETS]);
/* :leaves and :peaks; NULL: as before. */
void store_tree_bind(struct store *s, sqlite3_stmt *stmt);
/* The tree as the counters have it. ICS_ECORRUPT. */
enum ics_err store_tree_read(struct db *db, struct merkle_peaks *tree);
/* All of it from the rows: for a log that has none. */
enum ics_err store_tree_fill(struct store *s);

/* What schema step 2 cannot compute: statements of the certificates that are
 * here, the tree. At once, or not at all. */
enum ics_err store_fill(struct store *s);

/* The leaf of a log row, from its other members. */
void store_log_leaf(const struct store_log_row *row, uint8_t leaf[32]);

/* Insert or delete the derived rows of a certificate. */
enum ics_err store_index_put(struct store *s, int64_t id,
    const struct index *now, const struct index *before);

/* The tokens of a text as the index makes them, one by one. */
enum ics_err store_tokens(struct store_reader *r, struct bytes text,
    void (*token)(void *arg, struct bytes token), void *arg);
void store_tokens_close(struct store_reader *r);

#endif
