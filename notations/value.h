/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to notations: how values are taken apart. A check answers whether a
 * whole value obeys a syntax; what reads into a struct says ICS_EFORMAT.
 */
#ifndef NOTATIONS_VALUE_H
#define NOTATIONS_VALUE_H

#include "base/cursor.h"
#include "notations/notations.h"

/* One check for each row of syntaxes.def. */
#define X(id, check, words) bool notations_check_##check(struct bytes v);
#include "notations/syntaxes.def"
#undef X

enum notations_list { /* of words.def */
	NOTATIONS_LIST_CODE_KIND,
	NOTATIONS_LIST_PROTECTION,
	NOTATIONS_LIST_STEP,
	NOTATIONS_LIST_VEX
};
bool notations_list_has(enum notations_list list, struct bytes word);

static inline bool
notations_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline uint8_t
notations_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static inline bool
notations_is_alpha(uint8_t c)
{
	return notations_lower(c) >= 'a' && notations_lower(c) <= 'z';
}

/* Values are text but for Atkins' binary hash. */
static inline bool
notations_syntax_is_readable(enum notations_syntax syntax)
{
	return syntax != NOTATIONS_SYNTAX_HASH;
}

/* 1 to NOTATIONS_TEXT_MAX characters of UTF-8, no control character, no space
 * at either end. */
bool notations_is_text(struct bytes v);
/* A letter, then at most 31 letters, digits, "-", "." and "_". */
bool notations_is_token(struct bytes v);
/* The characters of a URI, each % with its two digits; one at least. */
bool notations_is_uri_part(struct bytes v);

/* Octets of a digest of this algorithm; 0 when digests may not use it. */
size_t notations_hash_octets(uint8_t hash);

/* Cut at the first such octet, which is in neither part. False when there is
 * none: head is then the whole and rest is empty. */
bool notations_split(struct bytes v, uint8_t at, struct bytes *head,
    struct bytes *rest);
/* Cut off a prefix; false, and nothing is changed, when it is not there. */
bool notations_skip(struct bytes *v, const char *prefix);

/* One of "name=value;name=value". */
struct notations_param {
	struct bytes name, value; /* lent */
};
/* Take the next; false when it is malformed or there is none. */
bool notations_param_take(struct bytes *rest, struct notations_param *param);
bool notations_word_is(struct bytes v, const char *word);

#endif
