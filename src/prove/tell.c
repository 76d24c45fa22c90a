/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines for people; out_line keeps a terminal safe from what strangers wrote. */
#include "prove/tell.h"

#include "client/out.h"

const char *
prove_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

const char *
prove_value(const json_t *statement, const char *name)
{
	const json_t *values = json_object_get(statement, "values");
	const json_t *all = json_object_get(values, name);
	const char *text = json_string_value(json_array_get(all, 0));

	return text == NULL ? "" : text;
}

/* How a part of a line is set off. */
enum fence {
	BARE,
	ROUND,
	SQUARE
};

/* Append a part where there is one. */
static void
part_put(struct buf *line, enum fence fence, const char *text)
{
	static const char *const opens[] = { "", "(", "[" };
	static const char *const closes[] = { "", ")", "]" };

	if (text[0] == '\0')
		return;
	buf_printf(line, "%s%s%s%s", line->n > 0 ? "  " : "", opens[fence],
	    text, closes[fence]);
}

/* Spec: rule e3, a standing that needs no remark */
static const char *
standing_of(const json_t *statement)
{
	const char *standing = prove_text(statement, "standing");

	return strcmp(standing, "authorised") == 0 ? "" : standing;
}

void
prove_tell_statement(const json_t *statement, struct buf *line)
{
	const json_t *flags = json_object_get(statement, "flags"), *flag;
	const char *status = prove_text(statement, "status");
	size_t i;

	part_put(line, BARE, prove_text(statement, "created"));
	part_put(line, BARE,
	    status[0] != '\0' ? status : prove_text(statement, "kind"));
	part_put(line, BARE, prove_text(statement, "issuer"));
	part_put(line, BARE, prove_text(statement, "issuer_name"));
	part_put(line, ROUND, prove_text(statement, "role"));
	part_put(line, SQUARE, standing_of(statement));
	json_array_foreach(flags, i, flag) if (json_string_value(flag) != NULL)
	    part_put(line, SQUARE, json_string_value(flag));
}

/* ---- what it says ------------------------------------------------------------------- */

/* A value as JSON tells it: text, or an object of texts. */
static void
value_line(const char *name, const json_t *value)
{
	const char *key;
	struct buf line;
	const json_t *part;

	buf_init(&line, OUT_LINE_MAX);
	if (json_is_string(value))
		buf_put_str(&line, json_string_value(value));
	json_object_foreach((json_t *)(uintptr_t)value, key, part)
	    part_put(&line, BARE,
		json_is_string(part) ? json_string_value(part) : "");
	out_line("    %s: %s", name, buf_str(&line));
	buf_release(&line);
}

void
prove_tell_values(const json_t *statement)
{
	static const char *const frame[] = { "rec", "subject", "status",
		"code-status", "seq", "prev" };
	const json_t *values = json_object_get(statement, "values"), *all;
	const json_t *value;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)values, name, all)
	{
		bool is_frame = false;

		for (i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
			is_frame = is_frame || strcmp(frame[i], name) == 0;
		if (is_frame)
			continue;
		json_array_foreach(all, i, value) value_line(name, value);
	}
	out_line("    %s %s", prove_text(statement, "carrier"),
	    prove_text(statement, "digest"));
}

/* ---- states and parties ---------------------------------------------------------------- */

static void
statement_print(const char *lead, const json_t *statement)
{
	struct buf line;

	if (statement == NULL)
		return;
	buf_init(&line, OUT_LINE_MAX);
	prove_tell_statement(statement, &line);
	out_line("  %s %s", lead, buf_str(&line));
	buf_release(&line);
	prove_tell_values(statement);
}

static void
holder_print(const json_t *status, const char *who, const char *basis)
{
	const char *fpr = prove_text(status, who);

	if (fpr[0] != '\0')
		out_line("  %s %s (%s)", who, fpr, prove_text(status, basis));
}

void
prove_tell_status(const json_t *status)
{
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	part_put(&line, BARE, prove_text(status, "item"));
	part_put(&line, BARE, prove_text(status, "status"));
	if (prove_text(status, "stated_at")[0] != '\0')
		buf_printf(&line, "  since %s",
		    prove_text(status, "stated_at"));
	if (json_is_true(json_object_get(status, "final")))
		part_put(&line, SQUARE, "final");
	if (json_is_true(json_object_get(status, "conflict")))
		part_put(&line, SQUARE, "conflict");
	if (json_is_true(json_object_get(status, "approved")))
		part_put(&line, SQUARE, "approved");
	if (json_is_true(json_object_get(status, "incomplete")))
		part_put(&line, SQUARE, "incomplete");
	out_line("%s", buf_str(&line));
	buf_release(&line);
	statement_print("decided by", json_object_get(status, "decided_by"));
	statement_print("contradicted by", json_object_get(status, "other"));
	holder_print(status, "manufacturer", "manufacturer_basis");
	holder_print(status, "owner", "owner_basis");
}

static void
party_print(const json_t *party)
{
	const json_t *roles = json_object_get(party, "roles"), *role;
	struct buf line;
	size_t i;

	buf_init(&line, OUT_LINE_MAX);
	part_put(&line, BARE, prove_text(party, "fingerprint"));
	part_put(&line, BARE, prove_text(party, "name"));
	json_array_foreach(roles, i, role) if (json_string_value(role) != NULL)
	    part_put(&line, ROUND, json_string_value(role));
	part_put(&line, SQUARE, prove_text(party, "basis"));
	out_line("%s", buf_str(&line));
	buf_release(&line);
	if (prove_text(party, "contact")[0] != '\0')
		out_line("    contact: %s", prove_text(party, "contact"));
	if (prove_text(party, "revoked_at")[0] != '\0')
		out_line("    revoked: %s", prove_text(party, "revoked_at"));
	if (prove_text(party, "expires")[0] != '\0')
		out_line("    expires: %s", prove_text(party, "expires"));
	if (json_is_false(json_object_get(party, "known")))
		out_line("    its certificate is not here");
}

void
prove_tell_parties(const json_t *parties)
{
	const json_t *party;
	size_t i;

	json_array_foreach(parties, i, party) party_print(party);
}
