/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session has learnt. The table is at most half full. */
#include "recon/found.h"

#define FIRST_SLOTS 64

/* One turn of a generator that fills 64 bits from any seed (splitmix64). */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

void
recon_found_init(struct recon_found *f, uint64_t seed)
{
	*f = (struct recon_found){ 0 };
	f->key[0] = mix(seed);
	f->key[1] = mix(f->key[0]);
}

void
recon_found_release(struct recon_found *f)
{
	recon_hashes_release(&f->list);
	free(f->slot);
	f->slot = NULL;
	f->slots = 0;
}

/* The slot where the hash is, or would be. */
static uint32_t *
slot_of(const struct recon_found *f, const struct recon_hash *hash)
{
	uint64_t x = mix(f->key[0] ^ be64_from_bytes(hash->b));
	size_t at = mix(x ^ f->key[1] ^ be64_from_bytes(hash->b + 8));

	for (;; at++) {
		uint32_t *slot = &f->slot[at & (f->slots - 1)];

		if (*slot == 0 ||
		    memcmp(&f->list.at[*slot - 1], hash, sizeof(*hash)) == 0)
			return slot;
	}
}

static void
grow(struct recon_found *f)
{
	free(f->slot);
	f->slots = f->slots == 0 ? FIRST_SLOTS : 2 * f->slots;
	f->slot = alloc_zero(f->slots, sizeof(f->slot[0]));
	for (size_t i = 0; i < f->list.n; i++)
		*slot_of(f, &f->list.at[i]) = (uint32_t)(i + 1);
}

bool
recon_found_add(struct recon_found *f, const struct recon_hash *hash)
{
	uint32_t *slot;

	if (2 * (f->list.n + 1) > f->slots)
		grow(f);
	slot = slot_of(f, hash);
	if (*slot != 0)
		return false;
	*recon_hashes_add(&f->list) = *hash;
	*slot = (uint32_t)f->list.n;
	return true;
}
