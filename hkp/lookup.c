/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /pks/lookup. The path of a look-up by fingerprint is the product's
 * speed: no copy but the armor, which libmicrohttpd then owns.
 */
#include "hkp/lookup.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hex.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define NEWER_WORDS                                                    \
	"Found only certificates of a newer kind than this interface " \
	"carries; ask /pks/v2/certs/by-vfingerprint/."

/* ---- armor and bundles ------------------------------------------------------- */

void
hkp_reply_armor(struct hkp_reply *rp, struct bytes data, uint32_t crc)
{
	size_t n = pgp_armor_length(data.n, PGP_ARMOR_CERT, true);
	uint8_t *text = alloc_new(n);

	pgp_armor_write(data, PGP_ARMOR_CERT, crc, text);
	rp->status = 200;
	rp->type = HKP_TYPE_ARMOR;
	rp->body = bytes_of(text, n);
}

/* The octets of cert in this form; extra holds them when they are not the
 * stored ones. Empty when the form has none. */
static enum ics_err
form_read(const struct store_cert *cert, enum hkp_form form, struct buf *extra,
    struct bytes *data)
{
	struct report rep = { 0 };
	struct pgp_cert *parsed = NULL;
	enum ics_err err;

	*data = cert->data;
	if (form == HKP_FORM_FULL)
		return ICS_OK;
	if (cert->flags & STORE_CERT_HIDDEN) {
		*data = bytes_of(NULL, 0);
		return ICS_OK;
	}
	if (form == HKP_FORM_OLD || (cert->flags & STORE_CERT_MODERN) == 0)
		return ICS_OK;
	buf_clear(extra);
	TRY(pgp_cert_parse(cert->data, &rep, &parsed));
	pgp_cert_write(parsed, PGP_FORM_LEGACY, extra);
	*data = buf_bytes(extra);
	err = buf_end(extra);
out:
	pgp_cert_free(parsed);
	report_release(&rep);
	return err;
}

enum ics_err
hkp_bundle_read(struct hkp_request *rq, struct store_reader *r,
    const struct store_hits *hits, struct hkp_bundle *bundle)
{
	struct buf extra;
	struct bytes data;
	struct store_cert cert;
	size_t most = rq->config->limits.answer_octets;
	uint64_t end = clock_mono_ns() + HKP_PATIENCE_NS;
	enum ics_err err = ICS_OK;

	buf_init(&bundle->data, most);
	buf_init(&extra, PGP_CERT_MAX);
	bundle->found = hits->n;
	for (size_t i = 0; i < hits->n; i++) {
		TRY(store_cert_get(r, hits->ids[i], &cert));
		TRY(form_read(&cert, bundle->form, &extra, &data));
		if (data.n == 0) {
			bundle->hidden++;
			continue;
		}
		if (data.n > most - bundle->data.n ||
		    (bundle->certs > 0 && clock_mono_ns() > end))
			break;
		buf_put(&bundle->data, data);
		bundle->certs++;
	}
	pgp_sha256(buf_bytes(&bundle->data), bundle->digest);
out:
	buf_release(&extra);
	return err;
}

/* That something was removed tells that it had been here. */
void
hkp_reply_none(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_none *none)
{
	const struct hkp_search *s = none->s;
	struct store_denied denied;

	if (none->hidden > 0)
		hkp_reply_text(rp, 404, NEWER_WORDS);
	else if (rq->sight == NULL && s->kind == HKP_SEARCH_FPR &&
		 store_deny_get(none->r, &s->fpr, &denied) == ICS_OK)
		hkp_reply_text(rp, 410, "This certificate was removed: %s",
		    denied.reason);
	else
		hkp_reply_miss(rp);
}

/* ---- get ------------------------------------------------------------------------ */

static void
get_many(struct hkp_request *rq, struct hkp_reply *rp, struct store_reader *r,
    const struct hkp_search *s)
{
	struct store_hits hits;
	struct hkp_bundle bundle = { .form = HKP_FORM_LEGACY };
	enum ics_err err;

	TRY(hkp_search_run(rq, r, s, &hits));
	TRY(hkp_bundle_read(rq, r, &hits, &bundle));
	if (bundle.certs == 0) {
		hkp_reply_none(rq, rp,
		    &(struct hkp_none){ r, s, bundle.hidden });
	} else if (!hkp_reply_etag(rq, rp, bundle.digest, 'm')) {
		struct bytes data = buf_bytes(&bundle.data);

		hkp_reply_armor(rp, data, pgp_crc24(data));
		hkp_reply_extra(rp, "X-HKP-Results-Count", "%zu",
		    bundle.found - bundle.hidden);
	}
out:
	buf_release(&bundle.data);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

/* True when it was answered from the stored octets as they are. */
static bool
get_one(struct hkp_request *rq, struct hkp_reply *rp, struct store_reader *r,
    const struct hkp_search *s)
{
	struct store_cert cert;
	bool others = false;
	enum ics_err err;

	if (rq->sight != NULL)
		return false; /* it is found out first whether there is one */
	err = store_cert_get_fpr(r, &s->fpr, &cert, &others);
	if (err == ICS_ENOTFOUND) {
		hkp_reply_none(rq, rp, &(struct hkp_none){ r, s, 0 });
		return true;
	}
	if (err != ICS_OK) {
		hkp_reply_error(rp, err);
		return true;
	}
	if (others || (cert.flags & (STORE_CERT_MODERN | STORE_CERT_HIDDEN)))
		return false;
	if (!hkp_reply_etag(rq, rp, cert.digest, 'a'))
		hkp_reply_armor(rp, cert.data, cert.crc);
	return true;
}

void
hkp_get(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_search *s)
{
	struct store_reader *r;

	if (s->kind == HKP_SEARCH_NOTHING) {
		hkp_reply_miss(rp);
		return;
	}
	if (s->kind == HKP_SEARCH_BAD) {
		hkp_reply_text(rp, 400,
		    "Behind 0x belongs a hexadecimal number.");
		return;
	}
	r = hkp_request_reader(rq, rp);
	if (r == NULL || hkp_get_waits(rq, rp, r, s))
		return;
	if (s->kind == HKP_SEARCH_FPR && s->fpr.version != 0 &&
	    get_one(rq, rp, r, s))
		return;
	get_many(rq, rp, r, s);
}

void
hkp_get_binary(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_search *s, enum hkp_form form)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_hits hits;
	struct hkp_bundle bundle = { .form = form };
	enum ics_err err;

	if (r == NULL || hkp_get_waits(rq, rp, r, s))
		return;
	TRY(hkp_search_run(rq, r, s, &hits));
	TRY(hkp_bundle_read(rq, r, &hits, &bundle));
	if (bundle.certs == 0)
		hkp_reply_none(rq, rp,
		    &(struct hkp_none){ r, s, bundle.hidden });
	else if (!hkp_reply_etag(rq, rp, bundle.digest, 'b'))
		hkp_reply_buf(rp, 200, "application/pgp", &bundle.data);
out:
	buf_release(&bundle.data);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

static void
op_get(struct hkp_request *rq, struct hkp_reply *rp, const struct hkp_query *q)
{
	struct hkp_search s;

	hkp_search_read(q->value[HKP_PARAM_SEARCH],
	    hkp_word_is(q->value[HKP_PARAM_EXACT], "on"), &s);
	hkp_get(rq, rp, &s);
	/* A browser should save it; programs ask with options=mr. */
	if (rp->status == 200 && (q->options & HKP_OPTION_MR) == 0)
		hkp_reply_extra(rp, "Content-Disposition",
		    "attachment; filename=\"openpgp.asc\"");
}

static void
op_hget(struct hkp_request *rq, struct hkp_reply *rp, const struct hkp_query *q)
{
	struct hkp_search none = { .kind = HKP_SEARCH_NOTHING };
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_hits hits = { .n = 0 };
	struct hkp_bundle bundle = { .form = HKP_FORM_LEGACY };
	uint8_t hash[16];
	enum ics_err err = ICS_OK;

	if (r == NULL)
		return;
	if (hex_read(q->value[HKP_PARAM_SEARCH], hash, sizeof(hash)) == ICS_OK)
		TRY(store_find_skshash(r, hash, &hits));
	hkp_hits_keep(rq, r, &hits);
	TRY(hkp_bundle_read(rq, r, &hits, &bundle));
	if (bundle.certs == 0) {
		hkp_reply_none(rq, rp,
		    &(struct hkp_none){ r, &none, bundle.hidden });
	} else if (!hkp_reply_etag(rq, rp, bundle.digest, 'm')) {
		struct bytes data = buf_bytes(&bundle.data);

		hkp_reply_armor(rp, data, pgp_crc24(data));
	}
out:
	buf_release(&bundle.data);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

/* ---- index ---------------------------------------------------------------------- */

static size_t
limit_read(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < STORE_HITS_MAX; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return STORE_HITS_MAX;
		n = n * 10 + (size_t)(text.p[i] - '0');
	}
	return n == 0 || n > STORE_HITS_MAX ? STORE_HITS_MAX : n;
}

static enum ics_err
list(const struct hkp_listing *l, unsigned options, struct buf *out,
    const char **type)
{
	size_t n = 0;
	enum ics_err err;

	if (options & HKP_OPTION_JSON) {
		*type = HKP_TYPE_JSON;
		err = hkp_index_json(l, out, &n);
	} else if (options & HKP_OPTION_MR) {
		*type = HKP_TYPE_TEXT;
		err = hkp_index_mr(l, out, &n);
	} else {
		*type = HKP_TYPE_HTML;
		err = hkp_index_html(l, out, &n);
	}
	return err == ICS_OK && n == 0 ? ICS_ENOTFOUND : err;
}

static void
index_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q, const struct hkp_search *s)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_hits hits;
	struct hkp_listing l = { .r = r,
		.hits = &hits,
		.form = HKP_FORM_LEGACY,
		.now = clock_now(),
		.search = q->value[HKP_PARAM_SEARCH] };
	const char *type = NULL;
	struct buf out;
	enum ics_err err;

	if (r == NULL)
		return;
	buf_init(&out, rq->config->limits.answer_octets);
	l.limit = limit_read(q->value[HKP_PARAM_LIMIT]);
	TRY(hkp_search_run(rq, r, s, &hits));
	TRY(list(&l, q->options, &out, &type));
	if (strcmp(type, HKP_TYPE_HTML) == 0)
		hkp_reply_page(rq, rp,
		    &(struct hkp_framed){ 200, l.search, &out });
	else
		hkp_reply_buf(rp, 200, type, &out);
	if (hits.more)
		hkp_reply_extra(rp, "X-HKP-Results-Truncated", "%zu", hits.n);
out:
	buf_release(&out);
	if (err == ICS_ENOTFOUND)
		hkp_reply_none(rq, rp, &(struct hkp_none){ r, s, hits.n });
	else if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

static void
op_index(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q)
{
	struct hkp_search s;

	hkp_search_read(q->value[HKP_PARAM_SEARCH],
	    hkp_word_is(q->value[HKP_PARAM_EXACT], "on"), &s);
	if (s.kind == HKP_SEARCH_BAD)
		hkp_reply_text(rp, 400,
		    "Behind 0x belongs a hexadecimal number.");
	else
		index_reply(rq, rp, q, &s);
}

static void
op_stats(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q)
{
	(void)q;
	hkp_stats(rq, rp);
}

/* Neither a fingerprint nor an address has a colon. */
static bool
has_colon(struct bytes text)
{
	return text.n > 0 && memchr(text.p, ':', text.n) != NULL;
}

static const struct {
	const char *word;
	void (*answer)(struct hkp_request *rq, struct hkp_reply *rp,
	    const struct hkp_query *q);
	bool needs_search;
	bool is_shared; /* with hkp_more_lookup */
} operations[] = {
	{ "get", op_get, true, true },
	{ "index", op_index, true, true },
	{ "vindex", op_index, true, true },
	{ "hget", op_hget, true, false },
	{ "x-hget", op_hget, true, false },
	{ "stats", op_stats, false, false },
	{ "x-stats", op_stats, false, false },
};

static void
operate(struct hkp_request *rq, struct hkp_reply *rp, const struct hkp_query *q)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]);
	     i++) {
		if (!hkp_word_is(q->value[HKP_PARAM_OP], operations[i].word))
			continue;
		if (operations[i].needs_search &&
		    q->value[HKP_PARAM_SEARCH].n == 0)
			hkp_reply_text(rp, 400,
			    "The parameter search= is "
			    "missing.");
		else if (!operations[i].is_shared ||
			 !has_colon(q->value[HKP_PARAM_SEARCH]) ||
			 !hkp_more_lookup(rq, rp, q))
			operations[i].answer(rq, rp, q);
		return;
	}
	hkp_reply_text(rp, 501, "This server has no such operation.");
}

void
hkp_lookup(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_query q;
	enum ics_err err = hkp_query_read(rq->query, &q);

	if (err == ICS_ETOOBIG)
		hkp_reply_text(rp, 414, "The search is too long.");
	else if (err != ICS_OK)
		hkp_reply_text(rp, 400, "Bad percent encoding in the URL.");
	else if (q.value[HKP_PARAM_OP].n == 0)
		hkp_reply_text(rp, 400, "The parameter op= is missing.");
	else
		operate(rq, rp, &q);
}
