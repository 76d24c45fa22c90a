/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set's size and its characteristic polynomial, the product of (z - member),
 * at the sample points 0, -1, 1, -2, 2, -3. Invariant: members are no sample
 * points, so that no sample is zero and any member can be taken out again.
 * Spec: recon.md 3
 */
#include "recon/tree.h"

#include <assert.h>

#include "base/cursor.h"
#include "recon/zp.h"

bool
recon_hash_fits(const struct recon_hash *hash)
{
	/* Negative points are above every hash; 0, 1 and 2 remain. */
	if (hash->b[0] > RECON_MBAR / 2)
		return true;
	for (size_t i = 1; i < RECON_HASH; i++)
		if (hash->b[i] != 0)
			return true;
	return false;
}

void
recon_factors_add(struct recon_factors *f, const struct recon_hash *hash)
{
	struct recon_zp element;

	assert(recon_hash_fits(hash));
	recon_zp_from_hash(&element, hash);
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_sub(&f->at[i], recon_zp_point(i), &element);
}

void
recon_factors_remove(struct recon_factors *f, const struct recon_hash *hash)
{
	recon_factors_add(f, hash);
	recon_zp_inv_many(f->at, RECON_SAMPLES);
}

void
recon_sum_times(struct recon_sum *sum, const struct recon_factors *f)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_mul(&sum->at[i], &sum->at[i], &f->at[i]);
}

void
recon_sum_init(struct recon_sum *sum)
{
	sum->n = 0;
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_one(&sum->at[i]);
}

void
recon_sum_add(struct recon_sum *sum, const struct recon_hash *hash)
{
	struct recon_factors f;

	recon_factors_add(&f, hash);
	recon_sum_times(sum, &f);
	sum->n++;
}

void
recon_sum_remove(struct recon_sum *sum, const struct recon_hash *hash)
{
	struct recon_factors f;

	assert(sum->n > 0);
	recon_factors_remove(&f, hash);
	recon_sum_times(sum, &f);
	sum->n--;
}

void
recon_sum_join(struct recon_sum *sum, const struct recon_sum *with)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_mul(&sum->at[i], &sum->at[i], &with->at[i]);
	sum->n += with->n;
}

void
recon_sum_part(struct recon_sum *sum, const struct recon_sum *without)
{
	struct recon_zp inverse[RECON_SAMPLES];

	assert(sum->n >= without->n);
	memcpy(inverse, without->at, sizeof(inverse));
	recon_zp_inv_many(inverse, RECON_SAMPLES);
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_mul(&sum->at[i], &sum->at[i], &inverse[i]);
	sum->n -= without->n;
}

bool
recon_sum_is_equal(const struct recon_sum *a, const struct recon_sum *b)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		if (!recon_zp_is_equal(&a->at[i], &b->at[i]))
			return false;
	return a->n == b->n;
}

void
recon_sum_write(const struct recon_sum *sum, uint8_t out[RECON_SUM_OCTETS])
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(sum->n >> (24 - 8 * i));
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_write(&sum->at[i], out + 4 + i * RECON_ELEMENT);
}

enum ics_err
recon_sum_read(struct bytes in, struct recon_sum *sum)
{
	struct cursor cur = cursor_of(in);
	enum ics_err err = ICS_OK;

	sum->n = cursor_be32(&cur);
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		struct bytes element = cursor_take(&cur, RECON_ELEMENT);

		TRY(cursor_ok(&cur));
		TRY(recon_zp_read(element.p, &sum->at[i]));
		if (recon_zp_is_zero(&sum->at[i]))
			return ICS_EFORMAT;
	}
	TRY(cursor_end(&cur));
out:
	return err;
}
