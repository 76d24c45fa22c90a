/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the one field of the search page to a query of the API. */
#include <string.h>

#include "api/pages.h"

/* Up to the next space that is in no quotes. */
static struct bytes
word_take(struct bytes *text)
{
	bool is_quoted = false;
	struct bytes word;
	size_t n = 0;

	while (text->n > 0 && text->p[0] == ' ')
		*text = bytes_of(text->p + 1, text->n - 1);
	if (text->n == 0)
		return *text;
	while (n < text->n && (is_quoted || text->p[n] != ' ')) {
		if (text->p[n] == '"')
			is_quoted = !is_quoted;
		n++;
	}
	word = bytes_of(text->p, n);
	*text = bytes_of(text->p + n, text->n - n);
	return word;
}

static struct bytes
unquoted(struct bytes text)
{
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		return bytes_of(text.p + 1, text.n - 2);
	return text;
}

static void
param_add(struct api_query *to, struct bytes name, struct bytes value)
{
	if (to->n < API_PARAMS_MAX && value.n > 0)
		to->at[to->n++] =
		    (struct api_param){ .name = name, .value = value };
}

static void
words_read(struct api_page_asked *a)
{
	struct bytes rest = a->text, word;

	for (word = word_take(&rest); word.n > 0; word = word_take(&rest)) {
		const uint8_t *equals = memchr(word.p, '=', word.n);
		size_t n = equals == NULL ? 0 : (size_t)(equals - word.p);

		if (n > 0) {
			param_add(&a->to, bytes_of(word.p, n),
			    unquoted(bytes_of(equals + 1, word.n - n - 1)));
			continue;
		}
		if (a->words.n > 0)
			buf_u8(&a->words, ' ');
		buf_put(&a->words, unquoted(word));
	}
}

void
api_page_asked_read(struct api_page_asked *a)
{
	static const char *const others[] = { "kind", "status", "cursor" };

	buf_init(&a->words, API_QUERY_TEXT_MAX);
	a->to.n = 0;
	a->text = api_query_get(&a->q, "q");
	a->id = a->text;
	if (bytes_starts_with(a->id, bytes_of_str("0x")))
		a->id = bytes_of(a->id.p + 2, a->id.n - 2);
	words_read(a);
	param_add(&a->to, bytes_of_str("q"), buf_bytes(&a->words));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		param_add(&a->to, bytes_of_str(others[i]),
		    api_query_get(&a->q, others[i]));
}

void
api_page_asked_release(struct api_page_asked *a)
{
	buf_release(&a->words);
}
