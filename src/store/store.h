/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The store: SQLite behind opaque handles. One struct store (the only
 * read-write connection, one thread, one process) and a struct store_reader
 * per reading thread.
 *
 *	cert ──< fpr   every fingerprint and key ID of its keys
 *	  │ └──< uid   every User ID, by address; word: by word
 *	  └──< statement >── item ──< term   what is said, about what
 *	record ──┘ bare signatures           store/record.h
 *	log   what was accepted, in order, for ever; a tree over it
 *	deny  fingerprints that stay out       pending  signatures that wait
 *	node, print   what peers compare      store/gossip.h
 *	descriptor, member  domains           store/descriptor.h
 *
 * Everything derived changes in the same transaction as the certificate.
 * No SQL stands outside sql/. Errors: ICS_EDB, ICS_ENOSPACE, ICS_EIO,
 * ICS_EBUSY, ICS_ECORRUPT, ICS_ENOTFOUND.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/err.h"
#include "pgp/pgp.h"
#include "store/descriptor.h"
#include "store/gossip.h"
#include "store/record.h"

#define STORE_FILE	      "store.db" /* in the state directory */
#define STORE_HITS_MAX	      1024 /* certificates that one search yields */
#define STORE_QUERY_MAX	      512  /* octets of a text search */
#define STORE_WORDS_MAX	      16   /* words of a text search */
#define STORE_DENY_REASON_MAX 256  /* octets, with the NUL */

/* ---- opening ------------------------------------------------------------ */

enum store_mode {
	STORE_CREATE, /* make it when it is not there */
	STORE_EXISTING
};

/*
 * Open dir/STORE_FILE for writing: lock it against other writers, migrate it
 * by number, prepare every query. ICS_EBUSY when another process writes it;
 * ICS_ECORRUPT when it is not ours or newer than this program. The caller
 * closes *s.
 */
enum ics_err store_open(const char *dir, enum store_mode mode,
    struct store **s);
void store_close(struct store *s);

/* From now on s, and readers opened for it, spend time rather than memory:
 * before the first of those. ICS_EDB. */
enum ics_err store_lean(struct store *s);

/*
 * Open a read-only connection for one thread. s may be NULL (another process
 * writes, or nobody); else the reader learns of commits of s at no cost. It
 * must be closed before s is.
 */
enum ics_err store_reader_open(const char *dir, struct store *s,
    struct store_reader **r);
void store_reader_close(struct store_reader *r);

/*
 * Look at the newest committed state: opens a snapshot, or keeps the open one
 * when nothing was committed since. Cheap; called at the start of every
 * request. Every find and get below looks at this snapshot.
 */
enum ics_err store_reader_begin(struct store_reader *r);

/* Grows with each commit: who waits for one compares. Any thread, at no cost;
 * asked before a look, nothing that came after the look goes unnoticed. */
uint64_t store_news(const struct store *s);

/* Until when (clock_mono_ns) what is asked may take: later it is ICS_EBUSY,
 * untold. 0, as at first: as long as it takes. */
void store_reader_until(struct store_reader *r, uint64_t end);

/* Let the snapshot go (so that the WAL can shrink); called when idle. */
void store_reader_end(struct store_reader *r);

/* ---- reading certificates ----------------------------------------------- */

enum store_cert_flag {
	STORE_CERT_MODERN = 1, /* the legacy form differs from data */
	STORE_CERT_HIDDEN = 2, /* the legacy form is empty (v5, v6) */
	STORE_CERT_SAYS = 4    /* it carries statements */
};

/* A stored certificate. Views are lent until the next call on the reader. */
struct store_cert {
	int64_t id;
	struct bytes data;    /* canonical, PGP_FORM_FULL */
	struct bytes summary; /* see store_summary_next */
	uint32_t crc;	      /* pgp_crc24 of data */
	uint32_t flags;	      /* enum store_cert_flag */
	uint8_t digest[32];   /* SHA-256 of data */
	uint8_t skshash[16];
	int64_t added, modified; /* seconds */
};

/* Ids of certificates that a search found, newest modification first for
 * text, arbitrary order for exact keys. */
struct store_hits {
	int64_t ids[STORE_HITS_MAX];
	size_t n;
	bool more; /* the search was cut at STORE_HITS_MAX */
};

enum ics_err store_cert_get(struct store_reader *r, int64_t id,
    struct store_cert *cert);
/* Only when it was modified, which costs the same for a long certificate. */
enum ics_err store_cert_modified(struct store_reader *r, int64_t id,
    int64_t *modified);

/*
 * The fast path: the certificate that has a primary key or subkey with this
 * fingerprint; *others tells that further ones have it too (then use
 * store_find_fpr). ICS_ENOTFOUND.
 */
enum ics_err store_cert_get_fpr(struct store_reader *r,
    const struct pgp_fpr *fpr, struct store_cert *cert, bool *others);

/* By fingerprint of primary or subkey. fpr->version 0: any version with
 * these octets (n of 16, 20 or 32). ICS_OK also with no hit. */
enum ics_err store_find_fpr(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_hits *hits);
/* By 64-bit key ID of primary or subkey. */
enum ics_err store_find_keyid(struct store_reader *r, uint64_t keyid,
    struct store_hits *hits);
/* By SKS hash. */
enum ics_err store_find_skshash(struct store_reader *r, const uint8_t hash[16],
    struct store_hits *hits);
/* By mail address of a User ID, ASCII case folded. */
enum ics_err store_find_email(struct store_reader *r, struct bytes email,
    struct store_hits *hits);
/* By a whole User ID, ASCII case folded. */
enum ics_err store_find_uid(struct store_reader *r, struct bytes uid,
    struct store_hits *hits);
/* By words, all of which must occur among a certificate's User IDs. An
 * unusable query (no word, too long) finds nothing. */
enum ics_err store_find_words(struct store_reader *r, struct bytes words,
    struct store_hits *hits);
/* Fingerprints of primaries modified in [from, to) seconds, oldest first:
 * fills at most max at out and sets n. */
struct store_modified {
	int64_t from, to;
	struct pgp_fpr *out; /* the caller's */
	size_t max, n;
};
enum ics_err store_find_modified(struct store_reader *r,
    struct store_modified *m);

/* The certificate after this fingerprint; start with version 0, n 0. The
 * order is a function of the primary fingerprints alone (their key IDs, then
 * their octets), so that equal stores are walked alike. */
enum ics_err store_cert_next(struct store_reader *r,
    const struct pgp_fpr *after, struct store_cert *cert, struct pgp_fpr *fpr);

/* Only the summary of a certificate, by id or by primary fingerprint: cheap
 * however long the certificate is. Lent like store_cert_get's; errors too. */
enum ics_err store_summary_get(struct store_reader *r, int64_t id,
    struct bytes *summary);
enum ics_err store_summary_get_primary(struct store_reader *r,
    const struct pgp_fpr *fpr, struct bytes *summary);

/* What the summary of a certificate says, row by row: the primary, its User
 * IDs (primary User ID first), its subkeys. */
enum store_row_kind {
	STORE_ROW_KEY,
	STORE_ROW_UID,
	STORE_ROW_SUBKEY
};

struct store_row {
	enum store_row_kind kind;
	struct pgp_fpr fpr;   /* keys */
	uint64_t keyid;	      /* keys */
	uint8_t algo;	      /* keys */
	enum pgp_curve curve; /* keys */
	uint16_t bits;	      /* keys */
	uint32_t key_flags;   /* keys */
	struct bytes body;    /* primary key: its packet body, lent */
	int64_t created;      /* 0 unknown */
	int64_t expires;      /* 0 never */
	int64_t revoked_at;
	enum pgp_revocation revoked; /* for User IDs soft means revoked */
	bool is_primary_uid;
	struct bytes uid; /* lent by the summary */
};

/* The next row; ICS_ENOTFOUND at the end, ICS_ECORRUPT when damaged. */
enum ics_err store_summary_next(struct cursor *summary, struct store_row *row);

/* ---- denied -------------------------------------------------------------- */

struct store_denied {
	struct pgp_fpr fpr;
	int64_t since;
	char reason[STORE_DENY_REASON_MAX];
};

/* ICS_OK and the row when the fingerprint (of a primary; version 0: any) is
 * denied, else ICS_ENOTFOUND. */
enum ics_err store_deny_get(struct store_reader *r, const struct pgp_fpr *fpr,
    struct store_denied *denied);
/* The denied row after this fingerprint; as store_cert_next. */
enum ics_err store_deny_next(struct store_reader *r,
    const struct pgp_fpr *after, struct store_denied *denied);

/* ---- statistics ----------------------------------------------------------- */

struct store_stats {
	int64_t certs, fprs, uids, pending, denied, log; /* rows */
	int64_t records, statements;
	int64_t file_octets, wal_octets;
	int64_t added_total, updated_total, deleted_total;
};
enum ics_err store_stats(struct store_reader *r, struct store_stats *out);

/* Certificates added and updated per UTC day or hour: fills n periods of
 * width seconds (a multiple of 3600) that end with the one containing now,
 * oldest first. */
struct store_load {
	int64_t start, inserted, updated, removed;
};
struct store_history {
	int64_t now, width;
	struct store_load *out; /* the caller's */
	size_t n;
};
enum ics_err store_load_history(struct store_reader *r,
    const struct store_history *history);

/* ---- writing (the writer's thread only) ------------------------------------ */

/*
 * Everything derived from a clean certificate, computed ahead of the
 * transaction by any thread: canonical octets, hashes, summary, index rows.
 * The certificate is not kept. The caller frees *e.
 */
struct store_entry;
enum ics_err store_entry_new(const struct pgp_cert *cert,
    struct store_entry **e);
void store_entry_free(struct store_entry *e);
const uint8_t *store_entry_digest(const struct store_entry *e); /* 32, lent */
const struct pgp_fpr *store_entry_fpr(const struct store_entry *e);
struct bytes store_entry_data(const struct store_entry *e); /* lent */

/* A group of changes, durable (synchronous=FULL) when commit returns. */
enum ics_err store_begin(struct store *s);
enum ics_err store_commit(struct store *s);
void store_rollback(struct store *s);

/* That the disk is full is logged once; again only after this call. */
void store_full_over(struct store *s);

/* The stored octets of a primary fingerprint inside the open transaction,
 * lent until the next call on s; ICS_ENOTFOUND. */
enum ics_err store_peek(struct store *s, const struct pgp_fpr *fpr,
    struct bytes *data);

/* The same, but only the SHA-256 of the octets. */
enum ics_err store_peek_digest(struct store *s, const struct pgp_fpr *fpr,
    uint8_t digest[32]);

/* By primary fingerprint alone (a find by fingerprint sees subkeys too). */
enum ics_err store_cert_get_primary(struct store_reader *r,
    const struct pgp_fpr *fpr, struct store_cert *cert);

enum store_change {
	STORE_INSERTED,
	STORE_UPDATED,
	STORE_UNCHANGED
};

/* Put an entry in place of what is stored under its fingerprint, with index
 * and log rows. Denied fingerprints: ICS_EGONE. */
enum ics_err store_put(struct store *s, const struct store_entry *e,
    int64_t now, enum store_change *change);

/* Delete by primary fingerprint, with a log row. ICS_ENOTFOUND. */
enum ics_err store_delete(struct store *s, const struct pgp_fpr *fpr,
    int64_t now);

/* Deny a fingerprint (deleting what is stored), or allow it again. */
enum ics_err store_deny_put(struct store *s, const struct pgp_fpr *fpr,
    const char *reason, int64_t now);
enum ics_err store_deny_drop(struct store *s, const struct pgp_fpr *fpr,
    int64_t now);

/* ---- signatures that wait for their issuer --------------------------------- */

struct store_pending {
	int64_t id; /* given by put */
	uint64_t issuer_keyid;
	struct pgp_fpr issuer; /* version 0 when the signature has none */
	struct pgp_fpr cert;   /* primary of the certificate it is about; of a
	                        * record: its digest, version 0 and n 32 */
	uint8_t part_tag;      /* 6, 13, 14: what it stands under; 2: a record,
	                        * which waits for what issuer_keyid names */
	struct bytes part;     /* that packet's body */
	struct bytes sig;      /* the signature packet's body */
	int64_t received;
	char domain[64]; /* against whose bound it counts: "public/3" is a lane
	                  * of "public" */
};

/* Keep one. Of a domain and its lanes at most limit stay: the oldest of the
 * longest lane goes, so that who sends many drives out his own. An equal one
 * (same certificate, part and signature) is kept once. Cost does not grow with
 * the number of waiting rows. */
enum ics_err store_pending_put(struct store *s, const struct store_pending *p,
    int64_t limit);
/* How many bare signatures wait for the name that p waits for, in its lane;
 * max at most are counted. */
enum ics_err store_pending_lane(struct store *s, const struct store_pending *p,
    int64_t max, int64_t *n);
enum ics_err store_pending_drop(struct store *s, int64_t id);
/* The next waiting row about this certificate with an id above after. */
enum ics_err store_pending_next(struct store_reader *r,
    const struct pgp_fpr *cert, int64_t after, struct store_pending *p);
/* The next certificate, after this fingerprint, about which some row waits
 * for an issuer with this key ID (the open transaction's view). */
enum ics_err store_pending_next_target(struct store *s, uint64_t issuer_keyid,
    const struct pgp_fpr *after, struct pgp_fpr *cert);
/* The next certificate (or record), after this fingerprint, about which some
 * row waits whose issuer's certificate (or whose target, by either name) is
 * here by now: what a crash left unjudged. */
enum ics_err store_pending_next_ready(struct store_reader *r,
    const struct pgp_fpr *after, struct pgp_fpr *cert);
/* Whether a key with this key ID is stored (the open transaction's view). */
enum ics_err store_knows_keyid(struct store *s, uint64_t keyid, bool *known);

/* ---- the log ---------------------------------------------------------------- */

enum store_event {
	STORE_EVENT_PUT = 1,
	STORE_EVENT_DELETE = 2,
	STORE_EVENT_DENY = 3,
	STORE_EVENT_ALLOW = 4,
	STORE_EVENT_STATE = 5,	/* a statement became known, whatever has it */
	STORE_EVENT_FORGET = 6, /* it is no longer held */
	STORE_EVENT_DESCRIPTOR = 7 /* of a domain, by its owner */
};

struct store_log_row {
	int64_t position; /* from 1, without gaps */
	int64_t received;
	enum store_event event;
	struct notations_subject subject; /* keys of version 3 and 5, too */
	struct pgp_fpr item;		  /* of subject, when that is a key */
	uint8_t digest[32]; /* of a certificate's data, of a statement or of a
	                     * descriptor's text; zero for others */
	uint8_t salt[16];
	uint8_t leaf[32]; /* RFC 6962 leaf hash over a salted commitment */
};

/* The first row after this position; ICS_ENOTFOUND at the end. */
enum ics_err store_log_next(struct store_reader *r, int64_t after,
    struct store_log_row *row);

/* ---- upkeep ------------------------------------------------------------------ */

/* Tells of each difference that fsck finds; text is lent. */
struct store_fsck {
	void (*found)(void *arg, const char *text);
	void (*progress)(void *arg, int64_t done, int64_t total); /* or NULL */
	void *arg;
	const struct store_judge *judge; /* lent, or NULL */
};

/* Recompute every derived row from the certificates, online, and name what
 * differs (a hit is no error: *differences counts). Also SQLite's own check,
 * the text index and the leaves of the log. */
enum ics_err store_check(struct store_reader *r, const struct store_fsck *how,
    int64_t *differences);

/* Recompute the derived rows of everything that differs. Own transaction. */
enum ics_err store_repair(struct store *s, int64_t *repaired);

/* An online copy of the whole database into a new file; ICS_EEXISTS. */
enum ics_err store_snapshot(struct store_reader *r, const char *path);

/* Move the WAL into the file and shrink it; called by the writer when idle. */
enum ics_err store_checkpoint(struct store *s);

/* Faster bulk writing while nobody else reads: larger WAL, merges deferred;
 * commits stay durable. Ends with store_bulk_end or close. */
void store_bulk_begin(struct store *s);
enum ics_err store_bulk_end(struct store *s);

#endif
