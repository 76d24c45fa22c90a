/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checking what somebody proves about a Merkle tree: the two algorithms of
 * RFC 9162, letter by letter. Nothing here trusts the proof's length.
 */
#include "merkle/merkle.h"
#include "pgp/pgp.h"

/* The letters are the RFC's: fn and sn are positions at the height reached, fr
 * and sr what has been computed there. */
struct walk {
	uint64_t fn, sn;
	uint8_t fr[MERKLE_OCTETS], sr[MERKLE_OCTETS];
};

static bool
equal(const uint8_t a[MERKLE_OCTETS], const uint8_t b[MERKLE_OCTETS])
{
	return memcmp(a, b, MERKLE_OCTETS) == 0;
}

/* One hash c of a path; false when the path is too long. */
static bool
walk_step(struct walk *w, const uint8_t c[MERKLE_OCTETS])
{
	if (w->sn == 0)
		return false;
	if ((w->fn & 1) != 0 || w->fn == w->sn) {
		merkle_parent(c, w->fr, w->fr);
		merkle_parent(c, w->sr, w->sr);
		while ((w->fn & 1) == 0 && w->fn != 0) {
			w->fn >>= 1;
			w->sn >>= 1;
		}
	} else {
		merkle_parent(w->sr, c, w->sr);
	}
	w->fn >>= 1;
	w->sn >>= 1;
	return true;
}

/* Spec: RFC 9162 2.1.3.2 */
bool
merkle_included_holds(const struct merkle_included *claim,
    const uint8_t (*hash)[MERKLE_OCTETS], size_t n)
{
	struct walk w = { .fn = claim->index, .sn = claim->size - 1 };

	if (claim->index >= claim->size)
		return false;
	memcpy(w.sr, claim->leaf, sizeof(w.sr));
	for (size_t i = 0; i < n; i++)
		if (!walk_step(&w, hash[i]))
			return false;
	return w.sn == 0 && equal(w.sr, claim->root);
}

/* Spec: RFC 9162 2.1.4.2 */
bool
merkle_grown_holds(const struct merkle_grown *claim,
    const uint8_t (*hash)[MERKLE_OCTETS], size_t n)
{
	struct walk w = { .fn = claim->before - 1, .sn = claim->now - 1 };
	bool is_power = (claim->before & (claim->before - 1)) == 0;
	const uint8_t *first = claim->before_root;
	size_t at = 0;

	if (claim->before > claim->now)
		return false;
	if (claim->before == claim->now)
		return n == 0 && equal(claim->before_root, claim->root);
	if (claim->before == 0)
		return n == 0;
	if (n == 0)
		return false;
	/* A complete old tree is the first hash itself. */
	if (!is_power)
		first = hash[at++];
	while ((w.fn & 1) != 0) {
		w.fn >>= 1;
		w.sn >>= 1;
	}
	memcpy(w.fr, first, sizeof(w.fr));
	memcpy(w.sr, first, sizeof(w.sr));
	for (; at < n; at++)
		if (!walk_step(&w, hash[at]))
			return false;
	return w.sn == 0 && equal(w.fr, claim->before_root) &&
	       equal(w.sr, claim->root);
}
