/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to src/api: its handlers, by the rows of routes.def, its state, and
 * what handlers share. */
#ifndef API_HANDLER_H
#define API_HANDLER_H

#include <jansson.h>
#include <stdatomic.h>

#include "api/api.h"
#include "hkp/request.h"

#define X(method, pattern, handler, faces, words) hkp_handler api_##handler;
#include "api/routes.def"
#undef X

/* Rights that are or were in force: immutable. A request may look at them
 * until it is answered, so they stay until the server ends. */
struct api_rights {
	struct policy_rights rights; /* owned */
	struct api_rights *before;
};

#define API_WORKERS_MAX 256 /* as http-threads; further ones keep nothing */

/* What was noticed of late, by any worker: see check/notice.c. */
#define API_NOTICED_MARKS 256u
struct api_noticed {
	_Atomic uint64_t marks[API_NOTICED_MARKS]; /* mark, then when */
	_Atomic uint64_t window, told;		   /* begun, then how many */
};

struct api_check_cache;
struct api_follower;
struct api {
	struct sync *sync;		     /* lent; may be NULL */
	atomic_uint followers;		     /* of the log, that wait */
	_Atomic(struct api_rights *) rights; /* the newest */
	atomic_bool sketch_is_public;
	struct api_sketcher *sketcher; /* owned */
	/* What each worker keeps, its own; made when it is first asked. */
	struct api_check_cache *checks[API_WORKERS_MAX];
	/* The event streams of each worker, its own. */
	struct api_follower *streams[API_WORKERS_MAX];
	struct api_noticed noticed;
};

/* The state of the server that a request came to. */
struct api *api_of(struct hkp_request *rq);

/* By whose words statements count now; lent until the server ends. */
const struct policy_rights *api_rights_of(struct hkp_request *rq);

/* Answer {"error": words, "help": help}. */
void api_refuse(struct hkp_reply *rp, unsigned status, const char *words,
    const char *help);

/* May this client compare and fetch as other servers do? False after a 403. */
bool api_peer_may(struct hkp_request *rq, struct hkp_reply *rp);

/* "2026-11-26T10:00:00Z" */
json_t *api_time_json(int64_t t);
/* Lower case digits. */
json_t *api_hex_json(struct bytes octets);

/* Submit input (given, malloc); finish tells what became of it. */
void api_submit_octets(struct hkp_request *rq, struct hkp_reply *rp,
    struct bytes input, hkp_finish *finish);
/* {"results": [...]}; judge: 422 when nothing was accepted. */
hkp_finish api_results_show, api_results_judge;

#endif
