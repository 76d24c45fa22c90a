/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Solving what a peer sent. The first octet's lowest bit tells how the rest is
 * read: as two sums, or as members of theirs, of ours or of both, an octet
 * and a hash each. Whatever is found has to turn our sum into theirs; from
 * members it has to be found when there are few enough.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "recon/recon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sums {
	struct recon_sum theirs, ours;
	size_t apart;
};

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static bool
solved(const struct sums *s)
{
	struct recon_sum sum = s->ours;
	struct recon_difference d;
	uint64_t seed = 1;

	if (!recon_solve(&s->theirs, &s->ours, &seed, &d))
		return false;
	for (size_t i = 0; i < d.ours_n; i++)
		recon_sum_remove(&sum, &d.ours[i]);
	for (size_t i = 0; i < d.theirs_n; i++)
		recon_sum_add(&sum, &d.theirs[i]);
	must(recon_sum_is_equal(&sum, &s->theirs));
	return true;
}

static void
sums_try(struct cursor *cur)
{
	struct sums s = { .apart = 0 };
	struct bytes theirs = cursor_take(cur, RECON_SUM_OCTETS);
	struct bytes ours = cursor_take(cur, RECON_SUM_OCTETS);

	if (recon_sum_read(theirs, &s.theirs) == ICS_OK &&
	    recon_sum_read(ours, &s.ours) == ICS_OK)
		(void)solved(&s);
}

static void
members_try(struct cursor *cur)
{
	struct recon_set *all = recon_set_new();
	struct sums s = { .apart = 0 };

	recon_sum_init(&s.theirs);
	recon_sum_init(&s.ours);
	while (cur->rest.n > RECON_HASH) {
		uint8_t whose = cursor_u8(cur) % 3;
		struct recon_hash hash;

		memcpy(hash.b, cursor_take(cur, RECON_HASH).p, RECON_HASH);
		if (!recon_set_add(all, &hash))
			continue;
		if (whose != 1)
			recon_sum_add(&s.theirs, &hash);
		if (whose != 2)
			recon_sum_add(&s.ours, &hash);
		s.apart += whose != 0;
	}
	must(solved(&s) == (s.apart <= RECON_MBAR));
	recon_set_free(all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor cur = cursor_of(bytes_of(data, size));

	if (cursor_u8(&cur) % 2 == 0)
		sums_try(&cur);
	else
		members_try(&cur);
	return 0;
}
