/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of edit/ share: a text, what it says, what replaces what. */
#ifndef DOMAIN_EDITING_H
#define DOMAIN_EDITING_H

#include "domain/parse.h"
#include "domain/writing.h"

/* A text that reads. Both are owned. */
struct domain_edit {
	struct bytes text; /* lent */
	struct domain_tree tree;
	struct policy_domain *domain;
	const struct domain_item *block; /* the one, lent by the tree */
	struct domain_complaints *c;	 /* lent */
};
/* False with complaints. Release in any case. */
bool domain_edit_open(struct bytes text, struct domain_complaints *c,
    struct domain_edit *e);
void domain_edit_release(struct domain_edit *e);

/* n octets at a place. */
struct domain_span {
	size_t at, n;
};
/* Append the text with other octets there. */
void domain_splice(struct bytes text, struct domain_span span,
    struct bytes with, struct buf *out);

/* Where one more block of a sort goes: behind its like; where there is none,
 * behind the comment with which domain_write_explained begins that sort; else
 * last in the domain. */
size_t domain_place_block(const struct domain_edit *e,
    enum domain_section section);
/* Behind an item and the rest of its line; *on_line: something else stands
 * there, and the place is right behind the item. */
size_t domain_place_behind(const struct domain_edit *e,
    const struct domain_item *item, bool *on_line);
/* All that goes with an item: its lines, where it has them for itself, and
 * for a block an empty one before it. */
struct domain_span domain_span_whole(const struct domain_edit *e,
    const struct domain_item *item);

/* Does what was made read? */
enum domain_edited domain_edit_judge(const struct domain_edit *e,
    struct buf *made, struct buf *out);

#endif
