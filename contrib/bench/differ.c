/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * differ: what a sketch costs. One side makes the sketch of so many random
 * digests, as many symbols as the server makes of as many; the other has as
 * many digests, differs in some, and finds out in which. Beside it, on the
 * same core, each digest is hashed once by libgcrypt's SHA-256.
 *
 * Prints "MEASURE WHO RATE", digests a second of processor time: sketch and
 * decode by icsd, both by sha256. Invariant: a rate is printed as WRONG unless
 * the differences found are those that were made.
 *
 * Of the programs here this one alone links what it measures.
 */
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sketch/sketch.h"

#define SYMBOLS_LEAST 65536U /* as src/api/sketch_thread.c has it */
#define HASHED	      32

struct differ {
	size_t n, d; /* digests, of which so many differ */
	uint64_t random;
	uint8_t key[SKETCH_KEY];
	struct sketch_member *theirs, *ours;
};

static double
seconds(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		abort();
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t
number(struct differ *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static struct sketch_member
member(struct differ *w)
{
	uint64_t two[2] = { number(w), number(w) };
	struct sketch_member m;

	memcpy(m.b, two, sizeof(m.b));
	return m;
}

static int
order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sketch_member));
}

/* Both in the order of their octets, as the store tells digests. */
static void
fill(struct differ *w)
{
	w->theirs = malloc(w->n * sizeof(*w->theirs));
	w->ours = malloc(w->n * sizeof(*w->ours));
	if (w->theirs == NULL || w->ours == NULL)
		abort();
	for (size_t i = 0; i < w->n; i++) {
		w->theirs[i] = w->ours[i] = member(w);
		if (i < w->d / 2)
			w->ours[i] = member(w);
	}
	qsort(w->theirs, w->n, sizeof(*w->theirs), order);
	qsort(w->ours, w->n, sizeof(*w->ours), order);
}

static uint32_t
symbols(size_t n)
{
	size_t most = n / 16 > SYMBOLS_LEAST ? n / 16 : SYMBOLS_LEAST;

	return most < SKETCH_SYMBOLS_MAX ? (uint32_t)most : SKETCH_SYMBOLS_MAX;
}

static double
hash(struct differ *w)
{
	double begun = seconds();
	uint8_t digest[32] = { 0 };

	for (size_t i = 0; i < w->n; i++)
		gcry_md_hash_buffer(GCRY_MD_SHA256, digest, digest, HASHED);
	return seconds() - begun;
}

static double
sketch(struct differ *w, struct sketch_maker **m)
{
	double begun = seconds();

	*m = sketch_maker_new(w->key, symbols(w->n));
	for (size_t i = 0; i < w->n; i++)
		sketch_maker_add(*m, &w->theirs[i]);
	return seconds() - begun;
}

static bool
ask(const struct sketch_maker *m, struct sketch_reader *r, uint32_t n)
{
	struct buf out;
	bool is_good;

	buf_init(&out, (size_t)n * SKETCH_SYMBOL);
	is_good = sketch_maker_write(m, sketch_reader_symbols(r), n, &out) ==
		      ICS_OK &&
		  sketch_reader_feed(r, buf_bytes(&out)) == ICS_OK;
	buf_release(&out);
	return is_good;
}

static bool
are_right(const struct differ *w, const struct sketch_reader *r)
{
	const struct sketch_member *theirs, *ours;
	size_t theirs_n, ours_n;

	theirs = sketch_reader_theirs(r, &theirs_n);
	ours = sketch_reader_ours(r, &ours_n);
	if (!sketch_reader_is_done(r) || theirs_n != w->d / 2 ||
	    ours_n != w->d / 2)
		return false;
	for (size_t i = 0; i < w->d / 2; i++)
		if (!bsearch(&theirs[i], w->theirs, w->n, sizeof(*theirs),
			order) ||
		    !bsearch(&ours[i], w->ours, w->n, sizeof(*ours), order))
			return false;
	return true;
}

/* Seconds; below 0: it went wrong. */
static double
decode(struct differ *w, const struct sketch_maker *m)
{
	double begun = seconds();
	struct sketch_reader *r = sketch_reader_new(w->key);
	bool is_good = true;
	uint32_t n;

	for (size_t i = 0; i < w->n; i++)
		sketch_reader_add(r, &w->ours[i]);
	while (is_good && !sketch_reader_is_done(r) &&
	       (n = sketch_plan(r, w->n)) > 0)
		is_good = ask(m, r, n);
	begun = seconds() - begun;
	if (!are_right(w, r))
		begun = -1;
	fprintf(stderr, "%u symbols, %.1f octets a difference\n",
	    sketch_reader_symbols(r),
	    (double)sketch_reader_symbols(r) * SKETCH_SYMBOL / (double)w->d);
	sketch_reader_free(r);
	return begun;
}

static void
tell(const struct differ *w, const char *what, const char *who, double took)
{
	if (took < 0)
		printf("%s %s WRONG\n", what, who);
	else
		printf("%s %s %.0f\n", what, who, (double)w->n / took);
}

int
main(int argc, char **argv)
{
	struct differ w = { .n = 1000000, .d = 1000, .random = 1 };
	struct sketch_maker *m;
	double made, decoded, hashed;

	if (argc > 1)
		w.n = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		w.d = strtoul(argv[2], NULL, 10);
	if (argc > 3 || w.d > w.n || !gcry_check_version(NULL)) {
		fputs("usage: differ [DIGESTS [DIFFERENCES]]\n", stderr);
		return EXIT_FAILURE;
	}
	(void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	fill(&w);
	hashed = hash(&w);
	made = sketch(&w, &m);
	decoded = decode(&w, m);
	tell(&w, "sketch", "icsd", decoded < 0 ? -1 : made);
	tell(&w, "sketch", "sha256", hashed);
	tell(&w, "decode", "icsd", decoded);
	tell(&w, "decode", "sha256", hashed);
	fprintf(stderr, "sketch %.2f s, decode %.2f s, sha256 %.2f s\n", made,
	    decoded, hashed);
	sketch_maker_free(m);
	free(w.theirs);
	free(w.ours);
	return decoded < 0;
}
