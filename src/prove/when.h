/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --at T and --known-at N: when, and with whose knowledge, is asked about. */
#ifndef PROVE_WHEN_H
#define PROVE_WHEN_H

#include "policy/policy.h"

/* What was typed; NULL where nothing was. */
struct prove_when_said {
	const char *at; /* 2026-11-26, 2026-11-26T10:00:00Z, @1795687200 */
	const char *known_at; /* a position of the server's log */
};

/* Now, or the time that was typed. ICS_EUSAGE, told. */
enum ics_err prove_when_read(const struct prove_when_said *said,
    struct policy_time *when);

/* A whole number from 1 to INT64_MAX, digits only; false for others. */
bool prove_number_read(const char *text, int64_t *n);

/* Append "at=...&known-at=..." for a server's query, each led by *sep, which
 * becomes "&". */
void prove_when_query(const struct prove_when_said *said,
    const struct policy_time *when, struct buf *path);

#endif
