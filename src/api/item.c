/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/items: what an item is, how it is, what was said of it; and the
 * signed octets, with which nobody has to believe us.
 */
#include "api/view.h"
#include "hkp/page.h"

bool
api_item_asked(struct hkp_request *rq, struct hkp_reply *rp, struct api_id *id,
    struct api_view *v)
{
	struct notations_subject subject;
	struct store_reader *r;
	enum ics_err err;

	if (!api_id_read(rq, rp, id) || !api_when_read(rq, rp, &v->when))
		return false;
	r = hkp_request_reader(rq, rp);
	if (r == NULL || !api_subject_read(rq, rp, id->text, &subject))
		return false;
	err = api_view_read(rq, r, &subject, v);
	if (err == ICS_ENOTFOUND)
		api_miss(rp);
	else if (err != ICS_OK)
		hkp_reply_error(rp, err);
	return err == ICS_OK;
}

static void
records_put(const struct item *it, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		if (it->statements[i].st.carrier != NOTATIONS_CERTIFICATION)
			pgp_packet_write(out, PGP_TAG_SIGNATURE,
			    it->statements[i].body);
}

static void
signed_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_view *v, enum api_form form)
{
	struct api_signed s;

	api_signed_init(&s, rq->config->limits.answer_octets);
	if (v->it.cert != NULL)
		pgp_cert_write(v->it.cert, PGP_FORM_FULL, &s.certs);
	records_put(&v->it, v->it.about_n, &s.records);
	api_signed_reply(rq, rp, &s, form);
	api_signed_release(&s);
}

void
api_item(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_view v = { .when = { 0 } };
	struct api_id id;

	if (api_item_asked(rq, rp, &id, &v)) {
		if (id.form == API_JSON)
			hkp_reply_json(rp, 200, item_json_descriptor(&v.told));
		else
			signed_reply(rq, rp, &v, id.form);
	}
	api_view_release(&v);
}

static void
told_reply(struct hkp_request *rq, struct hkp_reply *rp,
    json_t *(*tell)(const struct item_telling *t))
{
	struct api_view v = { .when = { 0 } };
	struct api_id id;

	if (api_item_asked(rq, rp, &id, &v))
		hkp_reply_json(rp, 200, tell(&v.told));
	api_view_release(&v);
}

void
api_item_status(struct hkp_request *rq, struct hkp_reply *rp)
{
	told_reply(rq, rp, item_json_status);
}

void
api_item_history(struct hkp_request *rq, struct hkp_reply *rp)
{
	told_reply(rq, rp, item_json_history);
}

/* ---- evidence -------------------------------------------------------------------- */

/* The certificates of everybody who spoke, or granted those the right to; as
 * far as they may be seen. */
static enum ics_err
parties_put(struct hkp_request *rq, struct store_reader *r,
    const struct item *it, struct buf *out)
{
	struct notations_subject party;
	struct item_source source;
	struct bytes data;
	enum ics_err err = ICS_OK;

	item_source_of_store(r, &source);
	for (size_t i = 0; i < it->parties_n; i++) {
		const struct pgp_fpr *fpr = &it->parties[i].fpr;

		if (it->cert != NULL &&
		    pgp_fpr_equal(fpr, &pgp_cert_primary(it->cert)->fpr))
			continue;
		notations_subject_of_fpr(fpr, &party);
		if (!hkp_may_see(rq, r, &party))
			continue;
		err = source.cert(source.arg, fpr, &data);
		if (err == ICS_OK)
			buf_put(out, data);
		else if (err != ICS_ENOTFOUND)
			goto out;
	}
	err = ICS_OK;
out:
	return err;
}

static void
evidence_reply(struct hkp_request *rq, struct hkp_reply *rp, enum api_form form)
{
	struct api_view v = { .when = { 0 } };
	struct api_signed s;
	struct store_reader *r;
	struct api_id id;

	api_signed_init(&s, rq->config->limits.answer_octets);
	if (!api_item_asked(rq, rp, &id, &v))
		goto out;
	r = hkp_request_reader(rq, rp);
	if (r == NULL)
		goto out;
	if (v.it.cert != NULL)
		pgp_cert_write(v.it.cert, PGP_FORM_FULL, &s.certs);
	records_put(&v.it, v.it.statements_n, &s.records);
	if (parties_put(rq, r, &v.it, &s.certs) != ICS_OK)
		hkp_reply_error(rp, ICS_EDB);
	else
		api_signed_reply(rq, rp, &s, form);
out:
	api_signed_release(&s);
	api_view_release(&v);
}

void
api_item_evidence(struct hkp_request *rq, struct hkp_reply *rp)
{
	evidence_reply(rq, rp, API_ARMOR);
}

void
api_item_evidence_binary(struct hkp_request *rq, struct hkp_reply *rp)
{
	evidence_reply(rq, rp, API_BINARY);
}
