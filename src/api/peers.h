/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to src/api: the table of peers, asked of the thread that has it. */
#ifndef API_PEERS_H
#define API_PEERS_H

#include "api/handler.h"

/* What is done with the answer, on the thread of sync: fill the reply. arg is
 * the caller's. */
typedef void api_peers_tell(struct hkp_request *rq, struct hkp_reply *rp,
    void *arg, const struct sync_answer *answer);

struct api_peers_asked {
	enum sync_what what;
	const char *text;	       /* shorter than SYNC_TEXT_MAX; copied */
	struct notations_subject item; /* of a plan; likewise: */
	size_t limit;
	api_peers_tell *tell;
	void *arg;
};

/* Ask; tell is called once in any case, perhaps at once. */
void api_peers_ask(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_peers_asked *asked);

/* False when there is no answer: then the reply says why. */
bool api_peers_answered(struct hkp_reply *rp, const struct sync_answer *answer);

/* To everybody: what a descriptor orders is for who may read its domain. */
bool api_peer_is_shown(struct hkp_request *rq, const struct sync_row *row);

#endif
