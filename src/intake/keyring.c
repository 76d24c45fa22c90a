/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys by what signatures say of their issuer: those that are stored, and
 * those of the certificates that this very submission brings, once all of
 * these were judged.
 */
#include <stdlib.h>

#include "intake/work.h"

static int
own_order(const void *left, const void *right)
{
	const struct own_key *a = left, *b = right;
	int order = (a->keyid > b->keyid) - (a->keyid < b->keyid);

	if (order == 0)
		order = (a->change > b->change) - (a->change < b->change);
	return order != 0 ? order : (a->part > b->part) - (a->part < b->part);
}

void
own_collect(struct checker *c, struct work *w)
{
	own_forget(c);
	c->work = w;
	for (size_t i = 0; i < w->result.n; i++) {
		const struct pgp_cert *cert = w->changes[i].cert;

		for (size_t p = 0; cert != NULL && p < cert->parts_n; p++)
			if (cert->parts[p].key.version != 0)
				*own_keys_add(&c->own) =
				    (struct own_key){ cert->parts[p].key.keyid,
					    i, p };
	}
	if (c->own.n > 1)
		qsort(c->own.at, c->own.n, sizeof(*c->own.at), own_order);
}

void
own_forget(struct checker *c)
{
	own_keys_release(&c->own);
	c->work = NULL;
}

size_t
own_first(const struct checker *c, uint64_t keyid)
{
	size_t low = 0, high = c->own.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->own.at[middle].keyid < keyid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pgp_cert *
own_cert(const struct checker *c, size_t i, uint64_t keyid)
{
	return i < c->own.n && c->own.at[i].keyid == keyid
		   ? c->work->changes[c->own.at[i].change].cert
		   : NULL;
}

const struct pgp_cert *
own_cert_primary(const struct checker *c, const struct pgp_fpr *fpr)
{
	for (size_t i = 0; i < c->own.n; i++) {
		const struct pgp_cert *cert =
		    c->work->changes[c->own.at[i].change].cert;

		if (pgp_fpr_equal(&pgp_cert_primary(cert)->fpr, fpr))
			return cert;
	}
	return NULL;
}

/* ---- candidate issuers of certifications: only primary keys certify ---- */

/* Add the primary key that a summary begins with to the candidates; its
 * octets are copied, since the summary goes with the next look-up. */
static void
candidate_add(struct checker *c, struct bytes summary, struct pgp_key *out,
    size_t *n)
{
	struct cursor cur = cursor_of(summary);
	struct store_row row;
	uint8_t *copy;

	if (store_summary_next(&cur, &row) != ICS_OK)
		return;
	copy = buf_grow(&c->keys, row.body.n);
	if (copy == NULL || row.body.n == 0)
		return;
	memcpy(copy, row.body.p, row.body.n);
	if (pgp_key_parse(bytes_of(copy, row.body.n), &out[*n]) == ICS_OK)
		(*n)++;
}

static size_t
stored_find(struct checker *c, const struct pgp_issuer *issuer,
    struct pgp_key *out, size_t max)
{
	struct store_hits hits;
	struct bytes summary;
	size_t n = 0;

	if (issuer->fpr.version != 0) {
		if (max > 0 && store_summary_get_primary(c->reader,
				   &issuer->fpr, &summary) == ICS_OK)
			candidate_add(c, summary, out, &n);
		return n;
	}
	if (store_find_keyid(c->reader, issuer->keyid, &hits) != ICS_OK)
		return 0;
	for (size_t i = 0; i < hits.n && n < max; i++) {
		if (store_summary_get(c->reader, hits.ids[i], &summary) ==
		    ICS_OK)
			candidate_add(c, summary, out, &n);
		if (n > 0 && out[n - 1].keyid != issuer->keyid)
			n--; /* it has a subkey of this ID */
	}
	return n;
}

size_t
keyring_find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	struct checker *c = arg;
	const struct pgp_cert *cert;
	size_t n;

	buf_clear(&c->keys);
	n = stored_find(c, issuer, out, max);
	for (size_t i = own_first(c, issuer->keyid);
	     n < max && (cert = own_cert(c, i, issuer->keyid)) != NULL; i++) {
		const struct pgp_key *key = pgp_cert_primary(cert);

		if (key->keyid == issuer->keyid &&
		    (issuer->fpr.version == 0 ||
			pgp_fpr_equal(&issuer->fpr, &key->fpr)))
			out[n++] = *key;
	}
	return n;
}
