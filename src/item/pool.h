/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a pool holds, between pool.c (what comes in and goes out), pool_cert.c
 * and pool_record.c (verification). Raw is what strangers sent, kept so that
 * what arrives later can make it verify; everything else is made anew by each
 * item_pool_settle.
 */
#ifndef ITEM_POOL_H
#define ITEM_POOL_H

#include "item/item.h"

#define ITEM_POOL_OCTETS_MAX PGP_INPUT_MAX /* of what was sent */

struct pool_cert {
	struct pgp_fpr fpr;
	struct pgp_cert *raw;	/* owned */
	struct pgp_cert *clean; /* owned; NULL: nothing in it verifies */
	struct pgp_facts facts; /* of clean */
};
/* A key of a clean certificate; sorted by key ID, then certificate. */
struct pool_key {
	uint64_t keyid;
	size_t cert, part;
};
/* A bare signature as it was sent. */
struct pool_sig {
	struct bytes body; /* owned */
	struct pgp_sig sig;
	bool is_settled;
};
/* A verified record. */
struct pool_record {
	struct notations_subject subject;
	uint8_t digest[32];
	struct pgp_fpr issuer;
	struct bytes body;		   /* owned, canonical */
	uint8_t confirmed[PGP_DIGEST_MAX]; /* what a 0x50 names it by */
	size_t confirmed_n;
};
ARRAY_OF(struct pool_cert, pool_certs);
ARRAY_OF(struct pool_key, pool_keys);
ARRAY_OF(struct pool_sig, pool_sigs);
ARRAY_OF(struct pool_record, pool_records);

struct item_pool {
	struct pool_certs certs; /* by fingerprint after settling */
	struct pool_sigs sigs;
	struct pool_keys keys;
	struct pool_records records; /* by subject, then digest */
	struct policy_rights rights; /* lent; none: anybody is a maker */
	struct report refused;	     /* what could not be read at all */
	size_t octets;
};

/* Unite what is of one key, verify, clean; fills clean, facts and keys. */
void pool_certs_settle(struct item_pool *pool, int64_t now, struct report *rep);
/* The first of keys with this key ID; keys.n when there is none. */
size_t pool_key_first(const struct item_pool *pool, uint64_t keyid);
/* The key with this fingerprint, in a primary or any part; NULL. */
const struct pool_key *pool_key_find(const struct item_pool *pool,
    const struct pgp_fpr *fpr);
static inline const struct pgp_key *
pool_key_get(const struct item_pool *pool, const struct pool_key *k)
{
	return &pool->certs.at[k->cert].clean->parts[k->part].key;
}
void pool_cert_forget(struct pool_cert *cert); /* clean and facts */

/* Verify bare signatures by the settled certificates; fills records. */
void pool_records_settle(struct item_pool *pool, struct report *rep);
void pool_records_forget(struct item_pool *pool);

#endif
