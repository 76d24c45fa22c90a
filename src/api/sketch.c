/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/sketch: count and sum of a set, in 40 octets; with count=, the
 * symbols of its sketch. Whoever has equal octets has an equal set.
 *
 * Only peers ask, unless icsd.conf(5) says otherwise: a sketch costs a look at
 * every digest there is.
 */
#include "api/sketch.h"

#include <stdlib.h>

#include "api/changes.h"

bool
api_peer_may(struct hkp_request *rq, struct hkp_reply *rp)
{
	if (rq->face == HKP_FACE_LOCAL ||
	    atomic_load(&api_of(rq)->sketch_is_public) ||
	    hkp_request_peer(rq) != NULL)
		return true;
	api_refuse(rp, 403, "this is for peers whose key is known here",
	    "come with the TLS key of a peer in icsd.conf; or the operator "
	    "sets sketch = public");
	return false;
}

/* Digits, a dash, digits: how names of versions look. */
static bool
name_read(struct bytes text, char out[API_SKETCH_NAME_MAX])
{
	if (text.n >= API_SKETCH_NAME_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		out[i] = (char)text.p[i];
		if (strchr("0123456789abcdef-", out[i]) == NULL ||
		    text.p[i] == '\0')
			return false;
	}
	out[text.n] = '\0';
	return true;
}

static bool
range_read(const struct api_query *q, struct hkp_reply *rp,
    struct api_sketch_ask *ask)
{
	static const struct api_number from = { "from", 0,
		SKETCH_SYMBOLS_MAX - 1, 0 };
	struct api_number count = { "count", 1, API_SKETCH_COUNT_MAX, -1 };
	int64_t n;

	if (!api_number_read(q, rp, &from, &n))
		return false;
	ask->from = (uint32_t)n;
	if (count.most > SKETCH_SYMBOLS_MAX - n)
		count.most = SKETCH_SYMBOLS_MAX - n;
	if (!api_number_read(q, rp, &count, &n))
		return false;
	ask->count = (uint32_t)n;
	return true;
}

static bool
ask_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_sketch_ask *ask)
{
	struct api_query q;

	if (!api_query_of(rq, rp, &q))
		return false;
	ask->is_print = api_query_get(&q, "count").p == NULL;
	if (!ask->is_print && !range_read(&q, rp, ask))
		return false;
	if (!name_read(api_query_get(&q, "at"), ask->name)) {
		api_refuse(rp, 400, "at is no name of a sketch",
		    "it is what the header ICS-Sketch-At said");
		return false;
	}
	memset(&ask->scope.sight, 0, sizeof(ask->scope.sight));
	ask->scope.sight.all = rq->sight == NULL;
	if (rq->sight != NULL)
		ask->scope.sight = *rq->sight;
	return api_select_read(&q, rp, &ask->scope.select);
}

void
api_sketch(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_sketch_ask *ask;

	if (!api_peer_may(rq, rp))
		return;
	ask = alloc_zero(1, sizeof(*ask));
	ask->rq = rq;
	ask->rp = rp;
	if (ask_read(rq, rp, ask))
		api_sketcher_ask(api_of(rq)->sketcher, ask);
	else
		free(ask);
}
