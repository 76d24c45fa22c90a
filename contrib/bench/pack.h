/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pack: expected answers, by the key that asks for them.
 *
 * On disk PACK holds the bodies one after another and PACK.idx a line
 * `KEY OFFSET LENGTH` for each, which the wrk script reads as well. In memory
 * it is both files and a hash table of the keys.
 */
#ifndef BENCH_PACK_H
#define BENCH_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* key and body are lent by the pack; neither ends in a NUL. */
struct pack_entry {
	const char *key;
	size_t key_len;
	const char *body;
	size_t len;
};

struct pack {
	char *bodies;
	char *index;
	struct pack_entry *entries;
	size_t count;
	uint32_t *slots; /* entry number + 1; 0 is an empty slot */
	size_t mask;
};

struct pack_writer {
	FILE *bodies;
	FILE *index;
	size_t offset;
};

/* False with a line on stderr when the files are missing or disagree. */
bool pack_open(struct pack *pack, const char *path);
void pack_release(struct pack *pack);

/* Lends the entry, or NULL. */
const struct pack_entry *pack_find(const struct pack *pack, const char *key,
    size_t len);

bool pack_create(struct pack_writer *w, const char *path);
void pack_add(struct pack_writer *w, const struct pack_entry *entry);
/* False when anything could not be written. */
bool pack_close(struct pack_writer *w);

/* The path to ask for: {key} in the template becomes the key, {aa} its first
 * two characters. The caller frees it. */
char *pack_path(const char *template, const char *key, size_t len);

#endif
