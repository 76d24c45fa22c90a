/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handlers of /ics/v1/check: one question in the URL, or many in a body. */
#include <stdlib.h>

#include "api/check_list.h"
#include "api/view.h"
#include "base/clock.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define PURPOSE_DEFAULT "communicate"

/* ---- what holds for the whole request ----------------------------------------- */

static bool
is_word(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-')
			return false;
	}
	return text.n > 0 && text.n < API_CHECK_PURPOSE_MAX;
}

static bool
purpose_read(struct bytes text, struct hkp_reply *rp,
    struct api_check_request *c)
{
	if (text.p == NULL)
		text = bytes_of_str(PURPOSE_DEFAULT);
	if (!is_word(text)) {
		api_refuse(rp, 400, "purpose takes a word",
		    "communicate, join, install, read-data, or a word of the "
		    "domain's own: small letters, digits and -");
		return false;
	}
	memcpy(c->purpose, text.p, text.n);
	return true;
}

/* False when the reply is filled. */
static bool
request_read(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_query *q, struct api_check_request *c)
{
	const char *accept = hkp_request_header(rq, "Accept");

	*c = (struct api_check_request){ .rq = rq,
		.rights = api_rights_of(rq),
		.is_now = api_query_get(q, "at").p == NULL &&
			  api_query_get(q, "known-at").p == NULL,
		.is_line =
		    accept != NULL && hkp_type_is(accept, "text/plain") };
	if (!purpose_read(api_query_get(q, "purpose"), rp, c) ||
	    !api_when_of(q, rp, &c->when))
		return false;
	c->r = hkp_request_reader(rq, rp);
	return c->r != NULL;
}

/* ---- one question -------------------------------------------------------------- */

static enum ics_err
part_answer(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_answer **out)
{
	struct api_check_draft *d = alloc_new(sizeof(*d));
	enum ics_err err = api_check_part_decide(c, part, d);

	if (err == ICS_OK)
		*out = api_check_answer_new(c, d);
	api_check_draft_release(d);
	free(d);
	return err;
}

enum ics_err
api_check_question_answer(const struct api_check_request *c,
    const struct api_check_question *q, struct buf *out,
    struct api_check_parts *parts)
{
	struct api_check_answer *answers[API_CHECK_PARTS_MAX] = { NULL };
	struct api_check_telling t = { .now = c->when.at,
		.at = (const struct api_check_answer *const *)answers };
	enum ics_err err;

	TRY(api_check_parts_read(c, q, parts));
	if (parts->why != NULL)
		return ICS_OK;
	for (; t.n < parts->n; t.n++)
		TRY(part_answer(c, &parts->at[t.n], &answers[t.n]));
	t.data_at = answers[0]->data_at;
	if (c->is_line)
		api_check_tell_line(&t, out);
	else
		api_check_tell_json(&t, out);
out:
	for (size_t i = 0; i < API_CHECK_PARTS_MAX; i++)
		free(answers[i]);
	return err;
}

static void
told_reply(const struct api_check_request *c, struct hkp_reply *rp,
    struct buf *out)
{
	if (!c->is_line)
		buf_u8(out, '\n');
	hkp_reply_buf(rp, 200, c->is_line ? HKP_TYPE_TEXT : HKP_TYPE_JSON, out);
	hkp_reply_extra(rp, "Cache-Control", "no-store");
}

void
api_check(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_check_request c;
	struct api_check_parts parts;
	struct api_check_question question;
	struct api_query q;
	struct buf out;
	enum ics_err err;

	if (!api_query_of(rq, rp, &q) || !request_read(rq, rp, &q, &c))
		return;
	question = (struct api_check_question){ .subject = api_query_get(&q,
						    "subject"),
		.with = api_query_get(&q, "with"),
		.code = api_query_get(&q, "code"),
		.claims = api_query_get(&q, "claims"),
		.slot = api_query_get(&q, "slot") };
	buf_init(&out, API_CHECK_ANSWER_MAX);
	err = api_check_question_answer(&c, &question, &out, &parts);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	else if (parts.why != NULL)
		api_refuse(rp, 400, parts.why, parts.help);
	else
		told_reply(&c, rp, &out);
	buf_release(&out);
}

/* ---- many ---------------------------------------------------------------------- */

/* A list that is answered row by row. */
struct rows {
	const struct api_check_request *c;
	struct hkp_reply *rp;
	uint64_t end; /* monotonic ns */
	struct buf out;
};

/* False when the reply is filled. */
static bool
row_answer(struct rows *rows, const struct api_check_question *q, size_t number)
{
	struct api_check_parts parts;
	char words[128];
	enum ics_err err;

	if (clock_mono_ns() > rows->end) {
		hkp_reply_busy(rows->rp); /* of a thread that others need */
		return false;
	}
	if (number > 1 && !rows->c->is_line)
		buf_u8(&rows->out, ',');
	err = api_check_question_answer(rows->c, q, &rows->out, &parts);
	if (err != ICS_OK) {
		hkp_reply_error(rows->rp, err);
		return false;
	}
	if (parts.why == NULL)
		return true;
	(void)snprintf(words, sizeof(words), "question %zu: %s", number,
	    parts.why); /* fits */
	api_refuse(rows->rp, 400, words, parts.help);
	return false;
}

static void
list_reply(const struct api_check_request *c, struct hkp_reply *rp,
    const struct api_check_list *list)
{
	struct rows rows = {
		.c = c, .rp = rp, .end = clock_mono_ns() + HKP_PATIENCE_NS
	};
	size_t i = 0;

	buf_init(&rows.out, c->rq->config->limits.answer_octets);
	if (!c->is_line)
		buf_put_str(&rows.out, "{\"answers\":[");
	while (i < list->n && row_answer(&rows, &list->at[i], i + 1))
		i++;
	if (!c->is_line)
		buf_put_str(&rows.out, "]}");
	if (i == list->n)
		told_reply(c, rp, &rows.out);
	buf_release(&rows.out);
}

void
api_check_list(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	struct api_check_request c;
	struct api_query q;

	if (api_query_of(rq, rp, &q) && request_read(rq, rp, &q, &c) &&
	    api_check_list_reply_read(rq, rp, list))
		list_reply(&c, rp, list);
	api_check_list_release(list);
	free(list);
}
