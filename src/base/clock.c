/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clocks and the civil calendar. The calendar is computed here, so that no
 * time zone, locale or static buffer of the C library takes part.
 */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400

static _Atomic int64_t faked = -1; /* tests only; see clock_fake */

struct civil {
	int year, month, day, hour, minute, second, weekday;
};

int64_t
clock_now(void)
{
	int64_t fake = atomic_load_explicit(&faked, memory_order_relaxed);
	struct timespec ts;

	if (fake >= 0)
		return fake;
	(void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail on Linux */
	return ts.tv_sec;
}

static uint64_t
nanoseconds(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts); /* cannot fail on Linux */
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t
clock_mono_ns(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

uint64_t
clock_thread_ns(void)
{
	return nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}

void
clock_fake(int64_t t)
{
	atomic_store(&faked, t < 0 ? -1 : t);
}

/*
 * Days are counted from 0000-03-01, so that the leap day ends a year; an era
 * is 400 years or 146097 days.
 */
static struct civil
civil_from_time(int64_t t)
{
	int64_t days = t / DAY - (t % DAY < 0);
	int64_t left = t - days * DAY;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);

	year = year < 0 ? 0 : year > 9999 ? 9999 : year;
	return (struct civil){
		.year = (int)year,
		.month = (int)month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.hour = (int)(left / 3600),
		.minute = (int)(left / 60 % 60),
		.second = (int)(left % 60),
		.weekday = (int)(((days + 4) % 7 + 7) % 7),
	};
}

int64_t
clock_from_date(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy =
	    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (era * 146097 + doe - 719468) * DAY;
}

static void
two_put(char *out, int n)
{
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
}

void
clock_rfc3339(int64_t t, char out[CLOCK_TEXT_MAX])
{
	struct civil c = civil_from_time(t);

	/* It stands in every answer to a check: no format is read for it. */
	memcpy(out, "0000-00-00T00:00:00Z", 21);
	two_put(&out[0], c.year / 100);
	two_put(&out[2], c.year % 100);
	two_put(&out[5], c.month);
	two_put(&out[8], c.day);
	two_put(&out[11], c.hour);
	two_put(&out[14], c.minute);
	two_put(&out[17], c.second);
}

void
clock_date(int64_t t, char out[CLOCK_TEXT_MAX])
{
	struct civil c = civil_from_time(t);

	(void)snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02d", c.year, c.month,
	    c.day); /* fits */
}

void
clock_http_date(int64_t t, char out[CLOCK_TEXT_MAX])
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c = civil_from_time(t);

	(void)snprintf(out, CLOCK_TEXT_MAX,
	    "%s, %02d %s %04d %02d:%02d:%02d GMT", days[c.weekday], c.day,
	    months[c.month - 1], c.year, c.hour, c.minute, c.second); /* fits */
}
