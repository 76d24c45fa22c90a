/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server or a bundle says about items, verified here before anybody
 * looks at it: certificates, records, and the certificates of who signed.
 *
 *	prove_evidence_fetch ┐
 *	prove_evidence_add   ┴▶ prove_evidence_settle ─▶ prove_evidence_fold
 *
 * Nothing in it is believed because of where it came from; only when this
 * server knew of a statement (--known-at) is the server's word.
 */
#ifndef PROVE_EVIDENCE_H
#define PROVE_EVIDENCE_H

#include "client/http.h"
#include "item/item.h"

struct prove_evidence {
	struct item_pool *pool;	   /* owned */
	struct report rep;	   /* owned: what was left out, and why */
	json_t *known;		   /* owned: digest -> [position, received] */
	struct item_source source; /* after settle */
	size_t octets;		   /* taken in */
};

void prove_evidence_init(struct prove_evidence *ev);
void prove_evidence_release(struct prove_evidence *ev);

/* Ask the server. ICS_ENOTFOUND, untold: it knows nothing about it. Other
 * failures are told. */
enum ics_err prove_evidence_fetch(struct prove_evidence *ev, struct http *h,
    const struct notations_subject *subject);
/* Packets from elsewhere. Untold. */
enum ics_err prove_evidence_add(struct prove_evidence *ev,
    struct bytes packets);
/* Remember from a history when this server knew of each statement. */
void prove_evidence_known(struct prove_evidence *ev, const json_t *history);
/* Verify it all; nothing may be added after it. The rights' holders name keys
 * that do not speak for themselves; lent as long as the evidence. */
enum ics_err prove_evidence_settle(struct prove_evidence *ev,
    const struct policy_rights *rights);

/* One item out of it, folded. */
struct prove_folded {
	struct item it;		   /* owned */
	struct policy_state state; /* owned */
	struct policy_time when;
	bool is_here;
};
/* ICS_ENOTFOUND: nothing about it is in the evidence. Release in any case. */
struct prove_ask {
	const struct notations_subject *subject;
	const struct policy_rights *rights; /* lent */
	struct policy_time when;
};
enum ics_err prove_evidence_fold(struct prove_evidence *ev,
    const struct prove_ask *ask, struct prove_folded *folded);
void prove_folded_release(struct prove_folded *folded);
/* For item_json_*; lent by folded. */
struct item_telling prove_folded_telling(const struct prove_folded *folded);

/* Append "/ics/v1/items/{id}" of a subject. */
void prove_item_path(const struct notations_subject *subject, struct buf *to);

/*
 * A GET whose answer is JSON. ICS_ENOTFOUND comes untold, other failures are
 * told; about names the thing in them. The caller owns *doc.
 */
struct prove_get {
	struct http *h;
	const char *path, *about;
};
enum ics_err prove_get_json(const struct prove_get *get, json_t **doc);

/*
 * The records about code, or about a device; or a statement's own signature:
 * bare signature packets, appended to records, as the server has them.
 * ICS_ENOTFOUND, untold.
 */
enum ics_err prove_records_fetch(struct http *h,
    const struct notations_subject *subject, struct buf *records);

/* A server that can be asked; ICS_ENET, told, where none runs. */
enum ics_err prove_server_open(const struct where *where, struct http **h);

#endif
