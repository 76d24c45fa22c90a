/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/log: the head of the tree over the log, proofs, and the rows
 * with what their leaves are made of. Whoever kept an old head can check that
 * nothing was changed behind it.
 *
 * Spec: RFC 6962 2.1; the checkpoint is that of C2SP tlog-checkpoint, without
 * a signature, since this server has no key.
 */
#include <inttypes.h>

#include "api/changes.h"
#include "api/query.h"
#include "base/b64.h"
#include "base/clock.h"
#include "hkp/page.h"

#define ORIGIN_PATH "/ics/v1/log"
#define HASH_OCTETS 32
#define ROWS_MAX    1000

struct head {
	int64_t size;
	uint8_t root[HASH_OCTETS];
};

/* The reader and the head; NULL when the reply is filled. */
static struct store_reader *
head_read(struct hkp_request *rq, struct hkp_reply *rp, struct head *head)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	enum ics_err err;

	if (r == NULL)
		return NULL;
	TRY(store_log_size(r, &head->size));
	TRY(store_log_root(r, head->size, head->root));
	return r;
out:
	hkp_reply_error(rp, err);
	return NULL;
}

static json_t *
hash_json(const uint8_t hash[HASH_OCTETS])
{
	return api_hex_json(bytes_of(hash, HASH_OCTETS));
}

void
api_log(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct head head;

	if (head_read(rq, rp, &head) == NULL)
		return;
	hkp_reply_json(rp, 200,
	    json_pack("{s:o, s:I, s:o, s:o}", "origin",
		json_sprintf("%s" ORIGIN_PATH, rq->config->identity.hostname),
		"size", (json_int_t)head.size, "root", hash_json(head.root),
		"time", api_time_json(clock_now())));
}

void
api_log_checkpoint(struct hkp_request *rq, struct hkp_reply *rp)
{
	char root[B64_LINE + 1] = "";
	struct head head;
	struct buf out;

	if (head_read(rq, rp, &head) == NULL)
		return;
	b64_write(bytes_of(head.root, HASH_OCTETS), (uint8_t *)root);
	buf_init(&out, 4096);
	buf_printf(&out, "%s" ORIGIN_PATH "\n%" PRId64 "\n%s\n\n",
	    rq->config->identity.hostname, head.size, root);
	hkp_reply_buf(rp, 200, HKP_TYPE_TEXT, &out);
}

/* ---- proofs ---------------------------------------------------------------------- */

static json_t *
hashes_json(const struct store_proof *proof)
{
	json_t *all = json_array();

	for (size_t i = 0; i < proof->n; i++)
		json_array_append_new(all, hash_json(proof->hash[i]));
	return all;
}

/* Two numbers of the query; false when the reply is filled. */
static bool
two_read(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_number rows[2], int64_t out[2])
{
	struct api_query q;

	return api_query_of(rq, rp, &q) &&
	       api_number_read(&q, rp, &rows[0], &out[0]) &&
	       api_number_read(&q, rp, &rows[1], &out[1]);
}

/* A proof is asked for, by two numbers, the second by default the size of the
 * log. NULL when the reply is filled. */
static struct store_reader *
proof_begin(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_number rows[2], int64_t n[2])
{
	struct head head = { 0 };
	struct store_reader *r = head_read(rq, rp, &head);

	rows[1].otherwise = head.size;
	return r != NULL && two_read(rq, rp, rows, n) ? r : NULL;
}

static void
beyond_reply(struct hkp_reply *rp, enum ics_err err)
{
	if (err == ICS_ENOTFOUND)
		api_refuse(rp, 404, "the log has no such rows",
		    "its size stands in /ics/v1/log; the smaller number first");
	else
		hkp_reply_error(rp, err);
}

static enum ics_err
leaf_read(struct store_reader *r, int64_t position, uint8_t leaf[HASH_OCTETS])
{
	struct store_log_row row;
	enum ics_err err;

	TRY(store_log_next(r, position - 1, &row));
	if (row.position != position)
		err = ICS_ENOTFOUND;
	memcpy(leaf, row.leaf, HASH_OCTETS);
out:
	return err;
}

void
api_log_inclusion(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_number rows[] = { { "position", 1, INT64_MAX, 0 },
		{ "size", 0, INT64_MAX, 0 } };
	struct store_proof proof;
	uint8_t root[HASH_OCTETS], leaf[HASH_OCTETS];
	int64_t n[2];
	struct store_reader *r = proof_begin(rq, rp, rows, n);
	enum ics_err err;

	if (r == NULL)
		return;
	TRY(store_log_inclusion(r, n[0], n[1], &proof));
	TRY(store_log_root(r, n[1], root));
	TRY(leaf_read(r, n[0], leaf));
	hkp_reply_json(rp, 200,
	    json_pack("{s:I, s:I, s:o, s:o, s:o}", "position", (json_int_t)n[0],
		"size", (json_int_t)n[1], "leaf", hash_json(leaf), "root",
		hash_json(root), "hashes", hashes_json(&proof)));
out:
	if (err != ICS_OK)
		beyond_reply(rp, err);
}

void
api_log_consistency(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_number rows[] = { { "from", 0, INT64_MAX, -1 },
		{ "to", 0, INT64_MAX, 0 } };
	struct store_proof proof;
	uint8_t before[HASH_OCTETS], now[HASH_OCTETS];
	int64_t n[2];
	struct store_reader *r = proof_begin(rq, rp, rows, n);
	enum ics_err err;

	if (r == NULL)
		return;
	TRY(store_log_consistency(r, n[0], n[1], &proof));
	TRY(store_log_root(r, n[0], before));
	TRY(store_log_root(r, n[1], now));
	hkp_reply_json(rp, 200,
	    json_pack("{s:I, s:I, s:o, s:o, s:o}", "from", (json_int_t)n[0],
		"to", (json_int_t)n[1], "from_root", hash_json(before), "root",
		hash_json(now), "hashes", hashes_json(&proof)));
out:
	if (err != ICS_OK)
		beyond_reply(rp, err);
}

/* ---- rows ------------------------------------------------------------------------ */

/* Of what may not be told there is the leaf: the tree is everybody's, and
 * without its salt a leaf tells nothing. */
static json_t *
row_json(const struct store_log_row *row, bool may_tell)
{
	json_t *json = may_tell ? api_log_row_json(row)
				: json_pack("{s:I}", "position",
				      (json_int_t)row->position);

	if (may_tell)
		json_object_set_new(json, "salt",
		    api_hex_json(bytes_of(row->salt, sizeof(row->salt))));
	json_object_set_new(json, "leaf", hash_json(row->leaf));
	return json;
}

void
api_log_rows(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct api_changes c = { 0 };
	struct store_log_row row;
	json_t *rows;
	int64_t n[2];
	enum ics_err err;

	if (r == NULL ||
	    !two_read(rq, rp,
		(const struct api_number[]){
		    { "from", 1, INT64_MAX, 1 }, { "n", 1, ROWS_MAX, 100 } },
		n))
		return;
	rows = json_array();
	c.since = n[0] - 1;
	TRY(store_log_size(r, &c.size));
	for (int64_t i = 0; i < n[1]; i++) {
		err = store_log_next(r, c.since, &row);
		if (err == ICS_ENOTFOUND)
			break;
		if (err != ICS_OK)
			goto out;
		c.since = row.position;
		json_array_append_new(rows,
		    row_json(&row, api_log_row_may(rq, r, &row)));
	}
	err = ICS_OK;
	hkp_reply_json(rp, 200,
	    json_pack("{s:O, s:I, s:I}", "rows", rows, "next",
		(json_int_t)c.since + 1, "size", (json_int_t)c.size));
out:
	json_decref(rows);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
}
