/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /item/{id}: what it is, how it is, who says so, and how to check that. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

static void
put_facts(struct buf *out, const struct api_page_item *it)
{
	json_t *names = json_object_get(it->doc, "names"), *name;
	struct buf body, pairs;
	size_t i;

	buf_init(&body, HKP_PAGE_MAX);
	buf_init(&pairs, HKP_PAGE_MAX);
	json_array_foreach(names, i, name)
	{
		/* What code is called is among its attributes. */
		if (it->fpr[0] != '\0')
			api_page_put_pair(&pairs, "Name",
			    json_string_value(name));
	}
	if (pairs.n > 0)
		API_PUT(&body, HKP_PAGE_part_pairs,
		    { "rows", buf_bytes(&pairs), true });
	api_page_put_values(&body, json_object_get(it->doc, "attributes"));
	api_page_put_section(out, "What it is", &body);
	buf_release(&body);
	buf_release(&pairs);
}

static void
put_sections(struct buf *out, const struct api_page_item *it)
{
	struct buf identity;

	buf_init(&identity, HKP_PAGE_MAX);
	if (it->fpr[0] == '\0') {
		api_page_put_named(&identity, it->id);
		api_page_put_section(out, "Digest of the code", &identity);
	}
	buf_release(&identity);
	put_facts(out, it);
	api_page_put_domains(out, it);
	api_page_put_parties(out, it);
	api_page_put_entries(out, it);
	api_page_put_keys(out, it);
	api_page_put_check(out, it);
	api_page_put_address(out, it);
}

static bool
is_now(const struct hkp_request *rq)
{
	return rq->query.n == 0 ||
	       memmem(rq->query.p, rq->query.n, "at=", 3) == NULL;
}

/* As of when, where somebody asked. */
static void
put_asked(struct buf *out, const struct api_page_item *it)
{
	struct buf when;

	if (is_now(it->rq))
		return;
	buf_init(&when, HKP_PAGE_MAX);
	api_page_put_time(&when, api_page_text(it->doc, "at"));
	API_PUT(out, HKP_PAGE_item_asked, { "when", buf_bytes(&when), true });
	buf_release(&when);
}

static void
reply(struct hkp_reply *rp, const struct api_page_item *it,
    struct bytes decision)
{
	const char *kind = api_page_sort(api_page_text(it->doc, "kind"));
	struct buf name, asked, state, sections, out;

	buf_init(&name, HKP_PAGE_MAX);
	buf_init(&asked, HKP_PAGE_MAX);
	buf_init(&state, HKP_PAGE_MAX);
	buf_init(&sections, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	api_page_name(it->doc, &name);
	put_asked(&asked, it);
	api_page_put_state(&state, it);
	put_sections(&sections, it);
	API_PUT(&out, HKP_PAGE_item, { "kind", bytes_of_str(kind), false },
	    { "name", buf_bytes(&name), false },
	    { "asked", buf_bytes(&asked), true },
	    { "state", buf_bytes(&state), true },
	    { "decision", decision, true },
	    { "sections", buf_bytes(&sections), true });
	hkp_reply_page(it->rq, rp,
	    &(struct hkp_framed){ 200, buf_bytes(&name), &out });
	buf_release(&name);
	buf_release(&asked);
	buf_release(&state);
	buf_release(&sections);
}

/* from=N of the query; anything else is the newest. */
static size_t
from_read(struct hkp_request *rq)
{
	struct api_query q;
	int64_t n;

	if (api_query_read(rq->query, &q) != ICS_OK ||
	    !api_digits_read(api_query_get(&q, "from"), &n) ||
	    n > ITEM_STATEMENTS_MAX)
		return 0;
	return (size_t)n;
}

/* The page of what v tells; an error of the world, before anything was
 * answered. */
static enum ics_err
view_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_view *v)
{
	struct api_page_item it = { .rq = rq, .fpr = "" };
	struct store_reader *r = hkp_request_reader(rq, rp);
	json_t *doc = NULL;
	struct buf decision;
	enum ics_err err = ICS_OK;

	buf_init(&decision, HKP_PAGE_MAX);
	if (r == NULL)
		goto out; /* it was answered */
	TRY(store_membership_get(r, &v->it.subject, &it.domains));
	doc = item_json_descriptor(&v->told);
	api_page_close(doc);
	it.doc = doc;
	it.id = api_page_id(api_page_text(doc, "item"));
	if (v->it.subject.kind == NOTATIONS_SUBJECT_ENTITY)
		it.fpr = it.id;
	it.from = from_read(rq);
	(void)api_page_base(rq, it.base); /* the result is the same */
	TRY(api_page_put_decision(&decision, &it,
	    &(struct api_page_asking){ r, &v->when, is_now(rq) }));
	reply(rp, &it, buf_bytes(&decision));
out:
	buf_release(&decision);
	json_decref(doc);
	return err;
}

void
api_page_item(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_view v = { .when = { 0 } };
	struct api_id id;
	enum ics_err err;

	if (!api_item_asked(rq, rp, &id, &v)) {
		api_page_refuse(rq, rp);
	} else {
		err = view_reply(rq, rp, &v);
		if (err != ICS_OK)
			hkp_reply_error(rp, err);
	}
	api_view_release(&v);
}
