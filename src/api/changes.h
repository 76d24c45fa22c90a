/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log as a feed: what a follower asks for, and how far he is.
 * hkp/schema/changes.json describes what he gets.
 */
#ifndef API_CHANGES_H
#define API_CHANGES_H

#include "api/handler.h"
#include "api/query.h"
#include "item/item.h"

#define API_CHANGES_MAX	   1000 /* rows of a page */
#define API_FOLLOWERS_MAX  256	/* connections that wait */
#define API_WAIT_MAX	   60	/* seconds */
#define API_KEEPALIVE_SECS 15	/* between signs of life of an event stream */

struct api_changes {
	struct hkp_request *rq; /* who follows */
	int64_t since; /* the position of the last row that was looked at */
	size_t limit;
	struct item_terms select; /* none: everything */
	int64_t size;		  /* of the log, as of the last look */
};

/* What select= asks for, added to select. False after a 400. */
bool api_select_read(const struct api_query *q, struct hkp_reply *rp,
    struct item_terms *select);

/* A row of the log, as the feed tells it. */
json_t *api_log_row_json(const struct store_log_row *row);
/* May it be told? What it is about may be gone: then only to who sees all. */
bool api_log_row_may(struct hkp_request *rq, struct store_reader *r,
    const struct store_log_row *row);

/* Append the rows after since, at most limit, to the JSON array; since moves
 * on, also over rows that are not wanted. */
enum ics_err api_changes_read(struct store_reader *r, struct api_changes *c,
    json_t *rows);

/* The page {"rows", "next", "size"}; rows is given. */
json_t *api_changes_page(const struct api_changes *c, json_t *rows);

/* Does what is known of the item fit select? What is not here does not. */
enum ics_err api_changes_fit(struct store_reader *r,
    const struct api_changes *c, const struct notations_subject *item,
    bool *fits);

#define API_NOTICE_TEXT_MAX 128 /* octets of what is said that are told */
struct api_notice_text {
	uint8_t p[API_NOTICE_TEXT_MAX];
	size_t n;
};
/* Something stands where another thing is registered. Immutable but for the
 * count; who holds it drops it. */
struct api_notice {
	atomic_uint holds;
	int64_t at;
	struct notations_subject item; /* that is registered */
	struct notations_subject by;   /* kind NONE: only a key ID is known */
	bool is_by_known; /* it is here, and told to who may see it */
	struct api_notice_text claims, slot;
};
void api_notice_drop(struct api_notice *n);
/* Tell every event stream, of each worker on its own thread. */
void api_followers_notice(struct hkp_request *rq, struct api_notice *n);

/*
 * Answer when there is a row, at the latest after so many seconds (0: with an
 * event stream that lasts). 503 when too many wait.
 */
void api_changes_wait(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_changes *c, unsigned seconds);

#endif
