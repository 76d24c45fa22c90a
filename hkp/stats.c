/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statistics, with the names that Hockeypuck gave them: network spiders read
 * software, version, total and peers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "hkp/page.h"
#include "hkp/query.h"

#define SOFTWARE "icsd"
#define HOUR	 3600
#define DAY	 86400
#define HOURS	 24
#define DAYS	 7

struct numbers {
	int64_t now;
	struct store_stats stats;
	bool is_partial; /* no loads are told */
	struct store_load hours[HOURS], days[DAYS];
};

static size_t
hours_n(const struct numbers *n)
{
	return n->is_partial ? 0 : HOURS;
}

static size_t
days_n(const struct numbers *n)
{
	return n->is_partial ? 0 : DAYS;
}

static json_t *
load_json(const struct store_load *load, size_t n)
{
	json_t *all = json_array();
	char start[CLOCK_TEXT_MAX];

	for (size_t i = n; i-- > 0;) {
		clock_rfc3339(load[i].start, start);
		json_array_append_new(all,
		    json_pack("{s:s, s:I, s:I, s:I, s:i, s:i}", "Time", start,
			"Inserted", (json_int_t)load[i].inserted, "Updated",
			(json_int_t)load[i].updated, "Removed",
			(json_int_t)load[i].removed, "InsertedJitter", 0,
			"RemovedJitter", 0));
	}
	return all;
}

static void
reply_json(struct hkp_request *rq, struct hkp_reply *rp,
    const struct numbers *n, json_t *peers)
{
	const struct hkp_identity *id = &rq->config->identity;
	char now[CLOCK_TEXT_MAX];
	json_t *all;

	clock_rfc3339(n->now, now);
	all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "now",
	    now, "version", PACKAGE_VERSION, "hostname", id->hostname,
	    "nodename", id->nodename, "contact", id->contact, "httpAddr", "",
	    "reconAddr", "", "software", SOFTWARE, "total",
	    (json_int_t)n->stats.certs);
	if (all == NULL) /* a name in the configuration is not UTF-8 */
		all = json_pack("{s:s, s:s, s:I}", "software", SOFTWARE,
		    "version", PACKAGE_VERSION, "total",
		    (json_int_t)n->stats.certs);
	if (n->stats.certs < 0)
		json_object_del(all, "total");
	json_object_set_new(all, "queryConfig",
	    json_pack("{s:b, s:b, s:b}", "selfSignedOnly", 0,
		"keywordSearchDisabled", 0, "enableInexactMatching", 1));
	json_object_update(all, peers);
	json_decref(peers);
	json_object_set_new(all, "hourly", load_json(n->hours, hours_n(n)));
	json_object_set_new(all, "daily", load_json(n->days, days_n(n)));
	hkp_reply_json(rp, 200, all);
}

static void
put_number(char out[24], int64_t n)
{
	(void)snprintf(out, 24, "%lld", (long long)n);
}

static void
put_load(struct buf *out, const struct store_load *load, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		char start[CLOCK_TEXT_MAX];
		char inserted[24];
		char updated[24];
		char removed[24];
		struct buf when;

		buf_init(&when, HKP_PAGE_MAX);
		clock_rfc3339(load[i].start, start);
		(void)hkp_time_put(&when, start); /* it is a time */
		put_number(inserted, load[i].inserted);
		put_number(updated, load[i].updated);
		put_number(removed, load[i].removed);
		hkp_page_put(out, HKP_PAGE_stats_load,
		    (struct hkp_page_value[]){
			{ "start", buf_bytes(&when), true },
			{ "inserted", bytes_of_str(inserted), false },
			{ "updated", bytes_of_str(updated), false },
			{ "removed", bytes_of_str(removed), false },
		    },
		    4);
		buf_release(&when);
	}
}

static struct bytes
member(const json_t *peer, const char *name)
{
	const char *text = json_string_value(json_object_get(peer, name));

	return bytes_of_str(text == NULL ? "" : text);
}

/* The year 1 is Hockeypuck's word for never. */
static void
put_when(struct buf *out, const json_t *peer, const char *name)
{
	struct bytes text = member(peer, name);

	if (bytes_starts_with(text, bytes_of_str("0001-")))
		buf_put_str(out, "never");
	else
		(void)hkp_time_put(out, (const char *)text.p); /* a time */
}

static void
put_peers(struct buf *out, const json_t *peers)
{
	json_t *peer;
	size_t i;

	json_array_foreach(peers, i, peer)
	{
		struct buf in, done;

		buf_init(&in, HKP_PAGE_MAX);
		buf_init(&done, HKP_PAGE_MAX);
		put_when(&in, peer, "lastIncomingRecon");
		put_when(&done, peer, "lastOutgoingRecon");
		hkp_page_put(out, HKP_PAGE_stats_peer,
		    (struct hkp_page_value[]){
			{ "name", member(peer, "name"), false },
			{ "http", member(peer, "httpAddr"), false },
			{ "recon", member(peer, "reconAddr"), false },
			{ "in", buf_bytes(&in), true },
			{ "out", buf_bytes(&done), true },
			{ "status", member(peer, "reconStatus"), false },
		    },
		    6);
		buf_release(&in);
		buf_release(&done);
	}
}

static void
reply_html(struct hkp_request *rq, struct hkp_reply *rp,
    const struct numbers *n, json_t *all)
{
	const struct hkp_identity *id = &rq->config->identity;
	char total[24];
	struct buf peers;
	struct buf hours;
	struct buf days;
	struct buf out;

	buf_init(&peers, HKP_PAGE_MAX);
	buf_init(&hours, HKP_PAGE_MAX);
	buf_init(&days, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	put_peers(&peers, json_object_get(all, "peers"));
	put_peers(&peers, json_object_get(all, "pksTargets"));
	put_load(&hours, n->hours, hours_n(n));
	put_load(&days, n->days, days_n(n));
	put_number(total, n->stats.certs);
	if (n->stats.certs < 0)
		memcpy(total, "many", sizeof("many"));
	hkp_page_put(&out, HKP_PAGE_stats,
	    (struct hkp_page_value[]){
		{ "host", bytes_of_str(id->hostname), false },
		{ "software", bytes_of_str(SOFTWARE), false },
		{ "version", bytes_of_str(PACKAGE_VERSION), false },
		{ "total", bytes_of_str(total), false },
		{ "hours", buf_bytes(&hours), true },
		{ "days", buf_bytes(&days), true },
		{ "peers", buf_bytes(&peers), true },
	    },
	    7);
	json_decref(all);
	buf_release(&peers);
	buf_release(&hours);
	buf_release(&days);
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str("Statistics"), &out });
}

static bool
wants_html(struct hkp_request *rq)
{
	const char *accept = hkp_request_header(rq, "Accept");
	struct hkp_query q;

	return hkp_query_read(rq->query, &q) == ICS_OK &&
	       (q.options & (HKP_OPTION_JSON | HKP_OPTION_MR)) == 0 &&
	       accept != NULL && strstr(accept, "text/html") != NULL;
}

/* What waits until the peers are known. */
struct telling {
	struct numbers n;
	bool html;
};

static void
peers_told(struct hkp_request *rq, struct hkp_reply *rp, void *arg, void *peers)
{
	struct telling *t = arg;
	json_t *all = peers;

	if (all == NULL)
		all = json_pack("{s:[], s:[]}", "peers", "pksTargets");
	if (t->html)
		reply_html(rq, rp, &t->n, all);
	else
		reply_json(rq, rp, &t->n, all);
	free(t);
}

static enum ics_err
numbers_read(struct hkp_request *rq, struct store_reader *r, struct numbers *n)
{
	struct store_history hours = { n->now, HOUR, n->hours, HOURS };
	struct store_history days = { n->now, DAY, n->days, DAYS };
	enum ics_err err;

	TRY(store_stats(r, &n->stats));
	if (rq->sight != NULL) {
		/* What is kept back is not counted either; nor is it told
		 * when anything came. */
		n->is_partial = true;
		n->stats.certs = hkp_sight_count(rq, r);
		return ICS_OK;
	}
	TRY(store_load_history(r, &hours));
	TRY(store_load_history(r, &days));
out:
	return err;
}

void
hkp_stats(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct telling *t;
	enum ics_err err;

	if (r == NULL)
		return;
	t = alloc_zero(1, sizeof(*t));
	t->html = wants_html(rq);
	t->n.now = clock_now();
	err = numbers_read(rq, r, &t->n);
	if (err == ICS_OK) {
		hkp_more_peers(rq, rp, peers_told, t); /* it frees t */
		return;
	}
	hkp_reply_error(rp, err);
	free(t);
}
