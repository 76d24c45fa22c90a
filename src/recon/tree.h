/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the tree have between them, private to recon.
 */
#ifndef RECON_TREE_H
#define RECON_TREE_H

#include "recon/recon.h"

/*
 * What one member does to sums: sample points minus the member, or the
 * inverses of that. Worked out once, it enters or leaves each sum on a path
 * for six multiplications. The hash fits.
 */
struct recon_factors {
	struct recon_zp at[RECON_SAMPLES];
};
void recon_factors_add(struct recon_factors *f, const struct recon_hash *hash);
void recon_factors_remove(struct recon_factors *f,
    const struct recon_hash *hash);
/* To the samples alone; the count is the caller's. */
void recon_sum_times(struct recon_sum *sum, const struct recon_factors *f);

/* Which child of the node at depth bits leads to p; bits < p->bits. */
unsigned recon_prefix_index(const struct recon_prefix *p, unsigned bits);

/* As recon_tree_build; sum becomes what lies below p. */
enum ics_err recon_tree_build_sum(const struct recon_backing *b,
    const struct recon_prefix *p, struct recon_sum *sum);

#endif
