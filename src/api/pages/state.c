/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an item is, first of all that its page says. */
#include "api/pages.h"

#include <string.h>

static void
put_remark(struct buf *out, const char *words)
{
	API_PUT(out, HKP_PAGE_part_words,
	    { "text", bytes_of_str(words), false });
}

/* The statement that decides. */
static const json_t *
decider(const json_t *doc)
{
	json_t *statement, *flag;
	size_t i, f;

	json_array_foreach(json_object_get(doc, "statements"), i, statement)
	{
		json_array_foreach(json_object_get(statement, "flags"), f, flag)
		{
			if (strcmp(json_string_value(flag), "decides") == 0)
				return statement;
		}
	}
	return NULL;
}

static void
put_by(struct buf *out, const json_t *statement)
{
	const char *name = api_page_text(statement, "issuer_name");
	const char *role = api_page_text(statement, "role");
	struct buf who, when, as;

	buf_init(&who, HKP_PAGE_MAX);
	buf_init(&when, HKP_PAGE_MAX);
	buf_init(&as, HKP_PAGE_MAX);
	if (role[0] != '\0') {
		buf_put_str(&as, ", as ");
		api_page_put_role(&as, role);
		buf_u8(&as, ',');
	}
	api_page_put_who(&who,
	    &(struct api_page_who){
		api_page_text(statement, "issuer"), name, name[0] != '\0' });
	api_page_put_time(&when, api_page_text(statement, "created"));
	API_PUT(out, HKP_PAGE_state_by, { "who", buf_bytes(&who), true },
	    { "role", buf_bytes(&as), false },
	    { "when", buf_bytes(&when), true });
	buf_release(&who);
	buf_release(&when);
	buf_release(&as);
}

static void
put_more(struct buf *out, const json_t *doc, const json_t *status)
{
	static const struct {
		const char *member, *words;
	} remarks[] = {
		{ "conflict",
		    "Two who may say so differ within a day; the more cautious "
		    "of their words is told." },
		{ "final",
		    "This is final: only who said so can take it back." },
		{ "approved", "✓ An approval is in force." },
	};
	const json_t *statement = decider(doc);

	if (statement != NULL)
		put_by(out, statement);
	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (json_is_true(json_object_get(status, remarks[i].member)))
			put_remark(out, remarks[i].words);
	if (json_is_true(json_object_get(doc, "incomplete")))
		put_remark(out,
		    "! There are more statements about it than are judged "
		    "here.");
}

static void
put_box(struct buf *out, const struct api_page_state *row, struct bytes more)
{
	API_PUT(out, HKP_PAGE_state, { "tone", bytes_of_str(row->tone), false },
	    { "sign", bytes_of_str(row->sign), false },
	    { "title", bytes_of_str(row->title), false },
	    { "verdict", bytes_of_str(row->verdict), false },
	    { "words", bytes_of_str(row->words), false },
	    { "more", more, true });
}

/* An end of the key comes before all that is said of the item. */
static void
put_key_end(struct buf *out, const json_t *doc)
{
	static const struct api_page_state revoked = { NULL, "✗", "bad",
		"Key revoked", "Not to be used.",
		"Its own key was taken back; nothing may rest on it." };
	static const struct api_page_state expired = { NULL, "✗", "bad",
		"Key expired", "Not to be used.",
		"The time for which its key was made is over." };
	const json_t *key = json_array_get(json_object_get(doc, "keys"), 0);
	const char *expires = api_page_text(key, "expires");

	if (json_object_get(key, "revoked") != NULL)
		put_box(out, &revoked, bytes_of(NULL, 0));
	/* Both are of the one form, so that letters tell which is later. */
	else if (expires[0] != '\0' &&
		 strcmp(expires, api_page_text(doc, "at")) <= 0)
		put_box(out, &expired, bytes_of(NULL, 0));
}

void
api_page_put_state(struct buf *out, const struct api_page_item *it)
{
	const json_t *status = json_object_get(it->doc, "status");
	struct buf more;

	put_key_end(out, it->doc);
	buf_init(&more, HKP_PAGE_MAX);
	put_more(&more, it->doc, status);
	put_box(out, api_page_state_find(api_page_text(status, "status")),
	    buf_bytes(&more));
	buf_release(&more);
}
