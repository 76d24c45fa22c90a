/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics domain list, show NAME: the domains of a server, by URL, over its socket,
 * or out of its file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/ics.h"
#include "item/item.h"

#define PATH_MAX_OCTETS 512

/* What is asked; name NULL: the list. */
struct asked {
	const struct ics *ics;
	const char *name;
	int64_t serial; /* 0: that in force */
};

/* ---- from a server --------------------------------------------------------- */

static void
path_make(const struct asked *a, bool is_signed, struct buf *path)
{
	buf_put_str(path, "/ics/v1/domains");
	if (a->name == NULL)
		return;
	buf_put_str(path, "/");
	http_escape(bytes_of_str(a->name), path);
	if (is_signed)
		buf_put_str(path, ".asc");
	if (a->serial != 0)
		buf_printf(path, "?serial=%lld", (long long)a->serial);
}

static enum ics_err
server_get(const struct asked *a, bool is_signed, struct http_answer *answer)
{
	struct http *h = NULL;
	struct buf path;
	enum ics_err err;

	buf_init(&path, PATH_MAX_OCTETS);
	path_make(a, is_signed, &path);
	TRY(buf_end(&path));
	TRY(http_new(&a->ics->where, &h));
	TRY(http_get(h, buf_str(&path), answer));
	err = http_judge(answer);
	if (err != ICS_OK)
		http_tell(answer, a->name == NULL ? "domains" : a->name);
out:
	http_free(h);
	buf_release(&path);
	return err;
}

static enum ics_err
server_json(const struct asked *a, json_t **doc)
{
	struct http_answer answer = { 0 };
	enum ics_err err;

	TRY(server_get(a, false, &answer));
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

	if (a->name != NULL) {
		const struct policy_line *line;

		i = domain_set_find(set, bytes_of_str(a->name));
		line = i == POLICY_NOBODY ? NULL : domain_set_line(set, i);
		for (size_t k = line == NULL ? 0 : line->n; k > 0; k--)
			if (a->serial == 0 ||
			    line->at[k - 1]->serial == a->serial)
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
miss_tell(const struct asked *a)
{
	out_fail("%s: there is no such domain, or no such version; ics domain "
		 "list",
	    a->name);
	return ICS_ENOTFOUND;
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
	return *doc == NULL ? miss_tell(a) : ICS_OK;
}

static enum ics_err
file_text(const struct asked *a, struct buf *out)
{
	struct store_reader *r = NULL;
	struct store_descriptor row;
	enum ics_err err;

	TRY(store_reader_open(a->ics->where.dir, NULL, &r));
	TRY(store_reader_begin(r));
	err = store_descriptor_get(r, a->name, a->serial, &row);
	if (err == ICS_OK)
		buf_put(out, row.text);
out:
	store_reader_close(r);
	if (err == ICS_ENOTFOUND)
		return miss_tell(a);
	return err == ICS_OK ? ICS_OK : where_tell(a->ics->where.dir, err);
}

/* ---- telling --------------------------------------------------------------- */

static const char *
member(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text == NULL ? "" : text;
}

static long long
number(const json_t *row, const char *name)
{
	return (long long)json_integer_value(json_object_get(row, name));
}

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
		out_line("%-20s %7lld %-20s %-9s %-9s %s", member(row, "name"),
		    number(row, "serial"), member(row, "signed"),
		    member(row, "level"), readers(row), member(row, "owner"));
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
		if (member(row, "scope")[0] != '\0')
			buf_printf(&line, " of %s", member(row, "scope"));
		if (member(row, "until")[0] != '\0')
			buf_printf(&line, " until %s", member(row, "until"));
		out_line("grant      %s: %s", member(row, "key"),
		    buf_str(&line));
		buf_release(&line);
	}
}

static void
domain_print(const json_t *doc)
{
	const json_t *row;
	size_t i;

	out_line("domain     %s", member(doc, "name"));
	out_line("serial     %lld", number(doc, "serial"));
	out_line("owner      %s", member(doc, "owner"));
	out_line("signed     %s", member(doc, "signed"));
	out_line("level      %s", member(doc, "level"));
	out_line("readers    %s", readers(doc));
	json_array_foreach(json_object_get(doc, "parties"), i, row)
	{
		out_line("party      %s: %s %s", member(row, "name"),
		    member(row, "key"), member(row, "contact"));
	}
	grants_print(doc);
	out_line("versions   %lld", number(doc, "versions"));
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
	else if (a->name == NULL)
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
	struct http_answer answer = { 0 };
	struct out_file to = { 0 };
	struct buf text;
	enum ics_err err;

	buf_init(&text, STORE_DESCRIPTOR_OCTETS);
	if (a->ics->where.kind == WHERE_FILE) {
		TRY(file_text(a, &text));
	} else {
		TRY(server_get(a, true, &answer));
		buf_put(&text, buf_bytes(&answer.body));
	}
	TRY(out_open(&to, a->ics->opts[ICS_OPT_OUTPUT]));
	err = out_put(&to, buf_bytes(&text));
	if (err == ICS_OK)
		err = out_close(&to);
	else
		out_abandon(&to);
out:
	http_answer_release(&answer);
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
	struct asked a = { .ics = ics };

	if (strcmp(ics->args[0], "list") == 0 && ics->args_n == 1 &&
	    !ics_has(ics, ICS_OPT_OUTPUT))
		return err_exit(json_tell(&a));
	if (strcmp(ics->args[0], "show") != 0 || ics->args_n < 2) {
		out_fail("usage: ics domain list | show NAME [SERIAL]");
		return ICS_EXIT_USAGE;
	}
	a.name = ics->args[1];
	if (!serial_read(ics, &a.serial))
		return ICS_EXIT_USAGE;
	return err_exit(ics_has(ics, ICS_OPT_OUTPUT) ? signed_write(&a)
						     : json_tell(&a));
}
