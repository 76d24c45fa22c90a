/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a search or a follower asks of items: pairs of name and value, written
 * as the index files them. The index finds candidates; what is said decides.
 */
#ifndef API_TERMS_H
#define API_TERMS_H

#include "item/item.h"

#define API_TERMS_TEXT_MAX 4096 /* octets of all pairs together */

/* Places in text, so that it may be copied. */
struct api_term {
	size_t name, name_n, value, value_n;
};

struct api_terms {
	struct api_term at[STORE_TERMS_MAX];
	size_t n;
	uint8_t text[API_TERMS_TEXT_MAX];
	size_t used;
};

static inline struct bytes
api_term_name(const struct api_terms *terms, size_t i)
{
	return bytes_of(&terms->text[terms->at[i].name], terms->at[i].name_n);
}

static inline struct bytes
api_term_value(const struct api_terms *terms, size_t i)
{
	return bytes_of(&terms->text[terms->at[i].value], terms->at[i].value_n);
}

/*
 * Add a pair as people write it: any case; an alias of a status; a digest
 * bare or with its algorithm; an issuer in any form of a fingerprint. False
 * when it can be no such thing, or there are too many.
 */
bool api_terms_add(struct api_terms *terms, struct bytes name,
    struct bytes value);

/* "model=T1000 manu=Acme", between spaces. False likewise. */
bool api_terms_read(struct api_terms *terms, struct bytes text);

/* Does each pair stand in a statement about the item: one that counts, by a
 * role that may say it (state NULL: in any)? */
bool api_terms_fit(const struct api_terms *terms, const struct item *it,
    const struct policy_state *state);

#endif
