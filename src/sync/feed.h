/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: what an ICS peer answers in JSON, as hkp/README describes
 * it. Invariant: unknown members and unknown events are passed over, so that
 * newer servers are understood; whatever else is odd is ICS_EFORMAT.
 */
#ifndef SYNC_FEED_H
#define SYNC_FEED_H

#include "base/array.h"
#include "base/buf.h"
#include "merkle/merkle.h"
#include "notations/notations.h"
#include "policy/policy.h"

#define SYNC_FEED_ROWS	 1000	    /* asked for in one page, at most */
#define SYNC_FEED_OCTETS (1u << 20) /* of any of these answers */

enum sync_feed_event {
	SYNC_FEED_PUT,	  /* a certificate, as it is now */
	SYNC_FEED_STATE,  /* a statement, of whatever carrier */
	SYNC_FEED_GONE,	  /* the item left, or with a digest that statement */
	SYNC_FEED_RULING, /* a descriptor */
	SYNC_FEED_OTHER	  /* news to us */
};

struct sync_feed_row {
	enum sync_feed_event event; /* OTHER when it has no digest, too */
	uint8_t digest[32];	    /* GONE: or zero */
	char item[NOTATIONS_SUBJECT_TEXT_MAX]; /* fit for a URL's path */
};
ARRAY_OF(struct sync_feed_row, sync_feed_rows);

/* A page of GET /ics/v1/changes; zero is an empty one. */
struct sync_feed {
	struct sync_feed_rows rows;
	int64_t next, size; /* next: at least since; size: at least next */
};
enum ics_err sync_feed_read(struct bytes body, int64_t since,
    struct sync_feed *feed);
void sync_feed_release(struct sync_feed *feed);

/* The path of that page: what is behind since, of a selection or "", waiting
 * so many seconds for it; appended. */
#define SYNC_FEED_PATH (4u << 10)
void sync_feed_path(struct buf *path, int64_t since, const char *select,
    unsigned wait);

/* GET /ics/v1/log: how many rows, and the root over them. */
struct sync_head {
	int64_t size;
	uint8_t root[MERKLE_OCTETS];
};
enum ics_err sync_head_read(struct bytes body, struct sync_head *head);

/* GET /ics/v1/log/proof/consistency: that a log grew from the first head to
 * the second. ICS_EFORMAT also when the proof does not hold. */
enum ics_err sync_grown_read(struct bytes body, struct sync_head *from,
    struct sync_head *to);

/* GET /ics/v1/domains: the newest version of each that it shows us. */
#define SYNC_RULINGS_MAX 255
struct sync_ruling {
	char name[POLICY_NAME_MAX]; /* fit for a URL's path */
	int64_t serial;
	struct pgp_fpr owner;
};
ARRAY_OF(struct sync_ruling, sync_rulings);
enum ics_err sync_rulings_read(struct bytes body, struct sync_rulings *out);

/* POST /ics/v1/submit: how many of what was sent it took or will take, and
 * how many it had. */
struct sync_taken {
	size_t taken, known;
};
enum ics_err sync_taken_read(struct bytes body, struct sync_taken *taken);

#endif
