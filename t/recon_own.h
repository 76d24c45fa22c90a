/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set that is always the same, for the fuzz targets of sessions: members
 * with digits that look random. Invariant: the corpora under t/fuzz/corpus/
 * recon_* that begin with near- were made by a peer of this set.
 */
#ifndef T_RECON_OWN_H
#define T_RECON_OWN_H

#include "recon/recon.h"

#define RECON_OWN 240

static inline struct recon_hash
recon_own_hash(uint64_t i)
{
	struct recon_hash hash;
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;

	for (size_t k = 0; k < RECON_HASH; k++) {
		x ^= x >> 29;
		x *= 0xbf58476d1ce4e5b9u;
		hash.b[k] = (uint8_t)(x >> 56);
	}
	return hash;
}

static inline struct recon_set *
recon_own_make(void)
{
	struct recon_set *set = recon_set_new();

	for (uint64_t i = 0; i < RECON_OWN; i++) {
		struct recon_hash hash = recon_own_hash(i);

		(void)recon_set_add(set, &hash);
	}
	return set;
}

#endif
