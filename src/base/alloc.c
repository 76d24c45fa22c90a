/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocation that ends the process rather than returning NULL. */
#include "base/alloc.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LEAN_ARENAS 2
#define LEAN_LARGE  (64 << 10)	/* octets: allocated by themselves */
#define LEAN_SPARE  (128 << 10) /* octets kept at the top of the heap */

static void *
checked(void *p)
{
	if (p == NULL) {
		(void)fputs("out of memory\n", stderr); /* we leave anyway */
		abort();
	}
	return p;
}

void *
alloc_new(size_t n)
{
	return checked(malloc(n > 0 ? n : 1));
}

void *
alloc_zero(size_t count, size_t size)
{
	return checked(calloc(count > 0 ? count : 1, size));
}

void *
alloc_resize(void *old, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		abort();
	return checked(realloc(old, count * size > 0 ? count * size : 1));
}

char *
alloc_str(const char *s)
{
	return alloc_str_from_bytes(bytes_of_str(s));
}

char *
alloc_str_from_bytes(struct bytes b)
{
	char *copy = alloc_new(b.n + 1);

	if (b.n > 0)
		memcpy(copy, b.p, b.n);
	copy[b.n] = '\0';
	return copy;
}

struct bytes
alloc_bytes(struct bytes b)
{
	uint8_t *copy = alloc_new(b.n);

	if (b.n > 0)
		memcpy(copy, b.p, b.n);
	return bytes_of(copy, b.n);
}

void
alloc_bytes_free(struct bytes owned)
{
	/* An owning view is the one place where const is ours to take off. */
	free((void *)(uintptr_t)owned.p);
}

#ifdef __GLIBC__
void
alloc_lean(void)
{
	/* Only larger when one is refused. */
	(void)mallopt(M_ARENA_MAX, LEAN_ARENAS);
	(void)mallopt(M_MMAP_THRESHOLD, LEAN_LARGE);
	(void)mallopt(M_TRIM_THRESHOLD, LEAN_SPARE);
}

void
alloc_give_back(void)
{
	(void)malloc_trim(0); /* whether there was anything */
}
#else
void
alloc_lean(void)
{
}

void
alloc_give_back(void)
{
}
#endif
