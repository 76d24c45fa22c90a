/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where in a text something goes, and what goes with it. */
#include <stdio.h>

#include "domain/editing.h"

bool
domain_edit_open(struct bytes text, struct domain_complaints *c,
    struct domain_edit *e)
{
	*e = (struct domain_edit){ .text = text, .c = c };
	e->domain = domain_read(text, c);
	/* One that reads is one block. */
	if (e->domain == NULL || !domain_parse(text, c, &e->tree))
		return false;
	e->block = &e->tree.top.items[0];
	return true;
}

void
domain_edit_release(struct domain_edit *e)
{
	policy_domain_free(e->domain);
	domain_tree_release(&e->tree);
}

void
domain_splice(struct bytes text, struct domain_span span, struct bytes with,
    struct buf *out)
{
	size_t behind = span.at + span.n;

	buf_put(out, bytes_of(text.p, span.at));
	buf_put(out, with);
	buf_put(out, bytes_of(text.p + behind, text.n - behind));
}

enum domain_edited
domain_edit_judge(const struct domain_edit *e, struct buf *made,
    struct buf *out)
{
	struct policy_domain *d = NULL;

	if (buf_end(made) == ICS_OK)
		d = domain_read(buf_bytes(made), e->c);
	else
		domain_complain(e->c, 1,
		    "the text would be larger than 4 MiB; split it");
	if (d == NULL)
		return DOMAIN_EDIT_BAD;
	policy_domain_free(d);
	buf_put(out, buf_bytes(made));
	return buf_end(out) == ICS_OK ? DOMAIN_EDIT_DONE : DOMAIN_EDIT_BAD;
}

/* ---- lines ------------------------------------------------------------------- */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t
blanks_behind(struct bytes text, size_t at)
{
	while (at < text.n && is_blank(text.p[at]))
		at++;
	return at;
}

static size_t
blanks_before(struct bytes text, size_t at)
{
	while (at > 0 && is_blank(text.p[at - 1]))
		at--;
	return at;
}

/* Behind the line's end. */
static size_t
line_behind(struct bytes text, size_t at)
{
	while (at < text.n && text.p[at] != '\n')
		at++;
	return at + (at < text.n);
}

static bool
begins_line(struct bytes text, size_t at)
{
	return at == 0 || text.p[at - 1] == '\n';
}

/* A comment to the end of the line, or nothing but that end. */
static bool
is_line_rest(struct bytes text, size_t at)
{
	struct bytes rest = bytes_of(text.p + at, text.n - at);

	return rest.n == 0 || rest.p[0] == '\n' || rest.p[0] == '#' ||
	       bytes_starts_with(rest, bytes_of_str("//"));
}

size_t
domain_place_behind(const struct domain_edit *e, const struct domain_item *item,
    bool *on_line)
{
	size_t end = item->at + item->n;
	size_t next = blanks_behind(e->text, end);

	*on_line = !is_line_rest(e->text, next);
	return *on_line ? end : line_behind(e->text, next);
}

struct domain_span
domain_span_whole(const struct domain_edit *e, const struct domain_item *item)
{
	size_t from = blanks_before(e->text, item->at);
	bool on_line;
	size_t to = domain_place_behind(e, item, &on_line);

	if (on_line || !begins_line(e->text, from))
		return (struct domain_span){ item->at, item->n };
	if (item->is_block && from > 1 && e->text.p[from - 2] == '\n')
		from--;
	return (struct domain_span){ from, to - from };
}

/* ---- blocks ------------------------------------------------------------------ */

/* Behind the comment lines of which the first begins so; 0: there are none. */
static size_t
comment_find(struct bytes text, const char *begin)
{
	bool is_in = false;

	for (size_t at = 0; at < text.n; at = line_behind(text, at)) {
		size_t word = blanks_behind(text, at);
		struct bytes rest = bytes_of(text.p + word, text.n - word);

		if (is_in && (rest.n == 0 || rest.p[0] != '#'))
			return at;
		is_in = is_in || bytes_starts_with(rest, bytes_of_str(begin));
	}
	return 0;
}

/* In front of the brace that ends the domain. */
static size_t
place_last(const struct domain_edit *e)
{
	size_t brace = e->block->at + e->block->n - 1;
	size_t line = blanks_before(e->text, brace);

	return begins_line(e->text, line) ? line : brace;
}

size_t
domain_place_block(const struct domain_edit *e, enum domain_section section)
{
	const struct domain_section_row *row = &domain_sections[section];
	char begin[128];
	size_t at = 0;
	bool on_line;

	for (size_t i = 0; i < e->block->items_n; i++) {
		const struct domain_item *item = &e->block->items[i];

		if (item->is_block && strcmp(item->word, row->word) == 0)
			at = domain_place_behind(e, item, &on_line);
	}
	(void)snprintf(begin, sizeof(begin), "# %s: %s", row->word,
	    row->words); /* fits */
	if (at == 0)
		at = comment_find(e->text, begin);
	return at == 0 ? place_last(e) : at;
}
