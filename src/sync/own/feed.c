/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads JSON of strangers into our structs; nothing of it goes elsewhere. */
#include "sync/feed.h"

#include <jansson.h>

#include "base/hex.h"

/* The document, an object, or NULL. The caller ends it. */
static json_t *
object_load(struct bytes body)
{
	json_t *doc = NULL;

	if (body.n <= SYNC_FEED_OCTETS)
		doc = json_loadb((const char *)body.p, body.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (doc != NULL && !json_is_object(doc)) {
		json_decref(doc);
		doc = NULL;
	}
	return doc;
}

static bool
number_get(const json_t *object, const char *name, int64_t *out)
{
	const json_t *value = json_object_get(object, name);

	*out = json_is_integer(value) ? json_integer_value(value) : -1;
	return *out >= 0;
}

static struct bytes
text_get(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) ? bytes_of(json_string_value(value),
					   json_string_length(value))
				     : bytes_of(NULL, 0);
}

static bool
hash_get(const json_t *object, const char *name, uint8_t out[32])
{
	return hex_read(text_get(object, name), out, 32) == ICS_OK;
}

/* ---- changes ------------------------------------------------------------------- */

/* What may stand in a path as it is. */
static bool
item_get(const json_t *row, char out[NOTATIONS_SUBJECT_TEXT_MAX])
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-";
	struct bytes item = text_get(row, "item");

	if (item.n == 0 || item.n >= NOTATIONS_SUBJECT_TEXT_MAX)
		return false;
	memcpy(out, item.p, item.n);
	out[item.n] = '\0';
	return strspn(out, fit) == item.n;
}

static enum sync_feed_event
event_get(const json_t *row)
{
	static const struct {
		const char *word;
		enum sync_feed_event event;
	} words[] = { { "put", SYNC_FEED_PUT }, { "state", SYNC_FEED_STATE },
		{ "delete", SYNC_FEED_GONE }, { "deny", SYNC_FEED_GONE },
		{ "forget", SYNC_FEED_GONE },
		{ "descriptor", SYNC_FEED_RULING } };
	struct bytes word = text_get(row, "event");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_equal(word, bytes_of_str(words[i].word)))
			return words[i].event;
	return SYNC_FEED_OTHER;
}

static enum ics_err
row_read(const json_t *row, struct sync_feed_row *out)
{
	if (!json_is_object(row))
		return ICS_EFORMAT;
	out->event = event_get(row);
	if (out->event == SYNC_FEED_OTHER || out->event == SYNC_FEED_RULING)
		return ICS_OK;
	if (json_object_get(row, "digest") == NULL) {
		if (out->event != SYNC_FEED_GONE || !item_get(row, out->item))
			out->event = SYNC_FEED_OTHER;
		return ICS_OK;
	}
	if (hash_get(row, "digest", out->digest) && item_get(row, out->item))
		return ICS_OK;
	if (out->event != SYNC_FEED_GONE)
		return ICS_EFORMAT;
	out->event = SYNC_FEED_OTHER; /* it matters to plans alone */
	return ICS_OK;
}

enum ics_err
sync_feed_read(struct bytes body, int64_t since, struct sync_feed *feed)
{
	json_t *doc = object_load(body);
	const json_t *rows = json_object_get(doc, "rows");
	enum ics_err err = ICS_EFORMAT;

	*feed = (struct sync_feed){ 0 };
	if (!json_is_array(rows) || json_array_size(rows) > SYNC_FEED_ROWS ||
	    !number_get(doc, "next", &feed->next) ||
	    !number_get(doc, "size", &feed->size) || feed->next < since ||
	    feed->size < feed->next ||
	    (json_array_size(rows) > 0 && feed->next == since))
		goto out;
	for (size_t i = 0; i < json_array_size(rows); i++)
		TRY(row_read(json_array_get(rows, i),
		    sync_feed_rows_add(&feed->rows)));
	err = ICS_OK;
out:
	json_decref(doc);
	if (err != ICS_OK)
		sync_feed_release(feed);
	return err;
}

void
sync_feed_release(struct sync_feed *feed)
{
	sync_feed_rows_release(&feed->rows);
	*feed = (struct sync_feed){ 0 };
}

static bool
is_bare(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL;
}

/* Spec: RFC 3986 2.1 */
static void
select_put(struct buf *path, const char *select)
{
	for (; *select != '\0'; select++)
		if (is_bare(*select))
			buf_u8(path, (uint8_t)*select);
		else
			buf_printf(path, "%%%02X", (unsigned char)*select);
}

void
sync_feed_path(struct buf *path, int64_t since, const char *select,
    unsigned wait)
{
	buf_printf(path, "/ics/v1/changes?since=%lld&limit=%d",
	    (long long)since, SYNC_FEED_ROWS);
	if (wait > 0)
		buf_printf(path, "&wait=%u", wait);
	if (select[0] != '\0') {
		buf_put_str(path, "&select=");
		select_put(path, select);
	}
}

/* ---- heads --------------------------------------------------------------------- */

enum ics_err
sync_head_read(struct bytes body, struct sync_head *head)
{
	json_t *doc = object_load(body);
	bool is_read = number_get(doc, "size", &head->size) &&
		       hash_get(doc, "root", head->root);

	json_decref(doc);
	return is_read ? ICS_OK : ICS_EFORMAT;
}

static bool
path_get(const json_t *doc, struct merkle_path *path)
{
	const json_t *hashes = json_object_get(doc, "hashes");

	path->n = json_array_size(hashes);
	if (!json_is_array(hashes) || path->n > MERKLE_MAX)
		return false;
	for (size_t i = 0; i < path->n; i++) {
		const json_t *hash = json_array_get(hashes, i);

		if (!json_is_string(hash) ||
		    hex_read(bytes_of(json_string_value(hash),
				 json_string_length(hash)),
			path->hash[i], MERKLE_OCTETS) != ICS_OK)
			return false;
	}
	return true;
}

/* A proof from nothing, or from a log to itself, has no hashes: heads alone
 * must fit. */
static bool
grown_holds(const struct sync_head *from, const struct sync_head *to,
    const struct merkle_path *path)
{
	struct merkle_grown claim = { (uint64_t)from->size, (uint64_t)to->size,
		{ 0 }, { 0 } };

	if (from->size == to->size)
		return memcmp(from->root, to->root, MERKLE_OCTETS) == 0;
	memcpy(claim.before_root, from->root, MERKLE_OCTETS);
	memcpy(claim.root, to->root, MERKLE_OCTETS);
	return from->size < to->size &&
	       merkle_grown_holds(&claim, path->hash, path->n);
}

enum ics_err
sync_grown_read(struct bytes body, struct sync_head *from, struct sync_head *to)
{
	json_t *doc = object_load(body);
	struct merkle_path path;
	bool holds = number_get(doc, "from", &from->size) &&
		     number_get(doc, "to", &to->size) &&
		     hash_get(doc, "from_root", from->root) &&
		     hash_get(doc, "root", to->root) && path_get(doc, &path) &&
		     grown_holds(from, to, &path);

	json_decref(doc);
	return holds ? ICS_OK : ICS_EFORMAT;
}

/* ---- domains ------------------------------------------------------------------- */

static bool
ruling_read(const json_t *row, struct sync_ruling *out)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
	struct bytes name = text_get(row, "name");

	if (name.n == 0 || name.n >= sizeof(out->name))
		return false;
	memcpy(out->name, name.p, name.n);
	out->name[name.n] = '\0';
	return strspn(out->name, fit) == name.n &&
	       number_get(row, "serial", &out->serial) && out->serial > 0 &&
	       notations_vfp_read(text_get(row, "owner"), &out->owner) ==
		   ICS_OK;
}

enum ics_err
sync_rulings_read(struct bytes body, struct sync_rulings *out)
{
	json_t *doc = object_load(body);
	const json_t *rows = json_object_get(doc, "domains");
	struct sync_ruling one = { .serial = 0 };
	enum ics_err err = ICS_EFORMAT;

	*out = (struct sync_rulings){ 0 };
	if (!json_is_array(rows) || json_array_size(rows) > SYNC_RULINGS_MAX)
		goto out;
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (ruling_read(json_array_get(rows, i), &one))
			*sync_rulings_add(out) = one;
	err = ICS_OK;
out:
	json_decref(doc);
	return err;
}

/* ---- outcomes ------------------------------------------------------------------- */

static size_t *
outcome_find(struct sync_taken *sum, struct bytes outcome)
{
	const struct {
		const char *word;
		size_t *count;
	} words[] = { { "inserted", &sum->taken }, { "updated", &sum->taken },
		{ "waiting", &sum->taken }, { "received", &sum->taken },
		{ "ignored", &sum->known } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_equal(outcome, bytes_of_str(words[i].word)))
			return words[i].count;
	return NULL;
}

enum ics_err
sync_taken_read(struct bytes body, struct sync_taken *taken)
{
	json_t *doc = object_load(body);
	const json_t *results = json_object_get(doc, "results");
	bool is_read = json_is_array(results);

	*taken = (struct sync_taken){ 0 };
	for (size_t i = 0; i < json_array_size(results); i++) {
		size_t *count = outcome_find(taken,
		    text_get(json_array_get(results, i), "outcome"));

		if (count != NULL)
			++*count;
	}
	json_decref(doc);
	return is_read ? ICS_OK : ICS_EFORMAT;
}
