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

#define HKP_PAGE_POLICY                                                       \
	"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; " \
	"base-uri 'none'; frame-ancestors 'none'"

struct hkp_page_value {
	const char *name;
	struct bytes text;
	bool rendered; /* made by hkp_page_put */
};

/* Append a page with n values in it. */
void hkp_page_put(struct buf *out, enum hkp_page page,
    const struct hkp_page_value *values, size_t n);

/* Append whom to ask, if the operator said it: a rendered value. */
struct hkp_identity;
void hkp_page_put_contact(struct buf *out, const struct hkp_identity *id);

/* Answer with a page (out is empty afterwards). */
void hkp_reply_page(struct hkp_reply *rp, unsigned status, struct buf *out);

/* Answer with JSON, whose reference is given away. */
void hkp_reply_json(struct hkp_reply *rp, unsigned status, json_t *json);

#endif
