/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /ics/v1/fetch: certificates and records by the first octets of their
 * digests: how a peer gets what its sketch says it lacks. The body is heads of
 * 16 octets, or of 8 with ?head=8; the answer is their packets one after the
 * other, in that order; the header ICS-Left tells how many heads at the end
 * were not looked at, because the answer was full.
 */
#include <stdlib.h>

#include "api/query.h"
#include "api/sketch.h"
#include "base/cursor.h"

#define HEADS_MAX 4096 /* of a request */
#define TWINS_MAX 8    /* that begin with the same octets */

struct fetch {
	struct hkp_request *rq;
	struct store_reader *r;
	size_t head; /* octets of one */
	struct cursor heads;
	struct buf packet; /* of a record */
	struct buf out;
};

/* What may not be told is not here. */
static bool
may_see(const struct fetch *f, const struct store_digest *at)
{
	struct store_record rec;

	if (f->rq->sight == NULL)
		return true;
	if (!at->is_record)
		return hkp_may_see_cert(f->rq, f->r, at->id);
	return store_record_get(f->r, at->digest, &rec) == ICS_OK &&
	       hkp_may_see(f->rq, f->r, &rec.subject);
}

/* Lent until the next call on the reader, or the next packet. Deleted between
 * two looks it cannot be: they are at one snapshot. */
static enum ics_err
octets_get(struct fetch *f, const struct store_digest *at, struct bytes *octets)
{
	struct store_record rec;
	struct store_cert cert;
	enum ics_err err;

	if (!at->is_record) {
		TRY(store_cert_get(f->r, at->id, &cert));
		*octets = cert.data;
		return ICS_OK;
	}
	TRY(store_record_get(f->r, at->digest, &rec));
	buf_clear(&f->packet);
	pgp_packet_write(&f->packet, PGP_TAG_SIGNATURE, rec.body);
	*octets = buf_bytes(&f->packet);
out:
	return err;
}

/* All that begin with a head. *is_full: they do not fit any more; but what
 * comes first always does, or it could never be had. */
static enum ics_err
head_take(struct fetch *f, struct bytes head, bool *is_full)
{
	struct store_digest at[TWINS_MAX];
	struct store_digests d = { .out = at, .max = TWINS_MAX };
	size_t before = f->out.n;
	struct bytes octets;
	enum ics_err err;

	TRY(store_digest_find(f->r, head, &d));
	for (size_t i = 0; i < d.n; i++) {
		if (!may_see(f, &at[i]))
			continue;
		TRY(octets_get(f, &at[i], &octets));
		if (before == 0 && octets.n > f->out.max - f->out.n)
			f->out.max = f->out.n + octets.n;
		*is_full = octets.n > f->out.max - f->out.n;
		if (*is_full) {
			buf_cut(&f->out, before);
			return ICS_OK;
		}
		buf_put(&f->out, octets);
	}
out:
	return err;
}

static enum ics_err
heads_take(struct fetch *f, size_t *left)
{
	bool is_full = false;
	enum ics_err err = ICS_OK;

	for (; cursor_has(&f->heads); --*left) {
		TRY(head_take(f, cursor_take(&f->heads, f->head), &is_full));
		if (is_full)
			break;
	}
out:
	return err;
}

static bool
heads_read(struct hkp_request *rq, struct hkp_reply *rp, struct fetch *f,
    size_t *n)
{
	static const struct api_number head = { "head", 8, SKETCH_MEMBER,
		SKETCH_MEMBER };
	struct api_query q;
	int64_t octets;

	if (!api_query_of(rq, rp, &q) ||
	    !api_number_read(&q, rp, &head, &octets))
		return false;
	f->head = (size_t)octets;
	*n = rq->body.n / f->head;
	if (*n <= HEADS_MAX && *n > 0 && rq->body.n % f->head == 0)
		return true;
	api_refuse(rp, *n > HEADS_MAX ? 413 : 400,
	    "the body is no list of heads",
	    "send the first 16 octets of each digest, 1 to 4,096 of them; or "
	    "say ?head=8");
	return false;
}

void
api_fetch(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct fetch f = { .rq = rq, .heads = cursor_of(buf_bytes(&rq->body)) };
	size_t left;
	enum ics_err err;

	if (!api_peer_may(rq, rp) || !heads_read(rq, rp, &f, &left))
		return;
	f.r = hkp_request_reader(rq, rp);
	if (f.r == NULL)
		return;
	buf_init(&f.packet, PGP_SIG_MAX + 16);
	buf_init(&f.out, rq->config->limits.answer_octets);
	err = heads_take(&f, &left);
	if (err == ICS_OK) {
		hkp_reply_extra(rp, "ICS-Left", "%zu", left);
		hkp_reply_buf(rp, 200, "application/octet-stream", &f.out);
	} else {
		hkp_reply_error(rp, err);
	}
	buf_release(&f.packet);
	buf_release(&f.out);
}
