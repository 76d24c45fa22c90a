/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Octets of strangers as JSON. Invariant: whatever they are, the result is
 * valid UTF-8 and says whether it is the octets themselves.
 */
#include "base/b64.h"
#include "base/clock.h"
#include "item/json.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Octets of the character at the beginning; 0 when it is none. */
static size_t
character_length(struct bytes text)
{
	uint8_t lead = text.p[0];
	size_t n = lead < 0x80	 ? 1
		   : lead < 0xc2 ? 0
		   : lead < 0xe0 ? 2
		   : lead < 0xf0 ? 3
		   : lead < 0xf5 ? 4
				 : 0;
	json_t *one;

	if (n < 2)
		return n;
	/* Overlong forms and surrogates: jansson knows them. */
	one = n > text.n ? NULL : json_stringn((const char *)text.p, n);
	json_decref(one);
	return one == NULL ? 0 : n;
}

json_t *
item_json_text(struct bytes text)
{
	json_t *json =
	    json_stringn(text.n == 0 ? "" : (const char *)text.p, text.n);
	struct buf out;

	if (json != NULL)
		return json;
	buf_init(&out, 3 * text.n);
	while (text.n > 0) {
		size_t n = character_length(text);

		if (n == 0)
			buf_put_str(&out, REPLACEMENT);
		else
			buf_put(&out, bytes_of(text.p, n));
		n += n == 0;
		text = bytes_of(text.p + n, text.n - n);
	}
	json = json_stringn((const char *)out.p, out.n);
	buf_release(&out);
	return json;
}

json_t *
item_json_fpr(const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(fpr, text);
	return json_string(text);
}

json_t *
item_json_subject(const struct notations_subject *s)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(s, text);
	return json_string(text);
}

json_t *
item_json_digest(const uint8_t digest[32])
{
	struct notations_digest d = { .hash = PGP_HASH_SHA256, .n = 32 };
	char text[NOTATIONS_DIGEST_TEXT_MAX];

	memcpy(d.b, digest, 32);
	notations_digest_text(&d, text);
	return json_string(text);
}

void
item_json_set_time(json_t *object, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (t == 0)
		return;
	clock_rfc3339(t, text);
	json_object_set_new(object, key, json_string(text));
}

void
item_json_set_text(json_t *object, const char *key, struct bytes text)
{
	if (text.n > 0)
		json_object_set_new(object, key, item_json_text(text));
}

static json_t *
binary_json(struct bytes value)
{
	static const char prefix[] = "base64:";
	struct buf out;
	json_t *json;
	uint8_t *to;

	buf_init(&out, sizeof(prefix) + b64_length(value.n));
	buf_put_str(&out, prefix);
	to = buf_grow(&out, b64_length(value.n));
	if (to != NULL)
		b64_write(value, to);
	json = json_stringn((const char *)out.p, out.n);
	buf_release(&out);
	return json;
}

static json_t *
hash_json(const struct notations_digest *d)
{
	char text[NOTATIONS_DIGEST_TEXT_MAX];
	json_t *json = json_object();

	notations_digest_text(d, text);
	item_json_set_text(json, "name", d->name);
	json_object_set_new(json, "digest", json_string(text));
	return json;
}

json_t *
item_json_value(const struct notations_entry *e)
{
	struct notations_digest d;

	if (e->is_readable)
		return item_json_text(e->value);
	if (e->name == NOTATIONS_NAME_HASH &&
	    notations_hash_read(e->value, &d) == ICS_OK)
		return hash_json(&d);
	return binary_json(e->value);
}

/* Names of the vocabulary are told bare, others as they stand. */
static json_t *
name_json(const struct notations_entry *e)
{
	if (e->name == NOTATIONS_NAME_UNKNOWN)
		return item_json_text(e->text);
	return json_string(notations_row(e->name)->name);
}

json_t *
item_json_values(const struct notations_set *set)
{
	json_t *all = json_object();

	for (size_t i = 0; i < set->n; i++) {
		json_t *name = name_json(&set->at[i]);
		const char *key = json_string_value(name);
		json_t *values = json_object_get(all, key);

		if (values == NULL) {
			values = json_array();
			json_object_set_new(all, key, values);
		}
		json_array_append_new(values, item_json_value(&set->at[i]));
		json_decref(name);
	}
	return all;
}
