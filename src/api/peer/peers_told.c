/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers where others look for them: /metrics (and there what checks noticed),
 * and the statistics as Hockeypuck gives them. hkp begins both answers; they go on when the table
 * has come, and go out without it where it does not.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "api/peers.h"
#include "hkp/page.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* ---- metrics ----------------------------------------------------------------- */

#define GET(member)                                             \
	static int64_t member##_get(const struct sync_row *row) \
	{                                                       \
		return (int64_t)(row->member);                  \
	}
GET(success)
GET(visited)
GET(failure)
GET(is_active)
GET(rounds)
GET(failures)
GET(refused)
GET(octets_in)
GET(octets_out)
GET(fetched)
GET(pushed)
GET(useless)
GET(differing)
GET(ghosts)
GET(hidden)
GET(negative)
GET(lag)
#undef GET

static const struct {
	const char *name, *kind, *help;
	int64_t (*get)(const struct sync_row *row);
} metrics[] = {
	{ "success_seconds", "gauge", "When a round or session last went well.",
	    success_get },
	{ "visited_seconds", "gauge",
	    "When a session that the peer began last went well.", visited_get },
	{ "failure_seconds", "gauge", "When a round or session last failed.",
	    failure_get },
	{ "active", "gauge", "1 while a round or a session goes on.",
	    is_active_get },
	{ "rounds_total", "counter", "Rounds that we began.", rounds_get },
	{ "failures_total", "counter", "Rounds and sessions that failed.",
	    failures_get },
	{ "refused_total", "counter", "Sessions not begun: one side was busy.",
	    refused_get },
	{ "octets_in_total", "counter", "Octets from the peer.",
	    octets_in_get },
	{ "octets_out_total", "counter", "Octets to the peer.",
	    octets_out_get },
	{ "fetched_total", "counter", "Certificates and records from the peer.",
	    fetched_get },
	{ "pushed_total", "counter", "Certificates and records to the peer.",
	    pushed_get },
	{ "useless_total", "counter", "Fetched, and of no use to us.",
	    useless_get },
	{ "differing", "gauge", "What differed in the last round.",
	    differing_get },
	{ "ghosts", "gauge", "Hashes shown to this peer that we refuse.",
	    ghosts_get },
	{ "hidden", "gauge", "Hashes that this peer is not shown.",
	    hidden_get },
	{ "negative", "gauge", "Hashes not asked for again yet.",
	    negative_get },
	{ "lag", "gauge", "Log rows behind the peer; -1 unknown.", lag_get },
};

static void
metrics_put(struct buf *out, const struct sync_answer *answer)
{
	for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
		buf_printf(out,
		    "# HELP icsd_peer_%s %s\n# TYPE icsd_peer_%s %s\n",
		    metrics[m].name, metrics[m].help, metrics[m].name,
		    metrics[m].kind);
		for (size_t i = 0; i < answer->n; i++)
			buf_printf(out,
			    "icsd_peer_%s{peer=\"%s\"} %" PRId64 "\n",
			    metrics[m].name, answer->rows[i].conf.name,
			    metrics[m].get(&answer->rows[i]));
	}
	buf_put_str(out, "# HELP icsd_peer_error What went wrong last, by "
			 "name.\n# TYPE icsd_peer_error gauge\n");
	for (size_t i = 0; i < answer->n; i++)
		if (answer->rows[i].error[0] != '\0')
			buf_printf(out,
			    "icsd_peer_error{peer=\"%s\",error=\"%s\"} 1\n",
			    answer->rows[i].conf.name, answer->rows[i].error);
}

static void
metrics_tell(struct hkp_request *rq, struct hkp_reply *rp, void *arg,
    const struct sync_answer *answer)
{
	struct buf *out = arg;

	(void)rq;
	if (answer->err == ICS_OK && answer->n > 0)
		metrics_put(out, answer);
	hkp_reply_buf(rp, 200, METRICS_TYPE, out);
	buf_release(out);
	free(out);
}

void
api_metrics(struct hkp_request *rq, struct hkp_reply *rp, struct buf *begun)
{
	struct buf *out = alloc_new(sizeof(*out));

	*out = *begun;
	buf_init(begun, 0);
	buf_printf(out,
	    "# HELP icsd_check_substituted_total Things seen where another "
	    "one is registered.\n"
	    "# TYPE icsd_check_substituted_total counter\n"
	    "icsd_check_substituted_total %" PRIu64 "\n",
	    atomic_load(&api_of(rq)->noticed.told));
	api_peers_ask(rq, rp,
	    &(struct api_peers_asked){
		.what = SYNC_LIST, .tell = metrics_tell, .arg = out });
}

/* ---- statistics ---------------------------------------------------------------- */

/* Hockeypuck's words for a peer that it never met. */
#define NEVER "0001-01-01T00:00:00Z"

static json_t *
time_json(int64_t t)
{
	return t == 0 ? json_string(NEVER) : api_time_json(t);
}

static json_t *
stats_row(const struct sync_row *row)
{
	const char *http = strstr(row->conf.url, "://");
	const char *status = row->error[0] != '\0' ? row->error
			     : row->success == 0   ? "Unknown"
						   : "OK";
	char recon[NET_TEXT_MAX] = "";

	if (row->conf.recon.n != 0)
		net_addr_write(&row->conf.recon, recon);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s}", "name",
	    row->conf.name, "httpAddr", http == NULL ? "" : http + 3,
	    "reconAddr", recon, "statsPath", "/pks/lookup?op=stats",
	    "lastIncomingRecon", time_json(row->visited), "lastOutgoingRecon",
	    time_json(row->success), "lastOutgoingError", row->error,
	    "reconStatus", status);
}

struct stats_told {
	hkp_peers_tell *tell;
	void *arg;
};

static void
stats_tell(struct hkp_request *rq, struct hkp_reply *rp, void *arg,
    const struct sync_answer *answer)
{
	json_t *recon = json_array(), *push = json_array();
	struct stats_told *told = arg;

	for (size_t i = 0; answer->err == ICS_OK && i < answer->n; i++) {
		if (!api_peer_is_shown(rq, &answer->rows[i]))
			continue;
		json_array_append_new(answer->rows[i].conf.kind == SYNC_HKP
					  ? push
					  : recon,
		    stats_row(&answer->rows[i]));
	}
	told->tell(rq, rp, told->arg,
	    json_pack("{s:o, s:o}", "peers", recon, "pksTargets", push));
	free(told);
}

void
api_peers(struct hkp_request *rq, struct hkp_reply *rp, hkp_peers_tell *tell,
    void *arg)
{
	struct stats_told *told = alloc_new(sizeof(*told));

	*told = (struct stats_told){ tell, arg };
	api_peers_ask(rq, rp,
	    &(struct api_peers_asked){
		.what = SYNC_LIST, .tell = stats_tell, .arg = told });
}
