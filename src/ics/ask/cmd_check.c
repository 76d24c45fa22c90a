/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics check SUBJECT...: may each take part, now, and who says so? The server
 * decides (POST /ics/v1/check); what it rests on is named, so that it can be
 * verified: ics verify, ics history --verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/find.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/ics.h"
#include "prove/ask.h"
#include "prove/digest.h"
#include "prove/tell.h"

#define AT_ONCE	    256u /* questions that a server takes */
#define TOTAL_MAX   1000000u
#define PATH_OCTETS 2048u

struct checking {
	const struct ics *ics;
	struct http *h;
	struct buf path; /* owned */
	const char *with;
	char code[NOTATIONS_SUBJECT_TEXT_MAX]; /* "" without */
	json_t *questions; /* owned: those that were not sent yet */
	json_t *answers;   /* owned; with --json */
	size_t total;
	bool is_denied, is_stale;
};

/* ---- telling ---------------------------------------------------------------- */

static void
words_join(const json_t *list, struct buf *line)
{
	const json_t *word;
	size_t i;

	json_array_foreach(list, i, word) buf_printf(line, "%s%s",
	    i == 0 ? "" : ", ", json_string_value(word));
}

static void
reason_print(const json_t *reason)
{
	const char *tone = prove_text(reason, "tone");
	const json_t *missing = json_object_get(reason, "missing");
	const json_t *at = json_object_get(reason, "line");
	struct buf line;

	if (strcmp(tone, "fine") == 0)
		return;
	buf_init(&line, OUT_LINE_MAX);
	buf_printf(&line, "  %s %s; wanted: %s", tone,
	    prove_text(reason, "rule"), prove_text(reason, "words"));
	if (json_is_integer(at))
		buf_printf(&line, " (line %lld of the descriptor)",
		    (long long)json_integer_value(at));
	out_line("%s", buf_str(&line));
	buf_clear(&line);
	words_join(missing, &line);
	if (json_array_size(missing) > 0)
		out_line("    missing: %s", buf_str(&line));
	if (prove_text(reason, "evidence")[0] != '\0')
		out_line("    evidence: %s by %s",
		    prove_text(reason, "evidence"),
		    prove_text(reason, "issuer"));
	if (prove_text(reason, "registered")[0] != '\0')
		out_line("    registered: %s",
		    prove_text(reason, "registered"));
	if (prove_text(reason, "help")[0] != '\0')
		out_line("    would help: %s", prove_text(reason, "help"));
	buf_release(&line);
}

static void
voucher_print(const json_t *voucher)
{
	const char *name = prove_text(voucher, "name");
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	out_clean(bytes_of_str(name[0] == '\0' ? prove_text(voucher, "issuer")
					       : name),
	    &line);
	buf_put_str(&line, "  ");
	words_join(json_object_get(voucher, "roles"), &line);
	out_line("  vouches: %s", buf_str(&line));
	buf_release(&line);
}

static void
part_print(const json_t *part)
{
	const char *domain = prove_text(part, "domain");
	const json_t *age = json_object_get(part, "age"), *row;
	size_t i;

	out_line("%s%s  %s  %s%s%s", prove_text(part, "decision"),
	    json_is_true(json_object_get(part, "stale")) ? " (stale)" : "",
	    prove_text(part, "subject"), prove_text(part, "purpose"),
	    domain[0] == '\0' ? "" : " in ", domain);
	json_array_foreach(json_object_get(part, "reasons"), i, row)
	    reason_print(row);
	json_array_foreach(json_object_get(part, "vouchers"), i, row)
	    voucher_print(row);
	if (json_is_integer(age))
		out_line("  age: %lld seconds",
		    (long long)json_integer_value(age));
	else if (json_is_null(age))
		out_line("  age: a peer that the domain pulls from was never "
			 "heard");
}

static void
part_take(struct checking *k, const json_t *part)
{
	bool is_stale = json_is_true(json_object_get(part, "stale"));

	if (is_stale)
		k->is_stale = true;
	else if (strcmp(prove_text(part, "decision"), "allow") != 0)
		k->is_denied = true;
	if (k->answers == NULL && !ics_quiet(k->ics))
		part_print(part);
}

static void
answer_take(struct checking *k, json_t *answer)
{
	const json_t *parts = json_object_get(answer, "parts"), *part;
	size_t i;

	if (k->answers != NULL)
		json_array_append(k->answers, answer);
	if (parts == NULL)
		part_take(k, answer);
	json_array_foreach(parts, i, part) part_take(k, part);
}

/* ---- asking ------------------------------------------------------------------ */

/* Send what has gathered. Told. */
static enum ics_err
questions_send(struct checking *k)
{
	struct http_answer answer = { 0 };
	json_t *doc = NULL, *row;
	const json_t *rows;
	char *text;
	size_t i;
	enum ics_err err;

	if (json_array_size(k->questions) == 0)
		return ICS_OK;
	text = json_dumps(k->questions, JSON_COMPACT);
	err = http_post(k->h, buf_str(&k->path),
	    &(struct http_body){ "application/json", bytes_of_str(text) },
	    &answer);
	free(text);
	json_array_clear(k->questions);
	if (err != ICS_OK)
		goto out;
	err = http_judge(&answer);
	if (err != ICS_OK) {
		http_tell(&answer, "the question");
		goto out;
	}
	doc = http_json(&answer);
	rows = json_object_get(doc, "answers");
	if (!json_is_array(rows))
		err = ICS_EFORMAT;
	json_array_foreach(rows, i, row) answer_take(k, row);
out:
	json_decref(doc);
	http_answer_release(&answer);
	return err;
}

/* As the server takes it: an address or words are looked for here. Told. */
static enum ics_err
id_read(const struct checking *k, const char *typed,
    char out[NOTATIONS_SUBJECT_TEXT_MAX])
{
	struct notations_subject subject;
	struct find find;
	enum ics_err err;

	if (!notations_subject_guess(bytes_of_str(typed), &subject)) {
		err = find_read(typed, &find);
		if (err == ICS_OK && find.kind == FIND_KEYID) {
			(void)snprintf(out, NOTATIONS_SUBJECT_TEXT_MAX,
			    "%016llx", (unsigned long long)find.keyid);
			return ICS_OK;
		}
		if (err == ICS_OK)
			err =
			    prove_subject_find(&k->ics->where, typed, &subject);
		if (err != ICS_OK)
			return err;
	}
	notations_subject_text(&subject, out);
	return ICS_OK;
}

static enum ics_err
question_add(struct checking *k, const char *typed)
{
	char id[NOTATIONS_SUBJECT_TEXT_MAX], with[NOTATIONS_SUBJECT_TEXT_MAX];
	json_t *question;
	enum ics_err err;

	if (k->total++ == TOTAL_MAX)
		return ICS_ETOOBIG;
	TRY(id_read(k, typed, id));
	question = json_pack("{s:s}", "subject", id);
	json_array_append_new(k->questions, question);
	if (k->with != NULL) {
		TRY(id_read(k, k->with, with));
		json_object_set_new(question, "with", json_string(with));
	}
	if (k->code[0] != '\0')
		json_object_set_new(question, "code", json_string(k->code));
	if (ics_has(k->ics, ICS_OPT_CLAIMS))
		json_object_set_new(question, "claims",
		    out_json_text(bytes_of_str(k->ics->opts[ICS_OPT_CLAIMS])));
	if (json_array_size(k->questions) == AT_ONCE)
		err = questions_send(k);
out:
	return err;
}

/* A list on standard input, one a line. */
static enum ics_err
lines_add(struct checking *k)
{
	char *line = NULL;
	size_t room = 0;
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0')
			err = question_add(k, line);
	}
	free(line);
	return err;
}

static enum ics_err
code_read(struct checking *k)
{
	const char *typed = k->ics->opts[ICS_OPT_CODE];
	struct notations_subject subject;
	struct prove_digests digests;
	enum ics_err err = ICS_OK;

	if (typed == NULL)
		return ICS_OK;
	if (!notations_subject_guess(bytes_of_str(typed), &subject) ||
	    subject.kind != NOTATIONS_SUBJECT_CODE) {
		TRY(prove_digest_file(typed, PROVE_DIGEST_FIRST, &digests));
		subject = digests.at[0];
	}
	notations_subject_text(&subject, k->code);
out:
	return err;
}

static enum ics_err
path_make(struct checking *k)
{
	static const struct {
		const char *name;
		enum ics_option option;
	} pairs[] = { { "domain", ICS_OPT_DOMAIN },
		{ "purpose", ICS_OPT_PURPOSE } };
	const struct prove_when_said said = { k->ics->opts[ICS_OPT_AT], NULL };
	struct policy_time when;
	enum ics_err err;

	TRY(prove_when_read(&said, &when));
	buf_put_str(&k->path, "/ics/v1/check");
	prove_when_query(&said, &when, &k->path);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *value = k->ics->opts[pairs[i].option];

		if (value == NULL)
			continue;
		buf_printf(&k->path,
		    "%c%s=", strchr(buf_str(&k->path), '?') == NULL ? '?' : '&',
		    pairs[i].name);
		http_escape(bytes_of_str(value), &k->path);
	}
	err = buf_end(&k->path);
out:
	return err;
}

static enum ics_err
all_ask(struct checking *k)
{
	enum ics_err err;

	TRY(path_make(k));
	TRY(code_read(k));
	TRY(prove_server_open(&k->ics->where, &k->h));
	for (size_t i = 0; i < k->ics->args_n; i++) {
		if (strcmp(k->ics->args[i], "-") == 0)
			TRY(lines_add(k));
		else
			TRY(question_add(k, k->ics->args[i]));
	}
	TRY(questions_send(k));
	if (k->answers != NULL)
		out_json(json_pack("{s:O}", "answers", k->answers));
out:
	return err;
}

int
cmd_check(struct ics *ics)
{
	struct checking k = { .ics = ics,
		.with = ics->opts[ICS_OPT_WITH],
		.questions = json_array(),
		.answers = ics_has(ics, ICS_OPT_JSON) ? json_array() : NULL };
	enum ics_err err;

	buf_init(&k.path, PATH_OCTETS);
	err = all_ask(&k);
	http_free(k.h);
	buf_release(&k.path);
	json_decref(k.questions);
	json_decref(k.answers);
	if (err != ICS_OK)
		return err_exit(err);
	return k.is_denied  ? ICS_EXIT_NO
	       : k.is_stale ? ICS_EXIT_STALE
			    : ICS_EXIT_YES;
}
