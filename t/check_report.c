/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings: bounded, printable, and the gravest found. */
#include "base/report.h"
#include "fixture.h"

static const struct reason note = { "n", SEVERITY_NOTE, "", "" };
static const struct reason drop = { "d", SEVERITY_DROPPED, "", "" };
static const struct reason refusal = { "r", SEVERITY_REFUSED, "", "" };

START_TEST(the_gravest_is_found)
{
	struct report rep = { 0 };

	ck_assert_ptr_null(report_worst(&rep));
	report_add(&rep, &note, "one");
	report_add(&rep, &drop, "two");
	report_add(&rep, &drop, "three");
	ck_assert_str_eq(report_worst(&rep)->about, "two");
	ck_assert(report_has(&rep, &note) && !report_has(&rep, &refusal));
	report_add(&rep, &refusal, "%d", 4);
	ck_assert_str_eq(report_worst(&rep)->about, "4");
	report_release(&rep);
	ck_assert_ptr_null(report_worst(&rep));
	report_release(&rep);
}
END_TEST

START_TEST(names_are_printable_and_cut)
{
	char longer[300];
	struct report rep = { 0 };

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	report_add(&rep, &note,
	    "a\n\x1b[1m\xc3\xa9"
	    "b");
	ck_assert_str_eq(rep.at[0].about, "a??[1m??b");
	report_add(&rep, &note, "%s", longer);
	ck_assert_uint_eq(strlen(rep.at[1].about), REPORT_ABOUT_MAX - 1);
	report_release(&rep);
}
END_TEST

START_TEST(what_is_too_many_is_counted)
{
	struct report a = { 0 }, b = { 0 };

	for (size_t i = 0; i < REPORT_FINDINGS_MAX + 10; i++)
		report_add(&a, &note, "%zu", i);
	ck_assert_uint_eq(a.n, REPORT_FINDINGS_MAX);
	ck_assert_uint_eq(a.more, 10);
	report_add(&b, &drop, "first");
	report_merge(&b, &a);
	ck_assert_uint_eq(b.n, REPORT_FINDINGS_MAX);
	ck_assert_uint_eq(b.more, 11);
	ck_assert_str_eq(b.at[0].about, "first");
	ck_assert_str_eq(b.at[1].about, "0");
	report_release(&a);
	report_release(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, the_gravest_is_found);
	tcase_add_test(t, names_are_printable_and_cut);
	tcase_add_test(t, what_is_too_many_is_counted);
}

int
main(void)
{
	return fixture_run("report", add);
}
