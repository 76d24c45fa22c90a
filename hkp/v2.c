/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HKP v2 (draft-ietf-openpgp-hkp-01): binary bundles by resource names, every
 * version of certificate. Queries behind "?" are ignored, as the draft says.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/hex.h"
#include "hkp/lookup.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define PREFIX_DIGITS	  8
#define PREFIXLOG_MAX	  10000 /* certificates of a day that are named */
#define DAY_SECONDS	  86400
#define VERSIONED_MAX	  68 /* "06/" and 64 digits, and one more */
#define KEYID_VERSION_MAX 4

/* A path segment, decoded into text; false after a 400. */
static bool
segment_read(struct hkp_request *rq, struct hkp_reply *rp, struct buf *text)
{
	struct bytes raw = rq->match.args[0];
	uint8_t *room;
	size_t n = 0;

	buf_init(text, STORE_QUERY_MAX);
	room = buf_grow(text, raw.n);
	if (room == NULL) {
		hkp_reply_text(rp, 414, "The identifier is too long.");
		return false;
	}
	if (hkp_decode(raw, HKP_DECODE_PATH, room, &n) != ICS_OK) {
		hkp_reply_text(rp, 400, "Bad percent encoding in the URL.");
		buf_release(text);
		return false;
	}
	text->n = n;
	return true;
}

/* ---- look-ups --------------------------------------------------------------- */

/* "04<40>", or "04" and "<40>" as two segments. */
static bool
versioned_fpr_read(struct bytes first, struct bytes second, struct pgp_fpr *fpr)
{
	struct bytes version = first;
	struct bytes digits = second;
	uint8_t octet;

	if (second.n == 0) {
		if (first.n < 2)
			return false;
		version = bytes_of(first.p, 2);
		digits = bytes_of(&first.p[2], first.n - 2);
	}
	if (version.n != 2 || hex_read(version, &octet, 1) != ICS_OK ||
	    !hkp_fpr_read(digits, fpr))
		return false;
	/* The length must be that of the version. */
	if (fpr->version != 0 ? fpr->version != octet
			      : octet != 5 && octet != 6)
		return false;
	fpr->version = octet;
	return true;
}

void
hkp_v2_fpr(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_search s = { .kind = HKP_SEARCH_FPR, .exact = true };

	if (versioned_fpr_read(rq->match.args[0], rq->match.args[1], &s.fpr))
		hkp_get_binary(rq, rp, &s, HKP_FORM_FULL);
	else
		hkp_reply_miss(rp);
}

/* Spec: by key ID never above version 4 */
void
hkp_v2_keyid(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_search s = { .kind = HKP_SEARCH_KEYID, .exact = true };

	if (hkp_keyid_read(rq->match.args[0], &s.keyid))
		hkp_get_binary(rq, rp, &s, HKP_FORM_OLD);
	else
		hkp_reply_miss(rp);
}

static void
identity_search(struct bytes text, struct hkp_search *s)
{
	struct bytes email = pgp_uid_email(text);

	*s = (struct hkp_search){ .exact = true, .text = text };
	s->kind = HKP_SEARCH_UID;
	if (email.n > 0) {
		s->kind = HKP_SEARCH_EMAIL;
		s->text = email;
	}
}

void
hkp_v2_identity(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_search s;
	struct buf text;

	if (!segment_read(rq, rp, &text))
		return;
	identity_search(buf_bytes(&text), &s);
	hkp_get_binary(rq, rp, &s, HKP_FORM_FULL);
	buf_release(&text);
}

void
hkp_v2_index(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_hits hits;
	struct hkp_listing l = { .r = r,
		.hits = &hits,
		.limit = STORE_HITS_MAX,
		.form = HKP_FORM_FULL,
		.now = clock_now() };
	struct hkp_search s;
	struct buf text;
	struct buf out;
	size_t n = 0;
	enum ics_err err;

	if (r == NULL || !segment_read(rq, rp, &text))
		return;
	buf_init(&out, rq->config->limits.answer_octets);
	hkp_search_read(buf_bytes(&text), true, &s);
	if (versioned_fpr_read(buf_bytes(&text), bytes_of(NULL, 0), &s.fpr))
		s.kind = HKP_SEARCH_FPR;
	TRY(hkp_search_run(rq, r, &s, &hits));
	TRY(hkp_index_json(&l, &out, &n));
	if (n == 0)
		hkp_reply_none(rq, rp, &(struct hkp_none){ r, &s, 0 });
	else
		hkp_reply_buf(rp, 200, HKP_TYPE_JSON, &out);
out:
	buf_release(&out);
	buf_release(&text);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

/* ---- prefixlog --------------------------------------------------------------- */

/* "2026-11-23", a day that exists. */
static bool
day_read(struct bytes text, int64_t *start)
{
	char again[CLOCK_TEXT_MAX];
	int part[3] = { 0, 0, 0 };
	size_t at = 0;

	if (text.n != 10)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (i == 4 || i == 7) {
			if (c != '-')
				return false;
			at++;
		} else if (c < '0' || c > '9') {
			return false;
		} else {
			part[at] = part[at] * 10 + (c - '0');
		}
	}
	*start = clock_from_date(part[0], part[1], part[2]);
	clock_date(*start, again);
	return bytes_equal(text, bytes_of_str(again));
}

void
hkp_v2_prefixlog(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct notations_subject subject;
	struct pgp_fpr *fprs = NULL;
	char hex[2 * 32 + 1];
	struct buf out;
	int64_t start;
	struct store_modified m = { .max = PREFIXLOG_MAX };
	enum ics_err err;

	if (r == NULL)
		return;
	if (!day_read(rq->match.args[0], &start)) {
		hkp_reply_text(rp, 400, "A day looks like 2026-11-23.");
		return;
	}
	buf_init(&out, PREFIXLOG_MAX * (PREFIX_DIGITS + 2));
	fprs = alloc_zero(PREFIXLOG_MAX, sizeof(*fprs));
	m.from = start;
	m.to = start + DAY_SECONDS;
	m.out = fprs;
	TRY(store_find_modified(r, &m));
	for (size_t i = 0; i < m.n; i++) {
		notations_subject_of_fpr(&fprs[i], &subject);
		if (!hkp_may_see(rq, r, &subject))
			continue;
		hex_lower(pgp_fpr_bytes(&fprs[i]), hex);
		buf_put(&out, bytes_of(hex, PREFIX_DIGITS));
		buf_put_str(&out, "\r\n");
	}
	hkp_reply_buf(rp, 200, HKP_TYPE_TEXT, &out);
out:
	free(fprs);
	buf_release(&out);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

/* ---- submissions --------------------------------------------------------------- */

static bool
is_bundle_type(const char *type)
{
	return type == NULL || hkp_type_is(type, "application/pgp-keys") ||
	       hkp_type_is(type, "application/pgp") ||
	       hkp_type_is(type, "application/octet-stream") ||
	       /* what curl --data-binary says when it is told nothing */
	       hkp_type_is(type, "application/x-www-form-urlencoded");
}

void
hkp_v2_add(struct hkp_request *rq, struct hkp_reply *rp)
{
	const char *type = hkp_request_header(rq, "Content-Type");
	struct buf text;
	enum ics_err err = ICS_OK;

	buf_init(&text, rq->body.max);
	if (hkp_type_is(type, "multipart/form-data"))
		err = hkp_form_field(buf_bytes(&rq->body), type, "keytext",
		    &text);
	else if (is_bundle_type(type))
		buf_put(&text, buf_bytes(&rq->body));
	else
		err = ICS_EUNSUPPORTED;
	if (err == ICS_EUNSUPPORTED)
		hkp_reply_text(rp, 415, "Send application/pgp-keys.");
	else if (err != ICS_OK || text.n == 0)
		hkp_reply_text(rp, 422, "There is no certificate in it.");
	else
		hkp_submit(rq, rp, buf_take(&text), HKP_TELL_JSON);
	buf_release(&text);
}

/* ---- what is not offered ---------------------------------------------------------- */

void
hkp_v2_bare(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 403,
	    "Whole lists are not given away; add an "
	    "identifier to the path.");
}

/* Nothing here is authoritative for an address: that would take a proof. */
void
hkp_v2_canonical(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_miss(rp);
}

/* No token is valid, since none is ever given out. */
void
hkp_v2_canonical_put(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 401,
	    "This needs a token that proves the address, "
	    "and this server gives none.");
	hkp_reply_extra(rp, "WWW-Authenticate", "Bearer");
}

/* The same words whatever the address is. */
void
hkp_v2_sendtoken(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 501, "This server sends no mail.");
}

void
hkp_unsupported(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 501, "This server has no such operation.");
}
