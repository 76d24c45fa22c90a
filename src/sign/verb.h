/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each kind of statement says, by what was asked for: drafts, before
 * anybody signs them. A member that is NULL was not said. Failures are told.
 */
#ifndef SIGN_VERB_H
#define SIGN_VERB_H

#include "sign/draft.h"
#include "sign/target.h"

/* What the user said; texts are lent. */
struct sign_said {
	const char *since, *reason, *owner, *prev;	  /* states */
	const char *scope, *until;			  /* roles */
	const char *scheme, *id, *level, *state;	  /* approvals */
	const char *name, *release, *target, *kind, *seq; /* code */
};

/* "An entity" below is target's; NULL texts say nothing. */
enum ics_err sign_say_approve(struct sign_draft *draft,
    const struct sign_said *said);
enum ics_err sign_say_endorse(struct sign_draft *draft,
    const struct sign_said *said);
/* A state's word or its alias. */
enum ics_err sign_say_state(struct sign_draft *draft,
    const struct sign_said *said, const char *word);
enum ics_err sign_say_code(struct sign_draft *draft,
    const struct sign_said *said, const struct sign_target *target);
enum ics_err sign_say_offer(struct sign_draft *draft,
    const struct sign_said *said);
enum ics_err sign_say_accept(struct sign_draft *draft,
    const struct sign_said *said);
enum ics_err sign_say_role(struct sign_draft *draft,
    const struct sign_said *said, const char *role);
/* That record taken back. */
enum ics_err sign_say_revokes(struct sign_draft *draft,
    const struct notations_subject *record, const char *reason);

/* "2026-11-26T10:00:00Z", "2026-11-26" or seconds since 1970. ICS_EUSAGE. */
enum ics_err sign_time_read(const char *typed, int64_t *t);
/* The same; false, and nothing told, when it is none. */
bool sign_time_parse(struct bytes text, int64_t *t);

/* Is a certification with this record digest in a certificate? *part is then
 * where it stands, lent. */
bool sign_certification_find(const struct pgp_cert *cert,
    const uint8_t digest[32], const struct pgp_part **part);

#endif
