/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A descriptor as JSON: every word and block under its name, by keywords.def,
 * so that nothing which it can say is left out here. Values have no control
 * octets, so JSON quotes them as a descriptor does.
 */
#include "domain/editing.h"

static void
value_put(const struct domain_keyword *k, const char *text, struct buf *out)
{
	if (k->type == DOMAIN_TYPE_NUMBER || k->type == DOMAIN_TYPE_COUNT)
		buf_put_str(out, text);
	else if (k->type == DOMAIN_TYPE_YES)
		buf_put_str(out, strcmp(text, "yes") == 0 ? "true" : "false");
	else
		domain_put_quoted(out, text);
}

static void
word_put(enum domain_section section, const struct domain_item *item,
    struct buf *out)
{
	const struct domain_keyword *k =
	    domain_keyword_find(section, item->word);
	bool is_list = k != NULL && domain_type_is_list(k->type);

	domain_put_quoted(out, item->word);
	buf_put_str(out, is_list ? ":[" : ":");
	for (size_t i = 0; k != NULL && i < item->values.n; i++) {
		buf_put_str(out, i == 0 ? "" : ",");
		value_put(k, item->values.at[i].text, out);
	}
	buf_put_str(out, is_list ? "]" : "");
}

static void
words_put(enum domain_section section, const struct domain_item *block,
    struct buf *out)
{
	bool is_first = !block->has_title;

	if (block->has_title) {
		buf_put_str(out, "\"title\":");
		domain_put_quoted(out, block->title.text);
	}
	for (size_t i = 0; i < block->items_n; i++) {
		if (block->items[i].is_block)
			continue;
		buf_put_str(out, is_first ? "" : ",");
		word_put(section, &block->items[i], out);
		is_first = false;
	}
}

/* All blocks of a sort; of read there is one, or null. */
static void
section_put(enum domain_section section, const struct domain_item *all,
    struct buf *out)
{
	const char *word = domain_sections[section].word;
	bool is_list = section != DOMAIN_SECTION_READ;
	size_t n = 0;

	buf_put_str(out, ",");
	domain_put_quoted(out, word);
	buf_put_str(out, is_list ? ":[" : ":");
	for (size_t i = 0; i < all->items_n; i++) {
		if (!all->items[i].is_block ||
		    strcmp(all->items[i].word, word) != 0)
			continue;
		buf_put_str(out, n++ == 0 ? "{" : ",{");
		words_put(section, &all->items[i], out);
		buf_put_str(out, "}");
	}
	buf_put_str(out, is_list ? "]" : n == 0 ? "null" : "");
}

void
domain_write_json(const struct policy_domain *d, struct buf *out)
{
	struct domain_complaints c = { 0 };
	struct domain_edit e;
	struct buf text;

	buf_init(&text, 2 * DOMAIN_TEXT_MAX);
	domain_write(d, &text);
	/* What is written in full, in one way, is what is told. */
	if (domain_edit_open(buf_bytes(&text), &c, &e)) {
		buf_put_str(out, "{");
		words_put(DOMAIN_SECTION_DOMAIN, e.block, out);
		for (unsigned s = 0; s < DOMAIN_SECTION_DOMAIN; s++)
			section_put((enum domain_section)s, e.block, out);
		buf_put_str(out, "}");
	}
	domain_edit_release(&e);
	domain_complaints_release(&c);
	buf_release(&text);
}
