/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What src/api refuses is refused here for the same reason, in the same words:
 * its answer becomes a page. So what is protected and what is not there have
 * one page, because they have one answer.
 */
#include "api/pages.h"

#include <stdlib.h>

static const struct page_refusal {
	unsigned status;
	const char *title;
	const char *words; /* instead of what was told; NULL */
} refusals[] = {
	{ 0, "That did not go", NULL },
	{ 400, "That cannot be asked", NULL },
	{ 404, "Nothing found", "Nothing is known of this here." },
	{ 409, "Several have this key ID", "Which one is meant?" },
	{ 503, "Too much to do just now", "Please try again soon." },
};

static const struct page_refusal *
refusal_find(unsigned status)
{
	for (size_t i = 1; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].status == status)
			return &refusals[i];
	return &refusals[0];
}

/* Those one of which is meant. */
static void
put_choice(struct buf *out, const json_t *items)
{
	json_t *item;
	struct buf rows, row;
	size_t i;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&row, HKP_PAGE_MAX);
	json_array_foreach((json_t *)(uintptr_t)items, i, item)
	{
		const char *name = json_string_value(item);

		api_page_put_who(&row,
		    &(struct api_page_who){ api_page_id(name), "", true });
		API_PUT(&rows, HKP_PAGE_part_item,
		    { "body", buf_bytes(&row), true });
		buf_clear(&row);
	}
	if (rows.n > 0)
		API_PUT(out, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	buf_release(&rows);
	buf_release(&row);
}

void
api_page_put_refusal(struct buf *out, const struct hkp_reply *rp)
{
	const struct page_refusal *row = refusal_find(rp->status);
	json_t *told =
	    json_loadb((const char *)rp->body.p, rp->body.n, 0, NULL);
	struct buf words;

	buf_init(&words, HKP_PAGE_MAX);
	if (row->words != NULL)
		buf_put_str(&words, row->words);
	else if (told == NULL)
		buf_put(&words, rp->body);
	else
		buf_printf(&words, "%s: %s.", api_page_text(told, "error"),
		    api_page_text(told, "help"));
	api_page_begin(&words);
	API_PUT(out, HKP_PAGE_part_words, { "text", buf_bytes(&words), false });
	put_choice(out, json_object_get(told, "items"));
	json_decref(told);
	buf_release(&words);
}

void
api_page_forget(struct hkp_reply *rp)
{
	free((void *)(uintptr_t)rp->body.p);
	rp->body = bytes_of(NULL, 0);
	rp->status = 0;
	rp->type = NULL;
	rp->prepared = HKP_PREPARED_NONE;
}

void
api_page_refuse(struct hkp_request *rq, struct hkp_reply *rp)
{
	unsigned status = rp->status;
	struct bytes title = bytes_of_str(refusal_find(status)->title);
	struct buf words, out;

	buf_init(&words, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	api_page_put_refusal(&words, rp);
	API_PUT(&out, HKP_PAGE_refused, { "title", title, false },
	    { "words", buf_bytes(&words), true });
	api_page_forget(rp);
	hkp_reply_page(rq, rp, &(struct hkp_framed){ status, title, &out });
	buf_release(&words);
}
