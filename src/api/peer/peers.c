/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operator's orders about peers. The thread of sync has the table; it is
 * asked, and fills the reply. hkp/schema/peers.json describes the answers.
 */
#include "api/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hkp/page.h"

/* ---- asking ------------------------------------------------------------------ */

struct asking {
	struct hkp_request *rq;
	struct hkp_reply *rp;
	api_peers_tell *tell;
	void *arg;
};

static void
answered(void *arg, const struct sync_answer *answer)
{
	struct asking *a = arg;
	struct hkp_request *rq = a->rq;

	a->tell(rq, a->rp, a->arg, answer);
	free(a);
	hkp_request_answer(rq);
}

void
api_peers_ask(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_peers_asked *asked)
{
	struct sync *sync = api_of(rq)->sync;
	struct asking *a = alloc_zero(1, sizeof(*a));
	struct sync_order order = { .what = asked->what,
		.item = asked->item,
		.limit = asked->limit,
		.done = answered,
		.arg = a };
	struct sync_answer never = { .err = ICS_EUNSUPPORTED,
		.why = "this server has no peers" };

	*a = (struct asking){ rq, rp, asked->tell, asked->arg };
	(void)snprintf(order.text, sizeof(order.text), "%s",
	    asked->text == NULL ? "" : asked->text); /* its length is known */
	/* First: the answer may come before sync_order returns. */
	hkp_request_wait(rq, rp);
	if (sync != NULL) {
		never.err = sync_order(sync, &order);
		never.why = err_words(never.err);
	}
	if (never.err != ICS_OK)
		answered(a, &never);
}

/* ---- telling ----------------------------------------------------------------- */

static json_t *
time_or_null(int64_t t)
{
	return t == 0 ? json_null() : api_time_json(t);
}

static const char *
gives_word(const struct sync_peer_conf *conf)
{
	if (!conf->push)
		return "nothing";
	return conf->gives == SYNC_GIVES_STATUS ? "status" : "everything";
}

static json_t *
row_json(const struct sync_row *row)
{
	char text[SYNC_TEXT_MAX];
	json_t *json;

	sync_peer_write(&row->conf, text);
	json = json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:s, "
			 "s:s}",
	    "name", row->conf.name, "kind", sync_kind_word(row->conf.kind),
	    "text", text, "added", row->is_added, "active", row->is_active,
	    "success", time_or_null(row->success), "visited",
	    time_or_null(row->visited), "failure", time_or_null(row->failure),
	    "next", time_or_null(row->next), "error", row->error, "words",
	    row->words);
#define SET(member)                        \
	json_object_set_new(json, #member, \
	    json_integer((json_int_t)row->member))
	SET(rounds);
	SET(failures);
	SET(refused);
	SET(octets_in);
	SET(octets_out);
	SET(fetched);
	SET(pushed);
	SET(useless);
	SET(differing);
	SET(ghosts);
	SET(hidden);
	SET(negative);
#undef SET
	json_object_set_new(json, "domain",
	    row->conf.domain[0] == '\0' ? json_null()
					: json_string(row->conf.domain));
	json_object_set_new(json, "rests", json_boolean(row->rests));
	json_object_set_new(json, "gives", json_string(gives_word(&row->conf)));
	json_object_set_new(json, "may_alter",
	    json_boolean(row->conf.may_alter));
	json_object_set_new(json, "lag",
	    row->lag < 0 ? json_null() : json_integer(row->lag));
	return json;
}

static json_t *
refused_json(const struct sync_answer *answer)
{
	json_t *all = json_array();

	for (size_t i = 0; i < answer->refused_n; i++) {
		const struct sync_refused *one = &answer->refused[i];

		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:i, s:b, s:s, s:s}", "domain",
			one->domain, "block", one->name, "line", one->line,
			"followed", one->is_followed, "why", one->why, "help",
			one->help));
	}
	return all;
}

bool
api_peer_is_shown(struct hkp_request *rq, const struct sync_row *row)
{
	struct bytes domain = bytes_of_str(row->conf.domain);

	return domain.n == 0 ||
	       hkp_may_read_domain(rq,
		   domain_set_find(hkp_request_set(rq), domain));
}

bool
api_peers_answered(struct hkp_reply *rp, const struct sync_answer *answer)
{
	if (answer->err != ICS_OK)
		hkp_reply_json(rp, err_http(answer->err),
		    json_pack("{s:s}", "error",
			answer->why == NULL ? err_words(answer->err)
					    : answer->why));
	return answer->err == ICS_OK;
}

static void
tell(struct hkp_request *rq, struct hkp_reply *rp, void *arg,
    const struct sync_answer *answer)
{
	json_t *rows;

	(void)rq;
	(void)arg;
	if (!api_peers_answered(rp, answer))
		return;
	rows = json_array();
	for (size_t i = 0; i < answer->n; i++)
		json_array_append_new(rows, row_json(&answer->rows[i]));
	hkp_reply_json(rp, 200,
	    json_pack("{s:o, s:o}", "peers", rows, "blocks",
		refused_json(answer)));
}

void
api_local_peers(struct hkp_request *rq, struct hkp_reply *rp)
{
	api_peers_ask(rq, rp,
	    &(struct api_peers_asked){ .what = SYNC_LIST, .tell = tell });
}

/* The order with the text that a member of the body has. */
static void
order(struct hkp_request *rq, struct hkp_reply *rp, enum sync_what what,
    const char *member)
{
	struct bytes body = buf_bytes(&rq->body);
	json_t *json = json_loadb((const char *)body.p, body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(json, member));

	if (!json_is_object(json) || (text == NULL && what != SYNC_NOW))
		api_refuse(rp, 400, "the body is a JSON object with a text",
		    member);
	else if (text != NULL && strlen(text) >= SYNC_TEXT_MAX)
		api_refuse(rp, 400, "the text is too long", member);
	else
		api_peers_ask(rq, rp,
		    &(struct api_peers_asked){
			.what = what, .text = text, .tell = tell });
	json_decref(json);
}

void
api_local_peer_add(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, SYNC_ADD, "peer");
}

void
api_local_peer_remove(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, SYNC_REMOVE, "name");
}

void
api_local_peer_sync(struct hkp_request *rq, struct hkp_reply *rp)
{
	order(rq, rp, SYNC_NOW, "name");
}
