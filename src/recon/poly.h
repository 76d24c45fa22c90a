/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Polynomials over the field of p, of degrees as small as solving needs,
 * private to recon.
 */
#ifndef RECON_POLY_H
#define RECON_POLY_H

#include "recon/zp.h"

struct recon_poly {
	int degree;			   /* -1: zero */
	struct recon_zp c[RECON_MBAR + 1]; /* c[degree] is not zero */
};

void recon_poly_at(const struct recon_poly *a, const struct recon_zp *z,
    struct recon_zp *value);

/* a = q * b + r with r of a lower degree than b, which is monic. q or r may be
 * a. */
void recon_poly_divide(const struct recon_poly *a, const struct recon_poly *b,
    struct recon_poly *q, struct recon_poly *r);

/* Monic; not both are zero. */
void recon_poly_gcd(const struct recon_poly *a, const struct recon_poly *b,
    struct recon_poly *gcd);

/*
 * The roots of a monic polynomial. False unless it is a product of distinct
 * linear factors. seed feeds the random splitting and is moved on; with luck
 * so bad that it does not happen, false too.
 */
bool recon_poly_roots(const struct recon_poly *a, uint64_t *seed,
    struct recon_zp roots[RECON_MBAR]);

#endif
