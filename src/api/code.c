/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code identities at /pks/lookup: who knows only HKP gets the signed
 * statements of sha256:... as one block, and a list that has no certificate.
 *
 *	info:1:0
 *	code:sha256:<digits>:<name>:<version>:<status>
 *
 * The count is that of certificates, as gpg takes it.
 */
#include "api/query.h"
#include "api/view.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define TEXT_MAX (64u << 10)

struct named {
	char item[NOTATIONS_SUBJECT_TEXT_MAX];
	json_t *descriptor;		     /* owned */
	const char *name, *version, *status; /* lent by it */
};

static const char *
attribute(const json_t *descriptor, const char *name)
{
	const char *text =
	    json_string_value(json_object_get(json_object_get(descriptor,
						  "attributes"),
		name));

	return text == NULL ? "" : text;
}

static void
named_read(const struct api_view *v, struct named *n)
{
	notations_subject_text(&v->it.subject, n->item);
	n->descriptor = item_json_descriptor(&v->told);
	n->name = attribute(n->descriptor, "code-name");
	n->version = attribute(n->descriptor, "code-version");
	n->status =
	    json_string_value(json_object_get(json_object_get(n->descriptor,
						  "status"),
		"status"));
	if (n->status == NULL)
		n->status = "";
}

static void
list_mr(struct hkp_reply *rp, const struct named *n)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	buf_printf(&out, "info:1:0\n%s:", n->item);
	api_escaped_put(&out, bytes_of_str(n->name));
	buf_u8(&out, ':');
	api_escaped_put(&out, bytes_of_str(n->version));
	buf_printf(&out, ":%s\n", n->status);
	hkp_reply_buf(rp, 200, HKP_TYPE_TEXT, &out);
}

static void
list_page(struct hkp_request *rq, struct hkp_reply *rp, const struct named *n)
{
	struct buf row, out;

	buf_init(&row, TEXT_MAX);
	buf_init(&out, 2 * TEXT_MAX);
	hkp_page_put(&row, HKP_PAGE_code,
	    (struct hkp_page_value[]){
		{ "item", bytes_of_str(n->item), false },
		{ "name", bytes_of_str(n->name), false },
		{ "version", bytes_of_str(n->version), false },
		{ "status", bytes_of_str(n->status), false },
	    },
	    4);
	hkp_page_put(&out, HKP_PAGE_index,
	    (struct hkp_page_value[]){
		{ "search", bytes_of_str(n->item), false },
		{ "count", bytes_of_str("1"), false },
		{ "certs", buf_bytes(&row), true },
	    },
	    3);
	buf_release(&row);
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str(n->item), &out });
}

static void
list_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_view *v, unsigned options)
{
	struct named n;

	named_read(v, &n);
	if (options & HKP_OPTION_JSON)
		hkp_reply_json(rp, 200, json_pack("[O]", n.descriptor));
	else if (options & HKP_OPTION_MR)
		list_mr(rp, &n);
	else
		list_page(rq, rp, &n);
	json_decref(n.descriptor);
}

/* What was said of the code itself: stock gpg --verify takes the block with
 * the empty document. */
static void
get_reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_view *v)
{
	struct api_signed s;

	api_signed_init(&s, rq->config->limits.answer_octets);
	for (size_t i = 0; i < v->it.about_n; i++) {
		const struct item_statement *one = &v->it.statements[i];

		if (notations_subject_equal(&one->st.subject, &v->it.subject))
			pgp_packet_write(&s.records, PGP_TAG_SIGNATURE,
			    one->body);
	}
	api_signed_reply(rq, rp, &s, API_ARMOR);
	api_signed_release(&s);
}

bool
api_code_lookup(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q)
{
	struct api_view v = { .when = api_when_now() };
	struct notations_subject subject;
	struct store_reader *r;
	enum ics_err err;

	if (!notations_subject_guess(q->value[HKP_PARAM_SEARCH], &subject) ||
	    subject.kind != NOTATIONS_SUBJECT_CODE)
		return false;
	r = hkp_request_reader(rq, rp);
	if (r == NULL)
		return true;
	TRY(api_view_read(rq, r, &subject, &v));
	if (hkp_word_is(q->value[HKP_PARAM_OP], "get"))
		get_reply(rq, rp, &v);
	else
		list_reply(rq, rp, &v, q->options);
out:
	if (err == ICS_ENOTFOUND)
		hkp_reply_miss(rp);
	else if (err != ICS_OK)
		hkp_reply_error(rp, err);
	api_view_release(&v);
	return true;
}
