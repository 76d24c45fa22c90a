/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a search or a follower asks of items: pairs of name and value, written
 * as the index files them. The index finds candidates; what is said decides.
 * Others include item/item.h.
 */
#ifndef ITEM_TERMS_H
#define ITEM_TERMS_H

#include "policy/policy.h"
#include "store/store.h"

struct item; /* see item/item.h */

#define ITEM_TERMS_TEXT_MAX 4096 /* octets of all pairs together */

/* Places in text, so that it may be copied. */
struct item_term {
	size_t name, name_n, value, value_n;
};

struct item_terms {
	struct item_term at[STORE_TERMS_MAX];
	size_t n;
	uint8_t text[ITEM_TERMS_TEXT_MAX];
	size_t used;
};

static inline struct bytes
item_term_name(const struct item_terms *terms, size_t i)
{
	return bytes_of(&terms->text[terms->at[i].name], terms->at[i].name_n);
}

static inline struct bytes
item_term_value(const struct item_terms *terms, size_t i)
{
	return bytes_of(&terms->text[terms->at[i].value], terms->at[i].value_n);
}

/*
 * Add a pair as people write it: any case; an alias of a status; a digest
 * bare or with its algorithm; an issuer in any form of a fingerprint. False
 * when it can be no such thing, or there are too many.
 */
bool item_terms_add(struct item_terms *terms, struct bytes name,
    struct bytes value);

/* "model=T1000 manu=Acme", between spaces. False likewise. */
bool item_terms_read(struct item_terms *terms, struct bytes text);

/* Does each pair stand in a statement about the item: one that counts, by a
 * role that may say it (state NULL: in any)? */
bool item_terms_fit(const struct item_terms *terms, const struct item *it,
    const struct policy_state *state);

#endif
