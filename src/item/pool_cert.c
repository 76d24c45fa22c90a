/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates of a pool, verified against each other. First each by itself,
 * then all by those that hold by themselves: so a key whose owner bound
 * nothing certifies nobody, and the order in which they came tells nothing.
 */
#include <stdlib.h>

#include "item/pool.h"

static int
cert_compare(const void *left, const void *right)
{
	const struct pool_cert *a = left, *b = right;
	int order = (a->fpr.version > b->fpr.version) -
		    (a->fpr.version < b->fpr.version);

	if (order == 0)
		order = bytes_compare(pgp_fpr_bytes(&a->fpr),
		    pgp_fpr_bytes(&b->fpr));
	return order != 0 ? order : bytes_compare(a->raw->data, b->raw->data);
}

/* Make one of two raw certificates of a key; false when they do not go
 * together, and both are as they were. */
static bool
raw_unite(struct pool_cert *to, const struct pgp_cert *more)
{
	struct pgp_cert *both;

	if (pgp_cert_merge(to->raw, more, &both) != ICS_OK)
		return false;
	pgp_cert_free(to->raw);
	to->raw = both;
	return true;
}

static void
raws_unite(struct item_pool *pool, struct report *rep)
{
	struct pool_certs *certs = &pool->certs;
	size_t kept = 0;

	if (certs->n == 0)
		return;
	qsort(certs->at, certs->n, sizeof(*certs->at), cert_compare);
	for (size_t i = 1; i < certs->n; i++) {
		struct pool_cert *to = &certs->at[kept];

		if (!pgp_fpr_equal(&to->fpr, &certs->at[i].fpr)) {
			certs->at[++kept] = certs->at[i];
			continue;
		}
		if (!raw_unite(to, certs->at[i].raw))
			report_add(rep, PGP_REASON(too_big), "%016llX",
			    (unsigned long long)pgp_fpr_index(&to->fpr));
		pgp_cert_free(certs->at[i].raw);
	}
	certs->n = kept + 1;
}

/* A revocation that came alone goes to its key. */
static void
revocation_apply(struct pool_cert *to, const struct pgp_sig *sig)
{
	struct report ignored = { 0 }; /* a key and a signature, both parsed */
	struct pgp_cert *more = NULL;
	struct buf packets;

	buf_init(&packets, PGP_PACKET_MAX + PGP_SIG_MAX + 16);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY,
	    pgp_cert_primary(to->raw)->body);
	pgp_packet_write(&packets, PGP_TAG_SIGNATURE, sig->body);
	if (pgp_cert_parse(buf_bytes(&packets), &ignored, &more) == ICS_OK)
		(void)raw_unite(to, more); /* else it stays as it was */
	pgp_cert_free(more);
	report_release(&ignored);
	buf_release(&packets);
}

static void
revocations_apply(struct item_pool *pool)
{
	for (size_t s = 0; s < pool->sigs.n; s++) {
		const struct pgp_sig *sig = &pool->sigs.at[s].sig;

		for (size_t i = 0;
		     sig->type == PGP_SIG_KEY_REVOCATION && i < pool->certs.n;
		     i++) {
			struct pool_cert *c = &pool->certs.at[i];

			if (pgp_cert_primary(c->raw)->keyid ==
			    sig->issuer_keyid)
				revocation_apply(c, sig);
		}
	}
}

void
pool_cert_forget(struct pool_cert *cert)
{
	pgp_facts_release(&cert->facts);
	pgp_cert_free(cert->clean);
	cert->clean = NULL;
	cert->facts = (struct pgp_facts){ 0 };
}

/* ---- keys ---- */

static int
key_compare(const void *left, const void *right)
{
	const struct pool_key *a = left, *b = right;
	int order = (a->keyid > b->keyid) - (a->keyid < b->keyid);

	/* Primary keys first, then in the order of the certificates. */
	if (order == 0)
		order = (a->part > 0) - (b->part > 0);
	if (order == 0)
		order = (a->cert > b->cert) - (a->cert < b->cert);
	return order != 0 ? order : (a->part > b->part) - (a->part < b->part);
}

static void
keys_collect(struct item_pool *pool)
{
	pool_keys_release(&pool->keys);
	for (size_t c = 0; c < pool->certs.n; c++) {
		const struct pgp_cert *cert = pool->certs.at[c].clean;

		for (size_t p = 0; cert != NULL && p < cert->parts_n; p++) {
			if (cert->parts[p].key.version != 0)
				*pool_keys_add(&pool->keys) =
				    (struct pool_key){ cert->parts[p].key.keyid,
					    c, p };
		}
	}
	if (pool->keys.n > 0)
		qsort(pool->keys.at, pool->keys.n, sizeof(*pool->keys.at),
		    key_compare);
}

size_t
pool_key_first(const struct item_pool *pool, uint64_t keyid)
{
	size_t low = 0, high = pool->keys.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pool->keys.at[middle].keyid < keyid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pool_key *
pool_key_find(const struct item_pool *pool, const struct pgp_fpr *fpr)
{
	uint64_t keyid = pgp_fpr_index(fpr);

	for (size_t i = pool_key_first(pool, keyid);
	     i < pool->keys.n && pool->keys.at[i].keyid == keyid; i++) {
		if (pgp_fpr_equal(&pool_key_get(pool, &pool->keys.at[i])->fpr,
			fpr))
			return &pool->keys.at[i];
	}
	return NULL;
}

/* Only primary keys certify. */
static size_t
ring_find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	const struct item_pool *pool = arg;
	size_t n = 0;

	for (size_t i = pool_key_first(pool, issuer->keyid);
	     n < max && i < pool->keys.n &&
	     pool->keys.at[i].keyid == issuer->keyid;
	     i++) {
		const struct pgp_key *key =
		    pool_key_get(pool, &pool->keys.at[i]);

		if (pool->keys.at[i].part == 0 &&
		    (issuer->fpr.version == 0 ||
			pgp_fpr_equal(&issuer->fpr, &key->fpr)))
			out[n++] = *key;
	}
	return n;
}

/* Has he a right, or this one; roots have each. */
static bool
has_right(const struct policy_rights *rights, const struct pgp_fpr *fpr,
    bool is_maker)
{
	for (size_t i = 0; i < rights->n; i++) {
		enum notations_role role = rights->at[i].role;

		if (pgp_fpr_equal(&rights->at[i].fpr, fpr) &&
		    (!is_maker || role == NOTATIONS_ROLE_NONE ||
			role == NOTATIONS_ROLE_MANUFACTURER))
			return true;
	}
	return false;
}

/* Who names keys that bind nothing themselves. */
static bool
maker_has(void *arg, const struct pgp_fpr *issuer)
{
	const struct item_pool *pool = arg;
	const struct pool_key *k;

	if (pool->rights.n > 0)
		return has_right(&pool->rights, issuer, true);
	k = pool_key_find(pool, issuer);
	return k != NULL && k->part == 0;
}

static bool
maker_knows(void *arg, const struct pgp_fpr *issuer)
{
	const struct item_pool *pool = arg;

	return has_right(&pool->rights, issuer, false);
}

/* ---- verification ---- */

/* What is kept of a raw certificate; NULL when nothing is. */
static struct pgp_cert *
cert_clean(const struct pool_cert *c, const struct pgp_check *how,
    struct report *rep)
{
	struct pgp_judgement judged;
	struct pgp_cert *clean = NULL;

	pgp_cert_check(c->raw, how, &judged, rep);
	if (pgp_cert_clean(c->raw, &judged, rep, &clean) != ICS_OK)
		clean = NULL; /* the finding says why */
	pgp_judgement_release(&judged);
	return clean;
}

static void
pass_alone(struct item_pool *pool, int64_t now)
{
	const struct pgp_check how = { .now = now };
	struct report ignored = { 0 }; /* the other pass finds it again */

	for (size_t i = 0; i < pool->certs.n; i++) {
		pool_cert_forget(&pool->certs.at[i]);
		pool->certs.at[i].clean =
		    cert_clean(&pool->certs.at[i], &how, &ignored);
	}
	report_release(&ignored);
}

static void
pass_together(struct item_pool *pool, int64_t now, struct report *rep)
{
	const struct pgp_keyring ring = { ring_find, pool };
	const struct pgp_makers makers = { maker_has, maker_knows, pool };
	struct pgp_check how = {
		.now = now, .keyring = &ring, .makers = &makers
	};
	struct pgp_cert **clean =
	    alloc_zero(pool->certs.n + 1, sizeof(struct pgp_cert *));

	for (size_t i = 0; i < pool->certs.n; i++) {
		how.trusted = pool->certs.at[i].clean;
		clean[i] = cert_clean(&pool->certs.at[i], &how, rep);
	}
	for (size_t i = 0; i < pool->certs.n; i++) {
		pool_cert_forget(&pool->certs.at[i]);
		pool->certs.at[i].clean = clean[i];
		if (clean[i] != NULL)
			pgp_cert_facts(clean[i], &pool->certs.at[i].facts);
	}
	free(clean);
}

void
pool_certs_settle(struct item_pool *pool, int64_t now, struct report *rep)
{
	raws_unite(pool, rep);
	revocations_apply(pool);
	pass_alone(pool, now);
	keys_collect(pool);
	pass_together(pool, now, rep);
	keys_collect(pool);
}
