/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /pks/hashquery: how SKS and Hockeypuck peers fetch certificates.
 *
 *	request   count, count x (16, MD5)            all be32
 *	answer    count, count x (length, packets), CR LF
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "hkp/lookup.h"

#define QUERY_MAX   (64u << 10) /* octets */
#define ANSWER_TAIL 8 /* octets beside a certificate that must still fit */

enum ics_err
hkp_hashquery_read(struct bytes body, size_t most, struct hkp_hash **hashes,
    size_t *n)
{
	struct cursor cur = cursor_of(body);
	uint32_t count = cursor_be32(&cur);
	struct hkp_hash *out;

	*hashes = NULL;
	*n = 0;
	if (cur.failed)
		return ICS_ETRUNCATED;
	if (count > most || body.n > QUERY_MAX)
		return ICS_ETOOBIG;
	/* Nothing is allocated for hashes that are not there. */
	if (cur.rest.n / 4 < count)
		return ICS_ETRUNCATED;
	out = alloc_zero((size_t)count + 1, sizeof(*out));
	for (uint32_t i = 0; i < count; i++) {
		struct bytes hash = cursor_take(&cur, cursor_be32(&cur));

		/* Others are nobody's hash; as SKS, which is silent, too. */
		if (hash.n == HKP_HASH_OCTETS)
			memcpy(out[(*n)++].b, hash.p, HKP_HASH_OCTETS);
	}
	if (cur.failed) {
		free(out);
		*n = 0;
		return ICS_ETRUNCATED;
	}
	*hashes = out;
	return ICS_OK;
}

static int
hash_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hkp_hash));
}

struct query {
	struct hkp_request *rq;
	struct store_reader *r;
	struct hkp_hash *hashes;
	size_t n;
	uint32_t count; /* of certificates in the answer */
};

/* What a peer asked for under one hash; silence for unknown ones, and for
 * those by which SKS would lose all of the answer (Spec: recon.md 13). Ours
 * begin with a key and have definite lengths, whatever they are. */
static enum ics_err
append(struct query *q, const struct hkp_hash *hash, struct buf *out)
{
	struct store_reader *r = q->r;
	struct store_hits hits;
	struct store_cert cert;
	enum ics_err err;

	TRY(store_find_skshash(r, hash->b, &hits));
	hkp_hits_keep(q->rq, r, &hits);
	for (size_t i = 0; i < hits.n; i++) {
		TRY(store_cert_get(r, hits.ids[i], &cert));
		if ((cert.flags & STORE_CERT_HIDDEN) != 0)
			continue;
		if (cert.data.n + ANSWER_TAIL > out->max - out->n)
			return ICS_OK; /* as Hockeypuck: the rest later */
		buf_be32(out, (uint32_t)cert.data.n);
		buf_put(out, cert.data);
		q->count++;
	}
out:
	return err;
}

static enum ics_err
answer(struct query *q, struct buf *out)
{
	struct hkp_hash *hashes = q->hashes;
	struct buf certs;
	enum ics_err err = ICS_OK;

	buf_init(&certs, out->max - ANSWER_TAIL);
	qsort(hashes, q->n, sizeof(*hashes), hash_order);
	for (size_t i = 0; i < q->n; i++) {
		if (i > 0 && hash_order(&hashes[i - 1], &hashes[i]) == 0)
			continue;
		TRY(append(q, &hashes[i], &certs));
	}
	buf_be32(out, q->count);
	buf_put(out, buf_bytes(&certs));
	buf_put_str(out, "\r\n");
out:
	buf_release(&certs);
	return err;
}

void
hkp_hashquery(struct hkp_request *rq, struct hkp_reply *rp)
{
	const struct hkp_limits *limits = &rq->config->limits;
	struct query q = { .rq = rq, .r = hkp_request_reader(rq, rp) };
	struct buf out;
	enum ics_err err;

	if (q.r == NULL)
		return;
	buf_init(&out, limits->answer_octets);
	err = hkp_hashquery_read(buf_bytes(&rq->body), limits->hashquery_max,
	    &q.hashes, &q.n);
	if (err != ICS_OK) {
		hkp_reply_text(rp, err == ICS_ETOOBIG ? 413 : 400,
		    "A hash query has a count of at most %zu, then each "
		    "hash behind its length of 16.",
		    limits->hashquery_max);
		return;
	}
	TRY(answer(&q, &out));
	/* Spec: both peers call it so, though there is no such type */
	hkp_reply_buf(rp, 200, "pgp/keys", &out);
out:
	buf_release(&out);
	free(q.hashes);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}
