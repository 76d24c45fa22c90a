/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a reader checks all this himself, and how others get here. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

/* What computes a digest, by the prefix of an id. */
static const struct {
	const char *prefix, *command;
} sums[] = {
	{ "sha256:", "sha256sum" },
	{ "sha384:", "sha384sum" },
	{ "sha512:", "sha512sum" },
	{ "sha3-256:", "openssl dgst -sha3-256" },
	{ "sha3-512:", "openssl dgst -sha3-512" },
};

static const char *
sum_find(const char *id)
{
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		if (strncmp(id, sums[i].prefix, strlen(sums[i].prefix)) == 0)
			return sums[i].command;
	return sums[0].command;
}

void
api_page_put_check(struct buf *out, const struct api_page_item *it)
{
	const char *fpr = it->fpr[0] == '\0' ? "" : it->fpr + 2;
	struct buf body;

	buf_init(&body, HKP_PAGE_MAX);
	API_PUT(&body,
	    it->fpr[0] == '\0' ? HKP_PAGE_check_code : HKP_PAGE_check_cert,
	    { "id", bytes_of_str(it->id), false },
	    { "base", bytes_of_str(it->base), false },
	    { "fpr", bytes_of_str(fpr), false },
	    { "sum", bytes_of_str(sum_find(it->id)), false });
	api_page_put_section(out, "Check it yourself", &body);
	buf_release(&body);
}

void
api_page_put_address(struct buf *out, const struct api_page_item *it)
{
	char url[API_PAGE_URL_MAX + STORE_QUERY_MAX];
	struct buf code, body;

	buf_init(&code, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	(void)snprintf(url, sizeof(url), "%s/item/%s", it->base, it->id);
	api_page_put_qr(&code, url);
	API_PUT(&body, HKP_PAGE_address, { "code", buf_bytes(&code), true },
	    { "url", bytes_of_str(url), false });
	api_page_put_section(out, "This page", &body);
	buf_release(&code);
	buf_release(&body);
}
