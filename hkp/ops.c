/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For whoever runs the server: is it alive, is it ready, what does it do. */
#include <inttypes.h>

#include "base/clock.h"
#include "hkp/request.h"

#define METRICS_MAX (512u << 10)

void
hkp_health(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 200, "OK");
}

void
hkp_healthz(struct hkp_request *rq, struct hkp_reply *rp)
{
	(void)rq;
	hkp_reply_text(rp, 200, "ok");
}

void
hkp_readyz(struct hkp_request *rq, struct hkp_reply *rp)
{
	if (!hkp_ready(rq->h)) {
		hkp_reply_text(rp, 503, "not ready");
		hkp_reply_extra(rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
	} else if (hkp_request_reader(rq, rp) != NULL) {
		hkp_reply_text(rp, 200, "ready");
	}
}

static void
put_head(struct buf *out, const char *name, const char *kind, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void
gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	put_head(out, name, "gauge", help);
	buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

static void
counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
	put_head(out, name, "counter", help);
	buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

static void
put_http(struct buf *out, struct hkp *h)
{
	struct hkp_counts counts;

	hkp_counts_get(h, &counts);
	buf_put_str(out,
	    "# HELP icsd_http_answers_total Answers by class of status.\n"
	    "# TYPE icsd_http_answers_total counter\n");
	for (unsigned i = 2; i <= 5; i++)
		buf_printf(out,
		    "icsd_http_answers_total{class=\"%uxx\"} %" PRIu64 "\n", i,
		    counts.answers[i]);
	gauge(out, "icsd_http_connections", "Connections open now.",
	    counts.connections);
	counter(out, "icsd_http_refused_connections_total",
	    "Connections closed for being over a limit.", counts.refused);
	gauge(out, "icsd_ready", "1 when requests are welcome.", hkp_ready(h));
}

static void
put_intake(struct buf *out, struct hkp *h)
{
	struct intake_stats s;

	intake_stats(hkp_intake(h), &s);
	counter(out, "icsd_intake_submissions_total", "Submissions taken.",
	    s.submissions);
	buf_put_str(out, "# HELP icsd_intake_outcomes_total What became of "
			 "what was submitted.\n"
			 "# TYPE icsd_intake_outcomes_total counter\n");
#define OUTCOME(member)                                                    \
	buf_printf(out,                                                    \
	    "icsd_intake_outcomes_total{outcome=\"" #member "\"} %" PRIu64 \
	    "\n",                                                          \
	    s.member)
	OUTCOME(inserted);
	OUTCOME(updated);
	OUTCOME(ignored);
	OUTCOME(invalid);
	OUTCOME(denied);
	OUTCOME(waiting);
#undef OUTCOME
	counter(out, "icsd_intake_judged_again_total",
	    "Waiting signatures judged when their issuer came.",
	    s.judged_again);
	counter(out, "icsd_intake_groups_total",
	    "Commits, each of a group of submissions.", s.groups);
	counter(out, "icsd_intake_refused_total",
	    "Submissions refused because the queue was full.", s.refused_busy);
	gauge(out, "icsd_intake_queue_length", "Submissions that wait now.",
	    s.queued);
}

static void
put_store(struct buf *out, const struct store_stats *s)
{
	gauge(out, "icsd_store_certificates", "Certificates stored.",
	    (uint64_t)s->certs);
	gauge(out, "icsd_store_user_ids", "User IDs indexed.",
	    (uint64_t)s->uids);
	gauge(out, "icsd_store_records", "Statements that stand alone.",
	    (uint64_t)s->records);
	gauge(out, "icsd_store_statements", "Statements, records included.",
	    (uint64_t)s->statements);
	gauge(out, "icsd_store_pending_signatures",
	    "Signatures that wait for their issuer.", (uint64_t)s->pending);
	gauge(out, "icsd_store_denied_fingerprints", "Fingerprints kept out.",
	    (uint64_t)s->denied);
	gauge(out, "icsd_store_log_position", "Position of the newest log row.",
	    (uint64_t)s->log);
	gauge(out, "icsd_store_file_bytes", "Size of the database.",
	    (uint64_t)s->file_octets);
	gauge(out, "icsd_store_wal_bytes", "Size of its WAL.",
	    (uint64_t)s->wal_octets);
}

void
hkp_metrics(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = hkp_request_reader(rq, rp);
	struct store_stats stats;
	struct buf out;
	enum ics_err err;

	if (r == NULL)
		return;
	buf_init(&out, METRICS_MAX);
	TRY(store_stats(r, &stats));
	buf_printf(&out,
	    "# HELP icsd_build_info The version that runs.\n"
	    "# TYPE icsd_build_info gauge\n"
	    "icsd_build_info{version=\"%s\"} 1\n",
	    PACKAGE_VERSION);
	put_http(&out, rq->h);
	put_intake(&out, rq->h);
	put_store(&out, &stats);
	if (!hkp_more_metrics(rq, rp, &out))
		hkp_reply_buf(rp, 200,
		    "text/plain; version=0.0.4; charset=utf-8", &out);
out:
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	buf_release(&out);
}
