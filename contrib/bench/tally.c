/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tally: see tally.h. */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

void
tally_add(struct tally *tally, bool right, uint64_t nanoseconds)
{
	uint64_t us = nanoseconds / 1000;

	if (!right) {
		tally->wrong++;
		return;
	}
	if ((tally->right & (tally->right - 1)) == 0) {
		size_t cap = tally->right ? tally->right * 2 : 1;

		tally->us = realloc(tally->us, cap * sizeof(*tally->us));
		if (!tally->us)
			abort();
	}
	tally->us[tally->right++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int
us_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static unsigned
percentile(const struct tally *tally, unsigned percent)
{
	if (tally->right == 0)
		return 0;
	return tally->us[(tally->right - 1) * percent / 100];
}

void
tally_print(struct tally *tally, double seconds)
{
	if (tally->right > 0)
		qsort(tally->us, tally->right, sizeof(*tally->us), us_compare);
	printf("right=%zu wrong=%zu seconds=%.3f rate=%.1f "
	       "p50=%u p90=%u p99=%u max=%u\n",
	    tally->right, tally->wrong, seconds,
	    seconds > 0 ? (double)tally->right / seconds : 0.0,
	    percentile(tally, 50), percentile(tally, 90), percentile(tally, 99),
	    percentile(tally, 100));
	free(tally->us);
	tally->us = NULL;
}
