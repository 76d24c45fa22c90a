/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routes above the keyserver's: the ICS API, and what the operator asks on
 * the local socket. They are rows that hkp_new takes, with a struct api as
 * their argument; hkp/README is the wire contract.
 *
 *	api.c        rows, rights in force      query.c   parameters
 *	view.c       which item, as of when     item.c statement.c code.c
 *	search_read.c search.c                  changes.c follow.c log.c
 *	submit.c result.c                       local.c stream.c
 *	sketch.c sketch/ fetch.c             what peers compare and fetch
 *	check/ (check.h)                     may it take part, and who says so
 *
 * Invariant: nothing here decides what is so; item and policy do.
 */
#ifndef API_API_H
#define API_API_H

#include "hkp/hkp.h"
#include "hkp/request.h"
#include "policy/policy.h"
#include "sync/sync.h"

struct api;

extern const struct hkp_route_table api_routes;

/* Answers look-ups of code, for hkp_start.more_lookup. */
bool api_code_lookup(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q);

/* Peers for /metrics and the statistics: see hkp_start. */
void api_metrics(struct hkp_request *rq, struct hkp_reply *rp,
    struct buf *begun);
void api_peers(struct hkp_request *rq, struct hkp_reply *rp,
    hkp_peers_tell *tell, void *arg);

/* What the routes share, for the argument of the rows. sync is lent, and may
 * be NULL: then there are no peers. The caller frees it, after hkp_free. */
struct api *api_new(struct sync *sync);
void api_free(struct api *a);

/* Whether everybody may ask for sketches, and fetch by digests; else only peers
 * whose keys are known, which is so until this is called. Any thread. */
void api_sketch_public_set(struct api *a, bool is_public);

/* Judge by these rights (copied) from now on; one thread calls this. */
void api_rights_set(struct api *a, const struct policy_rights *rights);

#endif
