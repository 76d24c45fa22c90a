/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shape of a descriptor: what libconfuse reads as well, but by nothing
 * that is shared between threads, and with the line of everything.
 *
 *	word = value      word = {value, value}      word += value
 *	word title {      words and blocks      }
 *	# and // to the end of the line, between slash-asterisk and back
 */
#ifndef DOMAIN_PARSE_H
#define DOMAIN_PARSE_H

#include "base/array.h"
#include "domain/domain.h"

#define DOMAIN_DEPTH_MAX 2    /* blocks within blocks */
#define DOMAIN_VALUE_MAX 1024 /* octets of a word or value */

struct domain_value {
	const char *text; /* lent by the tree */
	int line;
	size_t at, n; /* where it stands in the input, with its quotes */
};
ARRAY_OF(struct domain_value, domain_values);

struct domain_item {
	const char *word; /* lent by the tree */
	int line;
	size_t at, n;	  /* where it stands in the input, to its last octet */
	size_t values_at; /* where its value begins, or the brace of a list */
	bool is_block, has_title, is_list;
	struct domain_value title;
	struct domain_values values; /* owned */
	struct domain_item *items;   /* owned: of a block */
	size_t items_n, items_cap;
};

struct domain_tree {
	struct domain_item top; /* a block of all */
	struct buf texts;	/* owned: every word and value, with its NUL */
};

/* False with a complaint at the first thing that has no shape. Release *tree
 * in any case. */
bool domain_parse(struct bytes text, struct domain_complaints *c,
    struct domain_tree *tree);
void domain_tree_release(struct domain_tree *tree);

/* The next line without its LF; false at the end. */
bool domain_line_take(struct cursor *cur, struct bytes *line);

/* Note "line: what; help". */
void domain_complain(struct domain_complaints *c, int line, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
