/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Findings: what was unwelcome about data, and about which part of it.
 *
 * A reason is a const row that some other folder owns (pgp/reasons.def and
 * its like); a finding is a reason and the name of the thing it is about. A
 * finding is never an error: a refused certificate is an answer.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/array.h"
#include "base/bytes.h"

#define REPORT_FINDINGS_MAX 64	/* kept; further ones are only counted */
#define REPORT_ABOUT_MAX    112 /* octets of the name, with its NUL */

enum severity {
	SEVERITY_NOTE,	  /* kept, worth knowing */
	SEVERITY_DROPPED, /* a part was left out */
	SEVERITY_REFUSED  /* the whole was refused */
};

struct reason {
	const char *name; /* stable word for machines: "bad-signature" */
	enum severity severity;
	const char *words; /* which rule, for people */
	const char *help;  /* what would help; "" where nothing would */
};

struct finding {
	const struct reason *reason;
	char about[REPORT_ABOUT_MAX]; /* printable ASCII */
};

struct report {
	struct finding *at; /* n of them, owned */
	size_t n, cap;
	size_t more; /* found, but not kept */
};

/* An empty report is all zeroes; release frees what add allocated. */
void report_release(struct report *rep);

/* Note a finding; about is a printf format for the thing it is about. */
void report_add(struct report *rep, const struct reason *reason,
    const char *about, ...) __attribute__((format(printf, 3, 4)));

/* The gravest finding (the first of equals), lent; NULL when empty. */
const struct finding *report_worst(const struct report *rep);

/* True when some finding has this reason. */
bool report_has(const struct report *rep, const struct reason *reason);

/* Append copies of from's findings to rep. */
void report_merge(struct report *rep, const struct report *from);

#endif
