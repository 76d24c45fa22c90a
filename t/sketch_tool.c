/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What scripts ask of sketches. Our set is on standard input, a digest a line,
 * in digits.
 *
 *	sketch_tool print            its print
 *	sketch_tool decode KEY FILE  what a sketch (its symbols so far) has and
 *	                             we have not: "theirs HEAD", "ours HEAD";
 *	                             status 3: more symbols are needed, 1: it is
 *	                             no sketch
 *	sketch_tool next KEY FILE N  how many symbols to ask for next, of a peer
 *	                             that counts N members
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "sketch/sketch.h"

#define SYMBOLS_OCTETS ((size_t)SKETCH_SYMBOLS_MAX * SKETCH_SYMBOL)
#define DIGITS	       64
#define MORE	       3

/* A digest of standard input; false at the end. */
static bool
digest_read(uint8_t digest[32])
{
	char line[DIGITS + 2];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	if (hex_read(bytes_of_str(line), digest, 32) == ICS_OK)
		return true;
	(void)fprintf(stderr, "no digest: %s\n", line);
	exit(EXIT_FAILURE);
}

static void
hex_print(const char *what, struct bytes octets)
{
	char hex[2 * SKETCH_PRINT + 1];

	hex_lower(octets, hex);
	printf("%s%s\n", what, hex);
}

static int
print(void)
{
	struct sketch_print p = { 0 };
	uint8_t digest[32], octets[SKETCH_PRINT];

	while (digest_read(digest))
		sketch_print_add(&p, digest);
	sketch_print_write(&p, octets);
	hex_print("", bytes_of(octets, sizeof(octets)));
	return EXIT_SUCCESS;
}

/* The whole file; NULL p when it cannot be read. */
static struct bytes
file_read(const char *path)
{
	FILE *fp = fopen(path, "rb");
	uint8_t *room;
	size_t n;

	if (fp == NULL)
		return bytes_of(NULL, 0);
	room = alloc_new(SYMBOLS_OCTETS);
	n = fread(room, 1, SYMBOLS_OCTETS, fp);
	fclose(fp);
	return bytes_of(room, n);
}

static struct sketch_reader *
reader_new(const char *key)
{
	uint8_t octets[SKETCH_KEY], digest[32];
	struct sketch_member m;
	struct sketch_reader *r;

	if (hex_read(bytes_of_str(key), octets, SKETCH_KEY) != ICS_OK)
		return NULL;
	r = sketch_reader_new(octets);
	while (digest_read(digest)) {
		memcpy(m.b, digest, sizeof(m.b));
		sketch_reader_add(r, &m);
	}
	return r;
}

static int
tell(const struct sketch_reader *r)
{
	const struct sketch_member *at;
	size_t n;

	if (!sketch_reader_is_done(r))
		return MORE;
	at = sketch_reader_theirs(r, &n);
	for (size_t i = 0; i < n; i++)
		hex_print("theirs ", bytes_of(at[i].b, sizeof(at[i].b)));
	at = sketch_reader_ours(r, &n);
	for (size_t i = 0; i < n; i++)
		hex_print("ours ", bytes_of(at[i].b, sizeof(at[i].b)));
	return EXIT_SUCCESS;
}

/* n NULL: decode. */
static int
decode(const char *key, const char *path, const char *n)
{
	struct sketch_reader *r = reader_new(key);
	struct bytes symbols = file_read(path);
	int status = EXIT_FAILURE;

	if (r != NULL && symbols.p != NULL &&
	    sketch_reader_feed(r, symbols) == ICS_OK)
		status = n == NULL ? tell(r) : EXIT_SUCCESS;
	if (status == EXIT_SUCCESS && n != NULL)
		printf("%u\n", sketch_plan(r, strtoull(n, NULL, 10)));
	sketch_reader_free(r);
	free((void *)(uintptr_t)symbols.p);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "print") == 0)
		return print();
	if (argc == 4 && strcmp(argv[1], "decode") == 0)
		return decode(argv[2], argv[3], NULL);
	if (argc == 5 && strcmp(argv[1], "next") == 0)
		return decode(argv[2], argv[3], argv[4]);
	(void)fputs("usage: sketch_tool print | decode KEY FILE | "
		    "next KEY FILE N\n",
	    stderr);
	return EXIT_FAILURE;
}
