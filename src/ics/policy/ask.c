/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy why, test: questions to a descriptor, one or a file of them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/policy.h"
#include "sign/signer.h"
#include "sign/verb.h"

/* As of when, where a question does not say. */
static enum ics_err
now_read(const struct ics *ics, int64_t *now)
{
	*now = clock_now();
	return ics_has(ics, ICS_OPT_AT)
		   ? sign_time_read(ics->opts[ICS_OPT_AT], now)
		   : ICS_OK;
}

/* ---- telling ----------------------------------------------------------------------- */

static json_t *
why_json(const struct domain_answer *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->why.n; i++) {
		const struct domain_because *b = &a->why.at[i];

		json_array_append_new(list,
		    json_pack("{s:o, s:b, s:o}", "line",
			b->line == 0 ? json_null() : json_integer(b->line),
			"for", (int)b->is_yes, "words",
			out_json_text(bytes_of_str(b->words))));
	}
	return list;
}

/* "+ line 12: grant: ..." */
static void
why_tell(const struct domain_answer *a, const char *indent)
{
	for (size_t i = 0; i < a->why.n; i++) {
		const struct domain_because *b = &a->why.at[i];
		struct buf words;

		buf_init(&words, OUT_LINE_MAX);
		out_clean(bytes_of_str(b->words), &words);
		if (b->line == 0)
			out_line("%s%c %s", indent, b->is_yes ? '+' : '-',
			    buf_str(&words));
		else
			out_line("%s%c line %d: %s", indent,
			    b->is_yes ? '+' : '-', b->line, buf_str(&words));
		buf_release(&words);
	}
}

/* ---- why --------------------------------------------------------------------------- */

/* The arguments behind the file as one line; each with blanks in quotes,
 * unless it is the whole question. */
static void
question_join(const struct ics *ics, struct buf *line)
{
	for (size_t i = 1; i < ics->args_n; i++) {
		const char *arg = ics->args[i];
		bool is_quoted =
		    ics->args_n > 2 && arg[strcspn(arg, " \t#")] != '\0';

		buf_printf(line, "%s%s%s%s", i > 1 ? " " : "",
		    is_quoted ? "\"" : "", arg, is_quoted ? "\"" : "");
	}
}

static enum ics_err
question_read(const struct ics *ics, const struct policy_domain *d,
    struct domain_case *q)
{
	struct domain_complaints c = { 0 };
	struct buf line;
	bool is_good;

	buf_init(&line, 2 * DOMAIN_CASE_LINE_MAX);
	question_join(ics, &line);
	*q = (struct domain_case){ .line = 1 };
	is_good = domain_case_read(buf_bytes(&line), d, &c, q);
	policy_complaints_tell("the question", &c);
	if (is_good && q->expects_no) {
		out_fail("ask without \"not\": the answer is yes or no");
		is_good = false;
	}
	domain_complaints_release(&c);
	buf_release(&line);
	return is_good ? ICS_OK : ICS_EUSAGE;
}

static void
answer_tell(const struct ics *ics, const struct domain_answer *a)
{
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:s, s:o}", "answer",
		    a->is_yes ? "yes" : "no", "why", why_json(a)));
		return;
	}
	out_line("%s", a->is_yes ? "yes" : "no");
	if (!ics_quiet(ics))
		why_tell(a, "");
}

int
policy_do_why(struct ics *ics)
{
	struct domain_case q = { 0 };
	struct domain_answer a = { 0 };
	struct policy_file f = { 0 };
	int64_t now;
	enum ics_err err;

	TRY(now_read(ics, &now));
	TRY(policy_file_read(ics->args[0], &f));
	TRY(question_read(ics, f.domain, &q));
	domain_case_judge(f.domain, &q, now, &a);
	answer_tell(ics, &a);
out:
	policy_file_release(&f);
	domain_case_release(&q);
	domain_answer_release(&a);
	if (err != ICS_OK)
		return err == ICS_EFORMAT ? ICS_EXIT_USAGE : err_exit(err);
	return a.is_yes ? ICS_EXIT_YES : ICS_EXIT_NO;
}

/* ---- test -------------------------------------------------------------------------- */

struct testing {
	const struct ics *ics;
	const struct policy_domain *d;
	struct bytes text; /* of the cases */
	int64_t now;
	size_t failed;
	json_t *list; /* with --json; else NULL */
};

/* The text of a line, for whoever reads that it failed. */
static struct bytes
line_of(struct bytes text, int line)
{
	while (text.n > 0) {
		const uint8_t *lf = memchr(text.p, '\n', text.n);
		size_t n = lf == NULL ? text.n : (size_t)(lf - text.p);

		if (--line == 0)
			return bytes_of(text.p, n);
		n += lf != NULL;
		text = bytes_of(text.p + n, text.n - n);
	}
	return text;
}

static void
case_tell(struct testing *t, const struct domain_case *q,
    const struct domain_answer *a)
{
	bool holds = a->is_yes == !q->expects_no;
	struct buf words;

	if (t->list != NULL) {
		json_array_append_new(t->list,
		    json_pack("{s:i, s:b, s:s, s:o, s:o}", "line", q->line,
			"holds", (int)holds, "answer", a->is_yes ? "yes" : "no",
			"case", out_json_text(line_of(t->text, q->line)), "why",
			why_json(a)));
		return;
	}
	if (holds)
		return;
	buf_init(&words, OUT_LINE_MAX);
	out_clean(line_of(t->text, q->line), &words);
	out_line("%s:%d: is not so: %s", t->ics->args[1], q->line,
	    buf_str(&words));
	if (!ics_quiet(t->ics))
		why_tell(a, "  ");
	buf_release(&words);
}

static void
cases_run(struct testing *t, const struct domain_cases *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct domain_answer a;

		domain_case_judge(t->d, &all->at[i], t->now, &a);
		t->failed += a.is_yes == all->at[i].expects_no;
		case_tell(t, &all->at[i], &a);
		domain_answer_release(&a);
	}
	if (t->list != NULL)
		out_json(json_pack("{s:I, s:I, s:o}", "cases",
		    (json_int_t)all->n, "failed", (json_int_t)t->failed,
		    "results", t->list));
	else
		out_note(ics_quiet(t->ics), "%zu cases, %zu failed", all->n,
		    t->failed);
}

/* Every case must read, or nothing was tested. */
static enum ics_err
cases_read(struct testing *t, struct domain_cases *all)
{
	struct domain_complaints c = { 0 };
	const char *path = t->ics->args[1];
	enum ics_err err = ICS_OK;

	domain_cases_read(t->text, t->d, &c, all);
	policy_complaints_tell(path, &c);
	if (c.n > 0)
		err = ICS_EUSAGE;
	else if (all->n == 0) {
		out_fail("%s: there is no case in it", path);
		err = ICS_EUSAGE;
	}
	domain_complaints_release(&c);
	return err;
}

int
policy_do_test(struct ics *ics)
{
	struct testing t = { .ics = ics };
	struct domain_cases all = { 0 };
	struct policy_file f = { 0 };
	struct buf text;
	enum ics_err err;

	buf_init(&text, DOMAIN_CASES_OCTETS);
	TRY(now_read(ics, &t.now));
	TRY(policy_file_read(ics->args[0], &f));
	TRY(sign_file_read(ics->args[1], &text));
	t.d = f.domain;
	t.text = buf_bytes(&text);
	TRY(cases_read(&t, &all));
	if (ics_has(ics, ICS_OPT_JSON))
		t.list = json_array();
	cases_run(&t, &all);
out:
	policy_file_release(&f);
	domain_cases_free(&all);
	buf_release(&text);
	if (err != ICS_OK)
		return err == ICS_EFORMAT ? ICS_EXIT_USAGE : err_exit(err);
	return t.failed == 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
}
