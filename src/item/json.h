/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the documents (json.c, json_entity.c), the statements in them
 * (json_statement.c) and the values those say (json_value.c). What is not
 * known is absent; nothing is null.
 */
#ifndef ITEM_JSON_H
#define ITEM_JSON_H

#include "item/item.h"

json_t *item_json_fpr(const struct pgp_fpr *fpr);   /* "04..." */
json_t *item_json_digest(const uint8_t digest[32]); /* "sha256:..." */
json_t *item_json_subject(const struct notations_subject *s);

/* Set a time; 0 is not said, and sets nothing. */
void item_json_set_time(json_t *object, const char *key, int64_t t);
/* Set a text that is not empty. */
void item_json_set_text(json_t *object, const char *key, struct bytes text);

/* A value: text, {"name","digest"} of a hash, or "base64:...". */
json_t *item_json_value(const struct notations_entry *e);
/* {"manu": ["Acme"], ...}: everything that a statement says. */
json_t *item_json_values(const struct notations_set *set);

/* How statement i was taken; NULL for grants, which are not about the item. */
const struct policy_taken *item_taken(const struct item_telling *t, size_t i);
/* True when what it says beside a state stands. */
bool item_counts(const struct item_telling *t, size_t i);

/* Parts of the descriptor that come from the certificate. */
json_t *item_json_keys(const struct item *it);
json_t *item_json_names(const struct item_telling *t);
/* What whoever may say it says it is: {"manu": "Acme"}. */
json_t *item_json_attributes(const struct item_telling *t);
/* "device", "gateway", ... "code", "key", "statement". */
const char *item_kind(const struct item_telling *t);

/* Parties, in the order of their fingerprints: who spoke or was named, or only
 * those whose statements count. */
enum item_whom {
	ITEM_ALL,
	ITEM_COUNTING
};
json_t *item_json_parties(const struct item_telling *t, enum item_whom whom);

#endif
