/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and proofs, asked for and read; nothing is believed yet. */
#include "audit/look.h"

#include "base/b64.h"
#include "base/hex.h"
#include "client/out.h"
#include "prove/evidence.h"
#include "prove/tell.h"

#define PAGE_ROWS 1000

static const struct {
	const char *word;
	uint8_t event;
} events[] = {
	{ "put", AUDIT_PUT },
	{ "delete", AUDIT_DELETE },
	{ "deny", AUDIT_DENY },
	{ "allow", AUDIT_ALLOW },
	{ "state", AUDIT_STATE },
	{ "forget", AUDIT_FORGET },
	{ "descriptor", AUDIT_DESCRIPTOR },
};

/* ---- rows ----------------------------------------------------------------------------- */

/* Hexadecimal with or without "sha256:" in front. */
static enum ics_err
octets_read(const char *text, uint8_t *out, size_t n)
{
	static const char prefix[] = "sha256:";
	size_t skip = sizeof(prefix) - 1;

	if (strncmp(text, prefix, skip) == 0)
		text += skip;
	return hex_read(bytes_of_str(text), out, n);
}

static bool
event_read(const char *word, struct audit_row *row)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(events[i].word, word) == 0) {
			row->event = events[i].event;
			return true;
		}
	return false;
}

/* Keys of versions that no statement is about are items, too. */
static bool
item_take(const char *text, struct audit_row *row)
{
	uint8_t raw[33];
	size_t n = strlen(text);

	if (notations_subject_read(bytes_of_str(text), &row->item))
		return true;
	if (strncmp(text, "dev:", 4) != 0 || n % 2 != 0 || n < 6 ||
	    n > 4 + 2 * sizeof(raw) ||
	    hex_read(bytes_of_str(text + 4), raw, n / 2 - 2) != ICS_OK)
		return false;
	row->item =
	    (struct notations_subject){ .kind = NOTATIONS_SUBJECT_ENTITY,
		    .tag = raw[0],
		    .n = (uint8_t)(n / 2 - 3) };
	memcpy(row->item.b, raw + 1, row->item.n);
	return true;
}

enum ics_err
audit_row_read(const json_t *json, struct audit_row *row)
{
	const char *digest = prove_text(json, "digest");
	const char *salt = prove_text(json, "salt");
	enum ics_err err;

	*row = (struct audit_row){
		.position =
		    json_integer_value(json_object_get(json, "position")),
		.has_digest = digest[0] != '\0',
		.is_erased = salt[0] == '\0'
	};
	TRY(octets_read(prove_text(json, "leaf"), row->leaf, 32));
	if (row->is_erased)
		return ICS_OK;
	TRY(octets_read(salt, row->salt, sizeof(row->salt)));
	if (row->has_digest)
		TRY(octets_read(digest, row->digest, sizeof(row->digest)));
	TRY(notations_time_read(bytes_of_str(prove_text(json, "received")),
	    &row->received));
	err = event_read(prove_text(json, "event"), row) &&
		      item_take(prove_text(json, "item"), row)
		  ? ICS_OK
		  : ICS_EFORMAT;
out:
	return err;
}

static uint8_t
tag_of(const struct notations_subject *s)
{
	switch (s->kind) {
	case NOTATIONS_SUBJECT_CODE:
		return (uint8_t)(64 + s->tag);
	case NOTATIONS_SUBJECT_RECORD:
		return (uint8_t)(128 + s->tag);
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_ENTITY:
		break;
	}
	return s->tag;
}

/* Spec: sql/README, log */
void
audit_row_leaf(const struct audit_row *row, uint8_t leaf[32])
{
	uint8_t inner[32];
	struct buf text;

	buf_init(&text, 256);
	buf_put(&text, bytes_of(row->salt, sizeof(row->salt)));
	buf_u8(&text, row->event);
	buf_u8(&text, tag_of(&row->item));
	buf_put(&text, bytes_of(row->item.b, row->item.n));
	buf_put(&text, bytes_of(row->digest, sizeof(row->digest)));
	buf_be64(&text, (uint64_t)row->received);
	pgp_sha256(buf_bytes(&text), inner);
	buf_release(&text);
	merkle_leaf(bytes_of(inner, sizeof(inner)), leaf);
}

/* ---- asking ------------------------------------------------------------------------------ */

static enum ics_err
page_get(struct http *h, const char *path, json_t **doc)
{
	enum ics_err err =
	    prove_get_json(&(struct prove_get){ h, path, "the log" }, doc);

	if (err == ICS_ENOTFOUND)
		out_fail("the server does not give out its log");
	return err == ICS_ENOTFOUND ? ICS_EUNSUPPORTED : err;
}

/* The rows of a page; *last is the position of the last one. */
static enum ics_err
rows_take(const json_t *rows, const struct audit_row_visit *visit,
    int64_t *last)
{
	struct audit_row row;
	const json_t *json;
	enum ics_err err = ICS_OK;
	size_t i;

	json_array_foreach(rows, i, json)
	{
		err = audit_row_read(json, &row);
		if (err != ICS_OK || row.position <= *last) {
			out_fail("the server's log has a row that is none");
			return ICS_EFORMAT;
		}
		*last = row.position;
		/* What came after the head was made is none of its business. */
		if ((uint64_t)row.position > visit->size)
			break;
		err = visit->row(visit->arg, &row);
		if (err != ICS_OK)
			break;
	}
	return err;
}

enum ics_err
audit_log_rows(struct http *h, const struct audit_row_visit *visit)
{
	int64_t last = 0, before;
	json_t *doc = NULL;
	char path[128];
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && (uint64_t)last < visit->size) {
		before = last;
		(void)snprintf(path, sizeof(path),
		    "/ics/v1/log/rows?from=%lld&n=%d", (long long)last + 1,
		    PAGE_ROWS); /* fits */
		TRY(page_get(h, path, &doc));
		err = rows_take(json_object_get(doc, "rows"), visit, &last);
		json_decref(doc);
		doc = NULL;
		if (last == before)
			break; /* the log ends before its head says */
	}
out:
	json_decref(doc);
	return err;
}

static enum ics_err
head_take(const struct http_answer *answer, struct audit_head *head)
{
	enum ics_err err = http_judge(answer);

	if (err == ICS_OK)
		err = audit_head_read(buf_bytes(&answer->body), head);
	else
		http_tell(answer, "the head of the log");
	if (err == ICS_EFORMAT)
		out_fail("the head of the log is not a checkpoint");
	return err == ICS_ENOTFOUND ? ICS_EUNSUPPORTED : err;
}

enum ics_err
audit_log_head(struct http *h, struct audit_head *head)
{
	struct http_answer answer = { 0 };
	enum ics_err err = http_get(h, "/ics/v1/log/checkpoint", &answer);

	if (err == ICS_OK)
		err = head_take(&answer, head);
	http_answer_release(&answer);
	return err;
}

/* A hash of a proof, as hexadecimal or base 64. */
static enum ics_err
hash_read(const char *text, uint8_t out[MERKLE_OCTETS])
{
	struct buf raw;
	enum ics_err err;

	if (octets_read(text, out, MERKLE_OCTETS) == ICS_OK)
		return ICS_OK;
	buf_init(&raw, MERKLE_OCTETS);
	err = b64_read(bytes_of_str(text), &raw);
	if (err == ICS_OK && raw.n != MERKLE_OCTETS)
		err = ICS_EFORMAT;
	if (err == ICS_OK)
		memcpy(out, raw.p, MERKLE_OCTETS);
	buf_release(&raw);
	return err;
}

static enum ics_err
path_get(struct http *h, const char *url, struct merkle_path *path)
{
	json_t *doc = NULL, *hash;
	enum ics_err err;
	size_t i;

	path->n = 0;
	TRY(page_get(h, url, &doc));
	json_array_foreach(json_object_get(doc, "hashes"), i, hash)
	{
		const char *text = json_string_value(hash);

		err = path->n == MERKLE_MAX || text == NULL
			  ? ICS_EFORMAT
			  : hash_read(text, path->hash[path->n++]);
		if (err != ICS_OK)
			break;
	}
	if (err != ICS_OK)
		out_fail("the server's proof is none");
out:
	json_decref(doc);
	return err;
}

enum ics_err
audit_log_inclusion(struct http *h, int64_t position, uint64_t size,
    struct merkle_path *path)
{
	char url[160];

	(void)snprintf(url, sizeof(url),
	    "/ics/v1/log/proof/inclusion?position=%lld&size=%llu",
	    (long long)position, (unsigned long long)size); /* fits */
	return path_get(h, url, path);
}

enum ics_err
audit_log_consistency(struct http *h, uint64_t before, uint64_t now,
    struct merkle_path *path)
{
	char url[160];

	(void)snprintf(url, sizeof(url),
	    "/ics/v1/log/proof/consistency?from=%llu&to=%llu",
	    (unsigned long long)before, (unsigned long long)now); /* fits */
	return path_get(h, url, path);
}
