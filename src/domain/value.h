/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of a descriptor, by the types of types.def. */
#ifndef DOMAIN_VALUE_H
#define DOMAIN_VALUE_H

#include "domain/parse.h"

enum domain_type {
#define X(id, read, is_list, words) DOMAIN_TYPE_##id,
#include "domain/types.def"
#undef X
	DOMAIN_TYPES
};
const char *domain_type_words(enum domain_type type);
bool domain_type_is_list(enum domain_type type);

/* Where a value goes. */
struct domain_place {
	const struct policy_domain *domain; /* whose parties have names */
	void *field;			    /* of the type's kind */
	size_t *count;			    /* of lists that are allocated */
	bool *is_code;			    /* of KIND */
};
/* Read all values of an item into a place that was empty; false: they do not
 * obey the type. What was allocated is the place's in either case. */
bool domain_values_take(enum domain_type type,
    const struct domain_values *values, const struct domain_place *to);

/* "2028-12-31" or a whole time. */
bool domain_time_read(const char *text, int64_t *t);
bool domain_fpr_read(const struct policy_domain *d, const char *text,
    struct pgp_fpr *fpr);
/* A kind of entity, "code", "any". */
bool domain_kind_read(const char *text, enum notations_entity *kind,
    bool *is_code);
/* One "name=value"; "%20" is a blank. The value is the caller's. */
bool domain_term_read(struct bytes word, struct policy_term *term);
/* An address, or one with a slash and bits. */
bool domain_network_read(const char *text, struct policy_network *net);
const char *domain_class_word(enum policy_update_class class);

#endif
