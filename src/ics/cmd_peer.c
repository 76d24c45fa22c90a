/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics peer list, add NAME WORD=VALUE..., remove NAME, sync [NAME]: the peers
 * of a running server.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/ics.h"

#define TEXT_MAX 4096 /* octets of a peer as a text */

/* ---- asking ------------------------------------------------------------------ */

/* The answer's rows (owned), or NULL and why (told). */
static json_t *
ask(const struct ics *ics, const char *path, json_t *order, int *status)
{
	struct http_body body = { .type = "application/json" };
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	char *text = order == NULL ? NULL : json_dumps(order, JSON_COMPACT);
	json_t *doc = NULL;
	enum ics_err err;

	json_decref(order);
	TRY(http_new(&ics->where, &h));
	if (text != NULL)
		body.data = bytes_of_str(text);
	err = text == NULL ? http_get(h, path, &answer)
			   : http_post(h, path, &body, &answer);
	if (err == ICS_OK) {
		err = http_judge(&answer);
		if (err != ICS_OK)
			http_tell(&answer, "peer");
		else
			doc = http_json(&answer);
	}
	if (err == ICS_OK && doc == NULL)
		err = ICS_EFORMAT;
out:
	*status = err_exit(err);
	free(text);
	http_answer_release(&answer);
	http_free(h);
	return doc;
}

/* ---- telling ----------------------------------------------------------------- */

static const char *
state_of(const json_t *row)
{
	if (json_is_true(json_object_get(row, "rests")))
		return "rests";
	if (json_is_true(json_object_get(row, "active")))
		return "active";
	if (http_member_text(row, "error")[0] != '\0')
		return http_member_text(row, "error");
	return http_member_text(row, "success")[0] == '\0' ? "new" : "good";
}

/* What a descriptor orders, in its words. */
static void
order_print(const json_t *row)
{
	const char *domain = http_member_text(row, "domain");

	if (domain[0] == '\0')
		return;
	out_line("  by domain %s: gives %s, %s", domain,
	    http_member_text(row, "gives"),
	    json_is_true(json_object_get(row, "may_alter")) ? "may alter"
							    : "may not alter");
}

static void
row_print(const json_t *row)
{
	const char *success = http_member_text(row, "success");

	out_line("%-16s %-10s %-12s %-20s %9lld %9lld %9lld",
	    http_member_text(row, "name"), http_member_text(row, "kind"),
	    state_of(row), success[0] == '\0' ? "never" : success,
	    http_member_number(row, "fetched"),
	    http_member_number(row, "pushed"),
	    http_member_number(row, "differing"));
	order_print(row);
	if (http_member_text(row, "words")[0] != '\0')
		out_line("  %s", http_member_text(row, "words"));
}

/* A block with which something is wrong. */
static void
block_print(const json_t *block)
{
	out_line("%s@%s: %s, line %lld: %s; %s",
	    http_member_text(block, "block"), http_member_text(block, "domain"),
	    json_is_true(json_object_get(block, "followed"))
		? "followed in part"
		: "refused",
	    http_member_number(block, "line"), http_member_text(block, "why"),
	    http_member_text(block, "help"));
}

static bool
print(const struct ics *ics, json_t *doc)
{
	json_t *rows = json_object_get(doc, "peers"), *row;
	bool good = true;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		good = good && http_member_text(row, "error")[0] == '\0';
	}
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_incref(doc));
		return good;
	}
	if (json_array_size(rows) > 0)
		out_line("%-16s %-10s %-12s %-20s %9s %9s %9s", "name", "kind",
		    "state", "last success", "fetched", "pushed", "differing");
	json_array_foreach(rows, i, row)
	{
		row_print(row);
	}
	json_array_foreach(json_object_get(doc, "blocks"), i, row)
	{
		block_print(row);
	}
	return good;
}

/* ---- the verbs --------------------------------------------------------------- */

static int
list(const struct ics *ics)
{
	int status;
	json_t *doc = ask(ics, "/local/peers", NULL, &status);

	if (doc == NULL)
		return status;
	(void)print(ics, doc); /* that a peer is ill is no failure to list */
	json_decref(doc);
	return ICS_EXIT_YES;
}

/* The words as the one text that the configuration has; blanks in a value
 * are quoted as there. */
static json_t *
peer_text(const struct ics *ics)
{
	struct buf text;
	json_t *json;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 1; i < ics->args_n; i++) {
		const char *word = ics->args[i], *is = strchr(word, '=');
		bool quote = is != NULL && strchr(is, ' ') != NULL &&
			     strchr(is, '\'') == NULL &&
			     strchr(is, '"') == NULL;

		if (quote)
			buf_printf(&text, " %.*s='%s'", (int)(is - word), word,
			    is + 1);
		else
			buf_printf(&text, " %s", word);
	}
	json = json_pack("{s:o}", "peer", out_json_text(buf_bytes(&text)));
	buf_release(&text);
	return json;
}

static int
change(const struct ics *ics, const char *path, json_t *order)
{
	int status;
	json_t *doc = ask(ics, path, order, &status);

	if (doc == NULL)
		return status;
	if (ics_has(ics, ICS_OPT_JSON))
		out_json(json_incref(doc));
	json_decref(doc);
	return ICS_EXIT_YES;
}

static int
add(const struct ics *ics)
{
	return change(ics, "/local/peers/add", peer_text(ics));
}

static json_t *
name_order(const struct ics *ics)
{
	json_t *order = json_object();

	if (ics->args_n > 1)
		json_object_set_new(order, "name",
		    out_json_text(bytes_of_str(ics->args[1])));
	return order;
}

static int
drop(const struct ics *ics)
{
	return change(ics, "/local/peers/remove", name_order(ics));
}

static int
sync_now(const struct ics *ics)
{
	int status;
	json_t *doc = ask(ics, "/local/peers/sync", name_order(ics), &status);

	if (doc == NULL)
		return status;
	status = print(ics, doc) ? ICS_EXIT_YES : ICS_EXIT_NO;
	json_decref(doc);
	return status;
}

static const struct {
	const char *word;
	size_t least, most; /* arguments, the word among them */
	int (*run)(const struct ics *ics);
} verbs[] = {
	{ "list", 1, 1, list },
	{ "add", 3, 64, add },
	{ "remove", 2, 2, drop },
	{ "sync", 1, 2, sync_now },
};

int
cmd_peer(struct ics *ics)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(ics->args[0], verbs[i].word) != 0 ||
		    ics->args_n < verbs[i].least || ics->args_n > verbs[i].most)
			continue;
		if (ics->where.kind == WHERE_SOCKET)
			return verbs[i].run(ics);
		out_fail("%s: no server runs here; while it does not, peers "
			 "are added in its configuration",
		    where_name(&ics->where));
		return ICS_EXIT_UNREACHED;
	}
	out_fail("usage: ics peer list, or add NAME WORD=VALUE..., or remove "
		 "NAME, or sync [NAME]");
	return ICS_EXIT_USAGE;
}
