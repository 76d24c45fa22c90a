/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a handler sees: a request to read and a reply to fill. No handler
 * touches a socket or libmicrohttpd; conn.c turns the reply into an answer.
 *
 * Every reply carries Access-Control-Allow-Origin: *, errors included.
 */
#ifndef HKP_REQUEST_H
#define HKP_REQUEST_H

#include "base/buf.h"
#include "domain/domain.h"
#include "hkp/route.h"
#include "intake/intake.h"
#include "store/store.h"

#define HKP_EXTRA_MAX	       6   /* headers beyond the usual ones */
#define HKP_EXTRA_VALUE_MAX    160 /* octets of a value, with its NUL */
#define HKP_PATIENCE_NS	       UINT64_C(250000000) /* of a thread that others need */
#define HKP_RETRY_SECONDS      2  /* what Retry-After proposes */
#define HKP_MAINTAINED_SECONDS 60 /* likewise, in maintenance */

#define HKP_TYPE_TEXT  "text/plain; charset=utf-8"
#define HKP_TYPE_HTML  "text/html; charset=utf-8"
#define HKP_TYPE_JSON  "application/json"
#define HKP_TYPE_ARMOR "application/pgp-keys"

/* A body that is made while it is sent. */
struct hkp_stream {
	/*
	 * Fill out with up to max octets: *n, 0 for nothing yet (then
	 * hkp_request_wake is promised). ICS_ENOTFOUND at the end; any other
	 * error damages the answer so that the client notices. Called, as
	 * free, on the worker's thread only.
	 */
	enum ics_err (*read)(void *arg, uint8_t *out, size_t max, size_t *n);
	void (*free)(void *arg);
	void *arg;
};

enum hkp_prepared {
	HKP_PREPARED_NONE,
	HKP_PREPARED_MISS /* the usual 404, made once */
};

struct hkp_reply {
	unsigned status;
	enum hkp_prepared prepared;
	const char *type;	  /* media type, static; NULL without a body */
	struct bytes body;	  /* owned (malloc) by the reply */
	struct hkp_stream stream; /* read NULL: none */
	char etag[48];		  /* with its quotes; empty without one */
	struct {
		const char *name; /* static */
		char value[HKP_EXTRA_VALUE_MAX];
	} extra[HKP_EXTRA_MAX];
	size_t extra_n;
	bool later; /* intake answers; hkp_request_finish is promised */
};

struct hkp;
struct hkp_worker;

/* How the outcome of a submission is told. */
enum hkp_telling {
	HKP_TELL_TEXT,
	HKP_TELL_HTML,
	HKP_TELL_JSON, /* as Hockeypuck: arrays by outcome */
	HKP_TELL_VKS   /* as Hagrid */
};

struct hkp_request {
	struct hkp *h;
	struct hkp_worker *worker;	 /* whose thread this is */
	const struct hkp_config *config; /* of this connection's generation */
	enum hkp_face face;
	enum hkp_method method;
	bool head;
	struct bytes path;  /* raw, lent until the reply is sent */
	struct bytes query; /* raw, behind the "?", lent likewise */
	struct hkp_route_match match;
	struct buf body; /* owned by the connection; a handler may take it */
	bool is_fetched; /* what it asks for was: hkp/up/fetch.c's */
	enum hkp_telling telling;
	/* From here on hkp/sight/sight.c's. What may be told; NULL: all. */
	const struct domain_sight *sight;
	struct domain_set *set; /* held; hkp_request_set */
	size_t domain; /* the one that is meant; POLICY_NOBODY: none, or one
	                * that there is not (then sight shows nothing) */
};

/* ---- asking about a request ---------------------------------------------- */

/* A header's value, lent until the reply is sent; NULL without. */
const char *hkp_request_header(struct hkp_request *rq, const char *name);

/* The peer whose key the client proved in TLS, lent until the reply is sent;
 * NULL: a stranger. */
const struct hkp_peer *hkp_request_peer(struct hkp_request *rq);

/* Did it come by TLS? */
bool hkp_request_is_tls(struct hkp_request *rq);

/* The domains that the request is judged by, lent until the reply is sent. */
struct domain_set *hkp_request_set(struct hkp_request *rq);

/* The reader of this thread, looking at the newest state. On failure the
 * reply is filled and the result is NULL. */
struct store_reader *hkp_request_reader(struct hkp_request *rq,
    struct hkp_reply *rp);

/* ---- what may be told: hkp/sight ------------------------------------------- */

/*
 * Whoever tells of an item asks first, and takes false for "there is none":
 * what is kept back and what is absent are answered alike. r is any reader.
 */
bool hkp_sight_sees(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject);
bool hkp_sight_sees_asked(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject);
bool hkp_sight_sees_cert(struct hkp_request *rq, struct store_reader *r,
    int64_t id);
void hkp_sight_keep(struct hkp_request *rq, struct store_reader *r,
    struct store_hits *hits);

static inline bool
hkp_may_see(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject)
{
	return rq->sight == NULL || hkp_sight_sees(rq, r, subject);
}
/* The same of what the request names: a no costs as much whether it is kept
 * back or not here. */
static inline bool
hkp_may_see_asked(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject)
{
	return rq->sight == NULL || hkp_sight_sees_asked(rq, r, subject);
}
/* A certificate by its id. */
static inline bool
hkp_may_see_cert(struct hkp_request *rq, struct store_reader *r, int64_t id)
{
	return rq->sight == NULL || hkp_sight_sees_cert(rq, r, id);
}
/* Leave in hits what may be seen. */
static inline void
hkp_hits_keep(struct hkp_request *rq, struct store_reader *r,
    struct store_hits *hits)
{
	if (rq->sight != NULL)
		hkp_sight_keep(rq, r, hits);
}
/* The domain itself: its name, its descriptor. */
bool hkp_may_read_domain(struct hkp_request *rq, size_t domain);
/* How many certificates there are for somebody with a sight, as of a minute
 * ago at most; -1: nobody has counted so many. */
int64_t hkp_sight_count(struct hkp_request *rq, struct store_reader *r);
/* For answers that last: rights as they are now. */
void hkp_sight_renew(struct hkp_request *rq);

/*
 * Hand a job to intake; job->done and job->arg are set here. finish is called
 * on intake's thread to fill the reply. When intake is busy the reply is
 * filled at once and job->input is freed.
 */
typedef void hkp_finish(struct hkp_request *rq, struct hkp_reply *rp,
    const struct intake_result *result);
void hkp_request_submit(struct hkp_request *rq, struct hkp_reply *rp,
    struct intake_job *job, hkp_finish *finish);

/*
 * For answers that another thread fills: the connection sleeps. rp is that
 * thread's from now on; it fills it and calls hkp_request_answer, once, and
 * both are gone then. hkp_free waits for it.
 */
void hkp_request_wait(struct hkp_request *rq, struct hkp_reply *rp);
void hkp_request_answer(struct hkp_request *rq);

/* Submit input (given, malloc) and tell the outcome in this way. */
void hkp_submit(struct hkp_request *rq, struct hkp_reply *rp,
    struct bytes input, enum hkp_telling telling);

/* The hkp_finish of every submission: result.c. */
hkp_finish hkp_result_tell;

/* Let a stream that had nothing to send try again; on the worker's thread. */
void hkp_request_wake(struct hkp_request *rq);

/*
 * Something that waits for a commit, or for a time. All of this happens on the
 * worker's thread; a watch is zero but for what its owner sets.
 */
struct hkp_watch {
	struct hkp_watch *prev, *next; /* hkp's; NULL: it does not wait */
	uint64_t news;	/* store_news of before the last look at the store */
	uint64_t until; /* monotonic ns */
	void (*call)(void *arg);
	void *arg;
};

/* Call once: soon after a commit, when until has come, or when the server
 * ends. It may be started again then. Not while it waits already. */
void hkp_watch_start(struct hkp_worker *w, struct hkp_watch *watch);
/* Wait no more; also when it does not. */
void hkp_watch_stop(struct hkp_watch *watch);

/* Which of the server's threads it is: from 0. */
unsigned hkp_worker_number(const struct hkp_worker *w);
/* One of them; NULL: there are no more. */
struct hkp_worker *hkp_worker_at(struct hkp *h, unsigned number);
/* True when answers should come to an end. */
bool hkp_worker_is_ending(const struct hkp_worker *w);
/* Monotonic ns at the start of this turn of the worker. */
uint64_t hkp_worker_now(const struct hkp_worker *w);
/* The reader of this thread, looking at the newest state: for streams. */
enum ics_err hkp_worker_look(struct hkp_worker *w, struct store_reader **r);

/* Have call(arg) run on a worker's thread soon; from any thread. */
void hkp_worker_call(struct hkp_worker *w, void (*call)(void *arg), void *arg);

/* Counters of all threads, summed: answers by class 1xx..5xx. */
struct hkp_counts {
	uint64_t answers[6];
	uint64_t connections; /* open now */
	uint64_t refused;     /* connections over a limit */
};
void hkp_counts_get(struct hkp *h, struct hkp_counts *out);

struct intake *hkp_intake(struct hkp *h);
const char *hkp_dir(struct hkp *h);
struct store *hkp_store(struct hkp *h);
const struct hkp_hooks *hkp_hooks_get(struct hkp *h);
void *hkp_more_arg(struct hkp *h); /* of struct hkp_start, for its routes */
/* False when nobody is asked, or he does not answer. */
bool hkp_more_lookup(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q);
/* Have what was begun (given) finished; false when there is nobody. */
bool hkp_more_metrics(struct hkp_request *rq, struct hkp_reply *rp,
    struct buf *begun);
/* Have tell called with the peers: at once with none, where nobody knows. */
void hkp_more_peers(struct hkp_request *rq, struct hkp_reply *rp,
    hkp_peers_tell *tell, void *arg);
bool hkp_ready(struct hkp *h);
/* True once hkp_free waits for what is under way. Any thread. */
bool hkp_is_stopping(struct hkp *h);
/* Threads that outlive a request (fsck) are counted so that hkp_free waits. */
void hkp_helpers_add(struct hkp *h, int change);

/* ---- filling a reply -------------------------------------------------------- */

/* A line of text (printf format, without its line end). */
void hkp_reply_text(struct hkp_reply *rp, unsigned status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Everything in out, which is empty afterwards; 500 when out overflowed. */
void hkp_reply_buf(struct hkp_reply *rp, unsigned status, const char *type,
    struct buf *out);

/* The usual answer to an error of the world; words are err_words. */
void hkp_reply_error(struct hkp_reply *rp, enum ics_err err);

/* The prepared 404. */
void hkp_reply_miss(struct hkp_reply *rp);

/* One more header; value is a printf format. Control characters become "?". */
void hkp_reply_extra(struct hkp_reply *rp, const char *name, const char *value,
    ...) __attribute__((format(printf, 3, 4)));

/* 503 with Retry-After. */
void hkp_reply_busy(struct hkp_reply *rp);
/* Likewise: nobody but the operator may send anything for now. */
void hkp_reply_maintained(struct hkp_request *rq, struct hkp_reply *rp);

/*
 * A strong ETag of a digest and the form it is sent in. True when the client
 * has it already: then the reply is a 304 and complete.
 */
bool hkp_reply_etag(struct hkp_request *rq, struct hkp_reply *rp,
    const uint8_t digest[32], char form);

#endif
