/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who vouches for an item, and who only spoke of it. */
#include "api/pages.h"

#include <string.h>

static bool
has_right(const json_t *party)
{
	return json_array_size(json_object_get(party, "roles")) > 0 ||
	       strcmp(api_page_text(party, "basis"), "self") == 0;
}

static void
put_roles(struct buf *out, const json_t *party)
{
	const char *basis = api_page_basis(api_page_text(party, "basis"));
	json_t *role;
	size_t i;

	json_array_foreach(json_object_get(party, "roles"), i, role)
	{
		if (i > 0)
			buf_put_str(out, ", ");
		api_page_put_role(out, json_string_value(role));
	}
	if (basis[0] != '\0') {
		if (out->n > 0)
			buf_put_str(out, ": ");
		buf_put_str(out, basis);
	}
	api_page_begin(out);
}

static void
put_warning(struct buf *out, const char *words, const char *time)
{
	struct buf when;

	buf_init(&when, HKP_PAGE_MAX);
	api_page_put_time(&when, time);
	API_PUT(out, HKP_PAGE_item_warning,
	    { "words", bytes_of_str(words), false },
	    { "when", buf_bytes(&when), true });
	buf_release(&when);
}

static void
put_notes(struct buf *out, const json_t *doc, const json_t *party)
{
	const char *expires = api_page_text(party, "expires");
	const char *revoked = api_page_text(party, "revoked_at");
	const char *contact = api_page_text(party, "contact");
	struct buf pairs;

	if (revoked[0] != '\0')
		put_warning(out, "✗ Its key was revoked on", revoked);
	if (expires[0] != '\0')
		put_warning(out,
		    strcmp(expires, api_page_text(doc, "at")) <= 0
			? "✗ Its key expired on"
			: "Its key expires on",
		    expires);
	buf_init(&pairs, HKP_PAGE_MAX);
	api_page_put_pair(&pairs, "Contact", contact);
	if (pairs.n > 0)
		API_PUT(out, HKP_PAGE_part_pairs,
		    { "rows", buf_bytes(&pairs), true });
	buf_release(&pairs);
}

void
api_page_put_party(struct buf *out, const struct api_page_party *party)
{
	struct api_page_who named = party->who;
	struct buf who, words, groups;

	buf_init(&who, HKP_PAGE_MAX);
	buf_init(&words, HKP_PAGE_MAX);
	buf_init(&groups, HKP_PAGE_MAX);
	if (named.name[0] == '\0')
		named.name = "A key without a name here";
	api_page_put_who(&who, &named);
	if (party->words.n > 0)
		API_PUT(&words, HKP_PAGE_part_words,
		    { "text", party->words, false });
	api_page_put_fpr(&groups, named.fpr);
	API_PUT(out, HKP_PAGE_item_party, { "who", buf_bytes(&who), true },
	    { "roles", buf_bytes(&words), true },
	    { "notes", party->notes, true },
	    { "groups", buf_bytes(&groups), false });
	buf_release(&who);
	buf_release(&words);
	buf_release(&groups);
}

static void
put_party(struct buf *out, const json_t *doc, const json_t *party)
{
	struct buf roles, notes;

	buf_init(&roles, HKP_PAGE_MAX);
	buf_init(&notes, HKP_PAGE_MAX);
	put_roles(&roles, party);
	put_notes(&notes, doc, party);
	api_page_put_party(out,
	    &(struct api_page_party){
		.who = { api_page_text(party, "fingerprint"),
		    api_page_text(party, "name"),
		    json_is_true(json_object_get(party, "known")) },
		.words = buf_bytes(&roles),
		.notes = buf_bytes(&notes) });
	buf_release(&roles);
	buf_release(&notes);
}

static void
put_group(struct buf *out, const struct api_page_item *it, bool rightful)
{
	json_t *party;
	struct buf rows, list;
	size_t i;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&list, HKP_PAGE_MAX);
	json_array_foreach(json_object_get(it->doc, "parties"), i, party)
	{
		if (has_right(party) == rightful)
			put_party(&rows, it->doc, party);
	}
	if (rows.n > 0)
		API_PUT(&list, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	else if (rightful)
		API_PUT(&list, HKP_PAGE_part_words,
		    { "text",
			bytes_of_str("Nobody whom this server trusts to say "
				     "so."),
			false });
	api_page_put_section(out,
	    rightful ? "Who vouches for it"
		     : "Who spoke of it without a right to",
	    &list);
	buf_release(&rows);
	buf_release(&list);
}

void
api_page_put_parties(struct buf *out, const struct api_page_item *it)
{
	put_group(out, it, true);
	put_group(out, it, false);
}
