/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tally: counts right and wrong answers and their latencies, prints one line.
 *
 * The line is `right=N wrong=N seconds=S rate=R p50=US p90=US p99=US max=US`;
 * rate counts right answers only.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tally {
	size_t right;
	size_t wrong;
	uint32_t *us; /* latencies of right answers, microseconds */
};

void tally_add(struct tally *tally, bool right, uint64_t nanoseconds);

/* Prints the line and frees the latencies. */
void tally_print(struct tally *tally, double seconds);

#endif
