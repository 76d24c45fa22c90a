/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics domain list, show NAME: the domains of a server, by URL, over its socket,
 * or out of its file.
 */
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"
#include "item/item.h"

/* What is asked; no name: the list. */
struct asked {
	const struct ics *ics;
	struct policy_asked what;
};

/* ---- from a server --------------------------------------------------------- */

static enum ics_err
server_json(const struct asked *a, json_t **doc)
{
	struct http_answer answer = { 0 };
	enum ics_err err;

	TRY(policy_server_get(&a->what, false, &answer));
	*doc = http_json(&answer);
	err = *doc == NULL ? ICS_EFORMAT : ICS_OK;
out:
	http_answer_release(&answer);
	return err;
}

/* ---- from the file --------------------------------------------------------- */

static json_t *
set_json(const struct asked *a, const struct domain_set *set)
{
	json_t *rows;
	size_t i;

	if (a->what.name != NULL) {
		const struct policy_line *line;

		i = domain_set_find(set, bytes_of_str(a->what.name));
		line = i == POLICY_NOBODY ? NULL : domain_set_line(set, i);
		for (size_t k = line == NULL ? 0 : line->n; k > 0; k--)
			if (a->what.serial == 0 ||
			    line->at[k - 1]->serial == a->what.serial)
				return item_json_domain(set, i,
				    line->at[k - 1]);
		return NULL;
	}
	rows = json_array();
	for (i = 0; i < domain_set_size(set); i++)
		json_array_append_new(rows,
		    item_json_domain_row(set, i, domain_set_newest(set, i)));
	return json_pack("{s:o}", "domains", rows);
}

static enum ics_err
file_json(const struct asked *a, json_t **doc)
{
	static const struct policy_rights none = { .n = 0 };
	struct store_reader *r = NULL;
	struct domain_set *set = NULL;
	enum ics_err err;

	TRY(store_reader_open(a->ics->where.dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(domain_set_read(r, &none, &set));
	*doc = set_json(a, set);
out:
	domain_set_drop(set);
	store_reader_close(r);
	if (err != ICS_OK)
		return where_tell(a->ics->where.dir, err);
	return *doc == NULL ? policy_miss_tell(&a->what) : ICS_OK;
}

/* ---- telling --------------------------------------------------------------- */

static const char *
readers(const json_t *row)
{
	return json_is_true(json_object_get(row, "public")) ? "everybody"
							    : "some";
}

static void
list_print(const json_t *doc)
{
	const json_t *rows = json_object_get(doc, "domains"), *row;
	size_t i;

	if (json_array_size(rows) > 0)
		out_line("%-20s %7s %-20s %-9s %-9s %s", "name", "serial",
		    "signed", "level", "readers", "owner");
	json_array_foreach(rows, i, row)
	{
		out_line("%-20s %7lld %-20s %-9s %-9s %s",
		    http_member_text(row, "name"),
		    http_member_number(row, "serial"),
		    http_member_text(row, "signed"),
		    http_member_text(row, "level"), readers(row),
		    http_member_text(row, "owner"));
	}
}

static void
grants_print(const json_t *doc)
{
	const json_t *row, *role;
	size_t i, k;

	json_array_foreach(json_object_get(doc, "grants"), i, row)
	{
		struct buf line;

		buf_init(&line, 4096);
		json_array_foreach(json_object_get(row, "roles"), k, role)
		{
			buf_printf(&line, "%s%s", k == 0 ? "" : ", ",
			    json_string_value(role));
		}
		if (http_member_text(row, "scope")[0] != '\0')
			buf_printf(&line, " of %s",
			    http_member_text(row, "scope"));
		if (http_member_text(row, "until")[0] != '\0')
			buf_printf(&line, " until %s",
			    http_member_text(row, "until"));
		out_line("grant      %s: %s", http_member_text(row, "key"),
		    buf_str(&line));
		buf_release(&line);
	}
}

static void
domain_print(const json_t *doc)
{
	const json_t *row;
	size_t i;

	out_line("domain     %s", http_member_text(doc, "name"));
	out_line("serial     %lld", http_member_number(doc, "serial"));
	out_line("owner      %s", http_member_text(doc, "owner"));
	out_line("signed     %s", http_member_text(doc, "signed"));
	out_line("level      %s", http_member_text(doc, "level"));
	out_line("readers    %s", readers(doc));
	json_array_foreach(json_object_get(doc, "parties"), i, row)
	{
		out_line("party      %s: %s %s", http_member_text(row, "name"),
		    http_member_text(row, "key"),
		    http_member_text(row, "contact"));
	}
	grants_print(doc);
	out_line("versions   %lld", http_member_number(doc, "versions"));
}

/* ---- the verbs ------------------------------------------------------------- */

static enum ics_err
json_tell(const struct asked *a)
{
	json_t *doc = NULL;
	enum ics_err err;

	TRY(a->ics->where.kind == WHERE_FILE ? file_json(a, &doc)
					     : server_json(a, &doc));
	if (ics_has(a->ics, ICS_OPT_JSON))
		out_json(json_incref(doc));
	else if (a->what.name == NULL)
		list_print(doc);
	else
		domain_print(doc);
out:
	json_decref(doc);
	return err;
}

/* The octets that the owner signed. */
static enum ics_err
signed_write(const struct asked *a)
{
	struct buf text;
	enum ics_err err;

	buf_init(&text, DOMAIN_TEXT_MAX);
	TRY(policy_text_get(&a->what, &text));
	err = out_write(a->ics->opts[ICS_OPT_OUTPUT], buf_bytes(&text));
out:
	buf_release(&text);
	return err;
}

static bool
serial_read(const struct ics *ics, int64_t *serial)
{
	const char *text = ics->args_n > 2 ? ics->args[2] : "0";
	char *end;

	*serial = strtoll(text, &end, 10);
	if (*end == '\0' && *text != '\0' && *serial >= 0)
		return true;
	out_fail("%s: a serial is a number", text);
	return false;
}

int
cmd_domain(struct ics *ics)
{
	struct asked a = { .ics = ics, .what.where = &ics->where };

	if (strcmp(ics->args[0], "list") == 0 && ics->args_n == 1 &&
	    !ics_has(ics, ICS_OPT_OUTPUT))
		return err_exit(json_tell(&a));
	if (strcmp(ics->args[0], "show") != 0 || ics->args_n < 2) {
		out_fail("usage: ics domain list | show NAME [SERIAL]");
		return ICS_EXIT_USAGE;
	}
	a.what.name = ics->args[1];
	if (!serial_read(ics, &a.what.serial))
		return ICS_EXIT_USAGE;
	return err_exit(ics_has(ics, ICS_OPT_OUTPUT) ? signed_write(&a)
						     : json_tell(&a));
}
