/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a request below /ics/v1/items asks: which item, as of when, in which
 * form; and the item, read and folded.
 */
#ifndef API_VIEW_H
#define API_VIEW_H

#include "api/handler.h"
#include "domain/domain.h"
#include "item/item.h"

#define API_ID_HELP                                                            \
	"an id is a fingerprint of 40 or 64 digits, perhaps with its version " \
	"before it, a key ID of 16, or sha256: and 64 digits for code"

enum api_form {
	API_JSON,
	API_ARMOR, /* ".asc" */
	API_BINARY /* ".pgp" */
};

/* A segment of the path, decoded, without what tells its form. */
struct api_id {
	struct bytes text; /* into room */
	enum api_form form;
	uint8_t room[STORE_QUERY_MAX];
};
/* False after a 400. Without a suffix the header Accept tells the form. */
bool api_id_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_id *id);

/* The subject that an id names. A key ID is looked up. False after a 400, 404
 * or, when a key ID names several, 409. */
bool api_subject_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct bytes id, struct notations_subject *subject);

/* What at= and known-at= say; now without. False after a 400. */
struct api_query;
bool api_when_of(const struct api_query *q, struct hkp_reply *rp,
    struct policy_time *when);
bool api_when_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct policy_time *when);
/* As of now, with all that is known. */
struct policy_time api_when_now(void);

struct api_view {
	struct item it;
	struct policy_state state;
	struct policy_time when;
	struct item_telling told; /* of the above */
};
/* ICS_ENOTFOUND: nothing is known, or nothing that may be told. The caller releases *v in any case. */
enum ics_err api_view_read(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject, struct api_view *v);
void api_view_release(struct api_view *v);

/* The item that a path names, at=, known-at=; false when the reply is filled.
 * The caller releases *v in any case. */
bool api_item_asked(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_id *id, struct api_view *v);

/* ---- domains: check/domain.c ---------------------------------------------- */

/* A domain, one of its versions (?serial=), a form. */
struct api_domain_asked {
	struct api_id id;
	const struct domain_set *set; /* hkp_request_set */
	size_t domain;
	const struct policy_domain *d; /* in the set */
};
/* False after a 400 or 404. */
bool api_domain_asked(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_domain_asked *a);

/* ---- answers --------------------------------------------------------------- */
/* May an item that was read and folded be told? Of parties to it whose
 * certificates are kept back no more is left than their fingerprints. */
bool api_item_may(struct hkp_request *rq, struct store_reader *r,
    struct item *it);

/* A 404 that helps. */
void api_miss(struct hkp_reply *rp);

/* Answer with octets in one of the signed forms: records first in binary, the
 * certificates first in armor, each kind a block. Both are given. */
struct api_signed {
	struct buf certs, records;
};
void api_signed_init(struct api_signed *s, size_t most);
void api_signed_release(struct api_signed *s);
void api_signed_reply(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_signed *s, enum api_form form);

#endif
