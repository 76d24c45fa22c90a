/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is this the history that was? What was signed is verified, digests and
 * leaves are computed again, rows are proved to be in the tree of the head,
 * and the head to go on from the one that was seen before.
 *
 *	history ── entry ── position ─▶ row ── leaf ── proof ─▶ head
 *	   └ evidence: verified here                      head.h: last visit
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <jansson.h>

#include "audit/head.h"
#include "audit/look.h"
#include "client/where.h"

struct audit {
	const struct where *where;
	bool json, quiet;
	bool whole; /* of the log: every row, not its head alone */
};

enum audit_difference {
#define X(id, word, words) AUDIT_DIFF_##id,
#include "audit/differences.def"
#undef X
	AUDIT_DIFFS
};

/* history --verify, and log. *same: nothing differs. Told. */
enum ics_err audit_item(const struct audit *what, const char *typed,
    bool *same);
enum ics_err audit_log(const struct audit *what, bool *same);

/* ---- between the files of this folder ------------------------------------------ */

struct audit_run {
	const struct audit *what;
	struct http *h; /* owned */
	json_t *found;	/* owned: differences */
	struct audit_head head, before;
	bool root_holds; /* all rows together gave the head's root */
	bool was_here;	 /* before is the head of the last visit */
};
enum ics_err audit_run_open(const struct audit *what, struct audit_run *a);
void audit_run_close(struct audit_run *a);

/* Note a difference; about is lent. */
void audit_run_note(struct audit_run *a, enum audit_difference which,
    const char *about);
/* The head, now and at the last visit, and whether one goes on from the
 * other. */
enum ics_err audit_run_head(struct audit_run *a);
/* Walk all rows: gaps, leaves, and the root that they give; each is shown to
 * also (or NULL) as well. */
enum ics_err audit_run_walk(struct audit_run *a,
    const struct audit_row_visit *also);
/* Remember the head if nothing differs; print; doc is given. */
enum ics_err audit_run_end(struct audit_run *a, json_t *doc);

#endif
