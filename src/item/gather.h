/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between gather.c (statements about the item) and party.c (who made them,
 * and who gave them which role). A gathering lives as long as one item_read.
 */
#ifndef ITEM_GATHER_H
#define ITEM_GATHER_H

#include "item/item.h"

/* How far grants are followed: the issuers' own, and those of whoever gave
 * them; who is found beyond is a party whose word nobody gave. */
#define ITEM_LEVELS 2u

struct grant {
	struct item_statement said;
	size_t to; /* the party that it speaks about */
};
/* A subkey's own end: what it signed depends on it, too. */
struct signer {
	struct pgp_fpr fpr;
	int64_t expires, revoked_at;
	enum pgp_revocation revoked;
};
ARRAY_OF(struct signer, signer_array);

/* A party while it is gathered. */
struct found_party {
	struct item_party party;
	struct signer_array signers;
	unsigned level;
};
ARRAY_OF(struct item_statement, statement_array);
ARRAY_OF(struct grant, grant_array);
ARRAY_OF(struct found_party, party_array);

struct gather {
	const struct item_source *source;
	struct item *it;
	struct statement_array about;
	struct grant_array grants;
	struct party_array parties;
};

/* Where a signature was found. */
struct gather_place {
	const struct pgp_cert *cert;	  /* in this one, or NULL: a record */
	struct bytes uid;		  /* certified User ID, or empty */
	struct notations_subject subject; /* of records: filed under it */
	struct pgp_fpr issuer;		  /* of records: the primary key */
};

/*
 * Read a signature as a statement; body is copied. ICS_ENOTFOUND when it is
 * none. The issuer is then a primary key, the party not yet set; the caller
 * releases *s, also after a failure.
 */
enum ics_err gather_statement_read(const struct gather *g,
    const struct gather_place *place, struct bytes body,
    struct item_statement *s);
void gather_statement_release(struct item_statement *s);

/* The subject "rec:" of a statement. */
void gather_rec_subject(const uint8_t digest[32],
    struct notations_subject *subject);

/* True when the hashed area has a notation or the type speaks by itself: the
 * cheap question before the statement is read. */
bool gather_sig_speaks(const struct pgp_sig *sig);

/* Call found for each record about a subject, until it answers something
 * else than ICS_OK. */
struct gather_records {
	enum ics_err (*found)(struct gather *g, const struct gather_place *p,
	    struct bytes body, void *arg);
	void *arg;
};
enum ics_err gather_records(struct gather *g,
    const struct notations_subject *subject, const struct gather_records *each);

/* How many statements are held; grants count. */
bool gather_is_full(const struct gather *g);

/* The index of a party, which is added when it is new. */
size_t gather_party(struct gather *g, const struct pgp_fpr *fpr,
    unsigned level);

/* Read every party's certificate and grants; parties come to it. */
enum ics_err gather_parties_read(struct gather *g);

/* What the end of the subkey that made a statement leaves of it: AUTHORISED
 * where it takes nothing away. */
enum policy_standing gather_signer_standing(const struct found_party *found,
    const struct item_statement *s);

#endif
