/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What strangers sent, taken in and given out again. Invariant: nothing is
 * given out that was not verified, and what is given out is a function of the
 * set of what came in.
 */
#include <stdlib.h>

#include "item/pool.h"

struct item_pool *
item_pool_new(void)
{
	return alloc_zero(1, sizeof(struct item_pool));
}

void
item_pool_free(struct item_pool *pool)
{
	if (pool == NULL)
		return;
	pool_records_forget(pool);
	for (size_t i = 0; i < pool->certs.n; i++) {
		pool_cert_forget(&pool->certs.at[i]);
		pgp_cert_free(pool->certs.at[i].raw);
	}
	for (size_t i = 0; i < pool->sigs.n; i++)
		alloc_bytes_free(pool->sigs.at[i].body);
	pool_certs_release(&pool->certs);
	pool_sigs_release(&pool->sigs);
	pool_keys_release(&pool->keys);
	report_release(&pool->refused);
	free(pool);
}

void
item_pool_rights(struct item_pool *pool, const struct policy_rights *rights)
{
	pool->rights = *rights;
}

/* ---- coming in ---- */

static void
cert_add(struct item_pool *pool, struct bytes data)
{
	struct pgp_cert *raw;

	if (pgp_cert_parse(data, &pool->refused, &raw) != ICS_OK)
		return; /* the finding says why */
	*pool_certs_add(&pool->certs) =
	    (struct pool_cert){ .fpr = pgp_cert_primary(raw)->fpr, .raw = raw };
}

static void
sigs_add(struct item_pool *pool, struct bytes data)
{
	struct cursor cur = cursor_of(data);
	struct pgp_packet packet;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		struct pool_sig s = { .body = alloc_bytes(packet.body) };

		if (packet.tag == PGP_TAG_SIGNATURE &&
		    pgp_sig_parse(s.body, &s.sig) == ICS_OK) {
			*pool_sigs_add(&pool->sigs) = s;
			continue;
		}
		report_add(&pool->refused, PGP_REASON(malformed), "packet %u",
		    packet.tag);
		alloc_bytes_free(s.body);
	}
}

enum ics_err
item_pool_add(struct item_pool *pool, struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	enum ics_err err;

	if (packets.n > ITEM_POOL_OCTETS_MAX - pool->octets)
		return ICS_ETOOBIG;
	pool->octets += packets.n;
	while ((err = pgp_block_next(&cur, &block)) == ICS_OK) {
		switch (block.kind) {
		case PGP_BLOCK_CERT:
			cert_add(pool, block.data);
			break;
		case PGP_BLOCK_SIG:
			sigs_add(pool, block.data);
			break;
		case PGP_BLOCK_TEXT: /* not asked for */
			break;
		}
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
item_pool_settle(struct item_pool *pool, int64_t now, struct report *rep)
{
	report_merge(rep, &pool->refused);
	pool_certs_settle(pool, now, rep);
	pool_records_settle(pool, rep);
	return ICS_OK;
}

/* ---- going out ---- */

/* Anybody may bind a foreign key as one that does not sign: what several
 * certificates have, and none as its primary key, leads nowhere. */
static enum ics_err
source_cert(void *arg, const struct pgp_fpr *fpr, struct bytes *data)
{
	const struct item_pool *pool = arg;
	const struct pool_key *k = pool_key_find(pool, fpr);

	if (k == NULL)
		return ICS_ENOTFOUND;
	for (const struct pool_key *next = k + 1;
	     k->part != 0 && next < pool->keys.at + pool->keys.n &&
	     next->keyid == k->keyid;
	     next++) {
		if (pgp_fpr_equal(&pool_key_get(pool, next)->fpr, fpr))
			return ICS_ENOTFOUND;
	}
	*data = pool->certs.at[k->cert].clean->data;
	return ICS_OK;
}

static int
subject_compare(const struct notations_subject *a,
    const struct notations_subject *b)
{
	uint8_t x[NOTATIONS_SUBJECT_OCTETS_MAX],
	    y[NOTATIONS_SUBJECT_OCTETS_MAX];

	return bytes_compare(bytes_of(x, notations_subject_octets(a, x)),
	    bytes_of(y, notations_subject_octets(b, y)));
}

static enum ics_err
source_record(void *arg, const struct notations_subject *subject,
    const uint8_t *after, struct item_record *rec)
{
	const struct item_pool *pool = arg;
	size_t low = 0, high = pool->records.n;
	const struct pool_record *r;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order;

		r = &pool->records.at[middle];
		order = subject_compare(&r->subject, subject);
		if (order == 0 && after != NULL)
			order = memcmp(r->digest, after, 32) <= 0 ? -1 : 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == pool->records.n)
		return ICS_ENOTFOUND;
	r = &pool->records.at[low];
	if (!notations_subject_equal(&r->subject, subject))
		return ICS_ENOTFOUND;
	memcpy(rec->digest, r->digest, 32);
	rec->issuer = r->issuer;
	rec->body = r->body;
	return ICS_OK;
}

/* No log, no positions. */
static enum ics_err
source_known(void *arg, const struct notations_subject *subject,
    const uint8_t digest[32], struct item_known *known)
{
	(void)arg;
	(void)subject;
	(void)digest;
	(void)known;
	return ICS_ENOTFOUND;
}

void
item_source_of_pool(struct item_pool *pool, struct item_source *source)
{
	*source = (struct item_source){ .cert = source_cert,
		.record = source_record,
		.known = source_known,
		.arg = pool };
}

/* Records first: behind a certificate they would look like a part of it to
 * programs that do not know better. */
void
item_pool_write(struct item_pool *pool, struct buf *out)
{
	for (size_t i = 0; i < pool->records.n; i++)
		pgp_packet_write(out, PGP_TAG_SIGNATURE,
		    pool->records.at[i].body);
	for (size_t i = 0; i < pool->certs.n; i++) {
		if (pool->certs.at[i].clean != NULL)
			pgp_cert_write(pool->certs.at[i].clean, PGP_FORM_FULL,
			    out);
	}
}

/* ---- what is lacking ---- */

struct missing {
	struct pgp_fpr *out;
	size_t n, max;
};

static void
missing_add(const struct item_pool *pool, const struct pgp_sig *sig,
    struct missing *m)
{
	if (sig->issuer.version == 0 || m->n == m->max ||
	    pool_key_find(pool, &sig->issuer) != NULL)
		return;
	for (size_t i = 0; i < m->n; i++) {
		if (pgp_fpr_equal(&m->out[i], &sig->issuer))
			return;
	}
	m->out[m->n++] = sig->issuer;
}

size_t
item_pool_missing(struct item_pool *pool, struct pgp_fpr *out, size_t max)
{
	struct missing m = { .out = out, .max = max };

	for (size_t i = 0; i < pool->sigs.n; i++)
		missing_add(pool, &pool->sigs.at[i].sig, &m);
	for (size_t c = 0; c < pool->certs.n; c++) {
		const struct pgp_cert *raw = pool->certs.at[c].raw;

		for (size_t i = 0; i < raw->sigs_n; i++) {
			if (pgp_sig_has_notation(&raw->sigs[i]))
				missing_add(pool, &raw->sigs[i], &m);
		}
	}
	return m.n;
}
