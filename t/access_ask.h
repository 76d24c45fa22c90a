/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of access_rows.def, asked over HTTP; and answers, compared. */
#ifndef T_ACCESS_ASK_H
#define T_ACCESS_ASK_H

#include "access_make.h"

enum kind {
	THING,
	DOMAIN,
	LIST,
	NAMES,
	HEADS,
	COUNT,
	TOTAL,
	PRINT,
	OWNED,
	SUBMIT,
	SAME,
	SHUT
};

static const struct row {
	enum hkp_method method;
	const char *pattern;
	enum kind kind;
	const char *path, *body;
} rows[] = {
#define X(method, pattern, kind, path, body) \
	{ HKP_##method, pattern, kind, path, body },
#include "access_rows.def"
#undef X
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- asking ----------------------------------------------------------------------- */

struct answer {
	long status;
	struct buf head, body; /* owned; head without the date */
};

static void
answer_release(struct answer *a)
{
	buf_release(&a->head);
	buf_release(&a->body);
}

/* foreign signature: CURLOPT_WRITEFUNCTION */
static size_t
body_take(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	buf_put(&a->body, bytes_of(p, size * n));
	return size * n;
}

/* foreign signature: CURLOPT_HEADERFUNCTION */
static size_t
head_take(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	if (!bytes_starts_with(bytes_of(p, size * n), bytes_of_str("Date:")))
		buf_put(&a->head, bytes_of(p, size * n));
	return size * n;
}

/* Texts of a thing by their names in a template. */
static const char *
text_of(uint32_t n, struct bytes name)
{
	const struct thing *t = &things[n];
	const struct {
		const char *name, *text;
	} texts[] = { { "fpr", t->fpr }, { "keyid", t->keyid },
		{ "hash", t->hash }, { "wkd", t->wkd }, { "record", t->record },
		{ "code_record", t->code_record }, { "code", t->code },
		{ "number", t->number }, { "email", t->email },
		{ "domain", domains[n].name } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (bytes_equal(name, bytes_of_str(texts[i].name)))
			return texts[i].text;
	return NULL;
}

static void
template_put(struct buf *out, const char *text, uint32_t n)
{
	while (*text != '\0') {
		const char *end = text[0] == '{' ? strchr(text, '}') : NULL;
		struct bytes name = bytes_of(&text[1],
		    end == NULL ? 0 : (size_t)(end - text) - 1);
		struct pgp_fpr issuer = said_fpr(ISSUER);
		char hex[2 * 32 + 1];

		if (end == NULL || name.n == 0) {
			buf_u8(out, (uint8_t)*text++);
			continue;
		}
		pgp_fpr_hex(&issuer, hex);
		buf_put_str(out,
		    text_of(n, name) != NULL ? text_of(n, name) : hex);
		text = &end[1];
	}
}

static void
form_put(struct buf *out, struct bytes cert)
{
	size_t n = pgp_armor_length(cert.n, PGP_ARMOR_CERT, true);
	uint8_t *armor = alloc_new(n);
	char quoted[4];

	pgp_armor_write(cert, PGP_ARMOR_CERT, pgp_crc24(cert), armor);
	buf_put_str(out, "keytext=");
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(quoted, sizeof(quoted), "%%%02X", armor[i]);
		buf_put_str(out, quoted);
	}
	free(armor);
}

static void
query_put(struct buf *out)
{
	buf_be32(out, ABSENT);
	for (uint32_t n = 1; n <= ABSENT; n++) {
		uint8_t hash[16];

		OK(hex_read(bytes_of_str(things[n].hash), hash, sizeof(hash)));
		buf_be32(out, sizeof(hash));
		buf_put(out, bytes_of(hash, sizeof(hash)));
	}
}

static void
body_put(struct buf *out, const struct row *row, uint32_t n)
{
	if (strcmp(row->body, "FORM") == 0)
		form_put(out, buf_bytes(&things[n].cert));
	else if (strcmp(row->body, "CERT") == 0)
		buf_put(out, buf_bytes(&things[n].cert));
	else if (strcmp(row->body, "QUERY") == 0)
		query_put(out);
	else if (strcmp(row->body, "HEAD") == 0)
		buf_put(out, bytes_of(things[n].digest, 16));
	else if (row->method != HKP_GET)
		template_put(out, row->body, n);
}

/* The pattern up to its first asterisk, then the path. */
static void
url_put(struct buf *out, const struct row *row, uint32_t n)
{
	buf_put_str(out, url);
	buf_put(out, bytes_of(row->pattern, strcspn(row->pattern, "*")));
	template_put(out, row->path, n);
}

static CURL *client; /* one connection pool for all */

static void
method_set(const struct row *row, const struct buf *body)
{
	curl_easy_setopt(client, CURLOPT_HTTPGET, 1L);
	if (row->method == HKP_GET)
		return;
	curl_easy_setopt(client, CURLOPT_POSTFIELDSIZE, (long)body->n);
	curl_easy_setopt(client, CURLOPT_POSTFIELDS, (const char *)body->p);
	if (row->method == HKP_PUT)
		curl_easy_setopt(client, CURLOPT_CUSTOMREQUEST, "PUT");
}

static struct answer
ask(const struct requester *who, const struct row *row, uint32_t n)
{
	struct curl_slist *headers = NULL;
	struct answer a = { 0 };
	struct buf to, body;

	buf_init(&a.head, 1u << 16);
	buf_init(&a.body, 1u << 24);
	buf_init(&to, 4096);
	buf_init(&body, 1u << 20);
	url_put(&to, row, n);
	body_put(&body, row, n);
	curl_easy_reset(client);
	curl_easy_setopt(client, CURLOPT_URL, buf_str(&to));
	curl_easy_setopt(client, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(client, CURLOPT_WRITEFUNCTION, body_take);
	curl_easy_setopt(client, CURLOPT_WRITEDATA, &a);
	curl_easy_setopt(client, CURLOPT_HEADERFUNCTION, head_take);
	curl_easy_setopt(client, CURLOPT_HEADERDATA, &a);
	for (size_t i = 0; i < 2 && who->headers[i] != NULL; i++)
		headers = curl_slist_append(headers, who->headers[i]);
	if (strcmp(row->body, "HOST") == 0)
		headers = curl_slist_append(headers, "Host: devices.example");
	curl_easy_setopt(client, CURLOPT_HTTPHEADER, headers);
	if (who->from != NULL)
		curl_easy_setopt(client, CURLOPT_INTERFACE, who->from);
	if (who->is_local)
		curl_easy_setopt(client, CURLOPT_UNIX_SOCKET_PATH, local);
	method_set(row, &body);
	ck_assert_int_eq(curl_easy_perform(client), CURLE_OK);
	curl_easy_getinfo(client, CURLINFO_RESPONSE_CODE, &a.status);
	curl_slist_free_all(headers);
	buf_release(&to);
	buf_release(&body);
	return a;
}

/* ---- comparing -------------------------------------------------------------------- */

static bool
is_folded(uint8_t a, uint8_t b)
{
	return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
}

static size_t
find(struct bytes hay, const char *text, size_t from)
{
	size_t n = strlen(text);

	for (size_t i = from; n > 0 && i + n <= hay.n; i++) {
		size_t k = 0;

		while (k < n && is_folded(hay.p[i + k], (uint8_t)text[k]))
			k++;
		if (k == n)
			return i;
	}
	return SIZE_MAX;
}

static bool
holds(const struct answer *a, const char *text)
{
	return find(buf_bytes(&a->body), text, 0) != SIZE_MAX;
}

/* What was asked for, and is only said after. */
static void
names_blank(struct buf *text, uint32_t n)
{
	static const char *const names[] = { "fpr", "keyid", "code_record",
		"record", "code", "hash", "wkd", "number", "domain" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = text_of(n, bytes_of_str(names[i]));
		size_t at = 0;

		while (name != NULL &&
		       (at = find(buf_bytes(text), name, at)) != SIZE_MAX)
			memset(&text->p[at++], '_', strlen(name));
	}
}

static void
etag_blank(struct buf *head)
{
	size_t at = find(buf_bytes(head), "etag:", 0);

	while (at < head->n && head->p[at] != '\r')
		head->p[at++] = '_';
}

static bool
is_alike(struct answer *a, struct answer *b)
{
	return a->status == b->status &&
	       bytes_equal(buf_bytes(&a->head), buf_bytes(&b->head)) &&
	       bytes_equal(buf_bytes(&a->body), buf_bytes(&b->body));
}

#endif
