/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a search asks, and where it goes on. A cursor is opaque to clients:
 * "i" and the id of an item, or "w" and a place among certificates by words.
 */
#ifndef API_SEARCH_H
#define API_SEARCH_H

#include "api/query.h"
#include "item/item.h"

#define API_SEARCH_ROWS	 200  /* of an answer */
#define API_SEARCH_LOOKS 2000 /* candidates looked at for one */

struct api_search {
	struct item_terms terms;
	struct bytes words;	      /* lent by the query; empty without */
	struct bytes kind;	      /* what the item is; empty: anything */
	enum notations_status status; /* effective; NONE: any */
	bool is_unknown;	      /* nobody has said how it is */
	bool claims;		      /* what anybody says will do */
	size_t limit;
	int64_t after; /* of the cursor */
	bool is_first; /* no cursor was given */
};

/* Read a query. False after a 400. */
bool api_search_read(const struct api_query *q, struct hkp_reply *rp,
    struct api_search *s);

/* {"items", "looked", "cursor"}, owned by the caller. */
enum ics_err api_search_run(struct hkp_request *rq, struct store_reader *r,
    const struct api_search *s, json_t **answer);
/* A row of it: the short form of the descriptor. */
json_t *api_search_row(const struct item_telling *t);

#endif
