/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics search QUERY...: what an index says, a key and its User IDs a block; or
 * with NAME=VALUE things by what is said of them (src/prove).
 */
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "client/find.h"
#include "client/out.h"
#include "ics/ics.h"
#include "prove/search.h"

static const char *
row_state(const struct store_row *row, int64_t now)
{
	if (row->revoked != PGP_NOT_REVOKED)
		return "revoked";
	return row->expires != 0 && row->expires <= now ? "expired" : "";
}

/* ---- text -------------------------------------------------------------------------- */

static void
dates_write(const struct store_row *row, struct buf *to)
{
	char created[CLOCK_TEXT_MAX], expires[CLOCK_TEXT_MAX];
	const char *state = row_state(row, clock_now());

	if (row->created != 0) {
		clock_date(row->created, created);
		buf_printf(to, "  %s", created);
	}
	if (row->expires != 0) {
		clock_date(row->expires, expires);
		buf_printf(to, "  expires %s", expires);
	}
	if (state[0] != '\0')
		buf_printf(to, "  [%s]", state);
}

static void
row_print(const struct store_row *row)
{
	char hex[PGP_FPR_TEXT_MAX];
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	switch (row->kind) {
	case STORE_ROW_KEY:
		hex_upper(pgp_fpr_bytes(&row->fpr), hex);
		buf_printf(&line, "%s  %s", hex, pgp_algo_words(row->algo));
		if (row->bits != 0)
			buf_printf(&line, " %u", row->bits);
		dates_write(row, &line);
		break;
	case STORE_ROW_UID:
		buf_put_str(&line, "    ");
		buf_put(&line, row->uid);
		if (row_state(row, clock_now())[0] != '\0')
			buf_printf(&line, "  [%s]",
			    row_state(row, clock_now()));
		break;
	case STORE_ROW_SUBKEY:
		buf_release(&line);
		return;
	}
	out_line("%s", buf_str(&line));
	buf_release(&line);
}

/* ---- JSON -------------------------------------------------------------------------- */

static json_t *
row_json(const struct store_row *row)
{
	const char *state = row_state(row, clock_now());

	return json_pack("{s:o, s:o, s:b, s:b}", "created",
	    out_json_time(row->created), "expires", out_json_time(row->expires),
	    "revoked", strcmp(state, "revoked") == 0, "expired",
	    strcmp(state, "expired") == 0);
}

static json_t *
key_json(const struct store_row *row)
{
	char hex[PGP_FPR_TEXT_MAX];
	json_t *key = row_json(row);

	pgp_fpr_hex(&row->fpr, hex);
	json_object_set_new(key, "fingerprint", json_string(hex));
	json_object_set_new(key, "version", json_integer(row->fpr.version));
	json_object_set_new(key, "algorithm",
	    json_string(pgp_algo_words(row->algo)));
	json_object_set_new(key, "bits", json_integer(row->bits));
	return key;
}

static json_t *
list_json(const struct find_list *list)
{
	json_t *certs = json_array(), *cert = NULL, *row;

	for (size_t i = 0; i < list->rows.n; i++) {
		const struct store_row *at = &list->rows.at[i];

		switch (at->kind) {
		case STORE_ROW_KEY:
			cert = key_json(at);
			json_object_set_new(cert, "user_ids", json_array());
			json_array_append_new(certs, cert);
			break;
		case STORE_ROW_UID:
			row = row_json(at);
			json_object_set_new(row, "text",
			    out_json_text(at->uid));
			json_array_append_new(json_object_get(cert, "user_ids"),
			    row);
			break;
		case STORE_ROW_SUBKEY:
			break;
		}
	}
	return certs;
}

/* ---- the command -------------------------------------------------------------------- */

/* The words of a search may come as one argument or as several. */
static void
words_join(const struct ics *ics, struct buf *to)
{
	for (size_t i = 0; i < ics->args_n; i++) {
		if (i > 0)
			buf_u8(to, ' ');
		buf_put_str(to, ics->args[i]);
	}
}

static void
list_print_json(const struct find_list *list)
{
	out_json(json_pack("{s:o, s:b}", "certificates", list_json(list),
	    "more", list->more ? 1 : 0));
}

static void
list_print(const struct ics *ics, const struct find_list *list)
{
	for (size_t i = 0; i < list->rows.n; i++) {
		if (i > 0 && list->rows.at[i].kind == STORE_ROW_KEY)
			out_line("%s", "");
		row_print(&list->rows.at[i]);
	}
	if (list->more)
		out_note(ics_quiet(ics),
		    "there are more; add a word to the search");
}

static enum ics_err
words_search(const struct ics *ics)
{
	struct find_list list = { 0 };
	struct find find;
	struct buf typed;
	enum ics_err err;

	buf_init(&typed, 65536);
	words_join(ics, &typed);
	TRY(find_read(buf_str(&typed), &find));
	err = find_index(&ics->where, &find, &list); /* told */
	/* Some servers answer 200 with nothing in it. */
	if (err == ICS_OK && list.rows.n == 0) {
		out_fail("%s: not found", find.typed);
		err = ICS_ENOTFOUND;
	}
	/* Nothing is a list, too, for who reads JSON. */
	if (ics_has(ics, ICS_OPT_JSON) &&
	    (err == ICS_OK || err == ICS_ENOTFOUND))
		list_print_json(&list);
	else if (err == ICS_OK)
		list_print(ics, &list);
out:
	find_list_release(&list);
	buf_release(&typed);
	return err;
}

int
cmd_search(struct ics *ics)
{
	const struct prove_search what = { .where = &ics->where,
		.args = ics->args,
		.args_n = ics->args_n,
		.limit = ics->opts[ICS_OPT_LIMIT],
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics) };

	if (prove_search_is_typed(ics->args, ics->args_n))
		return err_exit(prove_search_run(&what));
	if (what.limit != NULL) {
		out_fail("--limit goes with a search by NAME=VALUE");
		return ICS_EXIT_USAGE;
	}
	return err_exit(words_search(ics));
}
