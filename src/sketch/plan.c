/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many symbols to ask for. A sketch of d differences takes 1.36 d symbols
 * when d is large and 1.7 d when it is about ten; d is not known. Each
 * question costs a round trip, each symbol too many SKETCH_SYMBOL octets.
 */
#include "sketch/place.h"

#define FIRST	    4
#define LIST_SPARE  4096 /* below this a sketch is always tried */
#define MANY	    256	 /* differences: from here on the code is steady */
#define BLIND_LEAST 13	 /* symbols before silence means something */

static uint32_t
least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* At least as many members differ as the counts do. */
static uint64_t
first(uint64_t a, uint64_t b)
{
	uint64_t apart = a < b ? b - a : a - b;

	if (apart < 2)
		return FIRST;
	return apart + (apart < MANY ? apart / 4 : 2 * apart / 5) + 2;
}

/*
 * While next to nothing has been found there are far fewer symbols than
 * differences. Later, steps are what the bound of 40 octets leaves, which is
 * least where the code needs most.
 */
static uint64_t
step(uint32_t come, size_t found)
{
	if (come >= BLIND_LEAST && found <= come / 32)
		return come < 64 ? come / 2 : 3 * come / 4;
	if (come < 16)
		return 3;
	return come < MANY ? come / 5 : come / 4;
}

uint32_t
sketch_plan(const struct sketch_reader *r, uint64_t theirs_n)
{
	uint32_t come = sketch_reader_symbols(r);
	uint64_t ours_n = sketch_reader_own(r);
	uint64_t smaller = ours_n < theirs_n ? ours_n : theirs_n;
	uint32_t most = least(2 * smaller + LIST_SPARE, SKETCH_SYMBOLS_MAX);
	size_t theirs, ours;
	uint64_t next;

	(void)sketch_reader_theirs(r, &theirs); /* only the numbers count */
	(void)sketch_reader_ours(r, &ours);
	next = come == 0 ? first(ours_n, theirs_n) : step(come, theirs + ours);
	return come >= most || (come == 0 && next > most)
		   ? 0
		   : least(next, most - come);
}
