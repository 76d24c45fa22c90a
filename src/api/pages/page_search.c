/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /search: one field for whatever people have at hand. An id finds its
 * item; name=value is asked of what is said; other words are looked for in
 * names, and where there are none, as a serial number.
 */
#include "api/pages.h"

#include <string.h>

#include "api/search.h"
#include "hkp/lookup.h"

/* ---- finding -------------------------------------------------------------------- */

/* The answer of the API; NULL when the reply is filled. */
static json_t *
find(struct hkp_request *rq, struct hkp_reply *rp, struct store_reader *r,
    const struct api_query *q)
{
	struct api_search s;
	json_t *answer = NULL;
	enum ics_err err;

	if (!api_search_read(q, rp, &s))
		return NULL;
	err = api_search_run(rq, r, &s, &answer);
	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	return answer;
}

/* An answer with the one item that has this id, or with none. */
static json_t *
find_id(struct hkp_request *rq, struct hkp_reply *rp, struct store_reader *r,
    struct bytes id)
{
	struct api_view v = { .when = api_when_now() };
	struct notations_subject subject;
	json_t *items = json_array();
	enum ics_err err = ICS_ENOTFOUND;

	if (api_subject_read(rq, rp, id, &subject))
		err = api_view_read(rq, r, &subject, &v);
	else if (rp->status != 404)
		goto out;
	if (err == ICS_OK)
		json_array_append_new(items, api_search_row(&v.told));
	if (err == ICS_OK || err == ICS_ENOTFOUND)
		api_page_forget(rp);
	else
		hkp_reply_error(rp, err);
out:
	api_view_release(&v);
	if (rp->status == 0)
		return json_pack("{s:o}", "items", items);
	json_decref(items);
	return NULL;
}

static bool
is_id(struct bytes text)
{
	struct notations_subject subject;
	uint64_t keyid;

	return hkp_keyid_read(text, &keyid) ||
	       notations_subject_guess(text, &subject);
}

static bool
is_empty(const json_t *answer)
{
	return json_array_size(json_object_get(answer, "items")) == 0;
}

static json_t *
run(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_page_asked *a)
{
	static const char *const numbers[] = { "serial", "prodid" };
	struct store_reader *r = hkp_request_reader(rq, rp);
	json_t *answer;

	if (r == NULL)
		return NULL;
	if (is_id(a->id))
		return find_id(rq, rp, r, a->id);
	answer = find(rq, rp, r, &a->to);
	/* One value alone, and no name has it: perhaps it is a number. */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct api_query q = { .n = 1 };

		if (answer == NULL || !is_empty(answer) || a->to.n != 1 ||
		    a->words.n == 0)
			break;
		json_decref(answer);
		q.at[0] = (struct api_param){ .name = bytes_of_str(numbers[i]),
			.value = buf_bytes(&a->words) };
		answer = find(rq, rp, r, &q);
	}
	return answer;
}

/* ---- telling --------------------------------------------------------------------- */

static void
put_choices(struct buf *out, struct bytes chosen, bool states)
{
	API_PUT(out, HKP_PAGE_search_option,
	    { "value", bytes_of(NULL, 0), false },
	    { "words", bytes_of_str("any"), false });
	for (size_t i = 0;; i++) {
		const struct api_page_state *row =
		    states ? api_page_state_at(i) : NULL;
		const char *word = row != NULL ? row->word
				   : states    ? NULL
					       : api_page_sort_asked(i);

		if (word == NULL)
			return;
		API_PUT(out,
		    bytes_equal(chosen, bytes_of_str(word))
			? HKP_PAGE_search_chosen
			: HKP_PAGE_search_option,
		    { "value", bytes_of_str(word), false },
		    { "words",
			bytes_of_str(row != NULL ? row->title
						 : api_page_sort(word)),
			false });
	}
}

static void
put_row(struct buf *out, const json_t *row)
{
	const char *item = api_page_text(row, "item");
	const struct api_page_state *state =
	    api_page_state_find(api_page_text(json_object_get(row, "status"),
		"status"));
	const char *kind = api_page_sort(api_page_text(row, "kind"));
	struct buf name, what, number;

	buf_init(&name, HKP_PAGE_MAX);
	buf_init(&what, HKP_PAGE_MAX);
	buf_init(&number, HKP_PAGE_MAX);
	api_page_name(row, &name);
	api_page_put_what(row, &what);
	api_page_put_named(&number, item);
	API_PUT(out, HKP_PAGE_search_row,
	    { "id", bytes_of_str(api_page_id(item)), false },
	    { "name", buf_bytes(&name), false },
	    { "tone", bytes_of_str(state->tone), false },
	    { "sign", bytes_of_str(state->sign), false },
	    { "title", bytes_of_str(state->title), false },
	    { "kind", bytes_of_str(kind), false },
	    { "what", buf_bytes(&what), false },
	    { "number", buf_bytes(&number), true });
	buf_release(&name);
	buf_release(&what);
	buf_release(&number);
}

static void
put_more(struct buf *out, const struct api_page_asked *a, const char *cursor)
{
	static const char *const names[] = { "q", "kind", "status" };
	struct buf to;

	buf_init(&to, HKP_PAGE_MAX);
	buf_printf(&to, "/search?cursor=%s", cursor);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes value = api_query_get(&a->q, names[i]);

		if (value.n == 0)
			continue;
		buf_printf(&to, "&%s=", names[i]);
		api_escaped_put(&to, value);
	}
	API_PUT(out, HKP_PAGE_search_more, { "to", buf_bytes(&to), false });
	buf_release(&to);
}

static void
put_found(struct buf *out, const struct api_page_asked *a, const json_t *answer)
{
	const char *cursor = api_page_text(answer, "cursor");
	struct buf rows, body;
	json_t *row;
	size_t i;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	json_array_foreach(json_object_get(answer, "items"), i, row)
	{
		put_row(&rows, row);
	}
	if (rows.n > 0)
		API_PUT(&body, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	else if (cursor[0] == '\0')
		API_PUT(&body, HKP_PAGE_part_words,
		    { "text", bytes_of_str("Nothing."), false });
	if (cursor[0] != '\0')
		put_more(&body, a, cursor);
	api_page_put_section(out, "Found", &body);
	buf_release(&rows);
	buf_release(&body);
}

static void
reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_page_asked *a, struct buf *found)
{
	unsigned status = rp->status == 0 ? 200 : rp->status;
	struct buf kinds, states, out;

	buf_init(&kinds, HKP_PAGE_MAX);
	buf_init(&states, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	put_choices(&kinds, api_query_get(&a->q, "kind"), false);
	put_choices(&states, api_query_get(&a->q, "status"), true);
	API_PUT(&out, HKP_PAGE_search, { "q", a->text, false },
	    { "kinds", buf_bytes(&kinds), true },
	    { "states", buf_bytes(&states), true },
	    { "found", buf_bytes(found), true });
	api_page_forget(rp);
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ status, bytes_of_str("Search"), &out });
	buf_release(&kinds);
	buf_release(&states);
}

void
api_page_search(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_page_asked a = { .to = { .n = 0 } };
	json_t *answer = NULL;
	struct buf found;

	if (!api_query_of(rq, rp, &a.q)) {
		api_page_refuse(rq, rp);
		return;
	}
	buf_init(&found, HKP_PAGE_MAX);
	api_page_asked_read(&a);
	if (a.to.n > 0)
		answer = run(rq, rp, &a);
	api_page_close(answer);
	if (answer != NULL)
		put_found(&found, &a, answer);
	else if (rp->status != 0)
		api_page_put_refusal(&found, rp);
	reply(rq, rp, &a, &found);
	json_decref(answer);
	buf_release(&found);
	api_page_asked_release(&a);
}
