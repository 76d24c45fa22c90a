/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line on the terminal that tells how far a long task is. Where standard
 * error is no terminal, or with -q, nothing is ever written.
 */
#ifndef ICS_PROGRESS_H
#define ICS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "ics/ics.h"

struct progress {
	const char *what;	 /* what is counted: "certificates"; lent */
	uint64_t started, shown; /* clock_mono_ns */
	uint64_t total;		 /* units of work; 0 unknown */
	uint64_t done;		 /* of these */
	uint64_t count;		 /* things, for the rate */
	bool active, dirty;
};

void progress_init(struct progress *p, const struct ics *ics, const char *what);

/* Show it, at most ten times a second; name (lent) is what is worked on. */
void progress_show(struct progress *p, const char *name);

/* Take the line away, before something else is printed and at the end. */
void progress_clear(struct progress *p);

/* Seconds since it began. */
double progress_seconds(const struct progress *p);

#endif
