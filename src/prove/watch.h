/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics watch: the server's log as it grows, a line a change, by long poll; who
 * is cut off goes on where he was.
 */
#ifndef PROVE_WATCH_H
#define PROVE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "client/where.h"

#define PROVE_WATCH_MAX 64 /* items that are watched at once */

struct prove_watch {
	const struct where *where;
	const char *from; /* --from: a position; NULL: what comes from now on */
	const char *limit; /* --limit: lines; NULL: for ever */
	char *const *args; /* items and NAME=VALUE; none: everything */
	size_t args_n;
	bool json, quiet;
};

/* Until the limit, or for ever. Told. */
enum ics_err prove_watch_run(const struct prove_watch *what);

#endif
