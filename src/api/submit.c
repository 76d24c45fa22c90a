/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /ics/v1/submit: certificates and records, armored or binary, many at
 * once. No login: a statement is its own credential, and intake verifies it.
 */
#include <stdlib.h>

#include "api/handler.h"
#include "hkp/query.h"

#define FIELD "keytext"

void
api_submit_octets(struct hkp_request *rq, struct hkp_reply *rp,
    struct bytes input, hkp_finish *finish)
{
	struct intake_job job = { .order = INTAKE_SUBMIT,
		.origin = rq->face == HKP_FACE_LOCAL ? INTAKE_OPERATOR
						     : INTAKE_PUBLIC,
		.input = input,
		.takes_descriptors = true };

	hkp_request_submit(rq, rp, &job, finish);
}

static bool
is_packets(const char *type)
{
	static const char *const types[] = { "application/pgp-keys",
		"application/pgp-signature", "application/pgp",
		"application/octet-stream", "text/plain" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (hkp_type_is(type, types[i]))
			return true;
	return type == NULL;
}

/* curl calls everything a form that is not told apart. */
static bool
is_form(const char *type, struct bytes body)
{
	return hkp_type_is(type, "multipart/form-data") ||
	       (hkp_type_is(type, "application/x-www-form-urlencoded") &&
		   bytes_starts_with(body, bytes_of_str(FIELD "=")));
}

static enum ics_err
octets_read(struct hkp_request *rq, struct buf *out)
{
	const char *type = hkp_request_header(rq, "Content-Type");
	enum ics_err err;

	if (is_form(type, buf_bytes(&rq->body))) {
		err = hkp_form_field(buf_bytes(&rq->body), type, FIELD, out);
		buf_release(&rq->body);
		return err;
	}
	if (!is_packets(type) &&
	    !hkp_type_is(type, "application/x-www-form-urlencoded"))
		return ICS_EUNSUPPORTED;
	*out = rq->body;
	buf_init(&rq->body, out->max);
	return ICS_OK;
}

void
api_submit(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct buf octets;
	enum ics_err err;

	buf_init(&octets, rq->body.max);
	err = octets_read(rq, &octets);
	if (err == ICS_EUNSUPPORTED)
		api_refuse(rp, 415, "this media type is not taken here",
		    "send application/pgp-keys, armored or binary");
	else if (err == ICS_ENOTFOUND || (err == ICS_OK && octets.n == 0))
		api_refuse(rp, 422, "there is nothing in it",
		    "send certificates or signatures: gpg --export, gpg -b");
	else if (err != ICS_OK)
		api_refuse(rp, err_http(err), err_words(err),
		    "send the octets as they are: curl --data-binary @FILE");
	else
		api_submit_octets(rq, rp, buf_take(&octets), api_results_judge);
	buf_release(&octets);
}
