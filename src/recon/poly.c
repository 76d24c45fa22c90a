/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Polynomials: division, gcd, powers, roots. Invariant: a polynomial's highest
 * coefficient is not zero; the work of each function is bounded by degrees of
 * at most RECON_MBAR, whatever the coefficients are. Spec: recon.md 10
 */
#include "recon/poly.h"

#include <assert.h>

#define TRIES 128 /* of which each fails with a chance of at most a half */

static void
trim(struct recon_poly *a)
{
	while (a->degree >= 0 && recon_zp_is_zero(&a->c[a->degree]))
		a->degree--;
}

void
recon_poly_at(const struct recon_poly *a, const struct recon_zp *z,
    struct recon_zp *value)
{
	struct recon_zp sum = { { 0 } };

	for (int i = a->degree; i >= 0; i--) {
		recon_zp_mul(&sum, &sum, z);
		recon_zp_add(&sum, &sum, &a->c[i]);
	}
	*value = sum;
}

/* z -= x * y */
static void
take(struct recon_zp *z, const struct recon_zp *x, const struct recon_zp *y)
{
	struct recon_zp product;

	recon_zp_mul(&product, x, y);
	recon_zp_sub(z, z, &product);
}

void
recon_poly_divide(const struct recon_poly *a, const struct recon_poly *b,
    struct recon_poly *q, struct recon_poly *r)
{
	struct recon_poly rest = *a, times = { .degree = -1 };
	struct recon_zp one;

	recon_zp_one(&one);
	assert(recon_zp_is_equal(&b->c[b->degree], &one));
	if (a->degree >= b->degree)
		times.degree = a->degree - b->degree;
	for (int i = times.degree; i >= 0; i--) {
		times.c[i] = rest.c[i + b->degree];
		for (int j = 0; j <= b->degree; j++)
			take(&rest.c[i + j], &times.c[i], &b->c[j]);
	}
	trim(&rest);
	*q = times;
	*r = rest;
}

static void
make_monic(struct recon_poly *a)
{
	struct recon_zp lead;

	recon_zp_inv(&lead, &a->c[a->degree]);
	for (int i = 0; i <= a->degree; i++)
		recon_zp_mul(&a->c[i], &a->c[i], &lead);
}

/* a modulo b, times something that is not zero: no inverse is needed. */
static void
remainder_take(struct recon_poly *a, const struct recon_poly *b)
{
	while (a->degree >= b->degree) {
		struct recon_zp top = a->c[a->degree];
		int up = a->degree - b->degree;

		for (int i = 0; i <= a->degree; i++)
			recon_zp_mul(&a->c[i], &a->c[i], &b->c[b->degree]);
		for (int i = 0; i <= b->degree; i++)
			take(&a->c[up + i], &top, &b->c[i]);
		trim(a);
	}
}

void
recon_poly_gcd(const struct recon_poly *a, const struct recon_poly *b,
    struct recon_poly *gcd)
{
	struct recon_poly x = *a, y = *b, swap;

	while (y.degree >= 0) {
		remainder_take(&x, &y);
		swap = x;
		x = y;
		y = swap;
	}
	make_monic(&x);
	*gcd = x;
}

/* ---- powers ---- */

/* t, of a degree up to 2 * (n - 1), modulo a monic m of degree n. */
static void
reduce(struct recon_zp *t, const struct recon_poly *m)
{
	for (int i = 2 * m->degree - 2; i >= m->degree; i--)
		for (int j = 0; j < m->degree; j++)
			take(&t[i - m->degree + j], &t[i], &m->c[j]);
}

/* r = r * r mod m */
static void
square(struct recon_zp *r, const struct recon_poly *m)
{
	struct recon_zp t[2 * RECON_MBAR - 1] = { { { 0 } } }, product;

	for (int i = 0; i < m->degree; i++) {
		recon_zp_mul(&product, &r[i], &r[i]);
		recon_zp_add(&t[2 * i], &t[2 * i], &product);
		for (int j = 0; j < i; j++) {
			recon_zp_mul(&product, &r[i], &r[j]);
			recon_zp_add(&product, &product, &product);
			recon_zp_add(&t[i + j], &t[i + j], &product);
		}
	}
	reduce(t, m);
	for (int i = 0; i < m->degree; i++)
		r[i] = t[i];
}

/* r = r * (z + a) mod m */
static void
times_linear(struct recon_zp *r, const struct recon_zp *a,
    const struct recon_poly *m)
{
	struct recon_zp top = r[m->degree - 1], product;

	for (int i = m->degree - 1; i >= 0; i--) {
		recon_zp_mul(&r[i], &r[i], a);
		if (i > 0)
			recon_zp_add(&r[i], &r[i], &r[i - 1]);
		recon_zp_mul(&product, &top, &m->c[i]);
		recon_zp_sub(&r[i], &r[i], &product);
	}
}

/*
 * (z + a) to the power of (p - 1) / 2, modulo m. Bit by bit, for a linear base
 * is cheaper than any window.
 */
static void
power(struct recon_zp *r, const struct recon_zp *a, const struct recon_poly *m)
{
	memset(r, 0, RECON_MBAR * sizeof(*r));
	recon_zp_one(&r[0]);
	for (unsigned bit = RECON_ZP_BITS; bit-- > 1;) {
		square(r, m);
		if (recon_zp_prime_bit(bit))
			times_linear(r, a, m);
	}
}

/* ---- roots ---- */

static uint64_t
next_random(uint64_t *seed)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15ull; /* SplitMix64 */

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

struct split {
	uint64_t *seed;
	unsigned tries;
	struct recon_zp *roots;
	size_t n;
};

/*
 * r being the power above: (z + x)^p = z + x modulo m. So it is, whatever x,
 * when m has as many distinct roots as its degree, which is above 1.
 */
static bool
splits(const struct recon_zp *r, const struct recon_zp *x,
    const struct recon_poly *m)
{
	struct recon_zp all[RECON_MBAR], one;
	bool yes;

	memcpy(all, r, sizeof(all));
	square(all, m);
	times_linear(all, x, m);
	recon_zp_one(&one);
	yes = recon_zp_is_equal(&all[0], x) && recon_zp_is_equal(&all[1], &one);
	for (int i = 2; i < m->degree; i++)
		yes = yes && recon_zp_is_zero(&all[i]);
	return yes;
}

/* Roots r with (r + x)^((p - 1) / 2) = 1 from the others: half, as a rule.
 * False when a does not split at all. */
static bool
part(const struct recon_poly *a, uint64_t *seed, struct recon_poly *some)
{
	uint64_t high = next_random(seed), low = next_random(seed);
	struct recon_poly r = { .degree = a->degree - 1 };
	struct recon_zp x, one;

	recon_zp_bits(&x, high, low);
	power(r.c, &x, a);
	if (!splits(r.c, &x, a))
		return false;
	recon_zp_one(&one);
	recon_zp_sub(&r.c[0], &r.c[0], &one);
	trim(&r);
	recon_poly_gcd(a, &r, some);
	return true;
}

/* False for what is no square. p is 3 modulo 4: a square's root is its power of
 * (p + 1) / 4. */
static bool
square_root(struct recon_zp *root, const struct recon_zp *a)
{
	struct recon_zp r, back;

	recon_zp_one(&r);
	for (unsigned bit = RECON_ZP_BITS; bit-- > 2;) {
		recon_zp_mul(&r, &r, &r);
		if (recon_zp_prime_bit(bit))
			recon_zp_mul(&r, &r, a);
	}
	recon_zp_mul(&r, &r, a);
	recon_zp_mul(&back, &r, &r);
	*root = r;
	return recon_zp_is_equal(&back, a);
}

/* z^2 + 2hz + c has the roots -h + s and -h - s, where s^2 = h^2 - c. */
static bool
square_solve(const struct recon_poly *a, struct recon_zp roots[2])
{
	struct recon_zp h, square, s, zero = { { 0 } };

	recon_zp_half(&h, &a->c[1]);
	recon_zp_mul(&square, &h, &h);
	recon_zp_sub(&square, &square, &a->c[0]);
	if (recon_zp_is_zero(&square) || !square_root(&s, &square))
		return false;
	recon_zp_sub(&roots[0], &s, &h);
	recon_zp_add(&roots[1], &s, &h);
	recon_zp_sub(&roots[1], &zero, &roots[1]);
	return true;
}

static bool
split(struct split *s, const struct recon_poly *a)
{
	struct recon_zp zero = { { 0 } };
	struct recon_poly some, others, rest;

	if (a->degree == 0)
		return true;
	if (a->degree == 1) {
		recon_zp_sub(&s->roots[s->n++], &zero, &a->c[0]);
		return true;
	}
	if (a->degree == 2) {
		s->n += 2;
		return square_solve(a, &s->roots[s->n - 2]);
	}
	do {
		if (s->tries++ == TRIES || !part(a, s->seed, &some))
			return false;
	} while (some.degree == 0 || some.degree == a->degree);
	recon_poly_divide(a, &some, &others, &rest);
	assert(rest.degree < 0);
	return split(s, &some) && split(s, &others);
}

bool
recon_poly_roots(const struct recon_poly *a, uint64_t *seed,
    struct recon_zp roots[RECON_MBAR])
{
	struct split s = { .seed = seed, .roots = roots };

	assert(a->degree >= 0);
	return split(&s, a);
}
