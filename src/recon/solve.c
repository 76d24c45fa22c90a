/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From two sums to the elements in which the sets differ. The quotient of the
 * characteristic polynomials is A / B, where A's roots are theirs alone and
 * B's are ours alone; its value at the sample points is known. Invariant:
 * whatever is reported has these values at all of the points, also at those
 * that interpolation did not need. Spec: recon.md 10
 */
#include <assert.h>

#include "recon/poly.h"

/* Equations that are linear in the coefficients of A and B. */
struct system {
	int n; /* equations, and unknowns */
	struct recon_zp at[RECON_MBAR]
			  [RECON_MBAR + 1]; /* the last: right side */
};

struct fraction {
	struct recon_poly a, b; /* monic */
};

/* Quotients of samples; false when one is zero, which no set's is. */
static bool
values_of(const struct recon_sum *theirs, const struct recon_sum *ours,
    struct recon_zp value[RECON_SAMPLES])
{
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		if (recon_zp_is_zero(&theirs->at[i]) ||
		    recon_zp_is_zero(&ours->at[i]))
			return false;
		value[i] = ours->at[i];
	}
	recon_zp_inv_many(value, RECON_SAMPLES);
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		recon_zp_mul(&value[i], &value[i], &theirs->at[i]);
	return true;
}

/* Row j says A(z) = f B(z) at point z, the leading ones to the right. */
static void
row_fill(struct recon_zp *row, const struct fraction *f,
    const struct recon_zp *z, const struct recon_zp *value)
{
	int ma = f->a.degree, mb = f->b.degree;
	struct recon_zp power, minus = { { 0 } }, right;

	recon_zp_one(&power);
	for (int i = 0; i < ma; i++) {
		row[i] = power;
		recon_zp_mul(&power, &power, z);
	}
	right = power;
	recon_zp_sub(&minus, &minus, value);
	power = minus;
	for (int i = 0; i < mb; i++) {
		row[ma + i] = power;
		recon_zp_mul(&power, &power, z);
	}
	recon_zp_add(&right, &right, &power);
	recon_zp_sub(&row[ma + mb], &(struct recon_zp){ { 0 } }, &right);
}

/* Make row i's entry in a column zero by means of another row; no inverse is
 * needed when row i is multiplied, too. */
static void
row_clear(struct system *s, int i, int from, int column)
{
	struct recon_zp by = s->at[i][column], product;

	for (int k = 0; k <= s->n; k++) {
		recon_zp_mul(&s->at[i][k], &s->at[i][k], &s->at[from][column]);
		recon_zp_mul(&product, &by, &s->at[from][k]);
		recon_zp_sub(&s->at[i][k], &s->at[i][k], &product);
	}
}

/* A row at or below `from` whose entry is not zero, swapped to there. */
static bool
pivot_find(struct system *s, int from, int column)
{
	int i = from;

	while (i < s->n && recon_zp_is_zero(&s->at[i][column]))
		i++;
	if (i == s->n)
		return false;
	for (int k = 0; k <= s->n; k++) {
		struct recon_zp swap = s->at[i][k];

		s->at[i][k] = s->at[from][k];
		s->at[from][k] = swap;
	}
	return true;
}

/*
 * Solve by elimination; unknowns that nothing determines are zero: with fewer
 * differences than unknowns A and B share a factor, and any will do. False
 * when the equations contradict each other.
 */
static bool
system_solve(struct system *s, struct recon_zp x[RECON_MBAR])
{
	struct recon_zp pivot[RECON_MBAR];
	int rows = 0, column_of[RECON_MBAR];

	for (int column = 0; column < s->n; column++) {
		x[column] = (struct recon_zp){ { 0 } };
		if (!pivot_find(s, rows, column))
			continue;
		for (int i = 0; i < s->n; i++)
			if (i != rows)
				row_clear(s, i, rows, column);
		column_of[rows++] = column;
	}
	for (int i = rows; i < s->n; i++)
		if (!recon_zp_is_zero(&s->at[i][s->n]))
			return false;
	for (int i = 0; i < rows; i++)
		pivot[i] = s->at[i][column_of[i]];
	recon_zp_inv_many(pivot, (size_t)rows);
	for (int i = 0; i < rows; i++)
		recon_zp_mul(&x[column_of[i]], &s->at[i][s->n], &pivot[i]);
	return true;
}

/* The fraction of degrees ma and mb through the first ma + mb points. */
static bool
interpolate(const struct recon_zp *value, struct fraction *f)
{
	int ma = f->a.degree, mb = f->b.degree;
	struct system s = { .n = ma + mb };
	struct recon_zp x[RECON_MBAR];

	assert(s.n <= RECON_MBAR);
	for (int j = 0; j < s.n; j++)
		row_fill(s.at[j], f, recon_zp_point((size_t)j), &value[j]);
	if (!system_solve(&s, x))
		return false;
	for (int i = 0; i < ma; i++)
		f->a.c[i] = x[i];
	for (int i = 0; i < mb; i++)
		f->b.c[i] = x[ma + i];
	recon_zp_one(&f->a.c[ma]);
	recon_zp_one(&f->b.c[mb]);
	return true;
}

/* Divide out what A and B have in common. */
static void
shorten(struct fraction *f)
{
	struct recon_poly gcd, rest;

	recon_poly_gcd(&f->a, &f->b, &gcd);
	recon_poly_divide(&f->a, &gcd, &f->a, &rest);
	assert(rest.degree < 0);
	recon_poly_divide(&f->b, &gcd, &f->b, &rest);
	assert(rest.degree < 0);
}

/* All points, not the last alone: a common factor may have hidden one. */
static bool
has_values(const struct fraction *f, const struct recon_zp *value)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		const struct recon_zp *z = recon_zp_point(i);
		struct recon_zp a, b;

		recon_poly_at(&f->a, z, &a);
		recon_poly_at(&f->b, z, &b);
		if (recon_zp_is_zero(&b))
			return false;
		recon_zp_mul(&b, &b, &value[i]);
		if (!recon_zp_is_equal(&a, &b))
			return false;
	}
	return true;
}

/* A polynomial's roots as hashes, ascending. */
static bool
hashes_of(const struct recon_poly *a, uint64_t *seed,
    struct recon_hash hash[RECON_MBAR], size_t *n)
{
	struct recon_zp roots[RECON_MBAR];
	struct recon_hash next;

	*n = 0;
	if (!recon_poly_roots(a, seed, roots))
		return false;
	for (int i = 0; i < a->degree; i++) {
		size_t at = *n;

		if (!recon_zp_to_hash(&roots[i], &next))
			return false;
		for (; at > 0 && memcmp(hash[at - 1].b, next.b, RECON_HASH) > 0;
		     at--)
			hash[at] = hash[at - 1];
		hash[at] = next;
		++*n;
	}
	return true;
}

bool
recon_solve(const struct recon_sum *theirs, const struct recon_sum *ours,
    uint64_t *seed, struct recon_difference *d)
{
	int64_t more = (int64_t)theirs->n - ours->n;
	struct recon_zp value[RECON_SAMPLES];
	struct fraction f = { .a.degree = 0 };
	int all;

	memset(d, 0, sizeof(*d));
	if (more < -RECON_MBAR || more > RECON_MBAR ||
	    !values_of(theirs, ours, value))
		return false;
	all = (RECON_MBAR + more) % 2 == 0 ? RECON_MBAR : RECON_MBAR - 1;
	f.a.degree = (all + (int)more) / 2;
	f.b.degree = (all - (int)more) / 2;
	if (!interpolate(value, &f))
		return false;
	shorten(&f);
	/* More than they have, or more than we have, cannot differ. */
	if (!has_values(&f, value) || (uint32_t)f.a.degree > theirs->n ||
	    (uint32_t)f.b.degree > ours->n)
		return false;
	if (hashes_of(&f.a, seed, d->theirs, &d->theirs_n) &&
	    hashes_of(&f.b, seed, d->ours, &d->ours_n))
		return true;
	memset(d, 0, sizeof(*d));
	return false;
}
