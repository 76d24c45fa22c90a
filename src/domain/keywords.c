/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keywords.def. */
#include "domain/keywords.h"

#include <stddef.h>

#define F(type, member) offsetof(struct policy_##type, member)
#define MUST		true
#define MAY		false
const struct domain_keyword domain_keywords[] = {
#define X(section, word, type, field, count, needed, words)                 \
	{ DOMAIN_SECTION_##section, word, DOMAIN_TYPE_##type, field, count, \
		needed, words },
#include "domain/keywords.def"
#undef X
};
const size_t domain_keywords_n =
    sizeof(domain_keywords) / sizeof(domain_keywords[0]);
