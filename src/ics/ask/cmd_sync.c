/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics sync plan [PEER [ITEM]]: a dry run of rounds with peers of the kind ics.
 * The server asks them what they have, and changes nothing; what would not
 * come, or not be sent, has its reason.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/ics.h"

/* ---- asking ------------------------------------------------------------------ */

/* The answer (owned), or NULL and why (told). */
static json_t *
ask(const struct ics *ics, json_t *order, int *status)
{
	char *text = json_dumps(order, JSON_COMPACT);
	struct http_body body = { .type = "application/json",
		.data = bytes_of_str(text) };
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	json_t *doc = NULL;
	enum ics_err err;

	json_decref(order);
	TRY(http_new(&ics->where, &h));
	TRY(http_post(h, "/local/sync/plan", &body, &answer));
	err = http_judge(&answer);
	if (err != ICS_OK)
		http_tell(&answer, "sync plan");
	TRY(err);
	doc = http_json(&answer);
	err = doc == NULL ? ICS_EFORMAT : ICS_OK;
out:
	*status = err_exit(err);
	free(text);
	http_answer_release(&answer);
	http_free(h);
	return doc;
}

/* ---- telling ----------------------------------------------------------------- */

static void
head_print(const json_t *plan)
{
	const json_t *by = json_object_get(plan, "by");
	const char *next = http_member_text(plan, "next");

	if (http_member_text(by, "domain")[0] != '\0')
		out_line("%s: by domain %s, serial %lld",
		    http_member_text(plan, "name"),
		    http_member_text(by, "domain"),
		    http_member_number(by, "serial"));
	else
		out_line("%s: by %s", http_member_text(plan, "name"),
		    http_member_text(by, "operator"));
	out_line("  next round: %s",
	    next[0] == '\0' ? "when somebody asks for it" : next);
	if (http_member_text(plan, "error")[0] != '\0')
		out_line("  cannot be asked: %s: %s",
		    http_member_text(plan, "error"),
		    http_member_text(plan, "words"));
}

static const char *
select_words(const json_t *pull)
{
	const char *select = http_member_text(pull, "select");

	if (select[0] == '\0')
		return "nothing";
	return strcmp(select, "*") == 0 ? "everything" : select;
}

static void
counts_print(const json_t *plan)
{
	const json_t *pull = json_object_get(plan, "pull");
	const json_t *push = json_object_get(plan, "push");

	out_line("  asked for: %s", select_words(pull));
	if (http_member_text(pull, "select")[0] != '\0')
		out_line("    %lld shown, %lld selected, %lld here already, "
			 "%lld would come, %lld left out",
		    http_member_number(pull, "shown"),
		    http_member_number(pull, "selected"),
		    http_member_number(pull, "here"),
		    http_member_number(pull, "comes"),
		    http_member_number(pull, "left_out"));
	out_line("  given: %s", http_member_text(push, "gives"));
	if (strcmp(http_member_text(push, "gives"), "nothing") != 0)
		out_line("    %lld ours, %lld there already, %lld would go, "
			 "%lld left out",
		    http_member_number(push, "ours"),
		    http_member_number(push, "there"),
		    http_member_number(push, "goes"),
		    http_member_number(push, "left_out"));
}

static void
row_print(const json_t *row)
{
	const char *detail = http_member_text(row, "detail");

	out_line("  %-4s %-14s %s%s%s", http_member_text(row, "direction"),
	    http_member_text(row, "reason"), http_member_text(row, "item"),
	    detail[0] == '\0' ? "" : "  ", detail);
}

static void
table_print(const json_t *plan)
{
	const json_t *rows = json_object_get(plan, "items"), *row;
	long long left =
	    http_member_number(json_object_get(plan, "pull"), "left_out") +
	    http_member_number(json_object_get(plan, "push"), "left_out");
	size_t i;

	json_array_foreach(rows, i, row) row_print(row);
	if (left > (long long)json_array_size(rows))
		out_line("  and %lld more: --limit",
		    left - (long long)json_array_size(rows));
	if (json_is_true(json_object_get(plan, "cut")))
		out_line("  cut: more is there than was looked at");
}

/* One item, in sentences. */
static void
sentences_print(const json_t *plan)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(plan, "items"), i, row)
	{
		const char *detail = http_member_text(row, "detail");
		const char *help = http_member_text(row, "help"),
			   *at = http_member_text(row, "at");

		out_line("  %s: %s (%s)%s%s%s%s",
		    strcmp(http_member_text(row, "direction"), "pull") == 0
			? "to us"
			: "to it",
		    http_member_text(row, "words"),
		    http_member_text(row, "reason"),
		    detail[0] == '\0' ? "" : ": ", detail,
		    at[0] == '\0' ? "" : ", since ", at);
		if (help[0] != '\0')
			out_line("    would help: %s", help);
	}
}

static void
print(const struct ics *ics, const json_t *plans)
{
	const json_t *plan;
	size_t i;

	json_array_foreach(plans, i, plan)
	{
		head_print(plan);
		if (http_member_text(plan, "error")[0] != '\0')
			continue;
		if (ics->args_n > 1) {
			sentences_print(plan);
			continue;
		}
		counts_print(plan);
		table_print(plan);
	}
}

/* ---- the verb ---------------------------------------------------------------- */

/* A peer that could not be asked; of one item whether anything keeps it out
 * both ways. */
static int
exit_of(const struct ics *ics, const json_t *plans)
{
	const json_t *plan, *row;
	bool is_out = ics->args_n > 1;
	size_t i, k;

	json_array_foreach(plans, i, plan)
	{
		if (http_member_text(plan, "error")[0] != '\0')
			return ICS_EXIT_UNREACHED;
		json_array_foreach(json_object_get(plan, "items"), k, row)
		{
			is_out = is_out &&
				 json_is_true(json_object_get(row, "left_out"));
		}
	}
	return is_out ? ICS_EXIT_NO : ICS_EXIT_YES;
}

/* False: told. */
static bool
order_make(const struct ics *ics, json_t *order)
{
	static const char *const members[] = { "peer", "item" };
	const char *text = ics->opts[ICS_OPT_LIMIT];
	char *end = NULL;
	long limit;

	for (size_t i = 0; i < ics->args_n; i++)
		json_object_set_new(order, members[i],
		    out_json_text(bytes_of_str(ics->args[i])));
	if (text == NULL)
		return true;
	limit = strtol(text, &end, 10);
	if (end == text || *end != '\0' || limit < 0 || limit > 1000) {
		out_fail("--limit %s: write 0 to 1000", text);
		return false;
	}
	json_object_set_new(order, "limit", json_integer(limit));
	return true;
}

static int
plan(struct ics *ics)
{
	json_t *order, *doc;
	int status;

	if (ics->where.kind != WHERE_SOCKET) {
		out_fail("%s: no server runs here", where_name(&ics->where));
		return ICS_EXIT_UNREACHED;
	}
	order = json_object();
	if (!order_make(ics, order)) {
		json_decref(order);
		return ICS_EXIT_USAGE;
	}
	doc = ask(ics, order, &status);
	if (doc == NULL)
		return status;
	status = exit_of(ics, json_object_get(doc, "peers"));
	if (ics_has(ics, ICS_OPT_JSON))
		out_json(json_incref(doc));
	else
		print(ics, json_object_get(doc, "peers"));
	json_decref(doc);
	return status;
}

int
cmd_sync(struct ics *ics)
{
	static const struct ics_verb_row verbs[] = {
		{ "plan", plan, 0, 2, "[PEER [ITEM]]",
		    { ICS_OPT_LIMIT, ICS_OPT_JSON, ICS_OPT_COUNT } },
	};

	return ics_verb_pick(ics, verbs, sizeof(verbs) / sizeof(verbs[0]));
}
