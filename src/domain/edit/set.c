/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A word of the domain, or of its read block, made to say something else. */
#include "domain/editing.h"

enum change {
	CHANGE_TO,   /* = */
	CHANGE_ADD,  /* += */
	CHANGE_TAKE, /* -= */
};

ARRAY_OF(const char *, texts);

struct setting {
	const struct domain_edit *e;
	enum domain_section section;
	const struct domain_keyword *keyword;
	const struct domain_item *block; /* NULL: there is no read block */
	const struct domain_item *item;	 /* NULL: the word is not there */
	enum change change;
	char *copy;	     /* owned: what was typed, cut up */
	char *value;	     /* behind the sign, in copy */
	struct texts values; /* owned; their texts lent */
};

/* ---- what was typed ---------------------------------------------------------- */

static bool
word_find(struct setting *s, const char *typed)
{
	static const char read[] = "read.";
	bool is_read = strncmp(typed, read, strlen(read)) == 0;
	const char *word = is_read ? typed + strlen(read) : typed;

	s->section = is_read ? DOMAIN_SECTION_READ : DOMAIN_SECTION_DOMAIN;
	s->keyword = domain_keyword_find(s->section, word);
	if (s->keyword == NULL)
		domain_complain(s->e->c, 1,
		    "%s: neither a word of the domain nor, behind \"read.\", "
		    "one of its read block; see ics-policy(5)",
		    typed);
	else if (strcmp(typed, "serial") == 0)
		domain_complain(s->e->c, 1,
		    "the serial grows by itself; leave it out");
	else
		return true;
	return false;
}

/* "WORD=...", "WORD+=...", "WORD-=...". */
static bool
said_read(struct setting *s, const char *said)
{
	char *is, *end;

	s->copy = alloc_str(said);
	is = strchr(s->copy, '=');
	if (is == NULL || is == s->copy) {
		domain_complain(s->e->c, 1,
		    "%s: a word, = and what it shall say, as freshness=24h",
		    said);
		return false;
	}
	s->value = is + 1;
	end = is - 1;
	if (*end == '+')
		s->change = CHANGE_ADD;
	else if (*end == '-')
		s->change = CHANGE_TAKE;
	else
		end = is;
	*end = '\0';
	return word_find(s, s->copy);
}

static const struct domain_item *
item_find(const struct domain_item *block, const char *word, bool is_block)
{
	for (size_t i = 0; i < block->items_n; i++)
		if (block->items[i].is_block == is_block &&
		    strcmp(block->items[i].word, word) == 0)
			return &block->items[i];
	return NULL;
}

static void
places_find(struct setting *s)
{
	s->block = s->e->block;
	if (s->section == DOMAIN_SECTION_READ)
		s->block = item_find(s->e->block,
		    domain_sections[s->section].word, true);
	if (s->block != NULL)
		s->item = item_find(s->block, s->keyword->word, false);
}

/* ---- what it shall say ------------------------------------------------------- */

static size_t
text_find(const struct texts *all, const char *text)
{
	size_t i = 0;

	while (i < all->n && strcmp(all->at[i], text) != 0)
		i++;
	return i;
}

static void
text_change(struct setting *s, const char *text)
{
	size_t i = text_find(&s->values, text);

	if (s->change == CHANGE_TAKE && i < s->values.n) {
		s->values.n--;
		memmove(&s->values.at[i], &s->values.at[i + 1],
		    (s->values.n - i) * sizeof(s->values.at[0]));
	}
	if (s->change != CHANGE_TAKE && i == s->values.n)
		*texts_add(&s->values) = text;
}

/* All values that the word has when this is done. */
static bool
values_read(struct setting *s)
{
	bool is_list = domain_type_is_list(s->keyword->type);
	char *next = s->value;

	if (s->change != CHANGE_TO && !is_list) {
		domain_complain(s->e->c, 1, "%s is no list; write %s=VALUE",
		    s->keyword->word, s->copy);
		return false;
	}
	for (size_t i = 0;
	     s->change != CHANGE_TO && s->item != NULL && i < s->item->values.n;
	     i++)
		*texts_add(&s->values) = s->item->values.at[i].text;
	while (next != NULL && *next != '\0') {
		char *text = next, *comma = is_list ? strchr(next, ',') : NULL;

		next = comma == NULL ? NULL : comma + 1;
		if (comma != NULL)
			*comma = '\0';
		text_change(s, text);
	}
	return true;
}

static bool
is_same(const struct setting *s)
{
	size_t n = s->item == NULL ? 0 : s->item->values.n;

	if (n != s->values.n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text_find(&s->values, s->item->values.at[i].text) == n)
			return false;
	return true;
}

/* Without quotes where it may stand without. */
static void
value_put(const char *text, struct buf *out)
{
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0')
		buf_put_str(out, text);
	else
		domain_put_quoted(out, text);
}

static void
values_put(const struct setting *s, struct buf *out)
{
	bool is_list = domain_type_is_list(s->keyword->type);

	buf_put_str(out, is_list ? "{" : "");
	for (size_t i = 0; i < s->values.n; i++) {
		buf_put_str(out, i == 0 ? "" : ", ");
		value_put(s->values.at[i], out);
	}
	buf_put_str(out, is_list ? "}" : "");
}

/* ---- where it stands ------------------------------------------------------------ */

/* The last word of the block, behind which one more goes; NULL: it has none. */
static const struct domain_item *
last_find(const struct domain_item *block)
{
	const struct domain_item *last = NULL;

	for (size_t i = 0; i < block->items_n; i++)
		if (!block->items[i].is_block)
			last = &block->items[i];
	return last;
}

static void
line_put(const struct setting *s, struct buf *out)
{
	const struct domain_writing w = { .section = s->section };

	buf_put_str(out, domain_writing_indent(&w));
	buf_printf(out, "%s = ", s->keyword->word);
	values_put(s, out);
	buf_put_str(out, "\n");
}

/* A word that was not there. */
static struct domain_span
word_add(const struct setting *s, struct buf *with)
{
	const struct domain_item *last =
	    s->block == NULL ? NULL : last_find(s->block);
	struct domain_span span = { 0, 0 };
	bool on_line;

	if (s->block == NULL) {
		buf_put_str(with, "\n    read {\n");
		line_put(s, with);
		buf_put_str(with, "    }\n");
		span.at = domain_place_block(s->e, s->section);
	} else if (last == NULL) {
		buf_put_str(with, "\n");
		line_put(s, with);
		buf_put_str(with, "    ");
		span.at = s->block->at + s->block->n - 1;
	} else {
		span.at = domain_place_behind(s->e, last, &on_line);
		buf_put_str(with, on_line ? "\n" : "");
		line_put(s, with);
	}
	return span;
}

static void
word_write(const struct setting *s, struct buf *made)
{
	struct domain_span span;
	struct buf with;

	buf_init(&with, DOMAIN_TEXT_MAX);
	if (s->item != NULL && s->values.n == 0) {
		span = domain_span_whole(s->e, s->item);
	} else if (s->item != NULL) {
		span.at = s->item->values_at;
		span.n = s->item->at + s->item->n - span.at;
		values_put(s, &with);
	} else {
		span = word_add(s, &with);
	}
	domain_splice(s->e->text, span, buf_bytes(&with), made);
	buf_release(&with);
}

enum domain_edited
domain_edit_set(struct bytes text, const char *said,
    struct domain_edit_end *end)
{
	enum domain_edited done = DOMAIN_EDIT_BAD;
	struct domain_edit e;
	struct setting s = { .e = &e };
	struct buf made;

	buf_init(&made, DOMAIN_TEXT_MAX);
	end->line = 0;
	if (!domain_edit_open(text, end->c, &e) || !said_read(&s, said))
		goto out;
	places_find(&s);
	if (!values_read(&s))
		goto out;
	done = DOMAIN_EDIT_SAME;
	if (is_same(&s))
		goto out;
	word_write(&s, &made);
	done = domain_edit_judge(&e, &made, end->out);
out:
	domain_edit_release(&e);
	texts_release(&s.values);
	free(s.copy);
	buf_release(&made);
	return done;
}
