/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POST /local/sync/plan: what the next rounds with our own kind would do, and
 * why not more. hkp/schema/plan.json describes the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "api/peers.h"
#include "hkp/page.h"

static json_t *
time_or_null(int64_t t)
{
	return t == 0 ? json_null() : api_time_json(t);
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
row_json(const struct sync_plan_row *row)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:o}", "item",
	    row->item, "direction", row->is_push ? "push" : "pull", "reason",
	    sync_why_word(row->why), "left_out", sync_why_keeps(row->why),
	    "words", sync_why_words(row->why), "detail", row->detail, "help",
	    sync_why_help(row->why), "at", time_or_null(row->at));
}

/* By whose word there is this peer. */
static json_t *
by_json(const struct sync_plan *plan)
{
	const struct sync_peer_conf *conf = &plan->row.conf;

	if (conf->domain[0] != '\0')
		return json_pack("{s:s, s:I}", "domain", conf->domain, "serial",
		    (json_int_t)plan->serial);
	return json_pack("{s:s}", "operator",
	    plan->row.is_added ? "ics peer add" : "icsd.conf");
}

static const char *
gives_word(const struct sync_plan *plan)
{
	if (!plan->gives)
		return "nothing";
	return plan->row.conf.gives == SYNC_GIVES_STATUS ? "status"
							 : "everything";
}

static json_t *
plan_json(const struct sync_plan *plan)
{
	json_t *rows = json_array();
	const char *select = plan->row.conf.select;

	for (size_t i = 0; i < plan->rows.n; i++)
		json_array_append_new(rows, row_json(&plan->rows.at[i]));
	return json_pack(
	    "{s:s, s:o, s:o, s:s, s:s, s:b, "
	    "s:{s:o, s:o, s:o, s:o, s:o, s:o}, s:{s:s, s:o, s:o, s:o, s:o}, "
	    "s:o}",
	    "name", plan->row.conf.name, "by", by_json(plan), "next",
	    time_or_null(plan->row.next), "error", plan->error, "words",
	    plan->words, "cut", plan->is_cut, "pull", "select",
	    !plan->pulls	? json_null()
	    : select[0] == '\0' ? json_string("*")
				: json_string(select),
	    "shown", number(plan->pull.shown), "selected",
	    number(plan->pull.selected), "here", number(plan->pull.here),
	    "comes", number(plan->pull.come), "left_out",
	    number(plan->pull.left), "push", "gives", gives_word(plan), "ours",
	    number(plan->push.ours), "there", number(plan->push.there), "goes",
	    number(plan->push.go), "left_out", number(plan->push.left), "items",
	    rows);
}

static void
tell(struct hkp_request *rq, struct hkp_reply *rp, void *arg,
    const struct sync_answer *answer)
{
	json_t *plans;

	(void)rq;
	(void)arg;
	if (!api_peers_answered(rp, answer))
		return;
	plans = json_array();
	for (size_t i = 0; i < answer->n; i++)
		json_array_append_new(plans, plan_json(&answer->plans[i]));
	hkp_reply_json(rp, 200, json_pack("{s:o}", "peers", plans));
}

static bool
limit_read(const json_t *limit, size_t *out)
{
	*out = SYNC_PLAN_ROWS;
	if (limit == NULL)
		return true;
	*out = (size_t)json_integer_value(limit);
	return json_is_integer(limit) && json_integer_value(limit) >= 0 &&
	       json_integer_value(limit) <= SYNC_PLAN_MAX;
}

static bool
item_read_text(const char *text, struct notations_subject *item)
{
	return text == NULL ||
	       (notations_subject_guess(bytes_of_str(text), item) &&
		   item->kind != NOTATIONS_SUBJECT_RECORD);
}

/* False: told. */
static bool
asked_read(const json_t *json, struct hkp_reply *rp,
    struct api_peers_asked *asked)
{
	const char *item = json_string_value(json_object_get(json, "item"));

	asked->text = json_string_value(json_object_get(json, "peer"));
	if (!json_is_object(json) ||
	    (asked->text != NULL && strlen(asked->text) >= SYNC_TEXT_MAX))
		api_refuse(rp, 400, "the body is a JSON object, peer a name",
		    "peer");
	else if (!limit_read(json_object_get(json, "limit"), &asked->limit))
		api_refuse(rp, 400, "limit will not do", "write 0 to 1000");
	else if (!item_read_text(item, &asked->item))
		api_refuse(rp, 400, "there can be no such item",
		    "write a fingerprint, or sha256: and the digest of code");
	else
		return true;
	return false;
}

void
api_local_sync_plan(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct bytes body = buf_bytes(&rq->body);
	struct api_peers_asked asked = { .what = SYNC_PLAN, .tell = tell };
	json_t *json = json_loadb((const char *)body.p, body.n,
	    JSON_REJECT_DUPLICATES, NULL);

	if (asked_read(json, rp, &asked))
		api_peers_ask(rq, rp, &asked);
	json_decref(json);
}
