/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Web Key Directory: binary certificates for a mail address, with no other
 * User ID than that address. The hash of the local part is what is asked for;
 * l= tells the part itself, else the domain is searched for it.
 */
#include <stdlib.h>

#include "base/b64.h"
#include "base/clock.h"
#include "hkp/lookup.h"
#include "hkp/query.h"

#define HASH_DIGITS 32
#define DOMAIN_MAX  253 /* Spec: RFC 1035 2.3.4 */

struct asked {
	struct bytes hash;
	uint8_t domain[DOMAIN_MAX];
	size_t domain_n;
	struct bytes local; /* decoded; p NULL when not given */
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* A host's name without its port, in lower case. */
static bool
host_read(struct bytes text, struct asked *a)
{
	a->domain_n = 0;
	for (size_t i = 0; i < text.n && text.p[i] != ':'; i++) {
		if (a->domain_n == DOMAIN_MAX)
			return false;
		a->domain[a->domain_n++] = lower(text.p[i]);
	}
	return a->domain_n > 0;
}

/* True when this address has the domain and the hash that were asked for. */
static bool
is_asked(const struct asked *a, struct bytes email)
{
	struct bytes local;
	struct bytes domain;
	uint8_t folded[STORE_QUERY_MAX];
	uint8_t digest[20];
	char hash[HASH_DIGITS + 1];

	hkp_split(email, '@', &local, &domain);
	if (domain.n != a->domain_n || local.n > sizeof(folded))
		return false;
	for (size_t i = 0; i < domain.n; i++)
		if (lower(domain.p[i]) != a->domain[i])
			return false;
	for (size_t i = 0; i < local.n; i++)
		folded[i] = lower(local.p[i]);
	pgp_sha1(bytes_of(folded, local.n), digest);
	zb32_write(digest, hash);
	return bytes_equal(a->hash, bytes_of_str(hash));
}

/* Append the certificate with only the User IDs of the address asked for;
 * nothing when it has none. */
static enum ics_err
append(const struct asked *a, const struct store_cert *stored, struct buf *out)
{
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;
	struct pgp_cert view;
	struct pgp_part *parts = NULL;
	size_t uids = 0;
	enum ics_err err;

	TRY(pgp_cert_parse(stored->data, &rep, &cert));
	parts = alloc_zero(cert->parts_n, sizeof(*parts));
	view = *cert;
	view.parts = parts;
	view.parts_n = 0;
	for (size_t i = 0; i < cert->parts_n; i++) {
		const struct pgp_part *part = &cert->parts[i];

		if (part->kind == PGP_PART_UID) {
			if (!is_asked(a, pgp_uid_email(part->body)))
				continue;
			uids++;
		}
		parts[view.parts_n++] = *part;
	}
	if (uids > 0)
		pgp_cert_write(&view, PGP_FORM_LEGACY, out);
	err = buf_end(out);
out:
	free(parts);
	pgp_cert_free(cert);
	report_release(&rep);
	return err;
}

/* Whether a certificate has the address, by its summary: most that have the
 * words of a domain are others', and may be long. */
static enum ics_err
summary_fits(struct store_reader *r, const struct asked *a, int64_t id,
    bool *fits)
{
	struct bytes summary;
	struct cursor cur;
	struct store_row row;
	enum ics_err err;

	*fits = false;
	TRY(store_summary_get(r, id, &summary));
	cur = cursor_of(summary);
	while (!*fits && store_summary_next(&cur, &row) == ICS_OK)
		*fits = row.kind == STORE_ROW_UID &&
			is_asked(a, pgp_uid_email(row.uid));
out:
	return err;
}

/* Those of the hits that fit, as long as there is time; ICS_EBUSY when it was
 * too short for any. */
static enum ics_err
hits_append(struct store_reader *r, const struct asked *a,
    const struct store_hits *hits, struct buf *out)
{
	uint64_t end = clock_mono_ns() + HKP_PATIENCE_NS;
	struct store_cert cert;
	bool fits;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < hits->n; i++) {
		if (clock_mono_ns() > end)
			return out->n > 0 ? ICS_OK : ICS_EBUSY;
		TRY(summary_fits(r, a, hits->ids[i], &fits));
		if (!fits)
			continue;
		TRY(store_cert_get(r, hits->ids[i], &cert));
		if ((cert.flags & STORE_CERT_HIDDEN) == 0)
			TRY(append(a, &cert, out));
	}
out:
	return err;
}

static enum ics_err
gather(struct hkp_request *rq, struct store_reader *r, const struct asked *a,
    struct buf *out)
{
	struct store_hits hits;
	struct buf email;
	struct hkp_search s = { .kind = HKP_SEARCH_WORDS,
		.text = bytes_of(a->domain, a->domain_n) };
	enum ics_err err;

	buf_init(&email, STORE_QUERY_MAX);
	if (a->local.p != NULL) {
		buf_put(&email, a->local);
		buf_u8(&email, '@');
		buf_put(&email, bytes_of(a->domain, a->domain_n));
		s.kind = HKP_SEARCH_EMAIL;
		s.exact = true;
		s.text = buf_bytes(&email);
	}
	TRY(hkp_search_run(rq, r, &s, &hits));
	TRY(hits_append(r, a, &hits, out));
out:
	buf_release(&email);
	return err;
}

static void
answer(struct hkp_request *rq, struct hkp_reply *rp, struct asked *a)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	uint8_t digest[32];
	struct hkp_query q;
	struct buf out;
	enum ics_err err;

	if (r == NULL)
		return;
	buf_init(&out, rq->config->limits.answer_octets);
	err = hkp_query_read(rq->query, &q);
	if (err != ICS_OK) {
		hkp_reply_text(rp, 400, "Bad percent encoding in the URL.");
		return;
	}
	a->local = q.value[HKP_PARAM_LOCAL_PART];
	TRY(gather(rq, r, a, &out));
	if (out.n == 0) {
		hkp_reply_miss(rp);
		goto out;
	}
	pgp_sha256(buf_bytes(&out), digest);
	if (!hkp_reply_etag(rq, rp, digest, 'w'))
		hkp_reply_buf(rp, 200, "application/octet-stream", &out);
out:
	buf_release(&out);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}

void
hkp_wkd_advanced(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct asked a = { .hash = rq->match.args[1] };

	if (host_read(rq->match.args[0], &a))
		answer(rq, rp, &a);
	else
		hkp_reply_miss(rp);
}

/* The domain is the host that was asked, or this server's own name. */
void
hkp_wkd_direct(struct hkp_request *rq, struct hkp_reply *rp)
{
	const char *host = hkp_request_header(rq, "Host");
	struct asked a = { .hash = rq->match.args[0] };

	if ((host != NULL && host_read(bytes_of_str(host), &a)) ||
	    host_read(bytes_of_str(rq->config->identity.hostname), &a))
		answer(rq, rp, &a);
	else
		hkp_reply_miss(rp);
}

/* An empty file: the domain has a directory, and nothing special about it. */
void
hkp_wkd_policy(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	rp->status = 200;
	rp->type = HKP_TYPE_TEXT;
}
