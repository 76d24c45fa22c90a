/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics search NAME=VALUE...: items by what is said of them. */
#ifndef PROVE_SEARCH_H
#define PROVE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "client/where.h"

#define PROVE_SEARCH_LIMIT 10000 /* items, where nothing else is said */

struct prove_search {
	const struct where *where;
	char *const *args; /* args_n of them, lent */
	size_t args_n;
	const char *limit; /* --limit, or NULL */
	bool json, quiet;
};

/* True when some argument has the form NAME=VALUE. */
bool prove_search_is_typed(char *const *args, size_t args_n);
/* All that fits, as the server tells it; *more when the limit was met. The
 * caller owns *items. Failures are told. */
enum ics_err prove_search_items(const struct prove_search *what, json_t **items,
    bool *more);
/* Search and print. ICS_ENOTFOUND, told: nothing fits. */
enum ics_err prove_search_run(const struct prove_search *what);

#endif
