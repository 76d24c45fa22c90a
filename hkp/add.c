/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POST /pks/add: from a form to intake. */
#include <stdlib.h>

#include "hkp/query.h"
#include "hkp/request.h"

#define ARMOR_MARK "-----BEGIN PGP "

void
hkp_submit(struct hkp_request *rq, struct hkp_reply *rp, struct bytes input,
    enum hkp_telling telling)
{
	struct intake_job job = { .order = INTAKE_SUBMIT,
		.origin = rq->face == HKP_FACE_LOCAL ? INTAKE_OPERATOR
						     : INTAKE_PUBLIC,
		.input = input };

	rq->telling = telling;
	hkp_request_submit(rq, rp, &job, hkp_result_tell);
}

static bool
contains(struct bytes text, const char *mark)
{
	size_t n = strlen(mark);

	for (size_t i = 0; i + n <= text.n; i++) {
		const uint8_t *at =
		    memchr(&text.p[i], mark[0], text.n - n - i + 1);

		if (at == NULL)
			return false;
		i = (size_t)(at - text.p);
		if (memcmp(&text.p[i], mark, n) == 0)
			return true;
	}
	return false;
}

/* gpg and sq ask for nothing and read the status; people read the words. */
static enum hkp_telling
telling_wanted(struct hkp_request *rq, struct bytes options)
{
	const char *accept = hkp_request_header(rq, "Accept");
	struct bytes word;

	while (options.n > 0) {
		hkp_split(options, ',', &word, &options);
		if (hkp_word_is(word, "mr") || hkp_word_is(word, "json"))
			return HKP_TELL_JSON;
	}
	if (accept == NULL)
		return HKP_TELL_TEXT;
	if (contains(bytes_of_str(accept), "text/html"))
		return HKP_TELL_HTML;
	return contains(bytes_of_str(accept), "application/json")
		   ? HKP_TELL_JSON
		   : HKP_TELL_TEXT;
}

static enum ics_err
options_read(struct hkp_request *rq, const char *type, struct buf *out)
{
	struct hkp_query q;
	enum ics_err err =
	    hkp_form_field(buf_bytes(&rq->body), type, "options", out);

	if (err != ICS_ENOTFOUND)
		return err;
	TRY(hkp_query_read(rq->query, &q));
	buf_put(out, q.value[HKP_PARAM_OPTIONS]);
out:
	return err;
}

static void
form_error(struct hkp_reply *rp, enum ics_err err)
{
	if (err == ICS_ENOTFOUND)
		hkp_reply_text(rp, 400, "The field keytext is missing.");
	else if (err == ICS_EFORMAT)
		hkp_reply_text(rp, 400, "The form cannot be read.");
	else if (err == ICS_EUNSUPPORTED)
		hkp_reply_text(rp, 415,
		    "Send application/x-www-form-urlencoded with the field "
		    "keytext.");
	else
		hkp_reply_error(rp, err);
}

void
hkp_add(struct hkp_request *rq, struct hkp_reply *rp)
{
	const char *type = hkp_request_header(rq, "Content-Type");
	struct buf text;
	struct buf options;
	enum ics_err err;

	buf_init(&text, rq->body.max);
	buf_init(&options, HKP_QUERY_TEXT_MAX);
	TRY(options_read(rq, type, &options));
	TRY(hkp_form_field(buf_bytes(&rq->body), type, "keytext", &text));
	if (!contains(buf_bytes(&text), ARMOR_MARK)) {
		hkp_reply_text(rp, 400,
		    "The field keytext holds no armored OpenPGP data "
		    "(gpg --export --armor).");
		goto out;
	}
	buf_release(&rq->body);
	hkp_submit(rq, rp, buf_take(&text),
	    telling_wanted(rq, buf_bytes(&options)));
out:
	if (err != ICS_OK)
		form_error(rp, err);
	buf_release(&text);
	buf_release(&options);
}
