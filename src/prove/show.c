/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question, one document, lines of it. */
#include "prove/show.h"

#include <stdlib.h>

#include "client/out.h"
#include "prove/tell.h"

#define VERSIONS_MAX 64 /* of code, told one after the other */

/* A question that stands, with its anchors. */
struct asked {
	struct prove_question q;
	struct prove_anchors *anchors; /* owned */
};

static enum ics_err
asked_open(const struct prove_show *s, struct asked *a)
{
	enum ics_err err;

	*a = (struct asked){ .q = { .where = s->where, .said = s->when },
		.anchors = alloc_zero(1, sizeof(*a->anchors)) };
	a->q.anchors = a->anchors;
	err = prove_when_read(&s->when, &a->q.when);
	if (err == ICS_OK)
		err = prove_anchors_read(s->anchors, a->anchors);
	return err;
}

static void
asked_close(struct asked *a)
{
	prove_anchors_release(a->anchors);
	free(a->anchors);
}

/* What was typed, and the document about it; NULL where nothing is known. */
static enum ics_err
doc_ask(const struct prove_show *s, struct notations_subject *subject,
    enum prove_doc kind, json_t **doc)
{
	struct asked a;
	enum ics_err err;

	*doc = NULL;
	TRY(asked_open(s, &a));
	err = prove_question_ask(&a.q, &(struct prove_wanted){ subject, kind },
	    doc);
out:
	asked_close(&a);
	return err;
}

enum ics_err
prove_doc_seek(const struct prove_show *s, const char *typed,
    enum prove_doc kind, json_t **doc)
{
	struct notations_subject subject;
	enum ics_err err;

	*doc = NULL;
	TRY(prove_subject_find(s->where, typed, &subject));
	err = doc_ask(s, &subject, kind, doc);
out:
	return err;
}

enum ics_err
prove_doc_get(const struct prove_show *s, const char *typed,
    enum prove_doc kind, json_t **doc)
{
	struct notations_subject subject;
	enum ics_err err;

	*doc = NULL;
	TRY(prove_subject_find(s->where, typed, &subject));
	err = doc_ask(s, &subject, kind, doc);
	if (err == ICS_ENOTFOUND)
		err = prove_tell_unknown(&subject);
out:
	return err;
}

static void
according_print(const struct prove_show *s, const json_t *doc)
{
	const char *url = prove_text(doc, "according_to");

	if (url[0] != '\0')
		out_note(s->quiet,
		    "the judgement is that of %s; --anchor makes it yours",
		    url);
}

/* ---- the verbs -------------------------------------------------------------------------- */

static void
entry_print(const json_t *entry)
{
	const json_t *position = json_object_get(entry, "position");
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	prove_tell_statement(entry, &line);
	if (json_is_false(json_object_get(entry, "verified")))
		buf_put_str(&line, "  [not verified here]");
	if (json_integer_value(position) > 0)
		out_line("%lld  %s", (long long)json_integer_value(position),
		    buf_str(&line));
	else
		out_line("-  %s", buf_str(&line));
	buf_release(&line);
	prove_tell_values(entry);
}

/* "code:..." of the version before; "" where nobody who may says it. */
static const char *
before_of(const json_t *doc)
{
	return prove_text(json_object_get(doc, "attributes"), "code-prev");
}

static void
version_print(const json_t *doc)
{
	const json_t *attributes = json_object_get(doc, "attributes");
	const char *version = prove_text(attributes, "code-version");

	out_line("before it: %s  %s%s%s", prove_text(doc, "item"),
	    prove_text(json_object_get(doc, "status"), "status"),
	    version[0] == '\0' ? "" : "  ", version);
}

/* The item itself, or one version further back. NULL at the end. */
static json_t *
version_get(const struct prove_show *s, const char *id)
{
	struct notations_subject subject;
	json_t *doc = NULL;
	struct asked a;

	if (!notations_subject_read(bytes_of_str(id), &subject))
		return NULL;
	if (asked_open(s, &a) == ICS_OK)
		(void)prove_question_ask(&a.q,
		    &(struct prove_wanted){ &subject, PROVE_DOC_ITEM },
		    &doc); /* unknown: the chain ends here */
	asked_close(&a);
	return doc;
}

/* Spec: code-prev@; a circle ends at the ceiling. */
static void
versions_print(const struct prove_show *s, const char *item)
{
	json_t *doc =
	    strncmp(item, "code:", 5) == 0 ? version_get(s, item) : NULL;
	size_t n = 0;

	while (doc != NULL && before_of(doc)[0] != '\0' && n++ < VERSIONS_MAX) {
		json_t *before = version_get(s, before_of(doc));

		if (before == NULL)
			out_line("before it: %s  nothing is known about it",
			    before_of(doc));
		else
			version_print(before);
		json_decref(doc);
		doc = before;
	}
	json_decref(doc);
}

enum ics_err
prove_show_history(const struct prove_show *s, const char *typed)
{
	const json_t *entry;
	json_t *doc;
	enum ics_err err;
	size_t i;

	TRY(prove_doc_get(s, typed, PROVE_DOC_HISTORY, &doc));
	if (s->json) {
		out_json(doc);
		return ICS_OK;
	}
	json_array_foreach(json_object_get(doc, "entries"), i, entry)
	    entry_print(entry);
	versions_print(s, prove_text(doc, "item"));
	according_print(s, doc);
	json_decref(doc);
out:
	return err;
}

enum ics_err
prove_show_who(const struct prove_show *s, const char *typed)
{
	json_t *doc, *parties;
	enum ics_err err;

	TRY(prove_doc_get(s, typed, PROVE_DOC_ITEM, &doc));
	parties = json_object_get(doc, "parties");
	if (s->json) {
		out_json(json_pack("{s:O, s:O*, s:O*, s:O*, s:O*}", "item",
		    json_object_get(doc, "item"), "parties", parties,
		    "manufacturer", json_object_get(doc, "manufacturer"),
		    "owner", json_object_get(doc, "owner"), "according_to",
		    json_object_get(doc, "according_to")));
	} else {
		prove_tell_parties(parties);
		according_print(s, doc);
	}
	json_decref(doc);
out:
	return err;
}

enum ics_err
prove_show_explain(const struct prove_show *s, const char *typed)
{
	json_t *doc;
	enum ics_err err;

	TRY(prove_doc_get(s, typed, PROVE_DOC_ITEM, &doc));
	if (s->json) {
		out_json(prove_explain_json(doc));
	} else {
		prove_explain_print(doc);
		according_print(s, doc);
	}
	json_decref(doc);
out:
	return err;
}

static bool
says_anything(const json_t *status)
{
	return strcmp(prove_text(status, "status"), "unknown") != 0 ||
	       json_array_size(json_object_get(status, "issuers")) > 0;
}

static enum ics_err
requires_open(const struct prove_show *s, struct prove_requires *requires)
{
	if (s->require == NULL || s->anchors != NULL)
		return prove_requires_read(s->require, requires);
	out_fail("--require goes by your word: say --anchor");
	return ICS_EUSAGE;
}

static bool
requires_met(const json_t *status)
{
	const json_t *required;
	bool met = true;
	size_t i;

	json_array_foreach(json_object_get(status, "required"), i, required)
	    met = met && json_is_true(json_object_get(required, "met"));
	return met;
}

static void
requires_print(const json_t *status)
{
	const json_t *required;
	size_t i;

	json_array_foreach(json_object_get(status, "required"), i, required)
	    out_line("  required %s", prove_text(required, "words"));
}

enum ics_err
prove_show_status(const struct prove_show *s,
    const struct notations_subject *subject, json_t **doc, bool *good)
{
	struct prove_requires requires;
	struct asked a;
	enum ics_err err;

	*doc = NULL;
	*good = true;
	TRY(asked_open(s, &a));
	TRY(requires_open(s, &requires));
	a.q.requires = &requires;
	TRY(prove_question_ask(&a.q,
	    &(struct prove_wanted){ subject, PROVE_DOC_STATUS }, doc));
	*good = prove_status_is_good(*doc) && requires_met(*doc);
	err =
	    says_anything(*doc) || s->anchors != NULL ? ICS_OK : ICS_ENOTFOUND;
	if (err == ICS_OK && !s->json && !s->quiet) {
		prove_tell_status(*doc);
		requires_print(*doc);
		according_print(s, *doc);
	}
out:
	if (err != ICS_OK || !s->json) {
		json_decref(*doc);
		*doc = NULL;
	}
	asked_close(&a);
	return err;
}
