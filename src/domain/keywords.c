/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of keywords.def and sections.def. */
#include "domain/keywords.h"

#include <stddef.h>
#include <string.h>

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

const struct domain_section_row domain_sections[DOMAIN_SECTION_DOMAIN] = {
#define X(id, word, title, array, take, words, example) \
	[DOMAIN_SECTION_##id] = { word, title, words, example },
#include "domain/sections.def"
#undef X
};

const struct domain_keyword *
domain_keyword_find(enum domain_section section, const char *word)
{
	for (size_t i = 0; i < domain_keywords_n; i++)
		if (domain_keywords[i].section == section &&
		    strcmp(domain_keywords[i].word, word) == 0)
			return &domain_keywords[i];
	return NULL;
}
