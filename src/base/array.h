/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one vector: a macro that makes a typed, growing array.
 *
 *	ARRAY_OF(struct pgp_sig, sig_array)
 *
 * declares struct sig_array { struct pgp_sig *at; size_t n, cap; } and
 * sig_array_add(), which returns the new, zeroed last element (valid until
 * the next add), and sig_array_release(), which frees the storage and leaves
 * the array empty. Elements are moved by memcpy when the array grows.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ARRAY_OF(type, name)                                                   \
	struct name {                                                          \
		type *at;                                                      \
		size_t n, cap;                                                 \
	};                                                                     \
	static inline __attribute__((unused)) type *name##_add(struct name *a) \
	{                                                                      \
		if (a->n == a->cap) {                                          \
			a->cap = a->cap == 0 ? 8 : a->cap * 2;                 \
			a->at = alloc_resize(a->at, a->cap, sizeof(type));     \
		}                                                              \
		memset(&a->at[a->n], 0, sizeof(type));                         \
		return &a->at[a->n++];                                         \
	}                                                                      \
	static inline                                                          \
	    __attribute__((unused)) void name##_release(struct name *a)        \
	{                                                                      \
		free(a->at);                                                   \
		a->at = NULL;                                                  \
		a->n = a->cap = 0;                                             \
	}                                                                      \
	struct name

#endif
