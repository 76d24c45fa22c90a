/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VKS, as keys.openpgp.org speaks it: three look-ups, and an upload. Nobody
 * verifies addresses here, so what is accepted is published.
 */
#include <stdlib.h>

#include "base/b64.h"
#include "hkp/lookup.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define VALUES_MAX 64 /* in the JSON of an upload */

void
hkp_vks_fpr(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_search s = { .kind = HKP_SEARCH_FPR, .exact = true };

	if (hkp_fpr_read(rq->match.args[0], &s.fpr))
		hkp_get(rq, rp, &s);
	else
		hkp_reply_text(rp, 400, "That is no fingerprint.");
}

void
hkp_vks_keyid(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct hkp_search s = { .kind = HKP_SEARCH_KEYID, .exact = true };

	if (hkp_keyid_read(rq->match.args[0], &s.keyid))
		hkp_get(rq, rp, &s);
	else
		hkp_reply_text(rp, 400, "A key ID has 16 hexadecimal digits.");
}

void
hkp_vks_email(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct bytes raw = rq->match.args[0];
	struct hkp_search s = { .kind = HKP_SEARCH_EMAIL, .exact = true };
	uint8_t text[STORE_QUERY_MAX];
	size_t n = 0;

	if (raw.n > sizeof(text) ||
	    hkp_decode(raw, HKP_DECODE_PATH, text, &n) != ICS_OK) {
		hkp_reply_text(rp, 400, "That is no mail address.");
		return;
	}
	s.text = pgp_uid_email(bytes_of(text, n));
	if (s.text.n == 0)
		hkp_reply_text(rp, 400, "That is no mail address.");
	else
		hkp_get(rq, rp, &s);
}

static void
reply_error(struct hkp_reply *rp, unsigned status, const char *words)
{
	hkp_reply_json(rp, status, json_pack("{s:s}", "error", words));
}

/* keytext is armor, or Base 64 of packets. */
static bool
keytext_read(struct bytes text, struct buf *out)
{
	if (bytes_starts_with(text, bytes_of_str("-----"))) {
		buf_put(out, text);
		return buf_end(out) == ICS_OK;
	}
	return b64_read(text, out) == ICS_OK && out->n > 0;
}

/* An upload is an object with few members; a parser makes a value of every
 * three octets of "[],[],[],". Octets in strings do not count. */
static bool
is_plain(struct bytes body)
{
	bool in_string = false;
	size_t values = 0;

	for (size_t i = 0; i < body.n && values <= VALUES_MAX; i++) {
		uint8_t c = body.p[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string)
			values += c == ',' || c == '[' || c == '{';
	}
	return values <= VALUES_MAX;
}

void
hkp_vks_upload(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct bytes body = buf_bytes(&rq->body);
	json_t *json = !is_plain(body)
			   ? NULL
			   : json_loadb((const char *)body.p, body.n,
				 JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(json, "keytext"));
	struct buf input;

	buf_init(&input, rq->body.max);
	if (text == NULL)
		reply_error(rp, 400, "the body is JSON with a member keytext");
	else if (!keytext_read(bytes_of_str(text), &input))
		reply_error(rp, 400, "keytext is neither armor nor Base 64");
	else
		hkp_submit(rq, rp, buf_take(&input), HKP_TELL_VKS);
	buf_release(&input);
	json_decref(json);
}

void
hkp_vks_verify(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	reply_error(rp, 501, "this server sends no mail");
}
