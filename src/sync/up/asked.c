/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When what was asked for, in a table that never grows: sets of a few, found
 * by a keyed mix, so that nobody can choose who shares one. Memory that was
 * never written costs nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/up.h"

struct asked {
	uint64_t at; /* 0: free */
	uint8_t key[SYNC_ASKED_KEY];
	uint8_t n;
};

struct sync_asked {
	uint64_t seed;
	struct asked sets[SYNC_ASKED_SETS][SYNC_ASKED_WAYS];
};

struct sync_asked *
sync_asked_new(uint64_t seed)
{
	struct sync_asked *a = alloc_zero(1, sizeof(*a));

	a->seed = seed;
	return a;
}

void
sync_asked_free(struct sync_asked *a)
{
	free(a);
}

static size_t
set_of(const struct sync_asked *a, struct bytes key)
{
	uint64_t x = a->seed;

	for (size_t i = 0; i < key.n; i++) {
		x ^= key.p[i];
		x *= UINT64_C(0x9E3779B97F4A7C15);
		x ^= x >> 29;
	}
	return (size_t)(x % SYNC_ASKED_SETS);
}

static bool
is_of(const struct asked *one, struct bytes key)
{
	return one->at != 0 && one->n == key.n &&
	       memcmp(one->key, key.p, key.n) == 0;
}

uint64_t
sync_asked_get(const struct sync_asked *a, struct bytes key)
{
	const struct asked *set = a->sets[set_of(a, key)];

	for (size_t i = 0; i < SYNC_ASKED_WAYS; i++)
		if (is_of(&set[i], key))
			return set[i].at;
	return 0;
}

void
sync_asked_set(struct sync_asked *a, struct bytes key, uint64_t at)
{
	struct asked *set = a->sets[set_of(a, key)], *to = set;

	for (size_t i = 0; i < SYNC_ASKED_WAYS; i++) {
		if (is_of(&set[i], key)) {
			to = &set[i];
			break;
		}
		if (set[i].at < to->at)
			to = &set[i];
	}
	to->at = at;
	to->n = (uint8_t)key.n;
	memcpy(to->key, key.p, key.n);
}
