/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handlers of /ics/v1/check: one question in the URL, or many in a body. */
#include <stdlib.h>

#include "api/check_list.h"
#include "api/view.h"
#include "base/clock.h"
#include "hkp/lookup.h"
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

struct api_check_cache *
api_check_cache_of(struct hkp_request *rq)
{
	unsigned i = hkp_worker_number(rq->worker);
	struct api *a = api_of(rq);

	if (i >= API_WORKERS_MAX)
		return NULL;
	if (a->checks[i] == NULL)
		a->checks[i] = api_check_cache_new(API_CHECK_CACHE_OCTETS);
	return a->checks[i];
}

static int64_t
heard(void *arg, const char *peer)
{
	return arg == NULL ? 0 : sync_heard(arg, peer);
}

/* False when the reply is filled: a domain is named that is not there, or not
 * for the eyes of who asks. */
static bool
domain_meant(const struct api_query *q, struct hkp_reply *rp,
    struct api_check_request *c)
{
	struct bytes name = api_query_get(q, "domain");
	const char *header = hkp_request_header(c->rq, "X-ICS-Domain");

	if (name.p == NULL && header != NULL)
		name = bytes_of_str(header);
	if (name.p == NULL) {
		c->domain = c->rq->domain; /* that of its host, or none */
		return true;
	}
	c->domain = domain_set_find(c->set, name);
	if (c->domain != POLICY_NOBODY && api_check_may_read(c, c->domain))
		return true;
	api_refuse(rp, 404, "there is no such domain here",
	    "/ics/v1/domains lists them");
	return false;
}

/* What the store has, and what is kept of before. */
static bool
store_look(struct hkp_reply *rp, struct api_check_request *c)
{
	uint64_t news = store_news(hkp_store(c->rq->h));

	c->r = hkp_request_reader(c->rq, rp);
	if (c->r == NULL)
		return false;
	c->cache = api_check_cache_of(c->rq);
	if (c->cache != NULL &&
	    api_check_cache_look(c->cache, c, news) != ICS_OK)
		c->cache = NULL; /* decide anew; the store's error comes then */
	return true;
}

void
api_check_request_begin(struct hkp_request *rq, struct api_check_request *c)
{
	*c = (struct api_check_request){ .rq = rq,
		.set = domain_set_hold(hkp_request_set(rq)),
		.domain = POLICY_NOBODY,
		.heard = heard,
		.heard_arg = api_of(rq)->sync };
}

void
api_check_request_end(struct api_check_request *c)
{
	domain_set_drop(c->set);
}

/* False when the reply is filled. It was begun. */
static bool
request_read(struct hkp_reply *rp, const struct api_query *q,
    struct api_check_request *c)
{
	const char *accept = hkp_request_header(c->rq, "Accept");

	c->is_now = api_query_get(q, "at").p == NULL &&
		    api_query_get(q, "known-at").p == NULL;
	c->is_line = accept != NULL && hkp_type_is(accept, "text/plain");
	return purpose_read(api_query_get(q, "purpose"), rp, c) &&
	       domain_meant(q, rp, c) && api_when_of(q, rp, &c->when) &&
	       store_look(rp, c);
}

/* ---- one question -------------------------------------------------------------- */

static enum ics_err
part_decide(const struct api_check_request *c,
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

static bool
may_be_kept(const struct api_check_request *c,
    const struct api_check_part *part)
{
	return c->cache != NULL && c->is_now &&
	       part->found == API_CHECK_FOUND && part->claims.n == 0 &&
	       part->slot.n == 0;
}

enum ics_err
api_check_part_answer(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_answer **out)
{
	struct store_bits bits;
	enum ics_err err;

	if (!may_be_kept(c, part))
		return part_decide(c, part, out);
	TRY(api_check_bits_read(c, part, &bits));
	*out = api_check_cache_find(c->cache, c, part, &bits);
	if (*out == NULL) {
		TRY(part_decide(c, part, out));
		api_check_cache_put(c->cache, c, *out, &bits);
	}
out:
	return err;
}

/* Is it about a thing alone, which was answered before and of which nothing
 * has to be asked? */
static struct api_check_answer *
quick_find(const struct api_check_request *c,
    const struct api_check_question *q, struct api_check_part *part)
{
	uint64_t keyid;

	if (c->cache == NULL || !c->is_now || q->with.n > 0 || q->code.n > 0 ||
	    q->claims.n > 0 || q->slot.n > 0 ||
	    hkp_keyid_read(q->subject, &keyid) ||
	    !notations_subject_guess(q->subject, &part->subject))
		return NULL;
	return api_check_cache_quick(c->cache, c, &part->subject);
}

static int64_t
heard_of(const struct api_check_request *c, const struct api_check_answer *a)
{
	if (a->number == POLICY_NOBODY)
		return 0;
	return api_check_data_at(c,
	    policy_line_at(domain_set_line(c->set, a->number), c->when.at));
}

/* As long as the owner of its domain calls it fresh, and not beyond the time
 * when it may turn by itself. */
static int64_t
keeps_of(const struct api_check_telling *t, size_t part)
{
	const struct api_check_answer *a = t->at[part];
	int64_t now = t->c->when.at, left = a->freshness;

	if (!t->c->is_now || a->freshness == 0)
		return 0;
	if (t->data_at[part] != 0 && now > t->data_at[part])
		left -= now - t->data_at[part];
	if (a->until != INT64_MAX && a->until - now < left)
		left = a->until - now;
	return left > 0 ? left : 0;
}

static int64_t
keeps_all(const struct api_check_telling *t)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < t->n; i++) {
		int64_t keeps = keeps_of(t, i);

		if (keeps < least)
			least = keeps;
	}
	return t->n > 0 ? least : 0;
}

enum ics_err
api_check_question_answer(const struct api_check_request *c,
    const struct api_check_question *q, struct buf *out,
    struct api_check_parts *parts)
{
	struct api_check_answer *answers[API_CHECK_PARTS_MAX] = { NULL };
	struct api_check_telling t = { .c = c };
	enum ics_err err = ICS_OK;

	*parts = (struct api_check_parts){ .n = 1 };
	answers[0] = quick_find(c, q, &parts->at[0]);
	if (answers[0] == NULL)
		TRY(api_check_parts_read(c, q, parts));
	if (parts->why != NULL)
		return ICS_OK;
	for (; t.n < parts->n; t.n++) {
		if (answers[t.n] == NULL)
			TRY(api_check_part_answer(c, &parts->at[t.n],
			    &answers[t.n]));
		t.at[t.n] = answers[t.n];
		api_check_notice(c, &parts->at[t.n], answers[t.n]);
		t.data_at[t.n] = heard_of(c, answers[t.n]);
	}
	parts->keeps = keeps_all(&t);
	if (c->is_line)
		api_check_tell_line(&t, out);
	else
		api_check_tell_json(&t, out);
out:
	for (size_t i = 0; i < API_CHECK_PARTS_MAX; i++)
		api_check_answer_drop(answers[i]);
	return err;
}

/* Lines have a tag: they tell no time. */
static bool
is_known(const struct api_check_request *c, struct hkp_reply *rp,
    const struct buf *out)
{
	uint8_t digest[32];

	if (!c->is_line || c->rq->method != HKP_GET)
		return false;
	pgp_sha256(buf_bytes(out), digest);
	return hkp_reply_etag(c->rq, rp, digest, 'c');
}

/* Whoever can ask asks; Spec: RFC 5861 4: who cannot may go on for a while. */
static void
told_reply(const struct api_check_request *c, struct hkp_reply *rp,
    struct buf *out, int64_t keeps)
{
	if (!c->is_line)
		buf_u8(out, '\n');
	if (!is_known(c, rp, out))
		hkp_reply_buf(rp, 200,
		    c->is_line ? HKP_TYPE_TEXT : HKP_TYPE_JSON, out);
	hkp_reply_extra(rp, "Vary", "Accept, Authorization, X-ICS-Domain");
	if (keeps > 0)
		hkp_reply_extra(rp, "Cache-Control",
		    "private, max-age=0, stale-if-error=%lld",
		    (long long)keeps);
	else
		hkp_reply_extra(rp, "Cache-Control", "no-store");
}

static void
one_reply(const struct api_check_request *c, struct hkp_reply *rp,
    const struct api_query *q)
{
	const struct api_check_question question = { .subject = api_query_get(q,
							 "subject"),
		.with = api_query_get(q, "with"),
		.code = api_query_get(q, "code"),
		.claims = api_query_get(q, "claims"),
		.slot = api_query_get(q, "slot") };
	struct api_check_parts parts;
	struct buf out;
	enum ics_err err;

	buf_init(&out, API_CHECK_ANSWER_MAX);
	err = api_check_question_answer(c, &question, &out, &parts);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	else if (parts.why != NULL)
		api_refuse(rp, 400, parts.why, parts.help);
	else
		told_reply(c, rp, &out, parts.keeps);
	buf_release(&out);
}

void
api_check(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_check_request c;
	struct api_query q;

	if (!api_query_of(rq, rp, &q))
		return;
	api_check_request_begin(rq, &c);
	if (request_read(rp, &q, &c))
		one_reply(&c, rp, &q);
	api_check_request_end(&c);
}

/* ---- many ---------------------------------------------------------------------- */

/* A list that is answered row by row. */
struct rows {
	const struct api_check_request *c;
	struct hkp_reply *rp;
	uint64_t end;  /* monotonic ns */
	int64_t keeps; /* the least of all */
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
	if (parts.why == NULL) {
		if (parts.keeps < rows->keeps)
			rows->keeps = parts.keeps;
		return true;
	}
	(void)snprintf(words, sizeof(words), "question %zu: %s", number,
	    parts.why); /* fits */
	api_refuse(rows->rp, 400, words, parts.help);
	return false;
}

static void
list_reply(const struct api_check_request *c, struct hkp_reply *rp,
    const struct api_check_list *list)
{
	struct rows rows = { .c = c,
		.rp = rp,
		.end = clock_mono_ns() + HKP_PATIENCE_NS,
		.keeps = INT64_MAX };
	size_t i = 0;

	buf_init(&rows.out, c->rq->config->limits.answer_octets);
	if (!c->is_line)
		buf_put_str(&rows.out, "{\"answers\":[");
	while (i < list->n && row_answer(&rows, &list->at[i], i + 1))
		i++;
	if (!c->is_line)
		buf_put_str(&rows.out, "]}");
	if (i == list->n)
		told_reply(c, rp, &rows.out, rows.keeps);
	buf_release(&rows.out);
}

void
api_check_list(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	struct api_check_request c;
	struct api_query q;

	if (api_query_of(rq, rp, &q)) {
		api_check_request_begin(rq, &c);
		if (request_read(rp, &q, &c) &&
		    api_check_list_reply_read(rq, rp, list))
			list_reply(&c, rp, list);
		api_check_request_end(&c);
	}
	api_check_list_release(list);
	free(list);
}
