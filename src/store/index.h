/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows that make a certificate findable, computed from its summary.
 * Private.
 *
 * Invariant: a pure function of the summary. So what was stored can be taken
 * out again, and fsck can tell what is missing.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "base/array.h"
#include "base/buf.h"
#include "pgp/pgp.h"

enum index_kind {
	INDEX_PRIMARY,
	INDEX_SUBKEY,
	INDEX_KEYID /* the real key ID of a version 3 key */
};

struct index_key {
	uint64_t keyid;
	struct pgp_fpr fpr;
	enum index_kind kind;
};

ARRAY_OF(struct index_key, index_keys);
ARRAY_OF(uint64_t, index_hashes);

struct index {
	struct index_keys keys;	    /* sorted, each once */
	struct index_hashes hashes; /* likewise */
	struct buf words;	    /* UTF-8 text of all User IDs */
};

/* Fill *ix from a summary; release it also on failure (ICS_ECORRUPT). */
enum ics_err index_init(struct index *ix, struct bytes summary);
void index_release(struct index *ix);

int index_key_compare(const struct index_key *a, const struct index_key *b);

/* Under what a User ID is filed: 64 bits of its folded address or whole. */
uint64_t index_uid_hash(struct bytes uid);

/* Equality with ASCII letters folded. */
bool index_folded_equal(struct bytes a, struct bytes b);

/* Append as UTF-8: what is none is taken for Latin-1. */
void index_words_put(struct buf *out, struct bytes uid);

#endif
