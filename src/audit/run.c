/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head, the last head, and every row between nothing and the head. */
#include "audit/audit.h"
#include "base/hex.h"
#include "client/out.h"
#include "prove/evidence.h"
#include "prove/tell.h"

static const struct {
	const char *word, *words;
} differences[AUDIT_DIFFS] = {
#define X(id, word, words) { word, words },
#include "audit/differences.def"
#undef X
};

enum ics_err
audit_run_open(const struct audit *what, struct audit_run *a)
{
	*a = (struct audit_run){ .what = what, .found = json_array() };
	return prove_server_open(what->where, &a->h);
}

void
audit_run_close(struct audit_run *a)
{
	http_free(a->h);
	json_decref(a->found);
}

void
audit_run_note(struct audit_run *a, enum audit_difference which,
    const char *about)
{
	json_array_append_new(a->found,
	    json_pack("{s:s, s:o, s:s}", "difference", differences[which].word,
		"about", out_json_text(bytes_of_str(about)), "words",
		differences[which].words));
}

/* ---- the head -------------------------------------------------------------------------- */

static enum ics_err
growth_check(struct audit_run *a)
{
	struct merkle_grown grown = { .before = a->before.size,
		.now = a->head.size };
	struct merkle_path path = { .n = 0 };
	enum ics_err err = ICS_OK;

	memcpy(grown.before_root, a->before.root, MERKLE_OCTETS);
	memcpy(grown.root, a->head.root, MERKLE_OCTETS);
	if (strcmp(a->before.origin, a->head.origin) != 0)
		audit_run_note(a, AUDIT_DIFF_RENAMED, a->head.origin);
	if (a->head.size < a->before.size) {
		audit_run_note(a, AUDIT_DIFF_SHRUNK, a->head.origin);
		return ICS_OK;
	}
	if (a->before.size > 0 && a->head.size > a->before.size)
		err = audit_log_consistency(a->h, a->before.size, a->head.size,
		    &path);
	/* A server that fails to prove it has said enough. */
	if (err == ICS_EIO || err == ICS_EUNSUPPORTED)
		path.n = 0;
	else if (err != ICS_OK)
		return err;
	if (!merkle_grown_holds(&grown,
		(const uint8_t(*)[MERKLE_OCTETS])path.hash, path.n))
		audit_run_note(a, AUDIT_DIFF_FORKED, a->head.origin);
	return ICS_OK;
}

enum ics_err
audit_run_head(struct audit_run *a)
{
	enum ics_err err;

	TRY(audit_log_head(a->h, &a->head));
	err = audit_head_recall(a->what->where, &a->before);
	a->was_here = err == ICS_OK;
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	if (err == ICS_OK)
		err = growth_check(a);
out:
	return err;
}

/* ---- telling ------------------------------------------------------------------------------ */

static json_t *
head_json(const struct audit_head *head)
{
	char root[2 * 32 + 1];

	hex_lower(bytes_of(head->root, sizeof(head->root)), root);
	return json_pack("{s:s, s:I, s:s}", "origin", head->origin, "size",
	    (json_int_t)head->size, "root", root);
}

static void
text_print(const struct audit_run *a)
{
	const json_t *row;
	size_t i;

	json_array_foreach(a->found, i, row)
	    out_line("%s: %s: %s", prove_text(row, "difference"),
		prove_text(row, "about"), prove_text(row, "words"));
	if (a->what->quiet)
		return;
	out_line("%s: %llu rows%s", a->head.origin,
	    (unsigned long long)a->head.size,
	    json_array_size(a->found) > 0 ? ""
	    : a->was_here		  ? ", going on from the last visit"
			  : ", first visit: its head is remembered now");
}

enum ics_err
audit_run_end(struct audit_run *a, json_t *doc)
{
	bool same = json_array_size(a->found) == 0;
	enum ics_err err = ICS_OK;

	if (same)
		err = audit_head_remember(a->what->where, &a->head);
	json_object_set_new(doc, "same", json_boolean(same));
	json_object_set_new(doc, "head", head_json(&a->head));
	json_object_set_new(doc, "remembered",
	    a->was_here ? head_json(&a->before) : json_null());
	json_object_set(doc, "differences", a->found);
	if (a->what->json) {
		out_json(doc);
		return err;
	}
	text_print(a);
	json_decref(doc);
	return err;
}

/* ---- the whole log -------------------------------------------------------------------------- */

struct walk {
	struct audit_run *a;
	const struct audit_row_visit *also;
	struct merkle_peaks peaks;
	int64_t next; /* the position that must come */
};

static enum ics_err
row_walk(void *arg, const struct audit_row *row)
{
	struct walk *walk = arg;
	uint8_t leaf[32];
	char about[64];
	enum ics_err err;

	(void)snprintf(about, sizeof(about), "position %lld",
	    (long long)row->position); /* fits */
	if (row->position != walk->next)
		audit_run_note(walk->a, AUDIT_DIFF_GAP, about);
	walk->next = row->position + 1;
	audit_row_leaf(row, leaf);
	if (!row->is_erased && memcmp(leaf, row->leaf, sizeof(leaf)) != 0)
		audit_run_note(walk->a, AUDIT_DIFF_BAD_LEAF, about);
	err = merkle_add(&walk->peaks, row->leaf, NULL);
	if (err == ICS_OK && walk->also != NULL)
		err = walk->also->row(walk->also->arg, row);
	return err;
}

enum ics_err
audit_run_walk(struct audit_run *a, const struct audit_row_visit *also)
{
	struct walk walk = { .a = a, .also = also, .next = 1 };
	const struct audit_row_visit visit = { row_walk, &walk, a->head.size };
	uint8_t root[MERKLE_OCTETS];
	enum ics_err err = audit_log_rows(a->h, &visit);

	if (err != ICS_OK)
		return err;
	merkle_head(&walk.peaks, root);
	a->root_holds = walk.peaks.size == a->head.size &&
			memcmp(root, a->head.root, sizeof(root)) == 0;
	if (!a->root_holds)
		audit_run_note(a, AUDIT_DIFF_BAD_ROOT, a->head.origin);
	return ICS_OK;
}

enum ics_err
audit_log(const struct audit *what, bool *same)
{
	struct audit_run a;
	enum ics_err err;

	TRY(audit_run_open(what, &a));
	TRY(audit_run_head(&a));
	if (what->whole)
		TRY(audit_run_walk(&a, NULL));
	*same = json_array_size(a.found) == 0;
	err = audit_run_end(&a, json_object());
out:
	audit_run_close(&a);
	return err;
}
