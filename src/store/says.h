/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a certificate or a record says, as rows: digests of statements and the
 * terms by which they are found. Private.
 *
 * Invariant: a pure function of the carrier's octets (and, for a record, of
 * who signed it and about what). So what was stored can be taken out again,
 * and fsck can tell what is missing.
 */
#ifndef STORE_SAYS_H
#define STORE_SAYS_H

#include "store/index.h"
#include "store/store.h"

struct says_digest {
	uint8_t b[32];
};
ARRAY_OF(struct says_digest, says_digests);

struct says {
	struct notations_subject subject;
	struct says_digests digests; /* sorted, each once */
	struct index_hashes terms;   /* likewise */
};

/* A record, ready to be put or compared. */
struct store_record_entry {
	uint8_t digest[32];
	uint64_t signed_head;
	struct pgp_fpr issuer;
	bool has_seat;
	int64_t created;
	struct buf body; /* owned */
	struct says says;
};

/* Statements among a certificate's signatures; none is no error. Release it
 * in any case. */
void says_of_cert(const struct pgp_cert *cert, struct says *says);
/* The same from its octets; what cannot be read says nothing. */
void says_of_cert_data(struct bytes data, struct says *says);
/* One statement, whose primary key is issuer. */
void says_of_statement(const struct notations_statement *st,
    const struct pgp_fpr *issuer, struct says *says);
void says_release(struct says *says);

bool says_has_digest(const struct says *says, const uint8_t digest[32]);
bool says_has_term(const struct says *says, uint64_t term);

/*
 * What a stored body amounts to, computed again. A confirmation is about the
 * subject given, which its octets only hint at. ICS_EFORMAT when it is no
 * statement any more. The caller frees *e.
 */
struct says_record {
	struct bytes body;
	struct notations_subject subject;
	struct pgp_fpr issuer;
};
enum ics_err says_of_record(const struct says_record *rec,
    struct store_record_entry **e);

/* Move rows from what a carrier said to what it says, with a log row for each
 * statement that comes or goes. Either may be NULL. */
struct says_change {
	const struct says *now, *before;
	int64_t carrier, when;
};
enum ics_err says_put(struct store *s, const struct says_change *change);

/* Whether there is room for a record: STORE_TAKEN, or why there is none. */
enum ics_err says_room(struct store *s, const struct store_record_entry *e,
    enum store_taken *room);

/* The columns :subject of a query; octets is the caller's room. */
struct bytes says_subject(const struct notations_subject *subject,
    uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX]);

#endif
