/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keywords.def as a table: for who reads and who writes. */
#ifndef DOMAIN_KEYWORDS_H
#define DOMAIN_KEYWORDS_H

#include "domain/value.h"

enum domain_section {
#define X(id, word, title, array, take, words, example) DOMAIN_SECTION_##id,
#include "domain/sections.def"
#undef X
	DOMAIN_SECTION_DOMAIN /* the words of the domain itself */
};

struct domain_keyword {
	enum domain_section section;
	const char *word;
	enum domain_type type;
	size_t field, count; /* offsets in the section's struct */
	bool is_needed;
	const char *words;
};
extern const struct domain_keyword domain_keywords[];
extern const size_t domain_keywords_n;
/* NULL: there is none. */
const struct domain_keyword *domain_keyword_find(enum domain_section section,
    const char *word);

/* What is known of each sort of block but how it is read. */
struct domain_section_row {
	const char *word, *title, *words, *example;
};
extern const struct domain_section_row domain_sections[DOMAIN_SECTION_DOMAIN];

#endif
