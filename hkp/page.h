/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages for people, from pages/NAME.html (embedded at build by embed.awk).
 *
 * {{name}} in a page stands for a value. A value is text and is escaped,
 * unless it was itself made by hkp_page_put: there is no third way, so nothing
 * that came over the network can become markup.
 */
#ifndef HKP_PAGE_H
#define HKP_PAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "hkp/pages.h" /* generated: enum hkp_page, hkp_pages */
#include "hkp/request.h"

#define HKP_PAGE_POLICY                                          \
	"default-src 'none'; style-src 'self'; img-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#define HKP_PAGE_MAX (16u << 20) /* octets of a page */

struct hkp_page_value {
	const char *name;
	struct bytes text;
	bool rendered; /* made by hkp_page_put */
};

/* Append a page with n values in it. */
void hkp_page_put(struct buf *out, enum hkp_page page,
    const struct hkp_page_value *values, size_t n);

/* Append hexadecimal digits in groups of four: text, not rendered. */
void hkp_groups_put(struct buf *out, struct bytes digits);

/* "26 November 2026, 10:00 UTC" of "2026-11-26T10:00:00Z"; false for anything
 * else. And the same appended, rendered. */
#define HKP_TIME_WORDS 48
bool hkp_time_words(const char *time, char out[HKP_TIME_WORDS]);
bool hkp_time_put(struct buf *out, const char *time);

/* Answer with a page in the frame that all have. A good one has an ETag: a
 * client that knows it gets a 304. */
struct hkp_framed {
	unsigned status;
	struct bytes title; /* text */
	struct buf *main;   /* rendered; empty afterwards */
};
void hkp_reply_page(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_framed *page);

/* Answer with JSON, whose reference is given away. */
void hkp_reply_json(struct hkp_reply *rp, unsigned status, json_t *json);

#endif
