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
#include "prove/ledger.h"
#include "prove/tell.h"

#define REF_MAX	 NOTATIONS_SUBJECT_TEXT_MAX
#define STEP_MAX (REF_MAX + 16)

/* The word in step@ for a verb that is a step. */
static const struct {
	const char *verb, *step;
} words[] = {
#define X(word, function, least, most, arguments, step, ...) { word, step },
#include "ics/update.def"
#undef X
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

/* A step that is looked for among all. */
struct wanted {
	const char *text; /* "verified code:..." */
	bool is_there;
};

static void
step_match(void *arg, const struct prove_step *step)
{
	struct wanted *w = arg;

	if (prove_statement_counts(step->statement) &&
	    strcmp(step->text, w->text) == 0)
		w->is_there = true;
}

/* Nobody approves what nobody verified: by a word that counts there. */
static enum ics_err
verified_check(struct ics_verb_run *r, const char *ref)
{
	const struct prove_show show = show_of(r->ics);
	char text[STEP_MAX];
	struct wanted w = { .text = text };
	const struct prove_steps steps = { step_match, &w };
	json_t *doc = NULL;
	enum ics_err err;

	(void)snprintf(text, sizeof(text), "verified %s", ref); /* fits */
	TRY(prove_doc_get(&show, r->ics->args[0], PROVE_DOC_HISTORY, &doc));
	prove_steps_each(doc, &steps);
	json_decref(doc);
	if (w.is_there)
		return ICS_OK;
	out_fail("%s: nobody whose word counts has verified it for this "
		 "device; ics update verify",
	    ref);
	err = ICS_EDENIED;
out:
	return err;
}

/* How steps are told, and how many there were. */
struct telling {
	bool json;
	size_t n;
};

static void
step_json(const struct prove_step *step)
{
	static const char *const kept[] = { "created", "issuer", "issuer_name",
		"role", "standing", "digest", "verified", "values" };
	json_t *line = json_object();
	char *text;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		json_object_set(line, kept[i],
		    json_object_get(step->statement, kept[i]));
	json_object_set_new(line, "step",
	    out_json_text(bytes_of_str(step->text)));
	text = json_dumps(line, JSON_COMPACT);
	out_line("%s", text == NULL ? "{}" : text);
	free(text);
	json_decref(line);
}

/* One step a line, told as it was taken. */
static void
step_tell(void *arg, const struct prove_step *step)
{
	const json_t *st = step->statement;
	struct telling *t = arg;
	const char *role = prove_text(st, "role");
	struct buf name;

	t->n++;
	if (t->json) {
		step_json(step);
		return;
	}
	buf_init(&name, OUT_LINE_MAX);
	out_clean(bytes_of_str(prove_text(st, "issuer_name")), &name);
	out_line("%s  %s  by %s %s%s%s%s", prove_text(st, "created"),
	    step->text, prove_text(st, "issuer"), buf_str(&name),
	    role[0] == '\0' ? "" : " as ", role,
	    prove_statement_counts(st) ? "" : ", which does not count");
	buf_release(&name);
}

static int
log_do(struct ics *ics)
{
	const struct prove_show show = show_of(ics);
	struct telling t = { .json = show.json };
	const struct prove_steps steps = { step_tell, &t };
	json_t *doc = NULL;
	enum ics_err err =
	    prove_doc_get(&show, ics->args[0], PROVE_DOC_HISTORY, &doc);

	if (err != ICS_OK)
		return err_exit(err);
	prove_steps_each(doc, &steps);
	json_decref(doc);
	out_note(show.quiet || show.json, "%zu steps", t.n);
	return t.n > 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
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
	bool approves = strcmp(r->ics->verb, "approve") == 0;
	char ref[REF_MAX], value[STEP_MAX];
	const char *step = "";
	enum ics_err err;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].verb, r->ics->verb) == 0)
			step = words[i].step;
	TRY(code_ref(r->ics->args[1], ref));
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

	TRY(code_ref(r->ics->args[1], ref));
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
	TRY(sign_target_code(ics->args[0], &r.target));
	err = ics_verb_run(&r, &verb);
out:
	ics_verb_release(&r);
	return err_exit(err);
}

/* ---- the command ----------------------------------------------------------------- */

static int
step_do(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_NOTE, false, true,
		say_step };

	return ics_verb_entity(ics, &verb, 0);
}

int
cmd_update(struct ics *ics)
{
	static const struct ics_verb_row verbs[] = {
#define X(word, function, least, most, arguments, step, ...) \
	{ word, function##_do, least, most, arguments, { __VA_ARGS__ } },
#include "ics/update.def"
#undef X
	};

	return ics_verb_pick(ics, verbs, sizeof(verbs) / sizeof(verbs[0]));
}
