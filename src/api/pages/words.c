/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of this folder. */
#include "api/pages.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct api_page_state states[] = {
#define X(word, sign, tone, title, verdict, words) \
	{ word, sign, tone, title, verdict, words },
#include "api/page_states.def"
#undef X
};

struct pair {
	const char *word, *words;
};

static const struct pair titles[] = {
#define X(word, title) { word, title },
#include "api/page_titles.def"
#undef X
};

static const struct api_page_label labels[] = {
#define X(word, label) { word, label },
#include "api/page_labels.def"
#undef X
};

static const struct pair bases[] = {
#define X(word, words) { word, words },
#include "api/page_bases.def"
#undef X
};

static const struct pair levels[] = {
#define X(word, words) { word, words },
#include "api/page_levels.def"
#undef X
};

static const struct {
	const char *word, *words;
	bool is_asked;
} sorts[] = {
#define X(word, title, is_asked) { word, title, is_asked },
#include "api/page_sorts.def"
#undef X
};

const struct api_page_state *
api_page_state_find(const char *word)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (strcmp(states[i].word, word) == 0)
			return &states[i];
	return &states[0];
}

const struct api_page_state *
api_page_state_at(size_t i)
{
	return i < COUNT(states) ? &states[i] : NULL;
}

static const char *
find(const struct pair *rows, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].word, word) == 0)
			return rows[i].words;
	return NULL;
}

const char *
api_page_title(const char *kind)
{
	const char *words = find(titles, COUNT(titles), kind);

	return words == NULL ? kind : words;
}

const char *
api_page_basis(const char *basis)
{
	const char *words = find(bases, COUNT(bases), basis);

	return words == NULL ? "" : words;
}

const struct api_page_label *
api_page_label_at(size_t i)
{
	return i < COUNT(labels) ? &labels[i] : NULL;
}

bool
api_page_is_label(const char *name)
{
	for (size_t i = 0; i < COUNT(labels); i++)
		if (strcmp(labels[i].word, name) == 0)
			return true;
	return false;
}

const char *
api_page_level(const char *level)
{
	const char *words = find(levels, COUNT(levels), level);

	return words == NULL ? level : words;
}

const char *
api_page_sort(const char *kind)
{
	for (size_t i = 0; i < COUNT(sorts); i++)
		if (strcmp(sorts[i].word, kind) == 0)
			return sorts[i].words;
	return kind;
}

const char *
api_page_sort_asked(size_t i)
{
	return i < COUNT(sorts) && sorts[i].is_asked ? sorts[i].word : NULL;
}
