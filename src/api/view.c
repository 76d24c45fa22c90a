/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a URL to an item as of a time. */
#include "api/view.h"

#include "api/query.h"
#include "base/clock.h"
#include "hkp/lookup.h"
#include "hkp/page.h"
#include "hkp/query.h"

/* ---- which ---------------------------------------------------------------------- */

static const struct {
	const char *suffix, *type;
	enum api_form form;
} forms[] = {
	{ ".asc", "application/pgp-keys", API_ARMOR },
	{ ".pgp", "application/pgp", API_BINARY },
	{ ".json", "application/json", API_JSON },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
suffix_take(struct bytes *text, const char *suffix)
{
	struct bytes tail = bytes_of_str(suffix);

	if (text->n <= tail.n ||
	    !bytes_equal(bytes_of(&text->p[text->n - tail.n], tail.n), tail))
		return false;
	text->n -= tail.n;
	return true;
}

static enum api_form
form_wanted(struct hkp_request *rq)
{
	const char *accept = hkp_request_header(rq, "Accept");

	for (size_t i = 0; accept != NULL && i < COUNT(forms); i++)
		if (hkp_type_is(accept, forms[i].type))
			return forms[i].form;
	return API_JSON;
}

bool
api_id_read(struct hkp_request *rq, struct hkp_reply *rp, struct api_id *id)
{
	struct bytes raw = rq->match.args[0];
	size_t n = 0;

	if (raw.n > sizeof(id->room) ||
	    hkp_decode(raw, HKP_DECODE_PATH, id->room, &n) != ICS_OK) {
		api_refuse(rp, 400, "that is no id", API_ID_HELP);
		return false;
	}
	id->text = bytes_of(id->room, n);
	for (size_t i = 0; i < COUNT(forms); i++)
		if (suffix_take(&id->text, forms[i].suffix)) {
			id->form = forms[i].form;
			return true;
		}
	id->form = form_wanted(rq);
	return true;
}

void
api_miss(struct hkp_reply *rp)
{
	api_refuse(rp, 404, "nothing is known of this here",
	    "/ics/v1/search finds items by what is said of them");
}

static void
several_reply(struct hkp_reply *rp, struct store_reader *r,
    const struct store_hits *hits)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject subject;
	json_t *items = json_array();

	for (size_t i = 0; i < hits->n; i++) {
		if (domain_primary_read(r, hits->ids[i], &subject) != ICS_OK ||
		    subject.kind == NOTATIONS_SUBJECT_NONE)
			continue;
		notations_subject_text(&subject, text);
		json_array_append_new(items, json_string(text));
	}
	hkp_reply_json(rp, 409,
	    json_pack("{s:s, s:s, s:o}", "error",
		"several certificates have this key ID", "help",
		"ask by fingerprint", "items", items));
}

static bool
keyid_read(struct hkp_request *rq, struct hkp_reply *rp, uint64_t keyid,
    struct notations_subject *subject)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_hits hits;
	enum ics_err err;

	if (r == NULL)
		return false;
	TRY(store_find_keyid(r, keyid, &hits));
	hkp_hits_keep(rq, r, &hits);
	if (hits.n > 1) {
		several_reply(rp, r, &hits);
		return false;
	}
	if (hits.n == 1)
		TRY(domain_primary_read(r, hits.ids[0], subject));
	if (hits.n == 0 || subject->kind == NOTATIONS_SUBJECT_NONE)
		err = ICS_ENOTFOUND;
out:
	if (err == ICS_ENOTFOUND)
		api_miss(rp);
	else if (err != ICS_OK)
		hkp_reply_error(rp, err);
	return err == ICS_OK;
}

bool
api_subject_read(struct hkp_request *rq, struct hkp_reply *rp, struct bytes id,
    struct notations_subject *subject)
{
	uint64_t keyid;

	if (hkp_keyid_read(id, &keyid))
		return keyid_read(rq, rp, keyid, subject);
	if (notations_subject_guess(id, subject))
		return true;
	api_refuse(rp, 400, "that is no id", API_ID_HELP);
	return false;
}

/* ---- when ------------------------------------------------------------------------ */

struct policy_time
api_when_now(void)
{
	return (struct policy_time){ .at = clock_now(), .skew = POLICY_SKEW };
}

bool
api_when_of(const struct api_query *q, struct hkp_reply *rp,
    struct policy_time *when)
{
	static const struct api_number known = { "known-at", 0, INT64_MAX, 0 };
	struct bytes at;

	*when = api_when_now();
	if (!api_number_read(q, rp, &known, &when->known_at))
		return false;
	at = api_query_get(q, "at");
	if (at.p == NULL)
		return true;
	when->skew = 0;
	if (notations_time_read(at, &when->at) == ICS_OK ||
	    api_digits_read(at, &when->at))
		return true;
	api_refuse(rp, 400, "at is no time",
	    "write 2026-11-26T10:00:00Z, or seconds since 1970");
	return false;
}

bool
api_when_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct policy_time *when)
{
	struct api_query q;

	return api_query_of(rq, rp, &q) && api_when_of(&q, rp, when);
}

/* ---- the item -------------------------------------------------------------------- */

/* What somebody said stands with its signature, which names his key; more of
 * a party whose certificate is kept back is not told. */
static void
parties_mask(struct hkp_request *rq, struct store_reader *r, struct item *it)
{
	for (size_t i = 0; i < it->parties_n; i++) {
		struct item_party *party = &it->parties[i];
		struct notations_subject subject;

		notations_subject_of_fpr(&party->fpr, &subject);
		if (!party->policy.is_known || hkp_may_see(rq, r, &subject))
			continue;
		alloc_bytes_free(party->name);
		alloc_bytes_free(party->contact);
		party->name = party->contact = bytes_of(NULL, 0);
		party->policy.is_known = false;
		party->policy.expires = 0;
		party->policy.revoked = PGP_NOT_REVOKED;
	}
}

/* A subkey names another's certificate. */
bool
api_item_may(struct hkp_request *rq, struct store_reader *r, struct item *it)
{
	struct notations_subject primary;

	if (rq->sight == NULL)
		return true;
	parties_mask(rq, r, it);
	if (it->cert == NULL)
		return true;
	notations_subject_of_fpr(&pgp_cert_primary(it->cert)->fpr, &primary);
	return hkp_may_see(rq, r, &primary);
}

/* Whose words count about a subject: as src/api/check/scope.c has it, by the
 * rules of the domain that is meant, or of the only one; else of the first one
 * that it belongs to; else the server's own. */
static enum ics_err
rights_find(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject,
    const struct policy_rights **rights)
{
	const struct domain_set *set = hkp_request_set(rq);
	struct store_bits bits = { { 0 } };
	size_t n = domain_set_size(set), i = 0;
	enum ics_err err = ICS_OK;

	*rights = api_rights_of(rq);
	if (rq->domain < n) {
		i = rq->domain;
	} else if (n > 1) {
		TRY(store_membership_get(r, subject, &bits));
		while (i < n && !(store_bits_has(&bits, (unsigned)i) &&
				    hkp_may_read_domain(rq, i)))
			i++;
	}
	if (i < n && hkp_may_read_domain(rq, i))
		*rights = domain_set_rights(set, i);
out:
	return err;
}

enum ics_err
api_view_read(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject, struct api_view *v)
{
	struct item_source source;
	struct policy_time when = v->when;
	enum ics_err err;

	*v = (struct api_view){ .when = when };
	if (!hkp_may_see_asked(rq, r, subject))
		return ICS_ENOTFOUND;
	item_source_of_store(r, &source);
	TRY(rights_find(rq, r, subject, &source.rights));
	TRY(item_read(&source, subject, &v->it));
	item_fold(&v->it, source.rights, &v->when, &v->state);
	if (!api_item_may(rq, r, &v->it))
		return ICS_ENOTFOUND;
	v->told = (struct item_telling){
		.it = &v->it, .state = &v->state, .when = &v->when
	};
	err = store_log_size(r, &v->told.log_size);
out:
	return err;
}

void
api_view_release(struct api_view *v)
{
	policy_state_release(&v->state);
	item_release(&v->it);
}

/* ---- signed forms ---------------------------------------------------------------- */

void
api_signed_init(struct api_signed *s, size_t most)
{
	buf_init(&s->certs, most);
	buf_init(&s->records, most);
}

void
api_signed_release(struct api_signed *s)
{
	buf_release(&s->certs);
	buf_release(&s->records);
}

static void
armor_put(struct buf *out, struct bytes data, enum pgp_armor kind)
{
	uint8_t *room;

	if (data.n == 0)
		return;
	room = buf_grow(out, pgp_armor_length(data.n, kind, true));
	if (room != NULL)
		pgp_armor_write(data, kind, pgp_crc24(data), room);
}

void
api_signed_reply(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_signed *s, enum api_form form)
{
	size_t most = s->certs.max + s->records.max;
	uint8_t digest[32];
	struct buf out;

	buf_init(&out, 2 * most);
	if (buf_end(&s->certs) != ICS_OK || buf_end(&s->records) != ICS_OK) {
		hkp_reply_error(rp, ICS_ETOOBIG);
	} else if (form == API_BINARY) {
		buf_put(&out, buf_bytes(&s->records));
		buf_put(&out, buf_bytes(&s->certs));
	} else {
		armor_put(&out, buf_bytes(&s->certs), PGP_ARMOR_CERT);
		armor_put(&out, buf_bytes(&s->records), PGP_ARMOR_SIG);
	}
	pgp_sha256(buf_bytes(&out), digest);
	if (rp->status == 0 && out.n == 0)
		api_refuse(rp, 404, "nothing that is signed is kept of this",
		    "statements may be kept with another item");
	else if (rp->status == 0 && !hkp_reply_etag(rq, rp, digest, 's'))
		hkp_reply_buf(rp, 200,
		    form == API_BINARY ? "application/pgp"
		    : s->certs.n > 0   ? HKP_TYPE_ARMOR
				       : "application/pgp-signature",
		    &out);
	buf_release(&out);
}
