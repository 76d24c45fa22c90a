/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. Peers. One thread that accepts and makes reconciliation sessions,
 * fetches and pushes over HTTP, and gives whatever comes to intake like any
 * upload. It writes nothing to the store itself.
 *
 *	loop.c      the thread: sockets, timers, libcurl's multi, orders
 *	peer.c      who they are, read from text; kinds.def
 *	table.c     what is known of each: rounds, errors, octets
 *	schedule.c  whose turn it is: weights, jitter, back-off
 *	state.c     peers.json: added peers and cursors across restarts
 *	accept.c conn.c   sockets to recon sessions
 *	gossip.c    a round with an SKS-like peer
 *	fetch.c     /pks/hashquery in adaptive batches
 *	delivery.c  its answers, read
 *	known.c     per peer: what to fetch no more, ghosts and hidden ones
 *	push.c      new certificates to an HKP peer
 *	http.c      requests through libcurl
 *	own/       a round with an ICS
 *	rule/      what descriptors order
 *	seen/      what leaves by itself
 *	order/     what the operator asks, and the answers; a dry run of rounds
 *	up/        a server further up, asked for what is not here
 *
 * Nothing a peer sends can stop the server from answering: every peer is
 * bounded in octets, memory and time, backs off, and is named in the table.
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "base/array.h"
#include "base/net.h"
#include "base/report.h"
#include "intake/intake.h"
#include "store/store.h"

#define SYNC_PEERS_MAX	     64
#define SYNC_NAME_MAX	     128 /* of a peer, with the NUL: NAME@DOMAIN */
#define SYNC_WORD_MAX	     64	 /* of NAME */
#define SYNC_URL_MAX	     512
#define SYNC_SELECT_MAX	     512
#define SYNC_FILTERS_MAX     1024
#define SYNC_LISTENERS_MAX   4
#define SYNC_PIN	     32 /* SHA-256 of a SubjectPublicKeyInfo */
#define SYNC_FILTERS_DEFAULT "yminsky.dedup,yminsky.merge"
#define SYNC_VERSION_DEFAULT "1.1.6"

/* X(id, word, words) in kinds.def: sks, hockeypuck, hkp (push only), ics */
enum sync_kind {
#define X(id, word, words) id,
#include "sync/kinds.def"
#undef X
	SYNC_KINDS
};

/* Of what a peer that is given anything is given. */
enum sync_gives {
	SYNC_GIVES_ALL,	  /* what it may see; of a descriptor what is in its
	                   * domain */
	SYNC_GIVES_STATUS /* statements that set a status, in its domain */
};

/*
 * A peer as the operator describes it, in one text:
 *
 *	NAME kind=sks recon=ADDR[:PORT] [http=ADDR:PORT] [filters=...] [version=...]
 *	NAME kind=hkp url=http://host:port
 *	NAME kind=ics url=https://host:port key=sha256//BASE64 [select=TERMS]
 *	all: [every=60s] [weight=1] [push=yes|no] [pull=yes|no]
 *
 * A value with blanks stands in single or double quotes. Addresses are
 * numbers; a url may have a name.
 *
 * One that a policy descriptor orders has no text: what is said of it there
 * stands in the last members.
 */
struct sync_peer_conf {
	char name[SYNC_NAME_MAX];
	enum sync_kind kind;
	struct net_addr recon;	/* n 0: none; its address is who may connect */
	char url[SYNC_URL_MAX]; /* "http://host:port", no slash at the end;
	                         * empty: the recon address and the port that
	                         * its Config names */
	char filters[SYNC_FILTERS_MAX], version[32];
	bool has_filters; /* its row says filters=, perhaps nothing */
	char select[SYNC_SELECT_MAX]; /* search terms; empty: everything */
	uint8_t pin[SYNC_PIN];
	bool has_pin, push, pull;
	unsigned every;	 /* seconds between rounds that we begin; 0: none */
	unsigned weight; /* how often it is chosen, beside others */
	char domain[POLICY_NAME_MAX]; /* whose descriptor orders it; empty:
	                               * the operator does */
	enum sync_gives gives;	      /* where push */
	bool may_alter; /* what it brings is taken as from a peer, else as from
	                 * anybody; of the operator's yes */
};

/* Read it. False: why (static words) says what will not do. */
bool sync_peer_read(const char *text, struct sync_peer_conf *peer,
    const char **why);
/* The same text back, for lists and files; fits SYNC_TEXT_MAX. */
#define SYNC_TEXT_MAX 3072
void sync_peer_write(const struct sync_peer_conf *peer,
    char out[SYNC_TEXT_MAX]);

const char *sync_kind_word(enum sync_kind kind); /* "sks"; static */

/* "sha256//" and base64, as curl takes it. */
#define SYNC_PIN_TEXT (8 + 44 + 1)
void sync_pin_write(const uint8_t pin[SYNC_PIN], char out[SYNC_PIN_TEXT]);
bool sync_pin_read(const char *text, uint8_t pin[SYNC_PIN]);

/* A sync block of a descriptor with which something is wrong. */
struct sync_refused {
	char domain[POLICY_NAME_MAX];
	char name[SYNC_WORD_MAX]; /* printable, perhaps cut */
	int line;		  /* in the text */
	bool is_followed;	  /* all the same */
	const char *why, *help;	  /* static */
};

struct sync;

#define SYNC_STATE_FILE "peers.json" /* in the state directory */

struct sync_config {
	const char *dir;     /* state directory */
	struct store *store; /* lent, for readers; it outlives us */
	struct intake *in;   /* lent; it outlives us */
	int listeners[SYNC_LISTENERS_MAX]; /* recon; lent */
	size_t listeners_n;
	const struct sync_peer_conf *peers; /* copied */
	size_t peers_n;
	uint16_t http_port;  /* what our Config tells */
	const char *filters; /* where a peer's row names none; copied */
	const char *tls_cert, *tls_key; /* paths of PEM files, copied: what we
	                                 * show to own peers; NULL without */
	uint8_t pin[SYNC_PIN];		/* our own, of tls_key */
	bool has_pin;
	unsigned session_seconds; /* 60 */
	unsigned pause_seconds;	  /* between sessions that a peer begins: 20 */
	bool is_mute;		  /* the process gave up making connections */
	bool gives_way;	      /* its thread lets those go first who answer */
	bool is_closed;	      /* what is of no domain is nobody's to see */
	size_t frame;	      /* octets: 256 KiB */
	const char *upstream; /* as sync_upstream_read writes it, copied; NULL
	                       * or "": none */
	unsigned long upstream_keep, upstream_miss; /* seconds */
};

/* Start the thread. The caller stops it before intake. */
enum ics_err sync_new(const struct sync_config *config, struct sync **s);
/* End the thread: rounds are let go of, orders answered with ICS_ECLOSED, and
 * so are those that still come. */
void sync_stop(struct sync *s);
/* Stop, when that was not done, and free. NULL is fine. */
void sync_free(struct sync *s);
/* Take other peers (those of the file; added ones stay) and bounds. */
enum ics_err sync_reload(struct sync *s, const struct sync_config *config);

/* ---- orders, from any thread ------------------------------------------------ */

enum sync_what {
	SYNC_LIST,   /* the table */
	SYNC_ADD,    /* text: a peer; kept across restarts */
	SYNC_REMOVE, /* text: its name */
	SYNC_NOW,    /* text: its name, or that of blocks in descriptors; empty:
	              * everybody. Answered when the rounds have ended */
	SYNC_PLAN    /* text: the same, of ICS peers; item, limit. Nothing is
	              * changed */
};

/* One row of the table, as of the answer; what is said of the server by
 * name is printable. */
struct sync_row {
	struct sync_peer_conf conf;
	bool is_added; /* not from the file */
	bool rests;    /* descriptors say what is done with it: see the rows
	             * NAME@DOMAIN */
	int64_t success, failure; /* seconds of the last ones; 0 never */
	int64_t visited; /* the last good session that the peer began */
	char error[64];	 /* name of the last failure; "" none */
	char words[256]; /* and what it means, what would help */
	int64_t next;	 /* when we begin again; 0: not by ourselves */
	uint64_t rounds, failures, refused; /* since start */
	uint64_t octets_in, octets_out;	    /* recon and HTTP bodies */
	uint64_t fetched, pushed, useless;  /* certificates and records */
	uint64_t differing; /* items that differed in the last round */
	uint64_t ghosts, hidden, negative; /* in known.c, now */
	int64_t lag;	/* log rows behind an ICS peer; -1 unknown */
	bool is_active; /* a round or a session goes on */
};

/* What a plan says of an item: X(id, word, keeps out, words, help). */
enum sync_why {
#define X(id, word, keeps, words, help) SYNC_WHY_##id,
#include "sync/whys.def"
#undef X
	SYNC_WHYS
};
const char *sync_why_word(enum sync_why why);  /* "not-selected"; static */
const char *sync_why_words(enum sync_why why); /* static */
const char *sync_why_help(enum sync_why why);  /* static; "" none */
bool sync_why_keeps(enum sync_why why);	       /* does it keep it out? */

#define SYNC_PLAN_ROWS	  100  /* told of a peer by default, */
#define SYNC_PLAN_MAX	  1000 /* and at most */
#define SYNC_PLAN_REFUSED 1000 /* remembered of a peer, the last ones */

struct sync_plan_row {
	char item[NOTATIONS_SUBJECT_TEXT_MAX];
	enum sync_why why;
	bool is_push;	  /* about giving it */
	char detail[256]; /* "model is T2000, not T1000"; "" */
	int64_t at;	  /* when that was so; 0: now */
};
ARRAY_OF(struct sync_plan_row, sync_plan_rows);

/* What a round with a peer would do. */
struct sync_plan {
	struct sync_row row;
	int64_t serial; /* of the descriptor that orders it; 0 */
	bool pulls, gives;
	char error[64], words[256]; /* why it told nothing; "" */
	bool is_cut;		    /* more is there than was looked at */
	struct {
		uint64_t shown; /* it lets us see */
		uint64_t selected, here, come, left;
	} pull; /* items */
	struct {
		uint64_t ours, there, go, left;
	} push;
	struct sync_plan_rows rows; /* of those left out; of one that was
	                             * asked for always two */
};

struct sync_answer {
	enum ics_err err; /* ICS_ENOTFOUND, ICS_EEXISTS, ICS_EUSAGE, ... */
	const char *why;  /* lent words; NULL when all is well */
	const struct sync_row *rows;
	const struct sync_plan *plans; /* of SYNC_PLAN; as many */
	size_t n;
	const struct sync_refused *refused; /* what descriptors order in vain */
	size_t refused_n;
};

struct sync_order {
	enum sync_what what;
	char text[SYNC_TEXT_MAX];
	struct notations_subject item; /* SYNC_PLAN: this one; NONE: all */
	size_t limit;		       /* rows of each peer */
	/* Called once, on the sync thread; the answer is lent for the call. */
	void (*done)(void *arg, const struct sync_answer *answer);
	void *arg;
};

/* Copied from *order. ICS_EBUSY, ICS_ECLOSED: done is not called. */
enum ics_err sync_order(struct sync *s, const struct sync_order *order);

/* Who has a pin. */
struct sync_client {
	char name[SYNC_NAME_MAX]; /* of the operator's peer, else of a row that
	                           * a descriptor orders */
	bool is_operators;
	bool may_alter; /* by any row that says what is done with it */
};
/* Which ICS peer has this pin: true and *who. pin NULL: is there any (*who
 * stays). Any thread, at no cost; for the HTTP front, which asks about client
 * certificates. */
bool sync_pin_is_peer(const struct sync *s, const uint8_t pin[SYNC_PIN],
    struct sync_client *who);

/* When this ICS peer last told all that it has; 0: never, or there is none of
 * that name. Any thread, at no cost. Kept across restarts. */
int64_t sync_heard(const struct sync *s, const char *name);

/* ---- a server further up: up/ ------------------------------------------------- */

#define SYNC_UP_SECONDS 5u /* the longest that anybody waits for it */

/* "https://host[:port]", or with http, hkps or hkp (port 11371), to the URL
 * that is asked. */
bool sync_upstream_read(const char *text, char url[SYNC_URL_MAX]);

/* A certificate that somebody looks for. */
struct sync_wanted {
	struct pgp_fpr fpr; /* n 0: by its key ID */
	uint64_t keyid;
	int64_t since; /* when what is here of it changed last; 0: nothing is
	                * here */
	void (*done)(void *arg);
	void *arg;
};

/*
 * Have it asked for further up, where it is time to; what comes goes to intake.
 * True: done is called once, on the thread of sync and perhaps before this
 * returns, when it is here, or will not be, or took too long. Of what is here
 * it is false: nobody waits, it is fetched anew behind his back. done NULL:
 * would it be true. w NULL: is anybody asked at all. Any thread; never waits.
 */
bool sync_want(struct sync *s, const struct sync_wanted *w);

#endif
