/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a client writes: up to the first line end a target (path?query), up to
 * the second a Content-Type, then a body. Decoded text is never longer than
 * its source, and no page lets a tag through.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "hkp/lookup.h"
#include "hkp/page.h"
#include "hkp/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX (1u << 20)

static void
query(struct bytes raw)
{
	struct hkp_query q;
	struct hkp_search s;
	struct buf page;

	if (hkp_query_read(raw, &q) != ICS_OK)
		return;
	for (size_t i = 0; i < HKP_PARAM_COUNT; i++)
		if (q.value[i].n > raw.n)
			abort();
	hkp_search_read(q.value[HKP_PARAM_SEARCH], false, &s);
	buf_init(&page, OUT_MAX);
	hkp_page_put(&page, HKP_PAGE_index_uid,
	    (struct hkp_page_value[]){
		{ "uid", q.value[HKP_PARAM_SEARCH], false } },
	    1);
	if (strstr(buf_str(&page), "<script") != NULL)
		abort();
	buf_release(&page);
}

static void
target(struct bytes text)
{
	struct hkp_route_match match;
	struct bytes path, rest;
	uint8_t *room = alloc_new(text.n + 1);
	size_t n;

	hkp_split(text, '?', &path, &rest);
	hkp_route_find(&(struct hkp_route_asked){ HKP_FACE_LOCAL, HKP_GET, path,
			   NULL },
	    &match);
	if (match.route != NULL)
		for (size_t i = 0; i < HKP_ROUTE_ARGS_MAX; i++)
			if (hkp_decode(match.args[i], HKP_DECODE_PATH, room,
				&n) == ICS_OK &&
			    n > match.args[i].n)
				abort();
	query(rest);
	free(room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes line, type, rest;
	struct buf out;
	char *text;

	hkp_split(bytes_of(data, size), '\n', &line, &rest);
	hkp_split(rest, '\n', &type, &rest);
	target(line);
	text = alloc_str_from_bytes(type);
	buf_init(&out, OUT_MAX);
	if (hkp_form_field(rest, text, "keytext", &out) == ICS_OK &&
	    out.n > rest.n)
		abort();
	buf_release(&out);
	free(text);
	return 0;
}
