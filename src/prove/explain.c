/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which statement decides, which do not count, which would help. */
#include "client/out.h"
#include "prove/show.h"
#include "prove/tell.h"

static const struct row {
	const char *kind, *status, *unless, *who, *missing, *command;
} rows[] = {
#define X(kind, status, unless, who, missing, command) \
	{ kind, status, unless, who, missing, command },
#include "prove/explain.def"
#undef X
};

static bool
row_fits(const struct row *row, const json_t *doc)
{
	const char *item = prove_text(doc, "item");
	const json_t *status = json_object_get(doc, "status");
	size_t n = strlen(row->kind);

	return strncmp(item, row->kind, n) == 0 && item[n] == ':' &&
	       strcmp(prove_text(status, "status"), row->status) == 0 &&
	       (row->unless[0] == '\0' ||
		   json_object_get(doc, row->unless) == NULL);
}

static bool
flag_is_set(const json_t *statement, const char *word)
{
	const json_t *flags = json_object_get(statement, "flags"), *flag;
	size_t i;

	json_array_foreach(flags, i,
	    flag) if (json_string_value(flag) != NULL &&
		      strcmp(json_string_value(flag), word) == 0) return true;
	return false;
}

static const json_t *
decides_find(const json_t *doc)
{
	const json_t *statement;
	size_t i;

	json_array_foreach(json_object_get(doc, "statements"), i,
	    statement) if (flag_is_set(statement, "decides")) return statement;
	return NULL;
}

/* As commands take it: a fingerprint, or a digest. */
static const char *
item_name(const json_t *doc)
{
	const char *colon = strchr(prove_text(doc, "item"), ':');

	return colon == NULL ? "" : colon + 1;
}

/* A certification is taken back where it stands. */
static void
place_write(char what, const json_t *doc, struct buf *to)
{
	const json_t *decides = decides_find(doc);
	bool in_cert =
	    strcmp(prove_text(decides, "carrier"), "certification") == 0;

	if (what == 'I') {
		buf_put_str(to, item_name(doc));
		return;
	}
	buf_put_str(to, prove_text(decides, "digest"));
	if (what == 'R' && in_cert)
		buf_printf(to, " %s", item_name(doc));
}

static void
command_write(const struct row *row, const json_t *doc, struct buf *to)
{
	for (const char *p = row->command; *p != '\0'; p++) {
		if (p[0] != '%')
			buf_u8(to, (uint8_t)*p);
		else
			place_write(*++p, doc, to);
	}
}

/* Who spoke without the right: the root or the operator may grant it, though
 * hardly to the thing itself. */
static bool
is_claim(const json_t *statement, const json_t *doc)
{
	return strcmp(prove_text(statement, "standing"), "claim") == 0 &&
	       strcmp(prove_text(statement, "issuer"), item_name(doc)) != 0;
}

static void
grant_write(const json_t *statement, struct buf *to)
{
	buf_printf(to, "ics grant %s ROLE --as ROOT",
	    prove_text(statement, "issuer"));
}

/* ---- lines ------------------------------------------------------------------------------ */

static void
missing_print(const struct row *row, const json_t *doc)
{
	struct buf command;

	buf_init(&command, OUT_LINE_MAX);
	command_write(row, doc, &command);
	out_line("missing: %s says %s", row->who, row->missing);
	out_line("    %s", buf_str(&command));
	buf_release(&command);
}

/* Why, in the words of whoever said so. */
static void
reasons_print(const json_t *statement)
{
	static const char *const names[] = { "reason", "vuln", "successor" };
	const json_t *values = json_object_get(statement, "values"), *value;
	size_t k;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_array_foreach(json_object_get(values, names[i]), k,
		    value) if (json_is_string(value))
		    out_line("    %s: %s", names[i], json_string_value(value));
}

static void
statement_print(const json_t *statement, const json_t *doc)
{
	bool decides = flag_is_set(statement, "decides");
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	prove_tell_statement(statement, &line);
	out_line("%s %s", decides ? "decides:" : "heard:", buf_str(&line));
	out_line("    %s", prove_text(statement, "why"));
	reasons_print(statement);
	if (is_claim(statement, doc)) {
		buf_clear(&line);
		grant_write(statement, &line);
		out_line("    %s", buf_str(&line));
	}
	buf_release(&line);
}

void
prove_explain_print(const json_t *doc)
{
	const json_t *status = json_object_get(doc, "status"), *statement;
	size_t i;

	out_line("%s  %s%s%s", prove_text(doc, "item"),
	    prove_text(status, "status"),
	    json_is_true(json_object_get(status, "conflict"))
		? "  [conflict: the safer of two states]"
		: "",
	    json_is_true(json_object_get(status, "final")) ? "  [final]" : "");
	json_array_foreach(json_object_get(doc, "statements"), i, statement)
	    statement_print(statement, doc);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (row_fits(&rows[i], doc))
			missing_print(&rows[i], doc);
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void
missing_add(json_t *list, const struct row *row, const json_t *doc)
{
	struct buf command;

	buf_init(&command, OUT_LINE_MAX);
	command_write(row, doc, &command);
	json_array_append_new(list,
	    json_pack("{s:s, s:s, s:o}", "who", row->who, "what", row->missing,
		"command", out_json_text(buf_bytes(&command))));
	buf_release(&command);
}

static void
claim_add(json_t *list, const json_t *statement)
{
	struct buf command;

	buf_init(&command, OUT_LINE_MAX);
	grant_write(statement, &command);
	json_array_append_new(list,
	    json_pack("{s:s, s:s, s:o}", "who", "a root", "what",
		"the right of an issuer", "command",
		out_json_text(buf_bytes(&command))));
	buf_release(&command);
}

json_t *
prove_explain_json(const json_t *doc)
{
	json_t *missing = json_array(), *statement;
	const json_t *decides = decides_find(doc);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (row_fits(&rows[i], doc))
			missing_add(missing, &rows[i], doc);
	json_array_foreach(json_object_get(doc, "statements"), i,
	    statement) if (is_claim(statement, doc))
	    claim_add(missing, statement);
	return json_pack("{s:O, s:O, s:O*, s:O*, s:o, s:O*}", "item",
	    json_object_get(doc, "item"), "status",
	    json_object_get(doc, "status"), "decides",
	    (json_t *)(uintptr_t)decides, "statements",
	    json_object_get(doc, "statements"), "missing", missing,
	    "according_to", json_object_get(doc, "according_to"));
}
