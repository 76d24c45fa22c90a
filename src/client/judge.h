/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a certificate says about itself, verified here: whoever sent it is not
 * believed. Third parties play no part.
 */
#ifndef CLIENT_JUDGE_H
#define CLIENT_JUDGE_H

#include <jansson.h>

#include "pgp/pgp.h"

enum judge_state {
	JUDGE_VALID,
	JUDGE_EXPIRED,
	JUDGE_FUTURE, /* made later than now */
	JUDGE_REVOKED,
	JUDGE_UNBOUND, /* nothing in it is signed by its own key */
	JUDGE_UNREADABLE
};
const char *judge_state_word(enum judge_state state); /* "valid" */

/* Where and why a revocation speaks. */
struct judge_revocation {
	bool found;
	int64_t at;
	const char *reason; /* words, static */
	struct bytes text;  /* lent by the certificate */
};

struct judged {
	struct pgp_cert *cert; /* owned: what is verified in it, or NULL */
	struct pgp_facts facts;
	struct judge_revocation revocation; /* of the primary */
	struct pgp_fpr fpr;		    /* version 0 when unreadable */
	struct report rep;		    /* owned */
	enum judge_state state;
};

/* Judge one block of packets at a time; always answers. The caller releases. */
void judge_block(struct bytes packets, int64_t now, struct judged *j);
void judge_release(struct judged *j);

/* The state of a User ID or a subkey by its own facts. */
enum judge_state judge_uid(const struct pgp_uid_facts *uid, int64_t now);
enum judge_state judge_key(const struct pgp_key_facts *key, int64_t now);

#endif
