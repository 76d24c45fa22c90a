/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a client asks of the ICS API: a raw query. What is read lies within
 * the query's text and is never longer than its source; a refusal is an
 * answer with words; pairs survive a copy. What the search page makes of it is
 * a query of the API, and says nothing that was not asked.
 */
#include <stdlib.h>

#include "api/pages.h"
#include "api/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
within(const struct api_query *q, struct bytes part)
{
	size_t at = (size_t)(part.p - q->text);

	if (at > sizeof(q->text) || part.n > sizeof(q->text) - at)
		abort();
}

static void
search(const struct api_query *q)
{
	struct api_search s, copy;
	struct hkp_reply rp = { 0 };

	if (!api_search_read(q, &rp, &s)) {
		if (rp.status != 400 || rp.body.n == 0)
			abort();
		alloc_bytes_free(rp.body);
		return;
	}
	copy = s;
	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < copy.terms.n; i++)
		if (item_term_name(&copy.terms, i).n == 0 ||
		    item_term_value(&copy.terms, i).n == 0)
			abort();
	if (copy.limit == 0 || copy.limit > API_SEARCH_ROWS || copy.after < 0)
		abort();
}

static void
page(const struct api_query *q)
{
	struct api_page_asked a = { .q = { .n = q->n } };
	size_t octets = 0;

	/* Lent by q, as it would be by a copy of its own. */
	memcpy(a.q.at, q->at, sizeof(a.q.at));
	api_page_asked_read(&a);
	for (size_t i = 0; i < a.to.n; i++) {
		if (a.to.at[i].name.n == 0 || a.to.at[i].value.n == 0)
			abort();
		octets += a.to.at[i].value.n;
	}
	if (a.to.n > API_PARAMS_MAX || octets > API_QUERY_TEXT_MAX)
		abort();
	search(&a.to);
	api_page_asked_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_query q;
	struct item_terms select = { 0 };
	size_t octets = 0;

	if (api_query_read(bytes_of(data, size), &q) != ICS_OK)
		return 0;
	for (size_t i = 0; i < q.n; i++) {
		within(&q, q.at[i].name);
		within(&q, q.at[i].value);
		octets += q.at[i].name.n + q.at[i].value.n;
	}
	if (octets > size)
		abort();
	search(&q);
	page(&q);
	if (item_terms_read(&select, api_query_get(&q, "select")) &&
	    select.used > size + STORE_TERMS_MAX * 80)
		abort();
	return 0;
}
