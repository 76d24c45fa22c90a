/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the .def files. Const tables only. */
#include <assert.h>

#include "notations/value.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct reason notations_reasons[NOTATIONS_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[NOTATIONS_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "notations/reasons.def"
#undef X
};

static const char *const kinds[] = {
#define X(id, word, subjects, needs, states, words) \
	[NOTATIONS_KIND_##id] = word,
#include "notations/kinds.def"
#undef X
};

static const struct status_row {
	const char *word, *alias;
	bool is_code;
} statuses[] = {
#define X(id, word, alias, is_code, words) \
	[NOTATIONS_STATUS_##id] = { word, alias, is_code },
#include "notations/statuses.def"
#undef X
};

static const char *const roles[] = {
#define X(id, word, words) [NOTATIONS_ROLE_##id] = word,
#include "notations/roles.def"
#undef X
};

static const char *const entities[] = {
#define X(id, word, words) [NOTATIONS_ENTITY_##id] = word,
#include "notations/entities.def"
#undef X
};

static const struct {
	enum notations_list list;
	const char *word;
} words_of[] = {
#define X(list, word, words) { NOTATIONS_LIST_##list, word },
#include "notations/words.def"
#undef X
};

static const char *const syntaxes[] = {
#define X(id, check, words) [NOTATIONS_SYNTAX_##id] = words,
#include "notations/syntaxes.def"
#undef X
};

/* ---- names ---------------------------------------------------------------- */

#define BIT(role) NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
enum {
	ALL = 0,
	S = BIT(NONE),
	M = BIT(MANUFACTURER),
	I = BIT(INTEGRATOR),
	N = BIT(MAINTAINER),
	D = BIT(DEVELOPER),
	O = BIT(OWNER),
	P = BIT(OPERATOR),
	C = BIT(CERTIFICATION_BODY)
};
enum {
	ONCE = false,
	MANY = true
};
enum {
	PLAIN = false,
	FOUND = true
};
enum {
	OURS = false,
	ATKINS = true
};

static const struct notations_row rows[NOTATIONS_NAME_COUNT] = {
#define X(id, name, space, syntax, times, roles, index, says, words)      \
	[NOTATIONS_NAME_##id] = { name, space, NOTATIONS_SYNTAX_##syntax, \
		times, roles, index, NOTATIONS_KIND_##says, words },
#include "notations/vocabulary.def"
#undef X
};

#define TEXT_ATKINS(name) name
#define TEXT_OURS(name)	  name "@" NOTATION_DOMAIN
static const char *const name_texts[NOTATIONS_NAME_COUNT] = {
#define X(id, name, space, syntax, times, roles, index, says, words) \
	[NOTATIONS_NAME_##id] = TEXT_##space(name),
#include "notations/vocabulary.def"
#undef X
};

const struct notations_row *
notations_row(enum notations_name name)
{
	assert(name < NOTATIONS_NAME_COUNT);
	return &rows[name];
}

const char *
notations_name_text(enum notations_name name)
{
	assert(name < NOTATIONS_NAME_COUNT);
	return name_texts[name];
}

enum notations_name
notations_name_find(struct bytes name)
{
	struct bytes tag, domain;

	if (notations_split(name, '@', &tag, &domain) &&
	    !notations_word_is(domain, NOTATION_DOMAIN))
		return NOTATIONS_NAME_UNKNOWN;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (notations_word_is(tag, rows[i].name))
			return (enum notations_name)i;
	return NOTATIONS_NAME_UNKNOWN;
}

/* ---- words ---------------------------------------------------------------- */

/* The index of a word in a table that begins with NONE; 0 when unknown. */
static size_t
word_find(const char *const *table, size_t n, struct bytes word)
{
	for (size_t i = 1; i < n; i++)
		if (notations_word_is(word, table[i]))
			return i;
	return 0;
}

const char *
notations_kind_word(enum notations_kind kind)
{
	assert(kind > NOTATIONS_KIND_NONE && kind < NOTATIONS_KIND_COUNT);
	return kinds[kind];
}

enum notations_kind
notations_kind_find(struct bytes word)
{
	return (enum notations_kind)word_find(kinds, COUNT(kinds), word);
}

const char *
notations_status_word(enum notations_status status)
{
	assert(status > NOTATIONS_STATUS_NONE &&
	       status < NOTATIONS_STATUS_COUNT);
	return statuses[status].word;
}

enum notations_status
notations_status_find(struct bytes word, bool is_code)
{
	for (size_t i = 1; word.n > 0 && i < COUNT(statuses); i++)
		if (statuses[i].is_code == is_code &&
		    (notations_word_is(word, statuses[i].word) ||
			notations_word_is(word, statuses[i].alias)))
			return (enum notations_status)i;
	return NOTATIONS_STATUS_NONE;
}

const char *
notations_role_word(enum notations_role role)
{
	assert(role > NOTATIONS_ROLE_NONE && role < NOTATIONS_ROLE_COUNT);
	return roles[role];
}

enum notations_role
notations_role_find(struct bytes word)
{
	return (enum notations_role)word_find(roles, COUNT(roles), word);
}

const char *
notations_entity_word(enum notations_entity entity)
{
	assert(entity > NOTATIONS_ENTITY_NONE &&
	       entity < NOTATIONS_ENTITY_COUNT);
	return entities[entity];
}

enum notations_entity
notations_entity_find(struct bytes word)
{
	return (enum notations_entity)word_find(entities, COUNT(entities),
	    word);
}

const char *
notations_syntax_words(enum notations_syntax syntax)
{
	assert(syntax < NOTATIONS_SYNTAX_COUNT);
	return syntaxes[syntax];
}

bool
notations_list_has(enum notations_list list, struct bytes word)
{
	for (size_t i = 0; i < COUNT(words_of); i++)
		if (words_of[i].list == list &&
		    notations_word_is(word, words_of[i].word))
			return true;
	return false;
}
