/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics update: each step of an update is a statement about the device, signed
 * by who took it. An update is approved when somebody has verified it, and an
 * approval may say when it is welcome. The way back to older code is a
 * statement about that code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/verb.h"
#include "prove/show.h"
#include "prove/tell.h"

#define REF_MAX	 NOTATIONS_SUBJECT_TEXT_MAX
#define STEP_MAX (REF_MAX + 16)

/* Words of ics, and of step@. */
static const struct {
	const char *verb, *step;
} steps[] = {
	{ "propose", "proposed" },
	{ "verify", "verified" },
	{ "approve", "approved" },
	{ "install", "installed" },
	{ "fail", "failed" },
};

/* ---- the ledger ------------------------------------------------------------------ */

static struct prove_show
show_of(const struct ics *ics)
{
	return (struct prove_show){ .where = &ics->where,
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.when = { ics->opts[ICS_OPT_AT], ics->opts[ICS_OPT_KNOWN_AT] },
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics) };
}

static bool
entry_counts(const json_t *entry)
{
	const char *word = prove_text(entry, "standing");

	for (int i = 0; i < POLICY_STANDINGS; i++)
		if (strcmp(word,
			policy_standing_word((enum policy_standing)i)) == 0)
			return policy_standing_counts((enum policy_standing)i);
	return false;
}

/* For each step of a history, in its order. */
struct look {
	void (*found)(struct look *l, const json_t *entry, const char *step);
	const char *wanted; /* "verified code:..." */
	bool is_there;
	size_t n;
	bool json;
};

static void
steps_look(struct look *l, const json_t *doc)
{
	const json_t *entries = json_object_get(doc, "entries"), *entry, *value;
	size_t i, k;

	json_array_foreach(entries, i, entry)
	{
		const json_t *values = json_object_get(entry, "values");

		json_array_foreach(json_object_get(values, "step"), k, value)
		{
			if (json_is_string(value))
				l->found(l, entry, json_string_value(value));
		}
	}
}

static void
step_match(struct look *l, const json_t *entry, const char *step)
{
	if (entry_counts(entry) && strcmp(step, l->wanted) == 0)
		l->is_there = true;
}

/* Nobody approves what nobody verified: by a word that counts there. */
static enum ics_err
verified_check(struct ics_verb_run *r, const char *ref)
{
	const struct prove_show show = show_of(r->ics);
	char wanted[STEP_MAX];
	struct look l = { .found = step_match, .wanted = wanted };
	json_t *doc = NULL;
	enum ics_err err;

	(void)snprintf(wanted, sizeof(wanted), "verified %s", ref); /* fits */
	TRY(prove_history_get(&show, r->ics->args[1], &doc));
	steps_look(&l, doc);
	json_decref(doc);
	if (l.is_there)
		return ICS_OK;
	out_fail("%s: nobody whose word counts has verified it for this "
		 "device; ics update verify",
	    ref);
	err = ICS_EDENIED;
out:
	return err;
}

/* One step a line, told as it was taken. */
static void
step_tell(struct look *l, const json_t *entry, const char *step)
{
	static const char *const kept[] = { "created", "issuer", "issuer_name",
		"role", "standing", "digest", "verified" };
	json_t *line;
	char *text;

	l->n++;
	if (!l->json) {
		struct buf out;

		buf_init(&out, OUT_LINE_MAX);
		out_clean(bytes_of_str(prove_text(entry, "issuer_name")), &out);
		out_line("%s  %s  by %s %s%s%s%s", prove_text(entry, "created"),
		    step, prove_text(entry, "issuer"), buf_str(&out),
		    prove_text(entry, "role")[0] == '\0' ? "" : " as ",
		    prove_text(entry, "role"),
		    entry_counts(entry) ? "" : ", which does not count");
		buf_release(&out);
		return;
	}
	line = json_object();
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		json_object_set(line, kept[i], json_object_get(entry, kept[i]));
	json_object_set_new(line, "step", out_json_text(bytes_of_str(step)));
	json_object_set(line, "values", json_object_get(entry, "values"));
	text = json_dumps(line, JSON_COMPACT);
	out_line("%s", text == NULL ? "{}" : text);
	free(text);
	json_decref(line);
}

static int
log_do(struct ics *ics)
{
	const struct prove_show show = show_of(ics);
	struct look l = { .found = step_tell, .json = show.json };
	json_t *doc = NULL;
	enum ics_err err = prove_history_get(&show, ics->args[1], &doc);

	if (err != ICS_OK)
		return err_exit(err);
	steps_look(&l, doc);
	json_decref(doc);
	out_note(show.quiet || show.json, "%zu steps", l.n);
	return l.n > 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
}

/* ---- what is signed -------------------------------------------------------------- */

static enum ics_err
code_ref(const char *typed, char ref[REF_MAX])
{
	struct sign_target code;
	enum ics_err err;

	TRY(sign_target_code(typed, &code));
	notations_subject_text(&code.subject, ref);
out:
	sign_target_release(&code);
	return err;
}

/* "FROM/UNTIL" in any form of time, as window@ has it. */
static enum ics_err
window_say(struct sign_draft *draft, const char *one, size_t n)
{
	char text[2][CLOCK_TEXT_MAX], value[2 * CLOCK_TEXT_MAX];
	char *copy = alloc_str_from_bytes(bytes_of(one, n));
	char *slash = strchr(copy, '/');
	int64_t from, until;
	enum ics_err err = ICS_EUSAGE;

	if (slash == NULL) {
		out_fail("--window %s: two times with a slash between them",
		    copy);
		goto out;
	}
	*slash = '\0';
	TRY(sign_time_read(copy, &from));
	TRY(sign_time_read(slash + 1, &until));
	clock_rfc3339(from, text[0]);
	clock_rfc3339(until, text[1]);
	(void)snprintf(value, sizeof(value), "%s/%s", text[0],
	    text[1]); /* fits */
	err = sign_draft_say_text(draft, NOTATIONS_NAME_WINDOW, value);
out:
	free(copy);
	return err;
}

static enum ics_err
windows_say(struct ics_verb_run *r)
{
	const char *list = r->ics->opts[ICS_OPT_WINDOW];
	enum ics_err err = ICS_OK;

	if (list != NULL && strcmp(r->ics->args[0], "approve") != 0) {
		out_fail("an approval has windows; %s has none",
		    r->ics->args[0]);
		return ICS_EUSAGE;
	}
	while (err == ICS_OK && list != NULL) {
		size_t n = strcspn(list, ",");

		err = window_say(&r->draft, list, n);
		list = list[n] == '\0' ? NULL : list + n + 1;
	}
	return err;
}

static enum ics_err
say_step(struct ics_verb_run *r)
{
	bool approves = strcmp(r->ics->args[0], "approve") == 0;
	char ref[REF_MAX], value[STEP_MAX];
	const char *step = "";
	enum ics_err err;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i].verb, r->ics->args[0]) == 0)
			step = steps[i].step;
	TRY(code_ref(r->ics->args[2], ref));
	if (approves && r->act.output == NULL)
		TRY(verified_check(r, ref));
	(void)snprintf(value, sizeof(value), "%s %s", step, ref); /* fits */
	TRY(sign_draft_say_text(&r->draft, NOTATIONS_NAME_STEP, value));
	TRY(windows_say(r));
	err = sign_draft_say_maybe(&r->draft, NOTATIONS_NAME_REASON,
	    r->said.reason);
out:
	return err;
}

static enum ics_err
say_rollback(struct ics_verb_run *r)
{
	char ref[REF_MAX];
	enum ics_err err;

	TRY(code_ref(r->ics->args[2], ref));
	TRY(windows_say(r));
	TRY(sign_draft_say_text(&r->draft, NOTATIONS_NAME_ROLLBACK, ref));
	err = sign_draft_say_maybe(&r->draft, NOTATIONS_NAME_REASON,
	    r->said.reason);
out:
	return err;
}

static int
rollback_do(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_NOTE, false, true,
		say_rollback };
	struct ics_verb_run r = { .ics = ics };
	enum ics_err err;

	TRY(ics_verb_open(&r, ics));
	TRY(sign_target_code(ics->args[1], &r.target));
	err = ics_verb_run(&r, &verb);
out:
	ics_verb_release(&r);
	return err_exit(err);
}

/* ---- the command ----------------------------------------------------------------- */

int
cmd_update(struct ics *ics)
{
	static const struct ics_verb step = { NOTATIONS_KIND_NOTE, false, true,
		say_step };
	const char *word = ics->args[0];
	bool is_log = strcmp(word, "log") == 0;

	if (ics->args_n == (is_log ? 2 : 3)) {
		if (is_log)
			return log_do(ics);
		if (strcmp(word, "rollback") == 0)
			return rollback_do(ics);
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			if (strcmp(steps[i].verb, word) == 0)
				return ics_verb_entity(ics, &step, 1);
	}
	out_fail("usage: ics update propose|verify|approve|install|fail DEVICE "
		 "CODE, rollback CODE NEWER, or log DEVICE");
	return ICS_EXIT_USAGE;
}
