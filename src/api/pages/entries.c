/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was said of an item, newest first. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

#define SHOWN 50 /* statements on a page */

static bool
counts(const json_t *statement)
{
	static const char *const standings[] = { "authorised", "superseded",
		"pending" };
	const char *is = api_page_text(statement, "standing");

	for (size_t i = 0; i < sizeof(standings) / sizeof(standings[0]); i++)
		if (strcmp(is, standings[i]) == 0)
			return true;
	return false;
}

static void
put_title(struct buf *out, const json_t *statement)
{
	const char *status = api_page_text(statement, "status");
	const struct api_page_state *row = api_page_state_find(status);

	buf_put_str(out, api_page_title(api_page_text(statement, "kind")));
	if (status[0] != '\0')
		buf_printf(out, ": %s %s", row->sign, row->title);
}

static void
put_standing(struct buf *out, const json_t *statement)
{
	static const struct {
		const char *flag, *words;
	} flags[] = {
		{ "decides", ". The state rests on it" },
		{ "backdated",
		    ". ! It came later than one that is dated later" },
		{ "seq-regress", ". ! Its number goes back" },
	};
	json_t *flag;
	size_t i;

	buf_printf(out, "%s: %s",
	    counts(statement) ? "Counts" : "Does not count",
	    api_page_text(statement, "why"));
	json_array_foreach(json_object_get(statement, "flags"), i, flag)
	{
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
			if (strcmp(json_string_value(flag), flags[f].flag) == 0)
				buf_put_str(out, flags[f].words);
	}
}

/* ---- proof ------------------------------------------------------------------------ */

static void
put_proof_value(struct buf *out, const char *label, struct buf *value)
{
	if (value->n > 0)
		API_PUT(out, HKP_PAGE_part_pair,
		    { "label", bytes_of_str(label), false },
		    { "value", buf_bytes(value), true });
	buf_clear(value);
}

static void
put_proof(struct buf *out, const char *item, const json_t *statement)
{
	static const struct {
		const char *member, *label;
		void (*put)(struct buf *out, const char *text);
	} rows[] = {
		{ "digest", "Digest", api_page_put_named },
		{ "signer", "Signed by", api_page_put_named },
		{ "user_id", "Certifies", api_page_put_named },
		{ "subject", "About", api_page_put_named },
		{ "received", "Came here", api_page_put_time },
		{ "expires", "Expires", api_page_put_time },
		{ "carrier", "Carried as", api_page_put_named },
	};
	json_int_t position =
	    json_integer_value(json_object_get(statement, "position"));
	struct buf value;
	char row[24];

	buf_init(&value, HKP_PAGE_MAX);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = api_page_text(statement, rows[i].member);

		if (text[0] != '\0' && strcmp(text, item) != 0)
			rows[i].put(&value, text);
		put_proof_value(out, rows[i].label, &value);
	}
	(void)snprintf(row, sizeof(row), "%lld", (long long)position);
	api_page_put_pair(out, "Row of the log", position > 0 ? row : "");
	buf_release(&value);
}

/* ---- entries ---------------------------------------------------------------------- */

/* The parts of an entry, each made for itself. */
enum part {
	TITLE,
	WHEN,
	WHO,
	STANDING,
	VALUES,
	PROOF,
	ROLE,
	PARTS
};
struct entry {
	struct buf at[PARTS];
	char digest[2 * 64 + 16], digest_short[16];
};

static void
entry_read(const char *item, const json_t *statement, struct entry *e)
{
	const char *name = api_page_text(statement, "issuer_name");
	const char *role = api_page_text(statement, "role");
	const char *digest = api_page_text(statement, "digest");

	for (size_t i = 0; i < PARTS; i++)
		buf_init(&e->at[i], HKP_PAGE_MAX);
	put_title(&e->at[TITLE], statement);
	api_page_put_time(&e->at[WHEN], api_page_text(statement, "created"));
	api_page_put_who(&e->at[WHO],
	    &(struct api_page_who){
		api_page_text(statement, "issuer"), name, name[0] != '\0' });
	put_standing(&e->at[STANDING], statement);
	api_page_put_values(&e->at[VALUES],
	    json_object_get(statement, "values"));
	put_proof(&e->at[PROOF], item, statement);
	if (role[0] != '\0')
		buf_put_str(&e->at[ROLE], ", as ");
	api_page_put_role(&e->at[ROLE], role);
	(void)snprintf(e->digest, sizeof(e->digest), "%s",
	    strncmp(digest, "sha256:", 7) == 0 ? digest + 7 : digest);
	(void)snprintf(e->digest_short, sizeof(e->digest_short), "%.12s",
	    e->digest);
}

static void
put_entry(struct buf *out, const char *item, const json_t *statement)
{
	bool is_good = counts(statement);
	struct entry e;

	entry_read(item, statement, &e);
	API_PUT(out, HKP_PAGE_item_entry,
	    { "class", bytes_of_str(is_good ? "on" : "off"), false },
	    { "title", buf_bytes(&e.at[TITLE]), false },
	    { "when", buf_bytes(&e.at[WHEN]), true },
	    { "who", buf_bytes(&e.at[WHO]), true },
	    { "role", buf_bytes(&e.at[ROLE]), false },
	    { "sign", bytes_of_str(is_good ? "✓" : "✗"), false },
	    { "standing", buf_bytes(&e.at[STANDING]), false },
	    { "values", buf_bytes(&e.at[VALUES]), true },
	    { "proof", buf_bytes(&e.at[PROOF]), true },
	    { "digest", bytes_of_str(e.digest), false },
	    { "digest_short", bytes_of_str(e.digest_short), false });
	for (size_t i = 0; i < PARTS; i++)
		buf_release(&e.at[i]);
}

static void
put_older(struct buf *out, const struct api_page_item *it, size_t all)
{
	size_t from = it->from + SHOWN;
	char shown[64], total[24], next[24];

	if (from >= all)
		return;
	(void)snprintf(shown, sizeof(shown), "%zu to %zu", it->from + 1, from);
	(void)snprintf(total, sizeof(total), "%zu", all);
	(void)snprintf(next, sizeof(next), "%zu", from);
	API_PUT(out, HKP_PAGE_item_older,
	    { "shown", bytes_of_str(shown), false },
	    { "all", bytes_of_str(total), false },
	    { "id", bytes_of_str(it->id), false },
	    { "from", bytes_of_str(next), false });
}

void
api_page_put_entries(struct buf *out, const struct api_page_item *it)
{
	const json_t *all = json_object_get(it->doc, "statements");
	size_t n = json_array_size(all);
	struct buf rows, list;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&list, HKP_PAGE_MAX);
	for (size_t i = it->from; i < n && i < it->from + SHOWN; i++)
		put_entry(&rows, api_page_text(it->doc, "item"),
		    json_array_get(all, n - 1 - i));
	if (rows.n > 0)
		API_PUT(&list, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	else
		API_PUT(&list, HKP_PAGE_part_words,
		    { "text", bytes_of_str("Nothing."), false });
	put_older(&list, it, n);
	api_page_put_section(out, "What was said of it, newest first", &list);
	buf_release(&rows);
	buf_release(&list);
}
