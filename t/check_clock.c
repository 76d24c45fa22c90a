/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The civil calendar and the faked clock. */
#include "base/clock.h"
#include "fixture.h"

START_TEST(known_times)
{
	static const struct {
		int64_t t;
		const char *rfc3339, *http;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 951782400, "2000-02-29T00:00:00Z",
		    "Tue, 29 Feb 2000 00:00:00 GMT" },
		{ 784111777, "1994-11-06T08:49:37Z",
		    "Sun, 06 Nov 1994 08:49:37 GMT" }, /* RFC 9110 5.6.7 */
		{ 4107542399, "2100-02-28T23:59:59Z",
		    "Sun, 28 Feb 2100 23:59:59 GMT" },
		{ 4107542400, "2100-03-01T00:00:00Z",
		    "Mon, 01 Mar 2100 00:00:00 GMT" },
		{ -1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT" },
		{ UINT32_MAX, "2106-02-07T06:28:15Z",
		    "Sun, 07 Feb 2106 06:28:15 GMT" },
	};
	char text[CLOCK_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		clock_rfc3339(rows[i].t, text);
		ck_assert_str_eq(text, rows[i].rfc3339);
		clock_http_date(rows[i].t, text);
		ck_assert_str_eq(text, rows[i].http);
	}
}
END_TEST

START_TEST(days_follow_each_other)
{
	char text[CLOCK_TEXT_MAX], want[CLOCK_TEXT_MAX];
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int64_t t = clock_from_date(1890, 1, 1);

	for (int y = 1890; y < 2410; y++)
		for (int m = 1; m <= 12; m++) {
			int leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
			int last = days[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= last; d++, t += 86400) {
				ck_assert(clock_from_date(y, m, d) == t);
				clock_date(t + 86399, text);
				(void)snprintf(want, sizeof(want),
				    "%04d-%02d-%02d", y, m, d);
				ck_assert_str_eq(text, want);
			}
		}
}
END_TEST

START_TEST(absurd_years_are_clamped)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(INT64_MAX / 2, text);
	ck_assert_mem_eq(text, "9999-", 5);
	clock_http_date(INT64_MIN / 2, text);
	ck_assert_ptr_nonnull(strstr(text, " 0000 "));
}
END_TEST

START_TEST(the_clock_can_be_faked)
{
	uint64_t a = clock_mono_ns();

	clock_fake(1234);
	ck_assert_int_eq(clock_now(), 1234);
	clock_fake(0);
	ck_assert_int_eq(clock_now(), 0);
	clock_fake(-1);
	ck_assert_int_gt(clock_now(), clock_from_date(2024, 1, 1));
	ck_assert(clock_mono_ns() >= a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, known_times);
	tcase_add_test(t, days_follow_each_other);
	tcase_add_test(t, absurd_years_are_clamped);
	tcase_add_test(t, the_clock_can_be_faked);
}

int
main(void)
{
	return fixture_run("clock", add);
}
