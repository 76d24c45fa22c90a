/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a session has learnt: a list without repeats, and a keyed table beside
 * it, so that nobody can choose hashes that meet there. Private to recon.
 */
#ifndef RECON_FOUND_H
#define RECON_FOUND_H

#include "recon/msg.h"

struct recon_found {
	struct recon_hashes list;
	uint32_t *slot; /* a power of two of them: place in the list, plus 1 */
	size_t slots;
	uint64_t key[2];
};

void recon_found_init(struct recon_found *f, uint64_t seed);
void recon_found_release(struct recon_found *f);
/* False when it is there already. */
bool recon_found_add(struct recon_found *f, const struct recon_hash *hash);

#endif
