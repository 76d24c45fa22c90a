/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * THE one door into the store.
 *
 *	submit ─▶ queue ─▶ checkers (one per core): parse, verify, clean
 *	                     └▶ queue ─▶ writer (one): merge, store, commit a group
 *	                                   └▶ done(), once the group is on disk
 *
 * A submission is octets, armored or binary, of any number of certificates,
 * bare signatures (records and revocations) and descriptors; its answer is one
 * outcome each. An outcome is final and durable when done is called. A refusal is an
 * answer, never an error.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/report.h"
#include "domain/domain.h"
#include "pgp/pgp.h"
#include "policy/policy.h"
#include "store/store.h"

#define INTAKE_CERTS_MAX	10000 /* certificates in a submission */
#define INTAKE_PENDING_MAX	1000 /* default of waiting signatures a domain */
#define INTAKE_PENDING_LOAD_MAX 1000000 /* the same for an operator's load */
#define INTAKE_PENDING_NAME_MAX \
	64 /* of a lane, for one certificate or record */
#define INTAKE_COST_NS	 UINT64_C(20000000000) /* default, see cost_ns */
#define INTAKE_LANES	 8    /* by senders' addresses: each waits in one */
#define INTAKE_QUEUE_MAX 1024 /* submissions that wait */
#define INTAKE_GROUP_MAX 512  /* submissions committed as a group */

struct intake;

enum intake_outcome {
	INTAKE_INSERTED,
	INTAKE_UPDATED,
	INTAKE_IGNORED, /* nothing in it was new */
	INTAKE_DELETED, /* by an operator */
	INTAKE_WAITING, /* a bare signature whose issuer or target is not here */
	INTAKE_INVALID, /* refused: rep says why */
	INTAKE_DENIED,	/* the fingerprint is on the deny list */
	INTAKE_RECEIVED /* never intake's own: not for whoever asked to know */
};
const char *intake_outcome_word(enum intake_outcome outcome); /* "inserted" */

struct intake_item {
	enum intake_outcome outcome;
	struct pgp_fpr fpr; /* of the certificate; of a record its issuer's
	                     * primary key; version 0 when unknown */
	bool is_record;
	uint8_t digest[32];		  /* of a record */
	struct notations_subject subject; /* of a record; NONE unknown */
	bool is_descriptor;
	char domain[STORE_DOMAIN_NAME_MAX]; /* of a descriptor; "" unknown */
	int64_t serial;
	struct report rep; /* why refused, what was left out */
};

/* How people and machines name it: a fingerprint in lower case, "sha256:" and
 * the digest of a record, "domain:" and the name of one; empty when it is not
 * known. */
#define INTAKE_NAME_MAX 72
void intake_item_name(const struct intake_item *item,
    char out[INTAKE_NAME_MAX]);

/*
 * err is not ICS_OK when the submission as a whole failed: unreadable
 * (ICS_EFORMAT, ICS_ETRUNCATED, ICS_ESECRET, ICS_ETOOBIG), or the world
 * (ICS_ENOSPACE, ICS_EDB, ICS_ECLOSED): then nothing of it was stored and
 * words in rep say why.
 */
struct intake_result {
	enum ics_err err;
	struct report rep;
	struct intake_item *items;
	size_t n;
};

enum intake_origin {
	INTAKE_PUBLIC,	/* anybody, over the network */
	INTAKE_OPERATOR /* the operator's load: larger bounds */
};

/* What the operator changes by hand; travels through the same writer. */
enum intake_order {
	INTAKE_SUBMIT,
	INTAKE_DELETE,
	INTAKE_DENY,
	INTAKE_ALLOW
};

struct intake_job {
	enum intake_order order;
	enum intake_origin origin;
	bool is_peer; /* of the public: a peer that proved its TLS key */
	/* Of INTAKE_LANES, from 1; 0: nobody knows the sender. Lanes are
	 * served in turn; one may fill half of the queue. */
	unsigned lane;
	struct bytes input; /* INTAKE_SUBMIT: owned (malloc), intake frees it */
	/* Policy descriptors are taken, too: a text with a cleartext signature,
	 * alone or as packets of literal data; else those are passed over. */
	bool takes_descriptors;
	struct pgp_fpr fpr; /* the other orders; INTAKE_DELETE takes a record's
	                     * digest, too: version 0, n 32 */
	char reason[STORE_DENY_REASON_MAX]; /* INTAKE_DENY */
	/* Called once, on a thread of intake; the result is lent for the
	 * call. It must not block. */
	void (*done)(void *arg, const struct intake_result *result);
	void *arg;
};

struct intake_config {
	const char *dir;     /* state directory, for read connections */
	struct store *store; /* lent; used by the writer's thread only */
	unsigned checkers;   /* threads that verify; 0: one per core */
	size_t pending_max;  /* 0: INTAKE_PENDING_MAX */
	bool bulk;	     /* offline load: favour throughput */
	struct policy_rights rights; /* copied: who is trusted with what */
	uint64_t cost_ns;   /* processor time that a submission of the public
	                   * may take; 0: INTAKE_COST_NS */
	bool refuse_claims; /* no records of those who have no right */
	enum domain_profile profile; /* what it takes at all: takes.def */
	bool gives_way; /* its threads let those go first who answer */
};

/* Start the threads. The caller stops it with intake_free. */
enum ics_err intake_new(const struct intake_config *config, struct intake **in);

/* Finish what was submitted, then stop the threads. NULL is fine. */
void intake_free(struct intake *in);

/*
 * Give a job away (copied from *job). ICS_EBUSY when the queue is full (then
 * the caller still owns the input), ICS_ECLOSED while stopping.
 */
enum ics_err intake_submit(struct intake *in, const struct intake_job *job);

/* The same, but waits for room: for loading. */
enum ics_err intake_submit_wait(struct intake *in,
    const struct intake_job *job);

/* Wait until everything submitted so far (and what it set free to be judged
 * again) has been answered. For loading and tests. */
void intake_drain(struct intake *in);

/*
 * Take other rights of the server's (copied) from now on, over which those of
 * all domains stand: makers are the roots and those with the right of a
 * manufacturer; their certification binds the User IDs of a key that signs
 * nothing itself. What is stored stays; to which domains it belongs is derived
 * again.
 */
void intake_rights_set(struct intake *in, const struct policy_rights *rights);

/* All domains, as they are in force: those of the last descriptor that was
 * answered, and of the rights that were set last. Any thread; the caller drops
 * it. */
struct domain_set *intake_domains_hold(struct intake *in);

/* Where they are kept: lent until intake_free. Others only hold. */
struct domain_live *intake_live(struct intake *in);

/*
 * What peers are asked for: the search terms of each that is asked at all
 * (item_terms_read; "" everything). A server of profile infield that is asked
 * for something by terms alone, and has a domain, lets go of items that
 * neither these select nor a domain has. Nothing is looked at again while
 * neither they nor a descriptor has changed. Any thread; copied.
 */
void intake_wants_set(struct intake *in, const char *const *selects, size_t n);

/* Time has passed: what is due is looked at again. Any thread, at no cost;
 * called every second or so. */
void intake_tick(struct intake *in);

/* Counters since start, for metrics. */
struct intake_stats {
	uint64_t submissions, inserted, updated, ignored, invalid, denied,
	    waiting, judged_again, groups, refused_busy;
	size_t queued;	  /* submissions that no checker has taken yet */
	size_t under_way; /* works not yet answered, judging again included */
};
void intake_stats(struct intake *in, struct intake_stats *out);

#endif
