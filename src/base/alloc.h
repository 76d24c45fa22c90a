/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Allocate or abort. Safe because every size that input can drive is held
 * against a named ceiling before it comes here.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

#include "base/bytes.h"

/* n > 0 octets, uninitialised; the caller frees with free(). Never NULL. */
void *alloc_new(size_t n) __attribute__((malloc, returns_nonnull));

/* count * size octets, zeroed, overflow checked; free() it. Never NULL. */
void *alloc_zero(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* Grow or shrink old (may be NULL) to count * size octets. Never NULL. */
void *alloc_resize(void *old, size_t count, size_t size)
    __attribute__((returns_nonnull));

/* A NUL-terminated copy of s; the caller frees it. Never NULL. */
char *alloc_str(const char *s) __attribute__((malloc, returns_nonnull));

/* A NUL-terminated copy of a view; the caller frees it. Never NULL. */
char *alloc_str_from_bytes(struct bytes b)
    __attribute__((malloc, returns_nonnull));

/* An owned copy of a view (p never NULL); free it with alloc_bytes_free. */
struct bytes alloc_bytes(struct bytes b);

/*
 * For a program with little memory: few arenas, and what is large goes back to
 * the system when it is freed. Before the first thread.
 */
void alloc_lean(void);
/* Give back what a burst took and nobody holds; takes milliseconds. Any
 * thread. */
void alloc_give_back(void);

/* Free octets that a view owns, as alloc_bytes or buf_take gave them. */
void alloc_bytes_free(struct bytes owned);

#endif
