/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that show what is so: status, history, who, explain. */
#ifndef PROVE_SHOW_H
#define PROVE_SHOW_H

#include "prove/ask.h"

struct prove_show {
	const struct where *where;
	const char *anchors; /* --anchor, or NULL */
	const char *require; /* --require, or NULL: of status alone */
	struct prove_when_said when;
	bool json, quiet;
};

/* Each prints about what was typed, and tells failures. */
enum ics_err prove_show_history(const struct prove_show *s, const char *typed);
enum ics_err prove_show_who(const struct prove_show *s, const char *typed);
enum ics_err prove_show_explain(const struct prove_show *s, const char *typed);

/* A document about what was typed, for whoever looks for something in it; told
 * as above, but seek leaves ICS_ENOTFOUND untold. The caller owns *doc. */
enum ics_err prove_doc_get(const struct prove_show *s, const char *typed,
    enum prove_doc kind, json_t **doc);
enum ics_err prove_doc_seek(const struct prove_show *s, const char *typed,
    enum prove_doc kind, json_t **doc);

/*
 * The state of an item. Without --json it is printed; with it *doc is given.
 * Nothing is printed, and ICS_ENOTFOUND comes untold, when nobody said
 * anything. *good: the state lets it be used.
 */
enum ics_err prove_show_status(const struct prove_show *s,
    const struct notations_subject *subject, json_t **doc, bool *good);

/* For explaining: the roles and commands that would change a state. */
void prove_explain_print(const json_t *doc);
json_t *prove_explain_json(const json_t *doc);

#endif
