/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the unit tests share: fixtures from t/data, random numbers with a
 * printed seed, and the running of one suite. Invariant: fixture_read gives a
 * block of the exact size, so that sanitizers see one octet too far.
 */
#ifndef T_FIXTURE_H
#define T_FIXTURE_H

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/clock.h"

#define FIXTURE_MAX (4u << 20)

/* A file below t/data; free((void *)p). */
static inline struct bytes
fixture_read(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[PATH_MAX];
	uint8_t *room = alloc_new(FIXTURE_MAX), *exact;
	FILE *fp;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/t/data/%s",
	    srcdir == NULL ? "." : srcdir, name); /* a short name */
	fp = fopen(path, "rb");
	if (fp == NULL)
		ck_abort_msg("%s is not there", path);
	n = fread(room, 1, FIXTURE_MAX, fp);
	fclose(fp);
	exact = alloc_new(n + (n == 0));
	memcpy(exact, room, n);
	free(room);
	return bytes_of(exact, n);
}

static inline void
fixture_free(struct bytes b)
{
	free((void *)(uintptr_t)b.p);
}

/* Numbers that repeat for a seed (TEST_SEED, else the clock); it is printed. */
static inline uint64_t *
fixture_random_state(void)
{
	static uint64_t state;
	const char *given = getenv("TEST_SEED");

	if (state == 0) {
		state = given != NULL ? strtoull(given, NULL, 10)
				      : clock_mono_ns() | 1;
		printf("# TEST_SEED=%llu\n", (unsigned long long)state);
	}
	return &state;
}

static inline uint64_t
fixture_random(void)
{
	uint64_t *x = fixture_random_state();

	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x * 0x2545f4914f6cdd1dull >> 16;
}

/* 0 to n - 1. */
static inline size_t
fixture_below(size_t n)
{
	return (size_t)(fixture_random() % n);
}

/* Run what add gives the test case; the exit status of the program. */
static inline int
fixture_run(const char *name, void (*add)(TCase *t))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 300);
	add(t);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_set_tap(r, "-");
	srunner_run_all(r, CK_SILENT);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
