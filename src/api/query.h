/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parameters behind the "?" of a URL, all of them: names are data here,
 * since a search may ask for any notation.
 */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "hkp/request.h"

#define API_PARAMS_MAX	   32	/* in a query */
#define API_QUERY_TEXT_MAX 4096 /* octets of names and values together */

struct api_param {
	struct bytes name, value; /* decoded, into the query's text */
};

struct api_query {
	struct api_param at[API_PARAMS_MAX];
	size_t n;
	uint8_t text[API_QUERY_TEXT_MAX];
};

/*
 * Read a raw query; empty pairs are passed over. ICS_EFORMAT for bad percent
 * encoding, ICS_ETOOBIG for too many or too long ones.
 */
enum ics_err api_query_read(struct bytes raw, struct api_query *q);

/* The first value of a name, lent by q; p is NULL without one. */
struct bytes api_query_get(const struct api_query *q, const char *name);

/* The query of a request; false after an answer: 400 or 414. */
bool api_query_of(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_query *q);

/* A number of digits only; false for anything else or one above INT64_MAX. */
bool api_digits_read(struct bytes text, int64_t *n);

/* A parameter that is a number. */
struct api_number {
	const char *name;
	int64_t least, most;
	int64_t otherwise; /* when it is not given; below least: it must be */
};
/* False after a 400 that says what it takes. */
bool api_number_read(const struct api_query *q, struct hkp_reply *rp,
    const struct api_number *row, int64_t *n);

/* Everything but letters, digits and -._~ as %XX: for a query, and as the list
 * of keys has it. */
void api_escaped_put(struct buf *out, struct bytes text);

#endif
