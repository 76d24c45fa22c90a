/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arithmetic in the field of p, private to recon. Elements are in Montgomery
 * form with R = 2^128 and always fully reduced, so that equal elements have
 * equal limbs. Nothing here is secret: speed may depend on values.
 */
#ifndef RECON_ZP_H
#define RECON_ZP_H

#include "recon/recon.h"

void recon_zp_add(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b);
void recon_zp_sub(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b);
void recon_zp_mul(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b);

/* a/2 */
void recon_zp_half(struct recon_zp *z, const struct recon_zp *a);

/* 1/a; 0 of 0. */
void recon_zp_inv(struct recon_zp *z, const struct recon_zp *a);

#define RECON_ZP_MANY 16
/* Each of n <= RECON_ZP_MANY elements, none of them 0, for the price of one. */
void recon_zp_inv_many(struct recon_zp *z, size_t n);

void recon_zp_one(struct recon_zp *z);

/* The i-th sample point: 0, -1, 1, -2, 2, -3; static. */
const struct recon_zp *recon_zp_point(size_t i);

/* An element for 128 random bits: (nearly) all are as likely. */
void recon_zp_bits(struct recon_zp *z, uint64_t high, uint64_t low);

/* Bits of p: 0, the lowest, to 128. */
#define RECON_ZP_BITS 129
bool recon_zp_prime_bit(unsigned i);

static inline bool
recon_zp_is_zero(const struct recon_zp *z)
{
	return (z->w[0] | z->w[1] | z->w[2]) == 0;
}

static inline bool
recon_zp_is_equal(const struct recon_zp *a, const struct recon_zp *b)
{
	return a->w[0] == b->w[0] && a->w[1] == b->w[1] && a->w[2] == b->w[2];
}

/* A hash is the little-endian number of its octets; all are below p. */
void recon_zp_from_hash(struct recon_zp *z, const struct recon_hash *hash);
/* False for elements of 2^128 or more: no hash is. */
bool recon_zp_to_hash(const struct recon_zp *z, struct recon_hash *hash);

#endif
