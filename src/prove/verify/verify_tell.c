/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer of verify, as lines and as JSON. */
#include "base/clock.h"
#include "client/out.h"
#include "prove/tell.h"
#include "prove/verify.h"

static json_t *
statement_json(const struct prove_finding *f)
{
	struct item_telling t = prove_folded_telling(&f->folded);

	if (!f->folded.is_here || f->verdict.decides == POLICY_NOBODY)
		return NULL;
	return item_json_statement(&t, f->verdict.decides);
}

/* The state where it is what says no, else the reason. */
static void
answer_write(const struct prove_finding *f, struct buf *line)
{
	enum notations_status status =
	    f->folded.is_here ? f->folded.state.status : NOTATIONS_STATUS_NONE;

	buf_printf(line, "%s: %s: ", f->what->typed,
	    prove_why_is_yes(f->verdict.why) ? "yes" : "no");
	if (f->verdict.why == PROVE_GOOD || f->verdict.why == PROVE_BAD_STATE)
		buf_put_str(line, notations_status_word(status));
	else
		buf_put_str(line, prove_why_words(f->verdict.why));
}

/* Name and version of code, manufacturer and model of a device. */
static void
thing_print(const struct prove_finding *f)
{
	static const char *const names[] = { "manu", "make", "model", "serial",
		"code-name", "code-version" };
	struct item_telling t = prove_folded_telling(&f->folded);
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	json_t *doc;
	struct buf line;

	if (!f->folded.is_here)
		return;
	doc = item_json_descriptor(&t);
	buf_init(&line, OUT_LINE_MAX);
	notations_subject_text(&f->folded.it.subject, text);
	buf_put_str(&line, text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value =
		    prove_text(json_object_get(doc, "attributes"), names[i]);

		if (value[0] != '\0')
			buf_printf(&line, "  %s %s", names[i], value);
	}
	out_line("  %s", buf_str(&line));
	buf_release(&line);
	json_decref(doc);
}

static void
requires_tell(const struct prove_finding *f)
{
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	for (size_t i = 0; i < f->requires.n; i++) {
		buf_clear(&line);
		prove_meeting_write(&f->requires.at[i], &f->folded,
		    &f->meetings[i], &line);
		out_line("  required %s", buf_str(&line));
	}
	buf_release(&line);
}

static json_t *
requires_json(const struct prove_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->requires.n; i++)
		json_array_append_new(list,
		    prove_meeting_json(&f->requires.at[i], &f->folded,
			&f->meetings[i]));
	return list;
}

void
prove_verify_tell(const struct prove_finding *f)
{
	json_t *statement = statement_json(f);
	char when[CLOCK_TEXT_MAX];
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	answer_write(f, &line);
	out_line("%s", buf_str(&line));
	thing_print(f);
	if (statement != NULL) {
		buf_clear(&line);
		prove_tell_statement(statement, &line);
		out_line("  %s", buf_str(&line));
		prove_tell_values(statement);
	}
	buf_release(&line);
	json_decref(statement);
	prove_developers_tell(f);
	prove_attest_tell(f);
	requires_tell(f);
	if (f->folded.is_here && f->folded.state.is_conflict)
		out_line("  others who may say so disagree; the safer state "
			 "is taken");
	if (f->what->bundle != NULL) {
		clock_rfc3339(f->bundle.made, when);
		out_line("  by a bundle of %s: nothing newer is known", when);
	}
	for (size_t i = 0; i < f->ev.rep.n; i++)
		out_line("  left out: %s: %s", f->ev.rep.at[i].about,
		    f->ev.rep.at[i].reason->words);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static json_t *
anchors_json(const struct prove_anchors *anchors)
{
	char text[PGP_FPR_TEXT_MAX + 2];
	json_t *list = json_array();

	for (size_t i = 0; i < anchors->n; i++) {
		notations_vfp_text(&anchors->at[i].fpr, text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static json_t *
left_out_json(const struct report *rep)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rep->n; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s}", "reason",
			rep->at[i].reason->name, "about", rep->at[i].about,
			"words", rep->at[i].reason->words));
	return list;
}

static json_t *
digests_json(const struct prove_digests *digests)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	json_t *list = json_array();

	for (size_t i = 0; i < digests->n; i++) {
		notations_subject_text(&digests->at[i], text);
		json_array_append_new(list,
		    json_string(text + 5)); /* "code:" */
	}
	return list;
}

static void
item_set(json_t *doc, const struct prove_finding *f)
{
	struct item_telling t = prove_folded_telling(&f->folded);
	json_t *statement = statement_json(f);

	json_object_set_new(doc, "state",
	    f->folded.is_here ? item_json_status(&t) : json_null());
	json_object_set_new(doc, "statement",
	    statement == NULL ? json_null() : statement);
}

json_t *
prove_verify_json(const struct prove_finding *f)
{
	bool yes = prove_why_is_yes(f->verdict.why);
	json_t *doc = json_pack("{s:o, s:s, s:s, s:s, s:o}", "asked",
	    out_json_text(bytes_of_str(f->what->typed)), "answer",
	    yes ? "yes" : "no", "reason", prove_why_word(f->verdict.why),
	    "words", prove_why_words(f->verdict.why), "at",
	    out_json_time(f->when.at));

	if (f->digests.n > 0)
		json_object_set_new(doc, "digests", digests_json(&f->digests));
	item_set(doc, f);
	json_object_set_new(doc, "anchors", anchors_json(&f->anchors));
	json_object_set_new(doc, "developers", prove_developers_json(f));
	if (f->requires.n > 0)
		json_object_set_new(doc, "required", requires_json(f));
	if (f->what->attest.file != NULL)
		json_object_set_new(doc, "attestation", prove_attest_json(f));
	json_object_set_new(doc, "left_out", left_out_json(&f->ev.rep));
	if (f->what->bundle != NULL)
		json_object_set_new(doc, "bundle",
		    json_pack("{s:o, s:o}", "made",
			out_json_time(f->bundle.made), "server",
			out_json_text(bytes_of_str(f->bundle.server))));
	return doc;
}
