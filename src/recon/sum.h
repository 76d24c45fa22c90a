/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one member does to sums, private to recon: worked out once, it enters
 * or leaves each sum on a path for six multiplications.
 */
#ifndef RECON_SUM_H
#define RECON_SUM_H

#include "recon/recon.h"

/* Sample points minus the member, or the inverses of that. */
struct recon_factors {
	struct recon_zp at[RECON_SAMPLES];
};

/* The hash fits. */
void recon_factors_add(struct recon_factors *f, const struct recon_hash *hash);
void recon_factors_remove(struct recon_factors *f,
    const struct recon_hash *hash);

/* To the samples alone; the count is the caller's. */
void recon_sum_times(struct recon_sum *sum, const struct recon_factors *f);

#endif
