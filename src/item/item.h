/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything known about one item, gathered from where it is kept, folded by
 * policy, told as JSON. Server and tool tell alike because both ask here.
 *
 *	source ─▶ item_read ─▶ struct item ─▶ item_fold ─▶ item_json_*
 *	 ├ item_store   over a store reader: everything in it was verified
 *	 └ item_pool    over packets of unknown origin, verified here
 *	item_terms      what a search or a selection asks of items: terms.h
 */
#ifndef ITEM_ITEM_H
#define ITEM_ITEM_H

#include <jansson.h>

#include "domain/domain.h"
#include "item/terms.h"
#include "policy/policy.h"
#include "store/store.h"

#define ITEM_STATEMENTS_MAX 8192 /* gathered about one item, grants included */

/* Where certificates and records come from. Lent octets stay valid until the
 * next call. ICS_ENOTFOUND where there is none. */
struct item_known {
	int64_t position, received; /* 0 unknown */
};
struct item_record {
	uint8_t digest[32];
	struct pgp_fpr issuer; /* the primary key of who made it */
	struct bytes body;     /* lent */
};
struct item_source {
	/* The clean certificate of a primary key, or of a subkey that one
	 * certificate alone has. */
	enum ics_err (*cert)(void *arg, const struct pgp_fpr *fpr,
	    struct bytes *data);
	/* The verified record about a subject after this digest (NULL: the
	 * first), which may be rec's own. */
	enum ics_err (*record)(void *arg,
	    const struct notations_subject *subject, const uint8_t *after,
	    struct item_record *rec);
	/* What the log knows of a statement. */
	enum ics_err (*known)(void *arg,
	    const struct notations_subject *subject, const uint8_t digest[32],
	    struct item_known *known);
	void *arg;
	/* Whose grants count: those of others are passed over, so that a flood
	 * of them costs little. Lent; NULL: every grant is gathered. */
	const struct policy_rights *rights;
};
/* rights stays NULL. */
void item_source_of_store(struct store_reader *r, struct item_source *source);

struct item_statement {
	struct notations_statement st; /* owned set */
	struct bytes body;	       /* owned: the signature packet's body */
	struct bytes uid;	       /* owned: certified User ID, or empty */
	struct pgp_fpr signer;	       /* the key: the issuer, or its subkey */
	/* What the end of that subkey leaves: AUTHORISED, LATE, FALLEN, or
	 * UNKNOWN_ISSUER when the issuer's certificate has it no more. */
	enum policy_standing signer_standing;
	size_t party; /* index into parties; POLICY_NOBODY: nobody known */
	struct item_known known;
};

struct item_party {
	struct pgp_fpr fpr;
	struct bytes name;    /* owned: primary User ID, empty when unknown */
	struct bytes contact; /* owned: its own contact@, or empty */
	struct policy_party policy;
	struct policy_statement *grants; /* owned */
};

struct item {
	struct notations_subject subject;
	struct pgp_cert *cert;	/* owned; NULL: none at hand (or code) */
	struct pgp_facts facts; /* of cert */
	struct item_statement *statements; /* owned; policy_statement_order */
	size_t statements_n;
	size_t about_n; /* the first ones are about the item or its statements;
	                 * the others are role@ grants to parties */
	bool is_cut;	/* ITEM_STATEMENTS_MAX was met: some were left out */
	struct item_party *parties; /* owned */
	size_t parties_n;
	struct policy_statement *folded; /* owned; about_n, same order */
};

/* Gather. ICS_ENOTFOUND: nothing is known. The caller releases *it. */
enum ics_err item_read(const struct item_source *source,
    const struct notations_subject *subject, struct item *it);
void item_release(struct item *it);

/* The item as policy's question, but for rights and when, which are not
 * touched. parties has room for parties_n; q lends both. */
void item_question(const struct item *it, struct policy_party *parties,
    struct policy_question *q);

/* Fold; state->taken follows it->statements. The caller releases *state. */
void item_fold(const struct item *it, const struct policy_rights *rights,
    const struct policy_time *when, struct policy_state *state);

/* ---- where it belongs ------------------------------------------------------------ */

struct item_where {
	struct store_reader *reader;
	const struct domain_set *set;
	int64_t now;
};
struct item_membership {
	struct store_bits bits; /* of the domains that take it */
	int64_t next;		/* when time changes that; INT64_MAX never */
};
/* By the descriptors in force and what is said, each domain by its own rights.
 * What nobody knows belongs nowhere. Errors of the store. */
enum ics_err item_membership(const struct item_where *where,
    const struct notations_subject *subject, struct item_membership *out);
/* For store_check: whether descriptors and members are as they must be; where
 * (lent, its reader does not count) NULL: only descriptors. */
void item_fsck_judge(const struct item_where *where, struct store_judge *judge);

/* ---- telling ------------------------------------------------------------------- */

struct item_telling {
	const struct item *it;
	const struct policy_state *state;
	const struct policy_time *when;
	int64_t log_size; /* 0 unknown */
};
/* The caller owns the results; hkp/schema/NAME.json describes each. */
json_t *item_json_descriptor(const struct item_telling *t); /* item */
json_t *item_json_status(const struct item_telling *t);	    /* status */
json_t *item_json_history(const struct item_telling *t);    /* history */
json_t *item_json_statement(const struct item_telling *t, size_t i);
/* Domain i by a version of its descriptor: a line of a list; all that it says
 * and its versions. */
json_t *item_json_domain_row(const struct domain_set *set, size_t i,
    const struct policy_domain *d);
json_t *item_json_domain(const struct domain_set *set, size_t i,
    const struct policy_domain *d);
/* Octets as text: what is not UTF-8 becomes U+FFFD. */
json_t *item_json_text(struct bytes text);

/* ---- a pool: what strangers sent, verified here -------------------------------- */

struct item_pool;
struct item_pool *item_pool_new(void);
void item_pool_free(struct item_pool *pool);
/* Take packets (certificates and bare signatures, any order). They are judged
 * when item_pool_settle is called. ICS_ESECRET, ICS_EFORMAT ... */
enum ics_err item_pool_add(struct item_pool *pool, struct bytes packets);
/*
 * Whose certification binds the User IDs of a key that never signs about
 * itself: as on a server, roots and those with the right of a manufacturer.
 * Lent until the pool is freed. Where there are no rights anybody's does, who
 * is in the pool: then nobody here judges.
 */
void item_pool_rights(struct item_pool *pool,
    const struct policy_rights *rights);
/* Verify everything taken so far against everything taken so far; findings
 * name what was left out. */
enum ics_err item_pool_settle(struct item_pool *pool, int64_t now,
    struct report *rep);
/* Lent by the pool, which must outlive it. */
void item_source_of_pool(struct item_pool *pool, struct item_source *source);
/* Issuers that records name and whose certificate is not in the pool: fills
 * at most max. */
size_t item_pool_missing(struct item_pool *pool, struct pgp_fpr *out,
    size_t max);
/* Every certificate and record as packets, canonical order: a bundle. */
void item_pool_write(struct item_pool *pool, struct buf *out);

#endif
