/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. Set reconciliation as SKS does it: algebra, a prefix tree, a wire
 * codec and two state machines. No sockets, no keys, no store, no clock.
 *
 *	zp.c        the field of p = 2^128 + 0x8f1d10e4878b1fdfc91f85d930a5431b
 *	sum.c       a set's size and its polynomial at the sample points
 *	poly.c      polynomials: division, gcd, powers, roots
 *	solve.c     two sums to the elements in which the sets differ
 *	prefix.c    bit strings that name nodes
 *	tree.c      the prefix tree over a backing; any prefix has a sum
 *	build.c     its nodes from members, in one pass
 *	members.c   hashes in order
 *	set.c       a tree in memory, for overlays and tests
 *	view.c      what a session sees: tree times overlays
 *	msg.c       frames, exact shapes, limits
 *	config.c    the opening exchange
 *	asker.c     the acceptor's side: asks, descends
 *	answerer.c  the initiator's side: answers
 *	session.c   octets in, octets out
 *
 * Who connects answers, who accepts asks (Spec: recon.md 0).
 */
#ifndef RECON_RECON_H
#define RECON_RECON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define RECON_HASH     16 /* octets of a set's member */
#define RECON_ELEMENT  17 /* octets of a field element on the wire */
#define RECON_MBAR     5
#define RECON_SAMPLES  (RECON_MBAR + 1)
#define RECON_QUANTUM  2 /* bits a level */
#define RECON_CHILDREN 4
#define RECON_SPLIT    50 /* a leaf with more splits */
#define RECON_JOIN     25 /* an inner node with no more becomes a leaf */
#define RECON_PORT     11370

/* ---- members, the field, sums ---------------------------------------------- */

struct recon_hash {
	uint8_t b[RECON_HASH];
};

/* A field element in a form of its own; three limbs. */
struct recon_zp {
	uint64_t w[3];
};

/* 17 octets, little-endian. ICS_EFORMAT when not fully reduced. */
enum ics_err recon_zp_read(const uint8_t in[RECON_ELEMENT], struct recon_zp *z);
void recon_zp_write(const struct recon_zp *z, uint8_t out[RECON_ELEMENT]);

/* False for hashes that are sample points: they cannot be members. */
bool recon_hash_fits(const struct recon_hash *hash);

/* Size of a set and its characteristic polynomial at 0, -1, 1, -2, 2, -3. */
struct recon_sum {
	uint32_t n;
	struct recon_zp at[RECON_SAMPLES];
};

void recon_sum_init(struct recon_sum *sum); /* of the empty set */
void recon_sum_add(struct recon_sum *sum, const struct recon_hash *hash);
void recon_sum_remove(struct recon_sum *sum, const struct recon_hash *hash);
/* Of the union of disjoint sets; of a set without a subset of it. */
void recon_sum_join(struct recon_sum *sum, const struct recon_sum *with);
void recon_sum_part(struct recon_sum *sum, const struct recon_sum *without);
bool recon_sum_is_equal(const struct recon_sum *a, const struct recon_sum *b);

/* How a sum is kept: n be32, then the samples. */
#define RECON_SUM_OCTETS (4 + RECON_SAMPLES * RECON_ELEMENT)
void recon_sum_write(const struct recon_sum *sum,
    uint8_t out[RECON_SUM_OCTETS]);
/* ICS_EFORMAT, ICS_ETRUNCATED; no sample of a sum is zero. */
enum ics_err recon_sum_read(struct bytes in, struct recon_sum *sum);

/* The elements in which two sets differ; at most RECON_MBAR together. */
struct recon_difference {
	struct recon_hash theirs[RECON_MBAR], ours[RECON_MBAR];
	size_t theirs_n, ours_n;
};

/*
 * Find them, each ascending. False (and none) when they differ by more, or
 * theirs is no sum of hashes. Applied to ours, they make theirs, always.
 * seed feeds the random splitting and is moved on: equal seeds, equal steps.
 * Whether members lie under a prefix or in a set is the caller's to check.
 */
bool recon_solve(const struct recon_sum *theirs, const struct recon_sum *ours,
    uint64_t *seed, struct recon_difference *d);

/* ---- prefixes ------------------------------------------------------------------ */

/* Bits from the top of the first octet on; unused ones are zero. */
struct recon_prefix {
	uint8_t bits; /* even, 0 (the root) to 128 */
	uint8_t b[RECON_HASH];
};

/* ICS_EFORMAT: odd, too long, or bits set beyond its end. */
enum ics_err recon_prefix_make(uint32_t bits, struct bytes octets,
    struct recon_prefix *p);
/* Child i of p, in the order of their bits; p->bits < 128. */
void recon_prefix_child(const struct recon_prefix *p, unsigned i,
    struct recon_prefix *child);
/* The first bits of a hash. */
void recon_prefix_of(const struct recon_hash *hash, uint8_t bits,
    struct recon_prefix *p);
bool recon_prefix_has(const struct recon_prefix *p,
    const struct recon_hash *hash);
/* The least and the greatest hash below it. */
void recon_prefix_range(const struct recon_prefix *p, struct recon_hash *least,
    struct recon_hash *greatest);

/* ---- the tree ------------------------------------------------------------------- */

struct recon_node {
	struct recon_prefix prefix;
	struct recon_sum sum;
	bool is_leaf;
};

/* Called for each member in ascending order; an error ends the walk. */
typedef enum ics_err recon_each(void *arg, const struct recon_hash *hash);

/*
 * Where nodes are kept. It knows the members itself: they are not in nodes.
 * node_get says ICS_ENOTFOUND where there is none; an empty tree has none.
 */
struct recon_backing {
	enum ics_err (*node_get)(void *arg, const struct recon_prefix *p,
	    struct recon_node *node);
	enum ics_err (*node_put)(void *arg, const struct recon_node *node);
	enum ics_err (*node_drop)(void *arg, const struct recon_prefix *p);
	/* Members below p. */
	enum ics_err (*each)(void *arg, const struct recon_prefix *p,
	    recon_each *call, void *call_arg);
	void *arg;
};

/*
 * A member came or went. each tells of it already (no longer), and of no
 * other that was not given to add or remove before: one change, one call. The
 * caller knows that it is new, or that it was there. ICS_EFORMAT for a hash
 * that does not fit; nothing has changed then. ICS_ECORRUPT when nodes and
 * members do not agree.
 */
enum ics_err recon_tree_add(const struct recon_backing *b,
    const struct recon_hash *hash);
enum ics_err recon_tree_remove(const struct recon_backing *b,
    const struct recon_hash *hash);

/* The sum below any prefix, whether a node stands there or not. */
enum ics_err recon_tree_sum(const struct recon_backing *b,
    const struct recon_prefix *p, struct recon_sum *sum);

/* Put all nodes at and below p as they should be, from each alone; old ones
 * must be gone. */
enum ics_err recon_tree_build(const struct recon_backing *b,
    const struct recon_prefix *p);

/* A tree in memory, sorted members and their nodes. Its view is below. */
struct recon_set;
struct recon_set *recon_set_new(void);
void recon_set_free(struct recon_set *set);
/* False when it is there already, does not fit; is not there. */
bool recon_set_add(struct recon_set *set, const struct recon_hash *hash);
bool recon_set_remove(struct recon_set *set, const struct recon_hash *hash);
bool recon_set_has(const struct recon_set *set, const struct recon_hash *hash);
size_t recon_set_size(const struct recon_set *set);
const struct recon_backing *recon_set_backing(struct recon_set *set);

/* ---- views ------------------------------------------------------------------------ */

/* The set that one session shows; constant while it lasts. */
struct recon_view {
	enum ics_err (*sum)(void *arg, const struct recon_prefix *p,
	    struct recon_sum *sum);
	enum ics_err (*each)(void *arg, const struct recon_prefix *p,
	    recon_each *call, void *call_arg);
	enum ics_err (*has)(void *arg, const struct recon_hash *hash,
	    bool *has);
	void *arg;
};

/* A tree as it is; b and the members are lent to the view. */
void recon_view_of_set(struct recon_set *set, struct recon_view *view);

/* A view with more members (none of which are in it) and with fewer (all of
 * which are); either NULL. All is lent; o holds it. Spec: recon.md 19 */
struct recon_overlay {
	const struct recon_view *base;
	struct recon_set *more, *fewer;
};
void recon_view_of_overlay(struct recon_overlay *o, struct recon_view *view);

/* ---- messages ---------------------------------------------------------------------- */

/* Spec: recon.md 6 */
enum recon_type {
	RECON_POLY = 0,
	RECON_FULL = 1,
	RECON_ELEMENTS = 2,
	RECON_FULL_ELEMENTS = 3,
	RECON_SYNC_FAIL = 4,
	RECON_DONE = 5,
	RECON_FLUSH = 6,
	RECON_ERROR = 7,
	RECON_DB_REQUEST = 8,
	RECON_DB_REPLY = 9,
	RECON_CONFIG = 10
};

#define RECON_CONFIG_FRAME_MAX	(4u << 10)
#define RECON_CONFIG_ENTRIES	32
#define RECON_CONFIG_TEXT_MAX	1024
#define RECON_FRAME_MAX_DEFAULT (256u << 10)
#define RECON_FRAME_MAX		(16u << 20)

/* ---- sessions ----------------------------------------------------------------------- */

enum recon_role {
	RECON_ASKER,   /* we accepted the connection */
	RECON_ANSWERER /* we made it */
};

/* Why a session is over, or not. recon/ends.def has a name and words each. */
enum recon_end {
	RECON_GOING_ON,
#define X(id, name, words) id,
#include "recon/ends.def"
#undef X
	RECON_ENDS
};
const char *recon_end_name(enum recon_end end);	 /* "config-mismatch" */
const char *recon_end_words(enum recon_end end); /* what an operator reads */

struct recon_limits {
	size_t frame;	 /* octets of a frame: RECON_FRAME_MAX_DEFAULT */
	size_t hashes;	 /* new ones a session: 20,000 */
	size_t requests; /* 50,000 */
	uint32_t full;	 /* ask for all at or below: RECON_SPLIT */
	size_t fly;	 /* requests on their way: 100 */
	/* Ask with samples instead at the root, where we have nothing (what a
	 * peer answers to a list has no bound), and where that was cheaper so
	 * far. True; SKS does not. */
	bool wary;
};
void recon_limits_default(struct recon_limits *limits);

struct recon_setup {
	enum recon_role role;
	struct recon_view view; /* what it points to is lent */
	struct recon_limits limits;
	const char *version; /* "1.1.6"; lent for the call of new */
	const char *filters; /* likewise */
	uint16_t http_port;
	bool filters_as_text; /* order counts, as with Hockeypuck */
	uint64_t seed;
};

/* What the other side said of itself. */
struct recon_peer {
	char version[64];
	char filters[RECON_CONFIG_TEXT_MAX];
	uint16_t http_port;
	bool is_known; /* its Config has been read */
};

struct recon_tally {
	uint64_t in, out;  /* octets */
	uint64_t requests; /* Poly and Full, asked or answered */
	uint64_t failed;   /* Poly that were not solved */
	uint64_t flushes;  /* round trips */
	uint64_t theirs;   /* members only they have */
	uint64_t ours;	   /* members only we have */
	uint64_t strange;  /* elements out of place, dropped */
};

struct recon_session;
struct recon_session *recon_session_new(const struct recon_setup *setup);
void recon_session_free(struct recon_session *s);

/*
 * Octets that came, in pieces of up to RECON_FEED_MAX; kept as needed. Then
 * step until it says that there is nothing to do: each step is a message, some
 * milliseconds at most. An error is the view's alone: free the session then.
 * What the peer does wrong ends it. After the end octets are ignored.
 */
#define RECON_FEED_MAX (64u << 10)
enum ics_err recon_session_feed(struct recon_session *s, struct bytes octets);
enum ics_err recon_session_step(struct recon_session *s, bool *more);
/* Whether to read on: not while a whole message waits for a step, or much
 * waits to be sent. Whoever feeds all the same is cut off (frame). */
bool recon_session_wants(const struct recon_session *s);
/* The peer has closed its side. Step on: what came before still counts. */
void recon_session_eof(struct recon_session *s);

/* Octets to send, lent until the next call; then how many were. What is held
 * back for a Flush is not among them. After the end there may be some, too:
 * send them, then close. */
struct bytes recon_session_out(const struct recon_session *s);
void recon_session_sent(struct recon_session *s, size_t n);

/* HASHES and REQUESTS: Done was said, all went well, and the next session goes
 * on. */
enum recon_end recon_session_end(const struct recon_session *s);
/* What the peer gave as its reason, or we did (mismatch); "" without.
 * Printable, bounded. */
const char *recon_session_reason(const struct recon_session *s);
const struct recon_peer *recon_session_peer(const struct recon_session *s);
const struct recon_tally *recon_session_tally(const struct recon_session *s);
/* What only the peer has, so far, without repeats; lent. Good after any end. */
const struct recon_hash *recon_session_found(const struct recon_session *s,
    size_t *n);

#endif
