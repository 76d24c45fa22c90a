/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many questions in one body, and how each is answered. */
#ifndef API_CHECK_LIST_H
#define API_CHECK_LIST_H

#include "api/check.h"

#define API_CHECK_ANSWER_MAX (256u << 10) /* octets of one answer */
#define API_CHECK_BODY_MAX   (512u << 10) /* octets of a list of questions */

struct api_check_list {
	struct api_check_question
	    at[API_CHECK_LIST_MAX]; /* lent by the two below */
	size_t n;
	struct buf text; /* owned: what was decoded */
	json_t *json;	 /* owned; or NULL */
	const char *why; /* static; NULL: all was read */
};

/*
 * Read a body: lines, each an id or a question as in a URL
 * ("subject=...&with=..."); or JSON, an array of ids and objects, or an object
 * whose "questions" is that array. ICS_EFORMAT with why, ICS_ETOOBIG. Release
 * it in any case.
 */
enum ics_err api_check_list_read(struct bytes body, bool is_json,
    struct api_check_list *list);
void api_check_list_release(struct api_check_list *list);

/* Read that of a request; false after an answer: 400, 413, 415. */
bool api_check_list_reply_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_check_list *list);

/* Decide a part, or have it decided before. The caller drops *out. */
enum ics_err api_check_part_answer(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_answer **out);

/* Answer one question, appended in the form that is wanted. What cannot be
 * understood is told in parts->why, and nothing is appended. */
enum ics_err api_check_question_answer(const struct api_check_request *c,
    const struct api_check_question *q, struct buf *out,
    struct api_check_parts *parts);

#endif
