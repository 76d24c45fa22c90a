/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/statements/{digest}: one statement, as JSON or as it was signed.
 * A certification is sent with the key and User ID that it is about, since it
 * verifies over these only.
 */
#include "api/view.h"
#include "base/hex.h"
#include "hkp/page.h"

#define DIGEST_OCTETS 32

/* 64 digits, "sha256:..." or "rec:sha256:..." */
static bool
digest_read(struct bytes text, uint8_t digest[DIGEST_OCTETS])
{
	static const char *const prefixes[] = { "rec:", "sha256:" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct bytes prefix = bytes_of_str(prefixes[i]);

		if (bytes_starts_with(text, prefix))
			text = bytes_of(&text.p[prefix.n], text.n - prefix.n);
	}
	return hex_read(text, digest, DIGEST_OCTETS) == ICS_OK;
}

static size_t
find(const struct item *it, const uint8_t digest[DIGEST_OCTETS])
{
	for (size_t i = 0; i < it->statements_n; i++)
		if (memcmp(it->statements[i].st.digest, digest,
			DIGEST_OCTETS) == 0)
			return i;
	return it->statements_n;
}

/* The owner's own signatures bind it; without them programs pass it over. */
static void
uid_put(const struct pgp_cert *cert, struct bytes uid, struct buf *out)
{
	uint64_t keyid = pgp_cert_primary(cert)->keyid;

	pgp_packet_write(out, PGP_TAG_USER_ID, uid);
	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];

		if (part->kind != PGP_PART_UID || !bytes_equal(part->body, uid))
			continue;
		for (size_t i = 0; i < part->sig_n; i++) {
			const struct pgp_sig *sig =
			    &cert->sigs[part->sig_first + i];

			if (sig->issuer_keyid == keyid)
				pgp_packet_write(out, PGP_TAG_SIGNATURE,
				    sig->body);
		}
	}
}

static void
certification_put(const struct item *it, const struct item_statement *s,
    struct buf *out)
{
	const struct pgp_key *key = pgp_cert_primary(it->cert);

	pgp_packet_write(out, PGP_TAG_PUBLIC_KEY, key->body);
	if (s->uid.n > 0)
		uid_put(it->cert, s->uid, out);
	if (s->uid.n == 0 || !s->st.is_self)
		pgp_packet_write(out, PGP_TAG_SIGNATURE, s->body);
}

/* A statement that was found: number i of what v tells. */
struct found {
	const struct api_view *v;
	size_t i;
	enum api_form form;
};

static void
signed_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct found *f)
{
	const struct item *it = &f->v->it;
	const struct item_statement *s = &it->statements[f->i];
	struct api_signed out;

	api_signed_init(&out, rq->config->limits.answer_octets);
	if (s->st.carrier == NOTATIONS_CERTIFICATION && it->cert != NULL)
		certification_put(it, s, &out.certs);
	else
		pgp_packet_write(&out.records, PGP_TAG_SIGNATURE, s->body);
	api_signed_reply(rq, rp, &out, f->form);
	api_signed_release(&out);
}

static void
found_reply(struct hkp_request *rq, struct hkp_reply *rp, const struct found *f)
{
	char item[NOTATIONS_SUBJECT_TEXT_MAX];

	if (f->form != API_JSON) {
		signed_reply(rq, rp, f);
		return;
	}
	notations_subject_text(&f->v->it.subject, item);
	hkp_reply_json(rp, 200,
	    json_pack("{s:s, s:o}", "item", item, "statement",
		item_json_statement(&f->v->told, f->i)));
}

void
api_statement(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_view v = { .when = api_when_now() };
	struct notations_subject subject;
	struct store_statement known;
	uint8_t digest[DIGEST_OCTETS];
	struct store_reader *r;
	struct api_id id;
	struct found f = { .v = &v };
	enum ics_err err;

	if (!api_id_read(rq, rp, &id))
		return;
	if (!digest_read(id.text, digest)) {
		api_refuse(rp, 400, "that is no digest of a statement",
		    "it has 64 digits, perhaps with sha256: before them");
		return;
	}
	r = hkp_request_reader(rq, rp);
	if (r == NULL)
		return;
	TRY(store_statement_get(r, digest, &subject, &known));
	TRY(api_view_read(rq, r, &subject, &v));
	f.form = id.form;
	f.i = find(&v.it, digest);
	if (f.i == v.it.statements_n)
		err = ICS_ENOTFOUND; /* more is known than is told */
out:
	if (err == ICS_OK)
		found_reply(rq, rp, &f);
	else if (err == ICS_ENOTFOUND)
		api_miss(rp);
	else
		hkp_reply_error(rp, err);
	api_view_release(&v);
}
