/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words, lists and blocks. Texts are copied once, into a buffer that has room
 * for all of them from the start, so what the tree lends never moves. The
 * tree costs a fixed number of octets for each word of the input.
 */
#include "domain/parse.h"

#include <stdarg.h>
#include <stdio.h>

#define COMPLAINTS_ROOM 65536

enum token {
	TOKEN_END,
	TOKEN_TEXT,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_IS,
	TOKEN_MORE, /* += */
	TOKEN_COMMA,
	TOKEN_BAD /* told */
};

struct parsing {
	struct bytes input;
	struct cursor cur;
	int line;
	enum token token; /* the one that is looked at */
	struct domain_value value;
	bool is_quoted; /* a value, and no word */
	struct domain_complaints *c;
	struct buf *texts;
};

void
domain_complain(struct domain_complaints *c, int line, const char *format, ...)
{
	char text[512];
	va_list ap;

	if (c->lines.max == 0)
		buf_init(&c->lines, COMPLAINTS_ROOM);
	if (c->n++ >= DOMAIN_COMPLAINTS_MAX)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* cut is fine */
	va_end(ap);
	buf_printf(&c->lines, "%d: %s\n", line, text);
}

void
domain_complaints_release(struct domain_complaints *c)
{
	buf_release(&c->lines);
	c->n = 0;
}

/* ---- tokens ------------------------------------------------------------------ */

static enum token
bad(struct parsing *p, const char *what)
{
	domain_complain(p->c, p->line, "%s", what);
	return TOKEN_BAD;
}

static void
line_pass(struct parsing *p)
{
	while (cursor_has(&p->cur) && cursor_peek(&p->cur) != '\n')
		(void)cursor_u8(&p->cur);
}

static bool
is_next(const struct parsing *p, const char *text)
{
	return bytes_starts_with(p->cur.rest, bytes_of_str(text));
}

static void
comment_pass(struct parsing *p)
{
	while (cursor_has(&p->cur) && !is_next(p, "*/"))
		p->line += cursor_u8(&p->cur) == '\n';
	(void)cursor_take(&p->cur, is_next(p, "*/") ? 2 : 0);
}

/* Blanks, line ends and comments. */
static void
blanks_pass(struct parsing *p)
{
	while (cursor_has(&p->cur)) {
		uint8_t c = cursor_peek(&p->cur);

		if (c == '#' || is_next(p, "//"))
			line_pass(p);
		else if (is_next(p, "/*"))
			comment_pass(p);
		else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			p->line += cursor_u8(&p->cur) == '\n';
		else
			return;
	}
}

static bool
is_plain(uint8_t c)
{
	return c > ' ' && c != 0x7f && strchr("{}=,\"'#", (int)c) == NULL;
}

static size_t
place_of(const struct parsing *p)
{
	return p->input.n - p->cur.rest.n;
}

/* In front of its first octet. */
static void
text_begin(struct parsing *p)
{
	p->value.at = place_of(p);
	p->value.line = p->line;
	/* never moves: there is room for all */
	p->value.text = (const char *)p->texts->p + p->texts->n;
}

static enum token
text_end(struct parsing *p)
{
	size_t n =
	    (size_t)((const char *)p->texts->p + p->texts->n - p->value.text);

	buf_u8(p->texts, '\0');
	p->value.n = place_of(p) - p->value.at;
	if (n > DOMAIN_VALUE_MAX)
		return bad(p, "a word is longer than 1024 octets; shorten it");
	return TOKEN_TEXT;
}

static enum token
plain_take(struct parsing *p)
{
	p->is_quoted = false;
	text_begin(p);
	while (cursor_has(&p->cur) && is_plain(cursor_peek(&p->cur)) &&
	       !is_next(p, "+="))
		buf_u8(p->texts, cursor_u8(&p->cur));
	return text_end(p);
}

/* Between quotes: a backslash takes a quote or a backslash. */
static enum token
quoted_take(struct parsing *p)
{
	uint8_t quote;

	p->is_quoted = true;
	text_begin(p);
	quote = cursor_u8(&p->cur);
	while (cursor_has(&p->cur)) {
		uint8_t c = cursor_u8(&p->cur);

		if (c == quote)
			return text_end(p);
		if (c == '\n' || c < ' ' || c == 0x7f)
			return bad(p,
			    "a quote does not end in its line; add one");
		if (c == '\\') {
			c = cursor_u8(&p->cur);
			if (c != quote && c != '\\')
				return bad(p,
				    "a backslash takes a quote or a backslash; "
				    "write it twice");
		}
		buf_u8(p->texts, c);
	}
	return bad(p, "a quote does not end; add one");
}

static void
next(struct parsing *p)
{
	static const struct {
		const char *text;
		enum token token;
	} signs[] = {
		{ "{", TOKEN_OPEN },
		{ "}", TOKEN_CLOSE },
		{ "=", TOKEN_IS },
		{ "+=", TOKEN_MORE },
		{ ",", TOKEN_COMMA },
	};

	blanks_pass(p);
	if (!cursor_has(&p->cur)) {
		p->token = TOKEN_END;
		return;
	}
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (is_next(p, signs[i].text)) {
			(void)cursor_take(&p->cur, strlen(signs[i].text));
			p->token = signs[i].token;
			return;
		}
	if (cursor_peek(&p->cur) == '"' || cursor_peek(&p->cur) == '\'')
		p->token = quoted_take(p);
	else if (is_plain(cursor_peek(&p->cur)))
		p->token = plain_take(p);
	else
		p->token = bad(p, "no such octet may stand here; remove it");
}

/* ---- items -------------------------------------------------------------------- */

static struct domain_item *
item_add(struct domain_item *to)
{
	if (to->items_n == to->items_cap) {
		to->items_cap = to->items_cap == 0 ? 8 : to->items_cap * 2;
		to->items =
		    alloc_resize(to->items, to->items_cap, sizeof(*to->items));
	}
	to->items[to->items_n] = (struct domain_item){ 0 };
	return &to->items[to->items_n++];
}

static void
value_add(struct parsing *p, struct domain_item *item)
{
	*domain_values_add(&item->values) = p->value;
	next(p);
}

/* Behind the token that is looked at, its last one. */
static void
item_end(const struct parsing *p, struct domain_item *item)
{
	item->n = place_of(p) - item->at;
}

/* Behind "=": a value, or values between braces. */
static bool
values_read(struct parsing *p, struct domain_item *item)
{
	next(p);
	item->values_at = p->value.at;
	item_end(p, item);
	if (p->token == TOKEN_TEXT) {
		value_add(p, item);
		return true;
	}
	item->is_list = true;
	if (p->token != TOKEN_OPEN)
		goto lost;
	item->values_at = place_of(p) - 1;
	next(p);
	while (p->token == TOKEN_TEXT) {
		value_add(p, item);
		if (p->token == TOKEN_COMMA)
			next(p);
		else if (p->token != TOKEN_CLOSE)
			goto lost;
	}
	if (p->token == TOKEN_CLOSE) {
		item_end(p, item);
		next(p);
		return true;
	}
lost:
	if (p->token != TOKEN_BAD)
		(void)bad(p,
		    "a value is missing, or a list does not end; write "
		    "word = value or word = {value, value}");
	return false;
}

static bool items_read(struct parsing *p, struct domain_item *to, int depth);

static bool
block_read(struct parsing *p, struct domain_item *item, int depth)
{
	item->is_block = true;
	if (depth == DOMAIN_DEPTH_MAX) {
		(void)bad(p, "a block stands too deep; close the one before");
		return false;
	}
	next(p);
	if (!items_read(p, item, depth + 1))
		return false;
	if (p->token != TOKEN_CLOSE) {
		(void)bad(p, "a block does not end; add a }");
		return false;
	}
	item_end(p, item);
	next(p);
	return true;
}

static bool
item_read(struct parsing *p, struct domain_item *item, int depth)
{
	if (p->is_quoted) {
		(void)bad(p, "a value stands where a word is due; write word = "
			     "value");
		return false;
	}
	item->word = p->value.text;
	item->line = p->value.line;
	item->at = p->value.at;
	next(p);
	if (p->token == TOKEN_IS || p->token == TOKEN_MORE)
		return values_read(p, item);
	if (p->token == TOKEN_TEXT) {
		item->has_title = true;
		item->title = p->value;
		next(p);
	}
	if (p->token == TOKEN_OPEN)
		return block_read(p, item, depth);
	if (p->token != TOKEN_BAD)
		domain_complain(p->c, item->line,
		    "behind %s stands neither = nor {; add one", item->word);
	return false;
}

static bool
items_read(struct parsing *p, struct domain_item *to, int depth)
{
	while (p->token == TOKEN_TEXT)
		if (!item_read(p, item_add(to), depth))
			return false;
	return p->token != TOKEN_BAD;
}

bool
domain_parse(struct bytes text, struct domain_complaints *c,
    struct domain_tree *tree)
{
	struct parsing p = { .input = text,
		.cur = cursor_of(text),
		.line = 1,
		.c = c,
		.texts = &tree->texts };

	*tree = (struct domain_tree){ .top.is_block = true };
	/* A word needs an octet behind it, or it is the last. */
	buf_init(&tree->texts, 2 * (text.n + 1));
	(void)buf_grow(&tree->texts, 2 * (text.n + 1));
	buf_clear(&tree->texts);
	next(&p);
	if (!items_read(&p, &tree->top, 0))
		return false;
	if (p.token == TOKEN_END)
		return true;
	(void)bad(&p, "a } or = has nothing before it; remove it");
	return false;
}

static void
item_release(struct domain_item *item)
{
	for (size_t i = 0; i < item->items_n; i++)
		item_release(&item->items[i]);
	free(item->items);
	domain_values_release(&item->values);
}

void
domain_tree_release(struct domain_tree *tree)
{
	item_release(&tree->top);
	buf_release(&tree->texts);
}
