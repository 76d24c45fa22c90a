/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics system software, diff, export: which code runs on a component, what
 * became of it between two times, and the list of all components.
 */
#include <string.h>

#include "client/out.h"
#include "ics/ics.h"
#include "prove/ledger.h"
#include "prove/search.h"
#include "prove/tell.h"

#define X(word, function, ...) int system_do_##function(struct ics *ics);
#include "ics/system.def"
#undef X

/* A component at a time. */
struct seen {
	json_t *doc; /* owned */
	struct prove_codes software;
};

static void
seen_release(struct seen *s)
{
	prove_codes_free(&s->software);
	json_decref(s->doc);
}

static enum ics_err
seen_read(const struct ics *ics, const char *at, struct seen *s)
{
	const struct prove_show show = { .where = &ics->where,
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.when = { at, ics->opts[ICS_OPT_KNOWN_AT] } };
	enum ics_err err;

	TRY(prove_doc_get(&show, ics->args[0], PROVE_DOC_ITEM, &s->doc));
	err = prove_software_read(&show, s->doc, &s->software);
out:
	return err;
}

/* ---- software -------------------------------------------------------------------- */

static json_t *
code_json(const struct prove_code *c)
{
	return json_pack("{s:s, s:o, s:o, s:s, s:s}", "code", c->code, "name",
	    out_json_text(bytes_of_str(c->name)), "version",
	    out_json_text(bytes_of_str(c->version)), "since", c->since, "by",
	    c->by);
}

/* "code:sha256:...  since 2026-...  pump 2.1" behind a mark */
static void
code_tell(const json_t *code, const char *mark)
{
	const char *name = prove_text(code, "name");
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	buf_printf(&line, "%s%s  since %s", mark, prove_text(code, "code"),
	    prove_text(code, "since"));
	if (name[0] != '\0') {
		buf_put_str(&line, "  ");
		out_clean(bytes_of_str(name), &line);
		buf_put_str(&line, " ");
		out_clean(bytes_of_str(prove_text(code, "version")), &line);
	}
	out_line("%s", buf_str(&line));
	buf_release(&line);
}

int
system_do_software(struct ics *ics)
{
	struct seen s = { .doc = NULL };
	json_t *list = json_array();
	enum ics_err err = seen_read(ics, ics->opts[ICS_OPT_AT], &s);
	size_t n = s.software.n;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, code_json(&s.software.at[i]));
	for (size_t i = 0;
	     err == ICS_OK && i < n && !ics_has(ics, ICS_OPT_JSON); i++)
		code_tell(json_array_get(list, i), "");
	if (err == ICS_OK && ics_has(ics, ICS_OPT_JSON))
		out_json(json_pack("{s:O}", "software", list));
	json_decref(list);
	seen_release(&s);
	if (err != ICS_OK)
		return err_exit(err);
	return n > 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
}

/* ---- diff ------------------------------------------------------------------------ */

static const char *
fact_of(const struct seen *s, const char *name)
{
	if (strcmp(name, "status") == 0)
		return prove_text(json_object_get(s->doc, name), name);
	return strcmp(name, "owner") == 0
		   ? prove_text(s->doc, name)
		   : prove_text(json_object_get(s->doc, "attributes"), name);
}

static void
facts_diff(const struct seen *before, const struct seen *now, json_t *changes)
{
	static const char *const facts[] = { "status", "slot", "owner" };

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const char *a = fact_of(before, facts[i]);
		const char *b = fact_of(now, facts[i]);

		if (strcmp(a, b) != 0)
			json_array_append_new(changes,
			    json_pack("{s:s, s:o, s:o}", "what", facts[i],
				"before", out_json_text(bytes_of_str(a)), "now",
				out_json_text(bytes_of_str(b))));
	}
}

static bool
has_code(const struct prove_codes *all, const char *code)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].code, code) == 0)
			return true;
	return false;
}

/* Code of one that the other has not. */
static void
codes_diff(const struct prove_codes *one, const struct prove_codes *other,
    const char *what, json_t *changes)
{
	for (size_t i = 0; i < one->n; i++)
		if (!has_code(other, one->at[i].code))
			json_array_append_new(changes,
			    json_pack("{s:s, s:o}", "what", what, "code",
				code_json(&one->at[i])));
}

static void
change_tell(const json_t *change)
{
	const char *what = prove_text(change, "what");
	const json_t *code = json_object_get(change, "code");
	const char *before = prove_text(change, "before"),
		   *now = prove_text(change, "now");
	struct buf line;

	if (code != NULL) {
		code_tell(code, strcmp(what, "installed") == 0 ? "+ " : "- ");
		return;
	}
	buf_init(&line, OUT_LINE_MAX);
	buf_printf(&line, "%s: ", what);
	out_clean(bytes_of_str(now[0] == '\0' ? "none" : now), &line);
	buf_put_str(&line, ", was ");
	out_clean(bytes_of_str(before[0] == '\0' ? "none" : before), &line);
	out_line("%s", buf_str(&line));
	buf_release(&line);
}

int
system_do_diff(struct ics *ics)
{
	struct seen before = { .doc = NULL }, now = { .doc = NULL };
	json_t *changes = json_array(), *change;
	size_t i, n = 0;
	enum ics_err err;

	TRY(seen_read(ics, ics->args[1], &before));
	TRY(seen_read(ics, ics->args[2], &now));
	facts_diff(&before, &now, changes);
	codes_diff(&before.software, &now.software, "gone", changes);
	codes_diff(&now.software, &before.software, "installed", changes);
	n = json_array_size(changes);
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:O}", "changes", changes));
	} else {
		json_array_foreach(changes, i, change) change_tell(change);
	}
out:
	json_decref(changes);
	seen_release(&before);
	seen_release(&now);
	if (err != ICS_OK)
		return err_exit(err);
	return n > 0 ? ICS_EXIT_NO : ICS_EXIT_YES;
}

/* ---- export ---------------------------------------------------------------------- */

/* Columns behind item, kind, name and status: what is said of it. */
static const char *const columns[] = { "manu", "model", "prodid", "serial",
	"lot", "hwrev", "slot", "code-name", "code-version" };
#define COLUMNS_N (sizeof(columns) / sizeof(columns[0]))

/* Spec: RFC 4180 2. A cell that a spreadsheet would compute is made a text. */
static void
cell_put(const char *said, struct buf *row)
{
	bool is_formula = said[0] != '\0' && strchr("=+-@", said[0]) != NULL;
	struct buf clean;
	const char *text;

	buf_init(&clean, HTTP_ANSWER_MAX);
	out_clean(bytes_of_str(said), &clean);
	text = buf_str(&clean);
	if (row->n > 0)
		buf_u8(row, ',');
	if (!is_formula && text[strcspn(text, ",\"")] == '\0') {
		buf_put_str(row, text);
		buf_release(&clean);
		return;
	}
	buf_put_str(row, is_formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_u8(row, '"');
		buf_u8(row, (uint8_t)*text);
	}
	buf_u8(row, '"');
	buf_release(&clean);
}

static void
item_row(const json_t *item, struct buf *row)
{
	const json_t *name = json_array_get(json_object_get(item, "names"), 0);

	cell_put(prove_text(item, "item"), row);
	cell_put(prove_text(item, "kind"), row);
	cell_put(name == NULL || !json_is_string(name)
		     ? ""
		     : json_string_value(name),
	    row);
	cell_put(prove_text(json_object_get(item, "status"), "status"), row);
	for (size_t i = 0; i < COLUMNS_N; i++)
		cell_put(prove_text(json_object_get(item, "attributes"),
			     columns[i]),
		    row);
}

static void
head_row(struct buf *row)
{
	buf_put_str(row, "item,kind,name,status");
	for (size_t i = 0; i < COLUMNS_N; i++)
		cell_put(columns[i], row);
}

/* A row is finished: into all, and empty again. */
static void
row_end(struct buf *row, struct buf *all)
{
	buf_put(all, buf_bytes(row));
	buf_put_str(all, "\r\n");
	buf_clear(row);
}

static void
items_csv(const json_t *items, struct buf *all)
{
	struct buf row;
	const json_t *item;
	size_t i;

	buf_init(&row, HTTP_ANSWER_MAX);
	head_row(&row);
	row_end(&row, all);
	json_array_foreach(items, i, item)
	{
		item_row(item, &row);
		row_end(&row, all);
	}
	buf_release(&row);
}

int
system_do_export(struct ics *ics)
{
	const struct prove_search what = { .where = &ics->where,
		.args = ics->args,
		.args_n = ics->args_n,
		.limit = ics->opts[ICS_OPT_LIMIT],
		.quiet = ics_quiet(ics) };
	json_t *items = NULL;
	bool more = false;
	struct buf all;
	enum ics_err err;

	buf_init(&all, 2 * (size_t)HTTP_ANSWER_MAX);
	if (!prove_search_is_typed(ics->args, ics->args_n)) {
		out_fail("say of what: NAME=VALUE, as manu=Acme");
		return ICS_EXIT_USAGE;
	}
	TRY(prove_search_items(&what, &items, &more));
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:O}", "items", items));
	} else {
		items_csv(items, &all);
		TRY(buf_end(&all));
		TRY(out_write(ics->opts[ICS_OPT_OUTPUT], buf_bytes(&all)));
	}
	if (more)
		out_note(false, "there are more: --limit");
out:
	json_decref(items);
	buf_release(&all);
	return err_exit(err);
}
