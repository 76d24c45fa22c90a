/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times, digits, names and values on a page. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

#include "hkp/query.h"

#define BINARY_SHOWN 32 /* characters of Base 64 */

const char *
api_page_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text == NULL ? "" : text;
}

void
api_page_begin(struct buf *text)
{
	if (text->n > 0 && text->p[0] >= 'a' && text->p[0] <= 'z')
		text->p[0] = (uint8_t)(text->p[0] - 'a' + 'A');
}

void
api_page_close(json_t *doc)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(doc, key, member)
	{
		api_page_close(member);
	}
	json_array_foreach(doc, i, member)
	{
		api_page_close(member);
	}
	if (json_is_string(doc) &&
	    json_string_length(doc) != strlen(json_string_value(doc)))
		json_string_set(doc, "(a text with a NUL in it)");
}

void
api_page_put_time(struct buf *out, const char *time)
{
	if (!hkp_time_put(out, time))
		API_PUT(out, HKP_PAGE_part_text,
		    { "text", bytes_of_str(time), false });
}

void
api_page_put_span(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *word;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" } };
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	seconds /= units[i].seconds;
	buf_printf(out, "%lld %s%s", (long long)seconds, units[i].word,
	    seconds == 1 ? "" : "s");
}

/* ---- digits ------------------------------------------------------------ */

static struct bytes
upper_groups(struct buf *room, struct bytes digits)
{
	buf_init(room, 2 * digits.n + 1);
	hkp_groups_put(room, digits);
	for (size_t i = 0; i < room->n; i++)
		if (room->p[i] >= 'a' && room->p[i] <= 'f')
			room->p[i] = (uint8_t)(room->p[i] - 'a' + 'A');
	return buf_bytes(room);
}

static bool
is_hex(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
			(text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return true;
}

/* "04" and 40 digits, "06" and 64. */
static bool
is_vfpr(struct bytes text)
{
	return (text.n == 42 || text.n == 66) && is_hex(text);
}

void
api_page_put_fpr(struct buf *out, const char *vfpr)
{
	struct bytes text = bytes_of_str(vfpr);
	struct buf groups;

	if (is_vfpr(text))
		text = bytes_of(&text.p[2], text.n - 2);
	buf_put(out, upper_groups(&groups, text));
	buf_release(&groups);
}

static const struct {
	const char *prefix, *label;
} digests[] = {
	{ "sha256:", "SHA-256" },
	{ "sha384:", "SHA-384" },
	{ "sha512:", "SHA-512" },
	{ "sha3-256:", "SHA3-256" },
	{ "sha3-512:", "SHA3-512" },
};

static struct bytes
without(struct bytes text, const char *prefix)
{
	struct bytes head = bytes_of_str(prefix);

	return bytes_starts_with(text, head)
		   ? bytes_of(&text.p[head.n], text.n - head.n)
		   : text;
}

static void
put_hex(struct buf *out, const char *label, struct bytes digits)
{
	struct buf groups;

	API_PUT(out, HKP_PAGE_part_hex, { "label", bytes_of_str(label), false },
	    { "groups", upper_groups(&groups, digits), false });
	buf_release(&groups);
}

/* "sha256:<digits>", perhaps with a name behind it; false for anything else. */
static bool
put_digest(struct buf *out, struct bytes text)
{
	struct bytes digits, name;

	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		digits = without(text, digests[i].prefix);
		if (digits.n == text.n)
			continue;
		hkp_split(digits, ' ', &digits, &name);
		if (digits.n == 0 || !is_hex(digits))
			return false;
		put_hex(out, digests[i].label, digits);
		if (name.n > 0) {
			buf_put_str(out, ", ");
			API_PUT(out, HKP_PAGE_part_text,
			    { "text", name, false });
		}
		return true;
	}
	return false;
}

void
api_page_put_named(struct buf *out, const char *named)
{
	struct bytes text = bytes_of_str(named), bare;

	bare = without(without(without(text, "dev:"), "code:"), "rec:");
	if (put_digest(out, bare))
		return;
	if (hkp_time_put(out, named))
		return;
	if (is_vfpr(bare))
		put_hex(out, "fingerprint", bytes_of(&bare.p[2], bare.n - 2));
	else
		API_PUT(out, HKP_PAGE_part_text, { "text", text, false });
}

void
api_page_put_role(struct buf *out, const char *role)
{
	for (; *role != '\0'; role++)
		buf_u8(out, (uint8_t)(*role == '-' ? ' ' : *role));
}

/* ---- parts --------------------------------------------------------------------- */

void
api_page_put_section(struct buf *out, const char *title, struct buf *body)
{
	if (body->n > 0)
		API_PUT(out, HKP_PAGE_part_section,
		    { "title", bytes_of_str(title), false },
		    { "body", buf_bytes(body), true });
	buf_clear(body);
}

void
api_page_put_pair(struct buf *out, const char *label, const char *text)
{
	struct buf value;

	if (text[0] == '\0')
		return;
	buf_init(&value, HKP_PAGE_MAX);
	API_PUT(&value, HKP_PAGE_part_text,
	    { "text", bytes_of_str(text), false });
	API_PUT(out, HKP_PAGE_part_pair,
	    { "label", bytes_of_str(label), false },
	    { "value", buf_bytes(&value), true });
	buf_release(&value);
}

/* ---- what statements say ---------------------------------------------------------- */

/* Octets that are no text. */
static void
put_binary(struct buf *out, struct bytes b64)
{
	char words[BINARY_SHOWN + 64];

	(void)snprintf(words, sizeof(words), "%.*s%s (Base 64, %zu characters)",
	    (int)(b64.n < BINARY_SHOWN ? b64.n : BINARY_SHOWN),
	    (const char *)b64.p, b64.n > BINARY_SHOWN ? "…" : "", b64.n);
	API_PUT(out, HKP_PAGE_part_text,
	    { "text", bytes_of_str(words), false });
}

static void
put_value(struct buf *out, const json_t *value)
{
	const char *text = json_string_value(value);
	struct bytes tail;

	if (text == NULL) { /* a file: its name, then its digest */
		const char *name = api_page_text(value, "name");

		if (name[0] != '\0') {
			API_PUT(out, HKP_PAGE_part_text,
			    { "text", bytes_of_str(name), false });
			buf_put_str(out, ", ");
		}
		api_page_put_named(out, api_page_text(value, "digest"));
		return;
	}
	tail = without(bytes_of_str(text), "base64:");
	if (tail.n < strlen(text))
		put_binary(out, tail);
	else
		api_page_put_named(out, text);
}

static void
put_rows(struct buf *out, const struct api_page_label *row,
    const json_t *values)
{
	size_t n = json_is_array(values) ? json_array_size(values) : 1;
	struct buf value;

	buf_init(&value, HKP_PAGE_MAX);
	for (size_t i = 0; i < n; i++) {
		put_value(&value,
		    json_is_array(values) ? json_array_get(values, i) : values);
		API_PUT(out,
		    row->label == NULL ? HKP_PAGE_part_pair_code
				       : HKP_PAGE_part_pair,
		    { "label",
			bytes_of_str(row->label == NULL ? row->word
							: row->label),
			false },
		    { "value", buf_bytes(&value), true });
		buf_clear(&value);
	}
	buf_release(&value);
}

void
api_page_put_values(struct buf *out, const json_t *values)
{
	const struct api_page_label *row;
	const char *name;
	json_t *all;
	struct buf rows;

	buf_init(&rows, HKP_PAGE_MAX);
	for (size_t i = 0; (row = api_page_label_at(i)) != NULL; i++) {
		all = json_object_get(values, row->word);
		if (all != NULL && row->label[0] != '\0')
			put_rows(&rows, row, all);
	}
	json_object_foreach((json_t *)(uintptr_t)values, name, all)
	{
		if (!api_page_is_label(name))
			put_rows(&rows, &(struct api_page_label){ name, NULL },
			    all);
	}
	if (rows.n > 0)
		API_PUT(out, HKP_PAGE_part_pairs,
		    { "rows", buf_bytes(&rows), true });
	buf_release(&rows);
}

/* ---- who and what ----------------------------------------------------------------- */

void
api_page_put_who(struct buf *out, const struct api_page_who *who)
{
	char to[128];
	struct buf name;

	buf_init(&name, HKP_PAGE_MAX);
	if (who->name[0] != '\0')
		buf_put_str(&name, who->name);
	else
		api_page_put_fpr(&name, who->fpr);
	(void)snprintf(to, sizeof(to), "/item/%s", who->fpr); /* fits */
	if (who->is_known)
		API_PUT(out, HKP_PAGE_part_link,
		    { "to", bytes_of_str(to), false },
		    { "text", buf_bytes(&name), false });
	else
		API_PUT(out, HKP_PAGE_part_text,
		    { "text", buf_bytes(&name), false });
	buf_release(&name);
}

const char *
api_page_id(const char *item)
{
	static const char *const prefixes[] = { "dev:", "code:" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(item, prefixes[i], strlen(prefixes[i])) == 0)
			return item + strlen(prefixes[i]);
	return item;
}

static void
put_words(struct buf *out, const json_t *attributes, const char *const *names)
{
	for (; *names != NULL; names++) {
		const char *text = api_page_text(attributes, *names);

		if (text[0] == '\0')
			continue;
		if (out->n > 0)
			buf_u8(out, ' ');
		buf_put_str(out, text);
	}
}

void
api_page_name(const json_t *doc, struct buf *out)
{
	const json_t *attributes = json_object_get(doc, "attributes");
	const char *first =
	    json_string_value(json_array_get(json_object_get(doc, "names"), 0));

	if (strcmp(api_page_text(doc, "kind"), "code") == 0)
		put_words(out, attributes,
		    (const char *const[]){ "code-name", "code-version", NULL });
	else if (first != NULL)
		buf_put_str(out, first);
	if (out->n == 0)
		put_words(out, attributes,
		    (const char *const[]){ "manu", "model", "serial", NULL });
	if (out->n == 0)
		buf_put_str(out, "Without a name");
}

void
api_page_put_what(const json_t *doc, struct buf *out)
{
	struct buf words;

	buf_init(&words, HKP_PAGE_MAX);
	put_words(&words, json_object_get(doc, "attributes"),
	    (const char *const[]){
		"manu", "make", "model", "serial", "prodid", NULL });
	if (words.n > 0) {
		buf_put_str(out, ": ");
		buf_put(out, buf_bytes(&words));
	}
	buf_release(&words);
}

const char *
api_page_base(struct hkp_request *rq, char out[API_PAGE_URL_MAX])
{
	const char *host = hkp_request_header(rq, "Host");

	if (host == NULL || host[0] == '\0')
		host = rq->config->identity.hostname;
	(void)snprintf(out, API_PAGE_URL_MAX, "http%s://%s",
	    hkp_request_is_tls(rq) ? "s" : "", host); /* cut is fine */
	return out;
}
