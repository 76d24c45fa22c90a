/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is looked for by fingerprint or key ID, and is not here, may be
 * elsewhere: whoever started the server knows whom to ask. The request sleeps
 * meanwhile, and its handler is called once more when that is over; so the
 * answer is one from the store, whatever came.
 *
 * Invariant: what is kept back from somebody and what is absent are fetched
 * alike, for what he sees decides. Whoever may not see what is of no domain
 * has nothing fetched: it would not be his to see.
 */
#include <stdlib.h>

#include "hkp/lookup.h"
#include "hkp/server.h"

static bool
may_fetch(const struct hkp_request *rq)
{
	const struct hkp_start *start = &rq->h->start;

	return start->fetch != NULL && !rq->is_fetched &&
	       (rq->sight == NULL || rq->sight->none) &&
	       !atomic_load(&rq->h->is_maintained) &&
	       !atomic_load(&rq->h->stopping) &&
	       start->fetch(start->fetch_arg, NULL, NULL, NULL);
}

/* On the worker's thread: everything as at first, but for what has come. */
static void
answer_again(void *arg)
{
	struct hkp_request *rq = arg;
	struct hkp_conn *c = hkp_conn_of(rq);

	c->rp = (struct hkp_reply){ 0 };
	rq->match.route->handler(rq, &c->rp);
	hkp_request_answer(rq);
}

static void
fetched(void *arg)
{
	struct hkp_request *rq = arg;

	hkp_worker_call(rq->worker, answer_again, rq);
}

/* What is known of it here. False: there is nothing to fetch. */
static bool
wanted_read(struct hkp_request *rq, struct store_reader *r,
    const struct hkp_search *s, struct hkp_wanted *w)
{
	struct store_hits hits;
	struct store_denied denied;

	*w = (struct hkp_wanted){ .keyid = s->keyid };
	if (s->kind == HKP_SEARCH_FPR)
		w->fpr = s->fpr;
	else if (s->kind != HKP_SEARCH_KEYID)
		return false;
	if (hkp_search_run(rq, r, s, &hits) != ICS_OK)
		return false;
	if (hits.n > 0)
		return store_cert_modified(r, hits.ids[0], &w->since) == ICS_OK;
	/* It was removed here: nobody brings it back. */
	return s->kind != HKP_SEARCH_FPR ||
	       store_deny_get(r, &s->fpr, &denied) != ICS_OK;
}

bool
hkp_get_waits(struct hkp_request *rq, struct hkp_reply *rp,
    struct store_reader *r, const struct hkp_search *s)
{
	const struct hkp_start *start = &rq->h->start;
	struct hkp_wanted w;

	if (!may_fetch(rq) || !wanted_read(rq, r, s, &w) ||
	    !start->fetch(start->fetch_arg, &w, NULL, NULL))
		return false;
	rq->is_fetched = true;
	/* First: the answer may come before fetch returns. */
	hkp_request_wait(rq, rp);
	if (!start->fetch(start->fetch_arg, &w, fetched, rq))
		fetched(rq); /* there was room a moment ago */
	return true;
}
