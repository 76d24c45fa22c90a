/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a draft to a statement that a server holds: find who signs, judge,
 * show, sign, write or send. Every command that signs ends here.
 *
 * Failures are told.
 */
#ifndef SIGN_ACT_H
#define SIGN_ACT_H

#include "sign/draft.h"
#include "sign/send.h"
#include "sign/signer.h"
#include "sign/target.h"

struct sign_act {
	const struct where *where; /* lent: where it is sent */
	const char *who;	   /* --as: who signs */
	const char *output;	   /* write here instead of sending; or NULL */
	struct sign_agent_how how;
	int64_t now; /* the statement's date */
	bool dry_run, json, binary, quiet;
	struct buf *made; /* lent: what was written or sent is appended; NULL */
};

/* How targets are looked for. */
struct sign_search sign_act_search(const struct sign_act *act);

/* The subject that whoever would sign records is. */
enum ics_err sign_act_self(const struct sign_act *act,
    struct notations_subject *self);

/*
 * Do it. The draft's date is act->now. target has the certificate that the
 * draft certifies, where it does. ICS_EDENIED when the server refused.
 */
enum ics_err sign_act_run(const struct sign_act *act, struct sign_draft *draft,
    const struct sign_target *target);

#endif
