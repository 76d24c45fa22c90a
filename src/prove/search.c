/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of items, one after another, until there are no more. */
#include "prove/search.h"

#include "client/out.h"
#include "prove/evidence.h"
#include "prove/tell.h"
#include "prove/when.h"

/* A name is a word in front of the first "=". */
static size_t
name_length(const char *arg)
{
	size_t n = strcspn(arg, "= ");

	return arg[n] == '=' ? n : 0;
}

bool
prove_search_is_typed(char *const *args, size_t args_n)
{
	for (size_t i = 0; i < args_n; i++)
		if (name_length(args[i]) > 0)
			return true;
	return false;
}

/* Words without a name are looked for in the texts. */
static void
query_write(const struct prove_search *what, struct buf *path)
{
	struct buf words;

	buf_init(&words, 4096);
	buf_put_str(path, "/ics/v1/search?");
	for (size_t i = 0; i < what->args_n; i++) {
		const char *arg = what->args[i];
		size_t n = name_length(arg);

		if (n == 0) {
			buf_printf(&words, "%s%s", words.n > 0 ? " " : "", arg);
			continue;
		}
		http_escape(bytes_of(arg, n), path);
		buf_u8(path, '=');
		http_escape(bytes_of_str(arg + n + 1), path);
		buf_u8(path, '&');
	}
	if (words.n > 0) {
		buf_put_str(path, "q=");
		http_escape(buf_bytes(&words), path);
		buf_u8(path, '&');
	}
	buf_release(&words);
}

static void
item_print(const json_t *item)
{
	const json_t *names = json_object_get(item, "names"), *name;
	const json_t *status = json_object_get(item, "status");
	struct buf line;
	size_t i;

	buf_init(&line, OUT_LINE_MAX);
	buf_printf(&line, "%s  %s", prove_text(item, "item"),
	    json_is_string(status) ? json_string_value(status)
				   : prove_text(status, "status"));
	json_array_foreach(names, i, name) if (json_string_value(name) != NULL)
	    buf_printf(&line, "  %s", json_string_value(name));
	out_line("%s", buf_str(&line));
	buf_release(&line);
}

struct hunt {
	const struct prove_search *what;
	struct http *h;
	struct buf path; /* owned: without the cursor */
	json_t *items;	 /* owned */
	int64_t left;
	bool more;
};

/* A page; *cursor (owned, NULL at first) moves on and is NULL at the end. */
static enum ics_err
page_get(struct hunt *hunt, json_t **cursor)
{
	json_t *doc = NULL, *item;
	struct buf path;
	enum ics_err err;
	size_t i;

	buf_init(&path, 65536);
	buf_put(&path, buf_bytes(&hunt->path));
	buf_printf(&path, "limit=%d", hunt->left < 100 ? (int)hunt->left : 100);
	if (json_is_string(*cursor)) {
		buf_put_str(&path, "&cursor=");
		http_escape(bytes_of_str(json_string_value(*cursor)), &path);
	}
	TRY(prove_get_json(&(struct prove_get){ hunt->h, buf_str(&path),
			       "the search" },
	    &doc));
	json_array_foreach(json_object_get(doc, "items"), i, item)
	{
		json_array_append(hunt->items, item);
		hunt->left--;
	}
	json_decref(*cursor);
	*cursor = json_incref(json_object_get(doc, "cursor"));
out:
	json_decref(doc);
	buf_release(&path);
	return err;
}

static enum ics_err
pages_get(struct hunt *hunt)
{
	json_t *cursor = NULL;
	enum ics_err err;

	do {
		err = page_get(hunt, &cursor);
		hunt->more =
		    err == ICS_OK && cursor != NULL && !json_is_null(cursor);
	} while (hunt->more && hunt->left > 0);
	json_decref(cursor);
	return err;
}

static enum ics_err
items_print(const struct prove_search *what, json_t *items, bool more)
{
	size_t n = json_array_size(items), i;
	const json_t *item;

	if (what->json)
		out_json(json_pack("{s:O, s:b}", "items", items, "more",
		    more ? 1 : 0));
	else
		json_array_foreach(items, i, item) item_print(item);
	if (n == 0)
		out_fail("nothing fits");
	else if (more)
		out_note(what->quiet, "there are more; --limit shows them");
	return n == 0 ? ICS_ENOTFOUND : ICS_OK;
}

enum ics_err
prove_search_items(const struct prove_search *what, json_t **items, bool *more)
{
	struct hunt hunt = { .what = what, .left = PROVE_SEARCH_LIMIT };
	enum ics_err err = ICS_EUSAGE;

	buf_init(&hunt.path, 65536);
	hunt.items = json_array();
	if (what->limit != NULL &&
	    (!prove_number_read(what->limit, &hunt.left) || hunt.left == 0)) {
		out_fail("--limit takes a number of items");
		goto out;
	}
	query_write(what, &hunt.path);
	TRY(prove_server_open(what->where, &hunt.h));
	err = pages_get(&hunt);
	if (err == ICS_ENOTFOUND)
		out_fail("%s: has no such search", where_name(what->where));
out:
	http_free(hunt.h);
	buf_release(&hunt.path);
	*items = hunt.items;
	*more = hunt.more;
	return err;
}

enum ics_err
prove_search_run(const struct prove_search *what)
{
	json_t *items;
	bool more;
	enum ics_err err = prove_search_items(what, &items, &more);

	if (err == ICS_OK)
		err = items_print(what, items, more);
	json_decref(items);
	return err;
}
