/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/domains: the domains that the requester may read; and
 * /ics/v1/domains/{name}: what a descriptor says, or its signed octets. What he
 * may not read is not there.
 */
#include "api/query.h"
#include "api/view.h"
#include "hkp/page.h"
#include "item/item.h"

static void
domain_miss(struct hkp_reply *rp)
{
	api_refuse(rp, 404, "there is no such domain here",
	    "/ics/v1/domains lists those that you may read");
}

/* ---- the list -------------------------------------------------------------- */

static json_t *
list_json(struct hkp_request *rq, const struct domain_set *set)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < domain_set_size(set); i++)
		if (hkp_may_read_domain(rq, i))
			json_array_append_new(rows,
			    item_json_domain_row(set, i,
				domain_set_newest(set, i)));
	return json_pack("{s:o}", "domains", rows);
}

void
api_domains(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct domain_set *set = hkp_request_set(rq);

	hkp_reply_json(rp, 200, list_json(rq, set));
}

/* ---- one ------------------------------------------------------------------- */

static const struct policy_domain *
version_find(const struct policy_line *line, int64_t serial)
{
	if (serial == 0)
		return line->at[line->n - 1];
	for (size_t i = 0; i < line->n; i++)
		if (line->at[i]->serial == serial)
			return line->at[i];
	return NULL;
}

bool
api_domain_asked(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_domain_asked *a)
{
	static const struct api_number serial_of = { "serial", 1, INT64_MAX,
		0 };
	struct api_query q;
	int64_t serial = 0;

	if (!api_query_of(rq, rp, &q) || !api_id_read(rq, rp, &a->id))
		return false;
	if (api_query_get(&q, "serial").p != NULL &&
	    !api_number_read(&q, rp, &serial_of, &serial))
		return false;
	a->domain = domain_set_find(a->set, a->id.text);
	if (a->domain != POLICY_NOBODY && hkp_may_read_domain(rq, a->domain))
		a->d = version_find(domain_set_line(a->set, a->domain), serial);
	if (a->d == NULL)
		domain_miss(rp);
	return a->d != NULL;
}

/* The octets that were signed; what was stored is never gone. */
static void
signed_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_domain_asked *a)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_descriptor row;
	struct buf out;
	enum ics_err err;

	if (r == NULL)
		return;
	err = store_descriptor_get(r, a->d->name, a->d->serial, &row);
	if (err != ICS_OK) {
		hkp_reply_error(rp, err);
		return;
	}
	buf_init(&out, STORE_DESCRIPTOR_OCTETS + 64);
	if (a->id.form == API_ARMOR)
		buf_put(&out, row.text);
	else
		pgp_text_write(&out, row.text);
	hkp_reply_buf(rp, 200,
	    a->id.form == API_ARMOR ? HKP_TYPE_TEXT : "application/pgp", &out);
}

void
api_domain(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct domain_set *set = hkp_request_set(rq);
	struct api_domain_asked a = { .set = set };

	if (api_domain_asked(rq, rp, &a)) {
		if (a.id.form == API_JSON)
			hkp_reply_json(rp, 200,
			    item_json_domain(set, a.domain, a.d));
		else
			signed_reply(rq, rp, &a);
	}
}
