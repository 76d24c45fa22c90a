/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a certificate says about itself, verified here: whoever sent it is not
 * believed. Third parties play no part, but for a key that never signs about
 * itself: a maker whom the user believes names it.
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
	JUDGE_NAMED,   /* ... but others named it, who are not believed here */
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
	struct pgp_fpr namer; /* JUDGE_NAMED: the first who did, unverified */
	struct report rep;    /* owned */
	enum judge_state state;
};

/* Judge one block of packets at a time, as it was then; always answers. The
 * caller releases. */
struct judge_how {
	int64_t now;
	/* who may name keys that do not speak; both or none */
	const struct pgp_keyring *keyring;
	const struct pgp_makers *makers;
};
void judge_block(struct bytes packets, const struct judge_how *how,
    struct judged *j);
void judge_release(struct judged *j);

/* The state of a User ID or a subkey by its own facts. */
enum judge_state judge_uid(const struct pgp_uid_facts *uid, int64_t now);
enum judge_state judge_key(const struct pgp_key_facts *key, int64_t now);

#endif
