/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The next version of a descriptor: a number changed where it stands. */
#include <stdio.h>

#include "domain/editing.h"

/* The serial in the one block of the tree; NULL: it has not exactly one. */
static const struct domain_value *
serial_find(const struct domain_tree *tree)
{
	const struct domain_value *found = NULL;
	const struct domain_item *block = tree->top.items;

	if (tree->top.items_n != 1 || !block->is_block)
		return NULL;
	for (size_t i = 0; i < block->items_n; i++) {
		const struct domain_item *item = &block->items[i];

		if (item->is_block || strcmp(item->word, "serial") != 0)
			continue;
		if (found != NULL || item->values.n != 1)
			return NULL;
		found = &item->values.at[0];
	}
	return found;
}

enum ics_err
domain_serial_set(struct bytes text, int64_t serial, struct buf *out)
{
	const struct domain_value *value = NULL;
	struct domain_complaints c = { 0 };
	struct domain_tree tree = { 0 };
	char digits[24];
	enum ics_err err = ICS_EFORMAT;

	if (text.n <= DOMAIN_TEXT_MAX && domain_parse(text, &c, &tree))
		value = serial_find(&tree);
	if (value != NULL) {
		(void)snprintf(digits, sizeof(digits), "%lld",
		    (long long)serial); /* fits */
		domain_splice(text, (struct domain_span){ value->at, value->n },
		    bytes_of_str(digits), out);
		err = buf_end(out);
	}
	domain_tree_release(&tree);
	domain_complaints_release(&c);
	return err;
}
