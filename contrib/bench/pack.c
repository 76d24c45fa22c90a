/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pack: see pack.h. */
#include "pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"

static uint64_t
key_hash(const char *key, size_t len)
{
	uint64_t h = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)key[i]) * 0x100000001b3U;
	return h ^ h >> 29;
}

static void
slots_fill(struct pack *pack)
{
	size_t size = 16;

	while (size < pack->count * 2)
		size *= 2;
	pack->mask = size - 1;
	pack->slots = calloc(size, sizeof(*pack->slots));
	if (!pack->slots)
		abort();
	for (size_t i = 0; i < pack->count; i++) {
		const struct pack_entry *e = &pack->entries[i];
		size_t at = key_hash(e->key, e->key_len) & pack->mask;

		while (pack->slots[at] != 0)
			at = (at + 1) & pack->mask;
		pack->slots[at] = (uint32_t)i + 1;
	}
}

/* One line of the index. False: it does not fit the bodies. */
static bool
line_read(struct pack *pack, char *line, size_t bodies_len)
{
	struct pack_entry e = { .key = line, .key_len = strcspn(line, " ") };
	char *next;
	size_t offset = strtoul(line + e.key_len, &next, 10);

	e.len = strtoul(next, &next, 10);
	if (offset > bodies_len || e.len > bodies_len - offset)
		return false;
	e.body = pack->bodies + offset;
	if ((pack->count & (pack->count - 1)) == 0) {
		size_t cap = pack->count ? pack->count * 2 : 1;

		pack->entries = realloc(pack->entries, cap * sizeof(e));
		if (!pack->entries)
			abort();
	}
	pack->entries[pack->count++] = e;
	return true;
}

bool
pack_open(struct pack *pack, const char *path)
{
	size_t bodies_len, index_len;
	char name[4096];

	memset(pack, 0, sizeof(*pack));
	snprintf(name, sizeof(name), "%s.idx", path);
	pack->bodies = ring_file(path, &bodies_len);
	pack->index = pack->bodies ? ring_file(name, &index_len) : NULL;
	if (!pack->index)
		goto bad;
	for (char *line = pack->index; *line; line++) {
		char *eol = strchr(line, '\n');

		if (!eol || !line_read(pack, line, bodies_len))
			goto bad;
		line = eol;
	}
	slots_fill(pack);
	return true;
bad:
	fprintf(stderr, "%s: not a pack\n", path);
	pack_release(pack);
	return false;
}

void
pack_release(struct pack *pack)
{
	free(pack->bodies);
	free(pack->index);
	free(pack->entries);
	free(pack->slots);
	memset(pack, 0, sizeof(*pack));
}

const struct pack_entry *
pack_find(const struct pack *pack, const char *key, size_t len)
{
	size_t at = key_hash(key, len) & pack->mask;

	for (; pack->slots[at] != 0; at = (at + 1) & pack->mask) {
		const struct pack_entry *e =
		    &pack->entries[pack->slots[at] - 1];

		if (e->key_len == len && memcmp(e->key, key, len) == 0)
			return e;
	}
	return NULL;
}

bool
pack_create(struct pack_writer *w, const char *path)
{
	char name[4096];

	snprintf(name, sizeof(name), "%s.idx", path);
	w->offset = 0;
	w->bodies = fopen(path, "wb");
	w->index = w->bodies ? fopen(name, "w") : NULL;
	if (w->index)
		return true;
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return false;
}

void
pack_add(struct pack_writer *w, const struct pack_entry *entry)
{
	fprintf(w->index, "%.*s %zu %zu\n", (int)entry->key_len, entry->key,
	    w->offset, entry->len);
	fwrite(entry->body, 1, entry->len, w->bodies);
	w->offset += entry->len;
}

bool
pack_close(struct pack_writer *w)
{
	bool good = !ferror(w->bodies) && !ferror(w->index);

	good = fclose(w->bodies) == 0 && good;
	return fclose(w->index) == 0 && good;
}

char *
pack_path(const char *template, const char *key, size_t len)
{
	size_t cap = strlen(template) + 4 * len + 1, n = 0;
	char *path = malloc(cap);

	if (!path)
		abort();
	while (*template) {
		size_t take = 0, skip = 1;

		if (strncmp(template, "{key}", 5) == 0) {
			take = len;
			skip = 5;
		} else if (strncmp(template, "{aa}", 4) == 0) {
			take = len < 2 ? len : 2;
			skip = 4;
		}
		if (n + (take ? take : 1) + 1 > cap)
			abort();
		if (skip == 1)
			path[n++] = *template;
		else
			memcpy(path + n, key, take);
		n += skip == 1 ? 0 : take;
		template += skip;
	}
	path[n] = '\0';
	return path;
}
