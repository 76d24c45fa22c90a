/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics audit. An item is complete when verify would say yes; when its maker
 * speaks for it; and, where it is critical, when an integrator does so, too,
 * and somebody who may says that it is in use.
 */
#include "prove/survey.h"

#include <stdlib.h>

#include "client/out.h"
#include "prove/search.h"
#include "prove/tell.h"

#define LIST_MAX  (16u << 20) /* octets of a list */
#define ITEMS_MAX 1000000u

struct survey {
	const struct prove_survey *what;
	struct prove_anchors *anchors; /* owned */
	struct policy_time when;
	struct prove_requires requires[2]; /* of entities, of code */
	struct http *h;			   /* owned */
	json_t *items;			   /* owned: with --json */
	size_t seen, lacking;
};

/* What an item lacks. */
struct gaps {
	json_t *list; /* owned: {"reason", "words"} */
};

static void
gap_add(struct gaps *g, const char *reason, const char *text)
{
	json_array_append_new(g->list,
	    json_pack("{s:s, s:o}", "reason", reason, "words",
		out_json_text(bytes_of_str(text))));
}

/* ---- one item -------------------------------------------------------------------- */

static void
state_gap(const struct prove_folded *f, const struct prove_verdict *v,
    struct gaps *g)
{
	char text[128];

	if (v->why != PROVE_BAD_STATE) {
		gap_add(g, prove_why_word(v->why), prove_why_words(v->why));
		return;
	}
	(void)snprintf(text, sizeof(text), "it is %s",
	    notations_status_word(f->state.status)); /* fits */
	gap_add(g, prove_why_word(v->why), text);
}

static void
requires_gap(const struct prove_requires *requires,
    const struct prove_folded *f, struct gaps *g)
{
	struct buf line;

	buf_init(&line, OUT_LINE_MAX);
	for (size_t i = 0; i < requires->n; i++) {
		struct prove_meeting m =
		    prove_require_meet(&requires->at[i], f);

		if (m.met == PROVE_MET)
			continue;
		buf_clear(&line);
		prove_meeting_write(&requires->at[i], f, &m, &line);
		gap_add(g, "unmet", buf_str(&line));
	}
	buf_release(&line);
}

static void
folded_judge(struct survey *s, const struct notations_subject *subject,
    const struct prove_folded *f, struct gaps *g)
{
	const struct prove_case c = { &f->it, &f->state, s->when, NULL, 0 };
	bool is_code = subject->kind == NOTATIONS_SUBJECT_CODE;
	struct prove_verdict v = { PROVE_UNKNOWN, POLICY_NOBODY };

	if (f->is_here)
		v = prove_verdict_of(&c);
	if (!is_code && (!f->is_here || f->it.cert == NULL))
		gap_add(g, "no-certificate", "no certificate is known");
	else if (!prove_why_is_yes(v.why))
		state_gap(f, &v, g);
	else if (s->what->critical && v.why == PROVE_GENUINE)
		gap_add(g, "no-state", "nobody says that it is in use");
	requires_gap(&s->requires[is_code], f, g);
}

static void
name_write(const struct prove_folded *f, struct buf *name)
{
	if (f->is_here && f->it.cert != NULL && f->it.facts.uids_n > 0)
		buf_put(name, f->it.facts.uids[0].uid);
	(void)buf_end(name); /* cut */
}

static void
item_tell(struct survey *s, const char *item, struct buf *name, struct gaps *g)
{
	bool complete = json_array_size(g->list) == 0;
	const json_t *gap;
	size_t i;

	s->seen++;
	s->lacking += !complete;
	if (s->items != NULL) {
		json_array_append_new(s->items,
		    json_pack("{s:o, s:o, s:b, s:O}", "item",
			out_json_text(bytes_of_str(item)), "name",
			out_json_text(buf_bytes(name)), "complete",
			complete ? 1 : 0, "gaps", g->list));
		return;
	}
	if (complete && s->what->quiet)
		return;
	out_line("%s  %s%s%s", item, complete ? "complete" : "INCOMPLETE",
	    name->n > 0 ? "  " : "", buf_str(name));
	json_array_foreach(g->list, i, gap)
	    out_line("    lacks: %s", prove_text(gap, "words"));
}

static enum ics_err
subject_look(struct survey *s, const struct notations_subject *subject)
{
	const struct policy_rights rights = prove_anchors_rights(s->anchors);
	const struct prove_ask ask = { subject, &rights, s->when };
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct gaps g = { json_array() };
	struct prove_folded folded = { .is_here = false };
	struct prove_evidence ev;
	struct buf name;
	enum ics_err err;

	prove_evidence_init(&ev);
	buf_init(&name, OUT_LINE_MAX);
	notations_subject_text(subject, text);
	err = prove_evidence_fetch(&ev, s->h, subject);
	TRY(err == ICS_ENOTFOUND ? ICS_OK : err);
	TRY(prove_evidence_add(&ev, buf_bytes(&s->anchors->certs)));
	TRY(prove_evidence_settle(&ev, &rights));
	(void)prove_evidence_fold(&ev, &ask, &folded); /* or is_here is false */
	folded_judge(s, subject, &folded, &g);
	name_write(&folded, &name);
	item_tell(s, text, &name, &g);
out:
	prove_folded_release(&folded);
	prove_evidence_release(&ev);
	buf_release(&name);
	json_decref(g.list);
	return err;
}

/* ---- which items ------------------------------------------------------------------- */

/* What is on a list and nowhere else. */
static void
stranger_look(struct survey *s, const char *typed)
{
	struct gaps g = { json_array() };
	struct buf name;

	buf_init(&name, OUT_LINE_MAX);
	gap_add(&g, "unknown", "no item fits");
	item_tell(s, typed, &name, &g);
	json_decref(g.list);
	buf_release(&name);
}

static enum ics_err
search_look(struct survey *s, char *const *terms, size_t n)
{
	const struct prove_search search = { .where = s->what->where,
		.args = terms,
		.args_n = n,
		.limit = s->what->limit };
	struct notations_subject subject;
	json_t *items = NULL, *item;
	bool more;
	enum ics_err err = prove_search_items(&search, &items, &more);
	size_t i;

	if (err == ICS_OK && json_array_size(items) == 0)
		stranger_look(s, terms[0]);
	if (err == ICS_OK && more)
		out_note(false, "there are more; --limit looks at them");
	json_array_foreach(items, i, item)
	{
		const char *id = prove_text(item, "item");

		if (err == ICS_OK &&
		    notations_subject_read(bytes_of_str(id), &subject))
			err = subject_look(s, &subject);
	}
	json_decref(items);
	return err;
}

/* An identifier, or NAME=VALUE; what stands behind "#" is for people. */
static enum ics_err
line_look(struct survey *s, struct bytes line)
{
	const uint8_t *hash = memchr(line.p, '#', line.n);
	struct notations_subject subject;
	enum ics_err err = ICS_OK;
	char *text;

	if (hash != NULL)
		line.n = (size_t)(hash - line.p);
	while (line.n > 0 && line.p[line.n - 1] <= ' ')
		line.n--;
	if (line.n == 0)
		return ICS_OK;
	text = alloc_str_from_bytes(line);
	if (notations_subject_guess(line, &subject))
		err = subject_look(s, &subject);
	else if (prove_search_is_typed(&text, 1))
		err = search_look(s, &text, 1);
	else
		stranger_look(s, text);
	free(text);
	return err;
}

static enum ics_err
file_look(struct survey *s, const char *path)
{
	struct cursor cur;
	struct buf octets;
	enum ics_err err;

	buf_init(&octets, LIST_MAX);
	TRY(prove_file_read(path, &octets));
	cur = cursor_of(buf_bytes(&octets));
	while (err == ICS_OK && cursor_has(&cur) && s->seen < ITEMS_MAX) {
		const uint8_t *lf = memchr(cur.rest.p, '\n', cur.rest.n);
		struct bytes line = cursor_take(&cur,
		    lf == NULL ? cur.rest.n : (size_t)(lf - cur.rest.p));

		if (lf != NULL)
			(void)cursor_u8(&cur); /* the line's end */
		err = line_look(s, line);
	}
out:
	buf_release(&octets);
	return err;
}

/* Terms belong together: they are one search. */
static enum ics_err
args_look(struct survey *s)
{
	const struct prove_survey *what = s->what;
	char **terms = alloc_zero(what->args_n, sizeof(*terms));
	struct notations_subject subject;
	enum ics_err err = ICS_OK;
	size_t n = 0;

	for (size_t i = 0; i < what->args_n && err == ICS_OK; i++) {
		const char *arg = what->args[i];

		if (prove_search_is_typed(&what->args[i], 1))
			terms[n++] = what->args[i];
		else if (notations_subject_guess(bytes_of_str(arg), &subject))
			err = subject_look(s, &subject);
		else
			err = file_look(s, arg);
	}
	if (err == ICS_OK && n > 0)
		err = search_look(s, terms, n);
	free(terms);
	return err;
}

/* ---- the door ------------------------------------------------------------------------ */

/* Of code whoever released it speaks, which verify looks for. */
static enum ics_err
requires_open(struct survey *s)
{
	const char *base =
	    s->what->critical ? "manufacturer,integrator" : "manufacturer";
	struct prove_requires *entity = &s->requires[0], more;
	enum ics_err err;

	TRY(prove_requires_read(base, entity));
	TRY(prove_requires_read(s->what->require, &more));
	s->requires[1] = more;
	for (size_t i = 0; i < more.n && entity->n < PROVE_REQUIRES_MAX; i++)
		entity->at[entity->n++] = more.at[i];
out:
	return err;
}

static enum ics_err
survey_open(struct survey *s)
{
	const struct prove_survey *what = s->what;
	enum ics_err err;

	if (what->anchors == NULL) {
		out_fail("say whom you believe: --anchor");
		return ICS_EUSAGE;
	}
	TRY(prove_when_read(&what->when, &s->when));
	TRY(requires_open(s));
	TRY(prove_anchors_read(what->anchors, s->anchors));
	err = prove_server_open(what->where, &s->h);
out:
	return err;
}

enum ics_err
prove_survey_run(const struct prove_survey *what, bool *complete)
{
	struct survey s = { .what = what,
		.anchors = alloc_zero(1, sizeof(*s.anchors)) };
	enum ics_err err;

	if (what->json)
		s.items = json_array();
	TRY(survey_open(&s));
	TRY(args_look(&s));
	if (what->json)
		out_json(json_pack("{s:O, s:I, s:I}", "items", s.items, "seen",
		    (json_int_t)s.seen, "incomplete", (json_int_t)s.lacking));
	else
		out_note(what->quiet, "%zu of %zu items lack something",
		    s.lacking, s.seen);
	*complete = s.lacking == 0 && s.seen > 0;
out:
	json_decref(s.items);
	http_free(s.h);
	prove_anchors_release(s.anchors);
	free(s.anchors);
	return err;
}
