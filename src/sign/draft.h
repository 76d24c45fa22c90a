/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A statement before it is signed: what it is about, what it says, how it is
 * carried. Invariant: every notation in it obeys the syntax of its name, and
 * sign_draft_check has the reader of notations judge the whole.
 *
 * Failures are told.
 */
#ifndef SIGN_DRAFT_H
#define SIGN_DRAFT_H

#include <jansson.h>

#include "notations/notations.h"
#include "pgp/pgp.h"

struct sign_draft {
	enum notations_carrier carrier; /* CERTIFICATION or RECORD */
	enum notations_kind kind;	/* for rec@ of records */
	uint8_t type;			/* of the signature */
	struct notations_subject subject;
	const struct pgp_cert *cert; /* lent: CERTIFICATION */
	const struct pgp_part *uid;  /* in cert; NULL: over the key alone */
	int64_t created;
	uint32_t expires;  /* seconds after created; 0 never */
	struct buf hashed; /* owned: subpackets besides dates and issuer */
	bool said[NOTATIONS_NAME_COUNT];
};

void sign_draft_init(struct sign_draft *draft);
void sign_draft_release(struct sign_draft *draft);

/*
 * A record about a subject: type 0x00 over nothing, rec@ and subject@ said.
 */
void sign_draft_record(struct sign_draft *draft, enum notations_kind kind,
    const struct notations_subject *subject);

/*
 * A certification of a type over the primary User ID of a certificate (of
 * clean signatures), or over its key where it has none. ICS_ENOTFOUND when
 * all its User IDs are revoked.
 */
enum ics_err sign_draft_certification(struct sign_draft *draft, uint8_t type,
    const struct pgp_cert *cert);

/* Say it. ICS_EUSAGE: against the syntax, or said before. */
enum ics_err sign_draft_say(struct sign_draft *draft, enum notations_name name,
    struct bytes value);
enum ics_err sign_draft_say_text(struct sign_draft *draft,
    enum notations_name name, const char *text);
/* The same where there is something to say: text may be NULL. */
enum ics_err sign_draft_say_maybe(struct sign_draft *draft,
    enum notations_name name, const char *text);

/*
 * "NAME=VALUE" as people write it. A name of the vocabulary stands with or
 * without its domain; another one must have a domain of its own. The binary
 * "hash" is written as text: DIGEST NAME.
 */
enum ics_err sign_draft_set(struct sign_draft *draft, const char *assignment);

/* What a signature of the draft would cover. */
struct pgp_subject sign_draft_covers(const struct sign_draft *draft);

/* Is it a statement that servers take, when this key signs it? ICS_EDENIED
 * when not; an ordinary certification, which says nothing, is ICS_OK. */
enum ics_err sign_draft_check(const struct sign_draft *draft,
    const struct pgp_key *by);

/* A line each of what will be signed. */
void sign_draft_show(const struct sign_draft *draft);
/* The same as a JSON object; the caller owns it. */
json_t *sign_draft_json(const struct sign_draft *draft);

#endif
