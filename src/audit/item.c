/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history of one item, held against the log. Each entry that is shown
 * must verify here and stand in the row that it names; each row about the
 * item that was not taken back must be shown.
 */
#include "audit/audit.h"

#include <stdlib.h>

#include "base/hex.h"
#include "client/out.h"
#include "prove/ask.h"
#include "prove/tell.h"

#define PROOFS_MAX 16 /* asked for where all rows together give the root */

ARRAY_OF(struct audit_row, rows);

/* An entry that the server shows, as it names itself. */
struct shown {
	int64_t position;
	uint8_t digest[32];
	bool has_digest;
};
ARRAY_OF(struct shown, shown_array);

struct history {
	struct audit_run a;
	struct notations_subject item;
	json_t *doc;	  /* owned: as the server tells it */
	struct rows rows; /* owned: about the item, and of its entries */
	struct shown_array shown; /* owned: the entries of doc */
};

/* ---- what is shown ------------------------------------------------------------------ */

static bool
digest_take(const json_t *entry, uint8_t digest[32])
{
	struct notations_digest d;

	if (notations_digest_read(bytes_of_str(prove_text(entry, "digest")),
		&d) != ICS_OK ||
	    d.n != 32)
		return false;
	memcpy(digest, d.b, 32);
	return true;
}

static void
shown_read(struct history *hist)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(hist->doc, "entries"), i, entry)
	{
		struct shown *shown = shown_array_add(&hist->shown);

		*shown = (struct shown){
			.position = json_integer_value(json_object_get(entry,
			    "position"))
		};
		shown->has_digest = digest_take(entry, shown->digest);
	}
}

/* ---- rows ------------------------------------------------------------------------------- */

/* An entry names its row, which may be about another subject: a statement
 * about a statement. */
static bool
is_named(const struct history *hist, int64_t position)
{
	for (size_t i = 0; i < hist->shown.n; i++)
		if (hist->shown.at[i].position == position)
			return true;
	return false;
}

static enum ics_err
row_keep(void *arg, const struct audit_row *row)
{
	struct history *hist = arg;

	if (notations_subject_equal(&row->item, &hist->item) ||
	    is_named(hist, row->position))
		*rows_add(&hist->rows) = *row;
	return ICS_OK;
}

static const struct audit_row *
row_at(const struct history *hist, int64_t position)
{
	for (size_t i = 0; i < hist->rows.n; i++)
		if (hist->rows.at[i].position == position)
			return &hist->rows.at[i];
	return NULL;
}

static void
row_about(const struct audit_row *row, char out[160])
{
	char hex[2 * 32 + 1];

	hex_lower(bytes_of(row->digest, sizeof(row->digest)), hex);
	(void)snprintf(out, 160, "position %lld, sha256:%s",
	    (long long)row->position, hex); /* fits */
}

/* Its leaf, which the walk has looked at, is in the tree. */
static enum ics_err
row_check(struct history *hist, const struct audit_row *row)
{
	struct merkle_included claim = { .index = (uint64_t)row->position - 1,
		.size = hist->a.head.size };
	struct merkle_path path;
	char about[160];
	enum ics_err err;

	row_about(row, about);
	memcpy(claim.leaf, row->leaf, sizeof(claim.leaf));
	memcpy(claim.root, hist->a.head.root, sizeof(claim.root));
	err = audit_log_inclusion(hist->a.h, row->position, claim.size, &path);
	/* A server that fails to prove it has said enough. */
	if (err == ICS_EIO || err == ICS_EUNSUPPORTED)
		path.n = 0;
	else if (err != ICS_OK)
		return err;
	if (!merkle_included_holds(&claim,
		(const uint8_t(*)[MERKLE_OCTETS])path.hash, path.n))
		audit_run_note(&hist->a, AUDIT_DIFF_NOT_INCLUDED, about);
	return ICS_OK;
}

/* ---- entries ------------------------------------------------------------------------------ */

static bool
row_is_of(const struct audit_row *row, const uint8_t digest[32])
{
	return row->event == AUDIT_STATE && row->has_digest &&
	       memcmp(row->digest, digest, 32) == 0;
}

static const struct audit_row *
row_of(const struct history *hist, const uint8_t digest[32])
{
	for (size_t i = 0; i < hist->rows.n; i++)
		if (row_is_of(&hist->rows.at[i], digest))
			return &hist->rows.at[i];
	return NULL;
}

static bool
received_is(const json_t *entry, const struct audit_row *row)
{
	int64_t t;

	return notations_time_read(bytes_of_str(prove_text(entry, "received")),
		   &t) == ICS_OK &&
	       t == row->received;
}

static void
entry_check(struct history *hist, const json_t *entry)
{
	int64_t position =
	    json_integer_value(json_object_get(entry, "position"));
	const struct audit_row *row = row_at(hist, position), *other;
	const char *about = prove_text(entry, "digest");
	uint8_t digest[32] = { 0 };

	if (!json_is_true(json_object_get(entry, "verified")))
		audit_run_note(&hist->a, AUDIT_DIFF_BAD_SIGNATURE, about);
	/* Accepted since the head was made: the next visit will see. */
	if (row == NULL && (uint64_t)position > hist->a.head.size)
		return;
	if (!digest_take(entry, digest)) {
		audit_run_note(&hist->a, AUDIT_DIFF_INSERTED, about);
		return;
	}
	other = row_of(hist, digest);
	if (row != NULL && row_is_of(row, digest)) {
		if (!received_is(entry, row))
			audit_run_note(&hist->a, AUDIT_DIFF_REWRITTEN, about);
	} else if (other != NULL) {
		audit_run_note(&hist->a, AUDIT_DIFF_REORDERED, about);
	} else {
		audit_run_note(&hist->a,
		    row == NULL ? AUDIT_DIFF_INSERTED : AUDIT_DIFF_REWRITTEN,
		    about);
	}
}

/* ---- what is missing ------------------------------------------------------------------------ */

static bool
is_shown(const struct history *hist, const uint8_t digest[32])
{
	for (size_t i = 0; i < hist->shown.n; i++)
		if (hist->shown.at[i].has_digest &&
		    memcmp(hist->shown.at[i].digest, digest, 32) == 0)
			return true;
	return false;
}

/* Taken out by the operator, which the log tells. */
static bool
is_forgotten(const struct history *hist, const struct audit_row *row)
{
	for (size_t i = 0; i < hist->rows.n; i++) {
		const struct audit_row *later = &hist->rows.at[i];

		if (later->position > row->position &&
		    (later->event == AUDIT_DELETE ||
			(later->event == AUDIT_FORGET &&
			    memcmp(later->digest, row->digest, 32) == 0)))
			return true;
	}
	return false;
}

static void
missing_find(struct history *hist)
{
	char about[160];

	for (size_t i = 0; i < hist->rows.n; i++) {
		const struct audit_row *row = &hist->rows.at[i];

		if (row->event != AUDIT_STATE || is_shown(hist, row->digest) ||
		    is_forgotten(hist, row))
			continue;
		row_about(row, about);
		audit_run_note(&hist->a, AUDIT_DIFF_DROPPED, about);
	}
}

/* ---- the door ----------------------------------------------------------------------------------- */

static enum ics_err
history_get(struct history *hist, const char *typed)
{
	struct prove_anchors *nobody = alloc_zero(1, sizeof(*nobody));
	struct prove_question q = { .where = hist->a.what->where,
		.anchors = nobody };
	const struct prove_wanted wanted = { &hist->item, PROVE_DOC_HISTORY };
	enum ics_err err;

	TRY(prove_subject_find(q.where, typed, &hist->item));
	TRY(prove_when_read(&q.said, &q.when));
	err = prove_question_ask(&q, &wanted, &hist->doc);
	if (err == ICS_ENOTFOUND)
		err = prove_tell_unknown(&hist->item);
out:
	free(nobody);
	return err;
}

static enum ics_err
history_check(struct history *hist)
{
	const struct audit_row_visit rows = { row_keep, hist, 0 };
	const json_t *entry;
	enum ics_err err;
	size_t i;

	shown_read(hist);
	TRY(audit_run_walk(&hist->a, &rows));
	for (i = 0; i < hist->rows.n && (i < PROOFS_MAX || !hist->a.root_holds);
	     i++)
		TRY(row_check(hist, &hist->rows.at[i]));
	json_array_foreach(json_object_get(hist->doc, "entries"), i, entry)
	    entry_check(hist, entry);
	missing_find(hist);
out:
	return err;
}

enum ics_err
audit_item(const struct audit *what, const char *typed, bool *same)
{
	struct history hist = { .doc = NULL };
	enum ics_err err;

	TRY(audit_run_open(what, &hist.a));
	/* First the head: what comes later is not missed in it. */
	TRY(audit_run_head(&hist.a));
	TRY(history_get(&hist, typed));
	TRY(history_check(&hist));
	*same = json_array_size(hist.a.found) == 0;
	err = audit_run_end(&hist.a,
	    json_pack("{s:O, s:O, s:I}", "item",
		json_object_get(hist.doc, "item"), "entries",
		json_object_get(hist.doc, "entries"), "rows",
		(json_int_t)hist.rows.n));
out:
	rows_release(&hist.rows);
	shown_array_release(&hist.shown);
	json_decref(hist.doc);
	audit_run_close(&hist.a);
	return err;
}
