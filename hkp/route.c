/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Matching a path with the rows of routes.def. A "**" row counts only when no
 * other row has the path, so that a known path with a wrong method is a 405.
 */
#include <assert.h>
#include <stdio.h>

#include "hkp/route.h"

#define PUBLIC (1u << HKP_FACE_PUBLIC)
#define ADMIN  (1u << HKP_FACE_ADMIN)
#define LOCAL  (1u << HKP_FACE_LOCAL)

static const struct hkp_route routes[] = {
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

void
hkp_route_find(enum hkp_face face, enum hkp_method method, struct bytes path,
    struct hkp_route_match *match)
{
	struct bytes args[HKP_ROUTE_ARGS_MAX] = { 0 };

	match->route = NULL;
	match->allowed = 0;
	match->is_rest = false;
	for (size_t i = 0; i < COUNT(routes); i++) {
		const struct hkp_route *row = &routes[i];

		if ((row->faces & (1u << face)) == 0 ||
		    !matches(row->pattern, path, args))
			continue;
		if (is_catch_all(row)) {
			if (match->allowed != 0 && !match->is_rest)
				return;
			match->is_rest = true;
		}
		match->allowed |= 1u << row->method;
		if (row->method == method) {
			match->route = row;
			memcpy(match->args, args, sizeof(args));
			return;
		}
	}
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

const struct hkp_route *
hkp_routes(size_t *n)
{
	*n = COUNT(routes);
	return routes;
}
