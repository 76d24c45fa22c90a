/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Matching a path with rows: those of routes.def first, so that look-ups pay
 * nothing for what a program adds. A "**" row counts only when no other row
 * has the path, so that a known path with a wrong method is a 405.
 */
#include <assert.h>
#include <stdio.h>

#include "hkp/route.h"

#define PUBLIC (1u << HKP_FACE_PUBLIC)
#define ADMIN  (1u << HKP_FACE_ADMIN)
#define LOCAL  (1u << HKP_FACE_LOCAL)

static const struct hkp_route rows[] = {
#define X(method, pattern, handler, faces, words) \
	{ HKP_##method, pattern, hkp_##handler, faces, words },
#include "hkp/routes.def"
#undef X
};

static const struct {
	const char *word;
	enum hkp_method method;
	bool head;
} methods[] = {
	{ "GET", HKP_GET, false },
	{ "HEAD", HKP_GET, true },
	{ "POST", HKP_POST, false },
	{ "PUT", HKP_PUT, false },
	{ "OPTIONS", HKP_OPTIONS, false },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct hkp_route_table hkp_routes = { rows, COUNT(rows) };

enum hkp_method
hkp_method_from_word(const char *word, bool *head)
{
	*head = false;
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(word, methods[i].word) == 0) {
			*head = methods[i].head;
			return methods[i].method;
		}
	return HKP_OTHER;
}

/* One segment, not empty, starting at path[at]; its length. */
static size_t
segment_length(struct bytes path, size_t at)
{
	size_t n = 0;

	while (at + n < path.n && path.p[at + n] != '/')
		n++;
	return n;
}

static bool
matches(const char *pattern, struct bytes path, struct bytes *args)
{
	size_t at = 0;
	size_t args_n = 0;

	for (const char *c = pattern; *c != '\0'; c++) {
		if (c[0] == '*' && c[1] == '*')
			return true;
		if (c[0] == '*') {
			size_t n = segment_length(path, at);

			if (n == 0)
				return false;
			args[args_n++] = bytes_of(&path.p[at], n);
			at += n;
			continue;
		}
		if (at == path.n || path.p[at] != (uint8_t)*c)
			return false;
		at++;
	}
	return at == path.n;
}

static bool
is_catch_all(const struct hkp_route *route)
{
	size_t n = strlen(route->pattern);

	return n >= 2 && strcmp(&route->pattern[n - 2], "**") == 0;
}

/* A "**" row stands behind the others of its table. */
static bool
is_spare(const struct hkp_route *row, const struct hkp_route_match *match)
{
	return is_catch_all(row) && match->allowed != 0 && !match->is_rest;
}

static void
table_look(const struct hkp_route_table *table,
    const struct hkp_route_asked *asked, struct hkp_route_match *match)
{
	struct bytes args[HKP_ROUTE_ARGS_MAX] = { 0 };

	for (size_t i = 0; i < table->n; i++) {
		const struct hkp_route *row = &table->at[i];

		if ((row->faces & (1u << asked->face)) == 0 ||
		    !matches(row->pattern, asked->path, args))
			continue;
		if (is_spare(row, match))
			return;
		/* What a "**" row of the other table allows does not count. */
		if (match->is_rest && !is_catch_all(row)) {
			match->route = NULL;
			match->allowed = 0;
		}
		match->is_rest = is_catch_all(row);
		match->allowed |= 1u << row->method;
		if (row->method == asked->method) {
			match->route = row;
			memcpy(match->args, args, sizeof(args));
			return;
		}
	}
}

void
hkp_route_find(const struct hkp_route_asked *asked,
    struct hkp_route_match *match)
{
	match->route = NULL;
	match->allowed = 0;
	match->is_rest = false;
	table_look(&hkp_routes, asked, match);
	if ((match->route == NULL || match->is_rest) && asked->more != NULL)
		table_look(asked->more, asked, match);
}

void
hkp_route_allow(unsigned allowed, char out[HKP_ALLOW_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < COUNT(methods); i++) {
		const char *word = methods[i].word;

		if ((allowed & (1u << methods[i].method)) == 0 &&
		    methods[i].method != HKP_OPTIONS)
			continue;
		at += (size_t)snprintf(out + at, HKP_ALLOW_MAX - at, "%s%s",
		    at > 0 ? ", " : "", word);
		assert(at < HKP_ALLOW_MAX);
	}
}
