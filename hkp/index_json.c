/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON index (HKP v2): an array of keys, from summaries alone. */
#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "hkp/lookup.h"

/* Spec: confidence counts like a trust signature. Nobody's address is
 * verified here, so it is always that of an unverified one. */
#define CONFIDENCE 0

/* Octets of summaries that one answer lists: as objects they take a hundred
 * times as many, all in memory at once. What is beyond is cut off, as beyond
 * the limit of certificates. */
#define SUMMARIES_MAX (4u << 20)

static json_t *
time_json(int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	return json_string(text);
}

static void
set_times(json_t *object, const struct store_row *row, int64_t now)
{
	if (row->created != 0)
		json_object_set_new(object, "creation",
		    time_json(row->created));
	if (row->expires != 0)
		json_object_set_new(object, "expiration",
		    time_json(row->expires));
	json_object_set_new(object, "isExpired",
	    json_boolean(hkp_row_is_expired(row, now)));
	json_object_set_new(object, "isRevoked",
	    json_boolean(hkp_row_is_revoked(row, now)));
}

static json_t *
algorithm_json(const struct store_row *row)
{
	json_t *object = json_pack("{s:i, s:s}", "code", (int)row->algo, "name",
	    pgp_algo_words(row->algo));

	if (row->bits != 0)
		json_object_set_new(object, "bitLength",
		    json_integer(row->bits));
	if (row->curve != PGP_CURVE_NONE)
		json_object_set_new(object, "curve",
		    json_string(pgp_curve_words(row->curve)));
	return object;
}

static json_t *
key_json(const struct store_row *row, int64_t now)
{
	char hex[PGP_FPR_TEXT_MAX];
	json_t *object;

	pgp_fpr_hex(&row->fpr, hex);
	for (char *c = hex; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
	object = json_pack("{s:i, s:s, s:o}", "version", (int)row->fpr.version,
	    "fingerprint", hex, "algorithm", algorithm_json(row));
	set_times(object, row, now);
	return object;
}

/* User IDs are octets; what is not UTF-8 is shown as Latin-1. */
static json_t *
text_json(struct bytes text)
{
	json_t *json = json_stringn((const char *)text.p, text.n);
	struct buf out;

	if (json != NULL)
		return json;
	buf_init(&out, 2 * text.n);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 0x80) {
			buf_u8(&out, (uint8_t)(0xc0 | text.p[i] >> 6));
			buf_u8(&out, (uint8_t)(0x80 | (text.p[i] & 0x3f)));
		} else {
			buf_u8(&out, text.p[i]);
		}
	}
	json = json_stringn((const char *)out.p, out.n);
	buf_release(&out);
	return json;
}

static json_t *
uid_json(const struct store_row *row, int64_t now)
{
	json_t *object = json_pack("{s:o, s:i}", "uidString",
	    text_json(row->uid), "confidence", CONFIDENCE);

	set_times(object, row, now);
	return object;
}

static enum ics_err
cert_json(const struct store_cert *cert, int64_t now, json_t *all)
{
	struct cursor cur = cursor_of(cert->summary);
	json_t *uids = json_array();
	json_t *subkeys = json_array();
	json_t *object = NULL;
	struct store_row row;
	enum ics_err err;

	while ((err = store_summary_next(&cur, &row)) == ICS_OK) {
		if (row.kind == STORE_ROW_KEY && object == NULL)
			object = key_json(&row, now);
		else if (row.kind == STORE_ROW_UID)
			json_array_append_new(uids, uid_json(&row, now));
		else
			json_array_append_new(subkeys, key_json(&row, now));
	}
	if (object == NULL)
		object = json_object();
	json_object_set_new(object, "userIDs", uids);
	json_object_set_new(object, "subkeys", subkeys);
	json_array_append_new(all, object);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
hkp_index_json(const struct hkp_listing *l, struct buf *out, size_t *n)
{
	json_t *all = json_array();
	struct store_cert cert;
	char *text = NULL;
	size_t octets = 0;
	enum ics_err err = ICS_OK;

	*n = 0;
	for (size_t i = 0;
	     i < l->hits->n && *n < l->limit && octets < SUMMARIES_MAX; i++) {
		TRY(store_cert_get(l->r, l->hits->ids[i], &cert));
		octets += cert.summary.n;
		if (l->form == HKP_FORM_LEGACY &&
		    (cert.flags & STORE_CERT_HIDDEN))
			continue;
		TRY(cert_json(&cert, l->now, all));
		++*n;
	}
	text = json_dumps(all, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text != NULL)
		buf_put_str(out, text);
	buf_u8(out, '\n');
out:
	free(text);
	json_decref(all);
	return err;
}
