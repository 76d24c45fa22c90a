/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of an entity. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

static void
use_write(const json_t *key, char *out, size_t max)
{
	const json_t *use = json_object_get(key, "use");
	json_t *word;
	size_t i, at = 0;

	out[0] = '\0';
	json_array_foreach((json_t *)(uintptr_t)use, i, word)
	{
		at += (size_t)snprintf(&out[at], max - at, "%s%s",
		    i == 0 ? "; used to " : ", ", json_string_value(word));
		if (at >= max)
			return; /* cut is fine */
	}
}

static void
algorithm_write(const json_t *key, char *out, size_t max)
{
	const char *curve = api_page_text(key, "curve");
	json_int_t bits = json_integer_value(json_object_get(key, "bits"));

	if (curve[0] != '\0')
		(void)snprintf(out, max, "%s, %s",
		    api_page_text(key, "algorithm"), curve);
	else
		(void)snprintf(out, max, "%s, %lld bits",
		    api_page_text(key, "algorithm"), (long long)bits);
}

static void
put_key(struct buf *out, const json_t *key, const char *title)
{
	const char *expires = api_page_text(key, "expires");
	char algorithm[128], use[96];
	struct buf groups, created, until, notes;

	buf_init(&groups, HKP_PAGE_MAX);
	buf_init(&created, HKP_PAGE_MAX);
	buf_init(&until, HKP_PAGE_MAX);
	buf_init(&notes, HKP_PAGE_MAX);
	api_page_put_fpr(&groups, api_page_text(key, "fingerprint"));
	api_page_put_time(&created, api_page_text(key, "created"));
	if (expires[0] != '\0') {
		buf_put_str(&until, ", expires ");
		api_page_put_time(&until, expires);
	}
	use_write(key, use, sizeof(use));
	algorithm_write(key, algorithm, sizeof(algorithm));
	if (json_object_get(key, "revoked") != NULL)
		API_PUT(&notes, HKP_PAGE_part_words,
		    { "text", bytes_of_str("✗ It was revoked."), false });
	API_PUT(out, HKP_PAGE_item_key, { "title", bytes_of_str(title), false },
	    { "groups", buf_bytes(&groups), false },
	    { "algorithm", bytes_of_str(algorithm), false },
	    { "created", buf_bytes(&created), true },
	    { "expires", buf_bytes(&until), true },
	    { "use", bytes_of_str(use), false },
	    { "notes", buf_bytes(&notes), true });
	buf_release(&groups);
	buf_release(&created);
	buf_release(&until);
	buf_release(&notes);
}

void
api_page_put_keys(struct buf *out, const struct api_page_item *it)
{
	json_t *key;
	struct buf rows, list;
	size_t i;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&list, HKP_PAGE_MAX);
	json_array_foreach(json_object_get(it->doc, "keys"), i, key)
	{
		put_key(&rows, key,
		    i == 0 ? "Fingerprint of its key" : "Subkey");
	}
	if (rows.n > 0)
		API_PUT(&list, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	api_page_put_section(out, "Its keys", &list);
	buf_release(&rows);
	buf_release(&list);
}
