/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /ics/v1/search. The index finds candidates, in the order of their ids;
 * each is read and folded, and what counts decides whether it is told.
 *
 * Invariant: a request looks at so many candidates and for so long, then it
 * answers what it has and a cursor.
 */
#include "api/search.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/view.h"
#include "base/clock.h"
#include "hkp/page.h"

#define PATIENCE_NS UINT64_C(100000000) /* of a thread that others need */
#define AT_ONCE	    64			/* candidates asked for */

struct run {
	struct hkp_request *rq;
	struct store_reader *r;
	const struct api_search *s;
	json_t *rows;
	size_t looks;
	size_t kept;		       /* of these, what may not be seen */
	uint64_t end;		       /* monotonic ns */
	struct notations_subject told; /* the first look's; not again */
};

static bool
is_over(const struct run *run)
{
	return json_array_size(run->rows) >= run->s->limit ||
	       run->looks >= API_SEARCH_LOOKS || clock_mono_ns() >= run->end;
}

static bool
is_wanted(const struct api_search *s, const struct api_view *v)
{
	if (s->is_unknown && v->state.status != NOTATIONS_STATUS_NONE)
		return false;
	if (s->status != NOTATIONS_STATUS_NONE && v->state.status != s->status)
		return false;
	return item_terms_fit(&s->terms, &v->it, s->claims ? NULL : &v->state);
}

json_t *
api_search_row(const struct item_telling *t)
{
	static const char *const members[] = { "item", "kind", "names",
		"attributes", "status" };
	json_t *all = item_json_descriptor(t), *row = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set(row, members[i],
		    json_object_get(all, members[i]));
	json_decref(all);
	return row;
}

static void
row_add(struct run *run, json_t *row)
{
	struct bytes kind = run->s->kind;
	const char *is = json_string_value(json_object_get(row, "kind"));

	if (kind.n == 0 || is == NULL || bytes_equal(kind, bytes_of_str(is)))
		json_array_append(run->rows, row);
	json_decref(row);
}

static enum ics_err
candidate_look(struct run *run, const struct notations_subject *subject)
{
	struct api_view v = { .when = api_when_now() };
	enum ics_err err = ICS_OK;

	run->looks++;
	if (notations_subject_equal(subject, &run->told))
		return ICS_OK;
	err = api_view_read(run->rq, run->r, subject, &v);
	run->kept += err == ICS_ENOTFOUND && run->rq->sight != NULL;
	TRY(err);
	if (is_wanted(run->s, &v))
		row_add(run, api_search_row(&v.told));
out:
	api_view_release(&v);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* ---- by what is said ------------------------------------------------------------ */

/* Code is found by what identifies it, whatever is said of it. */
static enum ics_err
code_look(struct run *run)
{
	const struct item_terms *terms = &run->s->terms;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < terms->n; i++) {
		struct notations_subject code;

		if (!bytes_equal(item_term_name(terms, i),
			bytes_of_str("hash")) ||
		    !notations_subject_guess(item_term_value(terms, i), &code))
			continue;
		if (run->s->is_first)
			TRY(candidate_look(run, &code));
		run->told = code;
		return ICS_OK;
	}
out:
	return err;
}

static enum ics_err
items_look(struct run *run, int64_t *next)
{
	struct notations_subject out[AT_ONCE];
	int64_t ids[AT_ONCE];
	struct store_search find = {
		.after = run->s->after, .max = AT_ONCE, .out = out, .ids = ids
	};
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < run->s->terms.n; i++)
		find.terms[find.terms_n++] =
		    notations_term_hash(item_term_name(&run->s->terms, i),
			item_term_value(&run->s->terms, i));
	*next = 0;
	do {
		TRY(store_search_run(run->r, &find));
		for (size_t i = 0; i < find.n; i++) {
			TRY(candidate_look(run, &out[i]));
			if (is_over(run) &&
			    (i + 1 < find.n || find.next != 0)) {
				*next = ids[i];
				return ICS_OK;
			}
		}
		find.after = find.next;
	} while (find.next != 0);
out:
	return err;
}

/* ---- by words of User IDs ---------------------------------------------------------- */

static enum ics_err
words_look(struct run *run, int64_t *next)
{
	struct store_hits hits;
	struct notations_subject subject;
	enum ics_err err;

	*next = 0;
	TRY(store_find_words(run->r, run->s->words, &hits));
	hkp_hits_keep(run->rq, run->r, &hits);
	for (size_t i = (size_t)run->s->after; i < hits.n; i++) {
		TRY(domain_primary_read(run->r, hits.ids[i], &subject));
		if (subject.kind != NOTATIONS_SUBJECT_NONE)
			TRY(candidate_look(run, &subject));
		if (is_over(run) && i + 1 < hits.n) {
			*next = (int64_t)i + 1;
			return ICS_OK;
		}
	}
out:
	return err;
}

/* ---- the answer ------------------------------------------------------------------- */

static json_t *
answer_json(struct run *run, int64_t next)
{
	json_t *all = json_pack("{s:O, s:I}", "items", run->rows, "looked",
	    (json_int_t)(run->looks - run->kept));

	if (next != 0)
		json_object_set_new(all, "cursor",
		    json_sprintf("%c%" PRId64, run->s->words.n > 0 ? 'w' : 'i',
			next));
	return all;
}

enum ics_err
api_search_run(struct hkp_request *rq, struct store_reader *r,
    const struct api_search *s, json_t **answer)
{
	struct run run = { .rq = rq, .r = r, .s = s };
	int64_t next = 0;
	enum ics_err err;

	*answer = NULL;
	run.rows = json_array();
	run.end = clock_mono_ns() + PATIENCE_NS;
	if (s->words.n > 0) {
		TRY(words_look(&run, &next));
	} else {
		TRY(code_look(&run));
		TRY(items_look(&run, &next));
	}
	*answer = answer_json(&run, next);
out:
	json_decref(run.rows);
	return err;
}

void
api_search(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct api_query q;
	struct api_search s;
	struct store_reader *r;
	json_t *answer;
	enum ics_err err;

	if (!api_query_of(rq, rp, &q) || !api_search_read(&q, rp, &s))
		return;
	r = hkp_request_reader(rq, rp);
	if (r == NULL)
		return;
	err = api_search_run(rq, r, &s, &answer);
	if (err == ICS_OK)
		hkp_reply_json(rp, 200, answer);
	else
		hkp_reply_error(rp, err);
}
