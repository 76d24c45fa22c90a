/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many items looked at one after the other: which of them lack what they need
 * (ics audit), and which have a piece of code (ics radius).
 */
#ifndef PROVE_SURVEY_H
#define PROVE_SURVEY_H

#include "prove/verify.h"

struct prove_survey {
	const struct where *where;
	const char *anchors; /* --anchor, or NULL */
	const char *require; /* --require, or NULL */
	const char *limit;   /* --limit, or NULL: of searches */
	struct prove_when_said when;
	bool critical, json, quiet;
	char *const *args; /* args_n of them, lent */
	size_t args_n;
};

/*
 * Judge every item that the arguments name: identifiers, NAME=VALUE terms of
 * one search, and files with either a line. *complete: none lacks anything.
 */
enum ics_err prove_survey_run(const struct prove_survey *what, bool *complete);

/* Tell who has the code that args[0] is: a file or a digest. */
enum ics_err prove_radius_run(const struct prove_survey *what);

#endif
