/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The field of p = 2^128 + 0x8f1d10e4878b1fdfc91f85d930a5431b, 129 bits, in
 * three limbs of which the last is a single bit: a product takes four long
 * multiplications and two steps of Montgomery reduction three each, for p's
 * own last limb is 1. Invariant: whatever leaves a function is below p.
 * Spec: recon.md 2
 */
#include "recon/zp.h"

#include <assert.h>

#define P0	 0xc91f85d930a5431bull
#define P1	 0x8f1d10e4878b1fdfull
#define P_NEG	 0x6320d927c830a0edull /* -1/p mod 2^64 */
#define R2_LOW	 0x186fbb410d24eba6ull /* 2^256 mod p */
#define R2_HIGH	 0x446abdb66035ef0dull
#define INV_HIGH P1 /* p - 2 differs from p in its low limb alone */
#define INV_LOW	 (P0 - 2)

static const struct recon_zp r2 = { { R2_LOW, R2_HIGH, 0 } };
static const struct recon_zp one = { { 0, 0, 1 } };	  /* R itself */
static const struct recon_zp one_as_is = { { 1, 0, 0 } }; /* leaves the form */

/*
 * Low halves of a * b + c + *carry and of a + b + c + *carry; *carry becomes
 * the high half, and there is never more. RECON_NARROW is for the test of the
 * way that 32-bit machines go.
 */
#if defined(__SIZEOF_INT128__) && !defined(RECON_NARROW)
__extension__ typedef unsigned __int128 wide;

static inline uint64_t
mul_add(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry)
{
	wide t = (wide)a * b + c + *carry;

	*carry = (uint64_t)(t >> 64);
	return (uint64_t)t;
}

static inline uint64_t
add_three(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry)
{
	wide t = (wide)a + b + c + *carry;

	*carry = (uint64_t)(t >> 64);
	return (uint64_t)t;
}
#else
static inline uint64_t
add_three(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry)
{
	uint64_t t = a + b, u = t + c, v = u + *carry;

	*carry = (uint64_t)(t < a) + (uint64_t)(u < t) + (uint64_t)(v < u);
	return v;
}

static inline uint64_t
mul_add(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry)
{
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32);
	uint64_t middle = a0 * b1 + (uint32_t)cross;
	uint64_t high = a1 * b1 + (cross >> 32) + (middle >> 32);

	low = add_three(middle << 32 | (uint32_t)low, c, 0, carry);
	*carry += high;
	return low;
}
#endif

/* a + b + *carry, which is 0 or 1 before and after. */
static inline uint64_t
add_carry(uint64_t a, uint64_t b, uint64_t *carry)
{
	uint64_t t = a + *carry, s = t + b;

	*carry = (uint64_t)(t < a) | (uint64_t)(s < t);
	return s;
}

/* a - b - *borrow, likewise. */
static inline uint64_t
sub_borrow(uint64_t a, uint64_t b, uint64_t *borrow)
{
	uint64_t t = a - *borrow, s = t - b;

	*borrow = (uint64_t)(t > a) | (uint64_t)(s > t);
	return s;
}

/* z - p where that is not negative. Without a branch: which of the two comes
 * is as good as random. */
static inline void
reduce_once(struct recon_zp *z)
{
	uint64_t borrow = 0, s0, s1, s2, keep;

	s0 = sub_borrow(z->w[0], P0, &borrow);
	s1 = sub_borrow(z->w[1], P1, &borrow);
	s2 = sub_borrow(z->w[2], 1, &borrow);
	keep = 0 - borrow;
	z->w[0] = s0 ^ ((s0 ^ z->w[0]) & keep);
	z->w[1] = s1 ^ ((s1 ^ z->w[1]) & keep);
	z->w[2] = s2 ^ ((s2 ^ z->w[2]) & keep);
}

void
recon_zp_add(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b)
{
	uint64_t carry = 0;

	z->w[0] = add_carry(a->w[0], b->w[0], &carry);
	z->w[1] = add_carry(a->w[1], b->w[1], &carry);
	z->w[2] = add_carry(a->w[2], b->w[2], &carry);
	reduce_once(z);
}

void
recon_zp_sub(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b)
{
	uint64_t borrow = 0, carry = 0, mask;

	z->w[0] = sub_borrow(a->w[0], b->w[0], &borrow);
	z->w[1] = sub_borrow(a->w[1], b->w[1], &borrow);
	z->w[2] = sub_borrow(a->w[2], b->w[2], &borrow);
	mask = 0 - borrow;
	z->w[0] = add_carry(z->w[0], P0 & mask, &carry);
	z->w[1] = add_carry(z->w[1], P1 & mask, &carry);
	z->w[2] = add_carry(z->w[2], 1 & mask, &carry);
}

/* Make t[0] zero by adding a multiple of p; t[4] has room for what is over. */
static inline void
montgomery_step(uint64_t t[5])
{
	uint64_t m = t[0] * P_NEG, carry = 0;

	(void)mul_add(m, P0, t[0], &carry);
	t[0] = mul_add(m, P1, t[1], &carry);
	t[1] = add_three(t[2], m, 0, &carry);
	t[2] = add_three(t[3], 0, 0, &carry);
	t[3] = t[4] + carry;
	t[4] = 0;
}

/*
 * The product over R: below p * p / R + p < 2.6 p, so that the reduction ends
 * with at most two subtractions.
 */
void
recon_zp_mul(struct recon_zp *z, const struct recon_zp *a,
    const struct recon_zp *b)
{
	uint64_t a2 = 0 - a->w[2], b2 = 0 - b->w[2]; /* all ones, or none */
	uint64_t t[5], carry = 0;

	t[0] = mul_add(a->w[0], b->w[0], 0, &carry);
	t[1] = mul_add(a->w[0], b->w[1], 0, &carry);
	t[2] = carry;
	carry = 0;
	t[1] = mul_add(a->w[1], b->w[0], t[1], &carry);
	t[2] = mul_add(a->w[1], b->w[1], t[2], &carry);
	t[3] = carry;
	carry = 0;
	t[2] = add_three(t[2], b->w[0] & a2, a->w[0] & b2, &carry);
	t[3] = add_three(t[3], b->w[1] & a2, a->w[1] & b2, &carry);
	t[4] = carry + (a->w[2] & b->w[2]);
	montgomery_step(t);
	montgomery_step(t);
	z->w[0] = t[0];
	z->w[1] = t[1];
	z->w[2] = t[2];
	reduce_once(z);
	reduce_once(z);
}

void
recon_zp_half(struct recon_zp *z, const struct recon_zp *a)
{
	static const struct recon_zp half = { { 0, 1ull << 63, 0 } }; /* R/2 */

	recon_zp_mul(z, a, &half);
}

/* a to the power of p - 2, four bits of it at a time. */
void
recon_zp_inv(struct recon_zp *z, const struct recon_zp *a)
{
	static const uint64_t power[3] = { INV_LOW, INV_HIGH, 1 };
	struct recon_zp times[16] = { one, *a }, x = *a;

	for (size_t i = 2; i < 16; i++)
		recon_zp_mul(&times[i], &times[i - 1], a);
	for (unsigned bit = 128; bit > 0; bit -= 4) {
		unsigned at = bit - 4;

		for (size_t i = 0; i < 4; i++)
			recon_zp_mul(&x, &x, &x);
		recon_zp_mul(&x, &x, &times[power[at / 64] >> at % 64 & 0xf]);
	}
	*z = x;
}

void
recon_zp_inv_many(struct recon_zp *z, size_t n)
{
	struct recon_zp before[RECON_ZP_MANY], all = one, value;

	assert(n <= RECON_ZP_MANY);
	for (size_t i = 0; i < n; i++) {
		before[i] = all;
		recon_zp_mul(&all, &all, &z[i]);
	}
	assert(!recon_zp_is_zero(&all));
	recon_zp_inv(&all, &all);
	while (n-- > 0) {
		value = z[n];
		recon_zp_mul(&z[n], &all, &before[n]);
		recon_zp_mul(&all, &all, &value);
	}
}

void
recon_zp_one(struct recon_zp *z)
{
	*z = one;
}

const struct recon_zp *
recon_zp_point(size_t i)
{
	static const struct recon_zp points[RECON_SAMPLES] = {
		{ { 0, 0, 0 } },   /* 0 */
		{ { P0, P1, 0 } }, /* -1 */
		{ { 0, 0, 1 } },   /* 1 */
		{ { 0x923f0bb2614a8636ull, 0x1e3a21c90f163fbfull,
		    1 } }, /* -2 */
		{ { 0x36e07a26cf5abce5ull, 0x70e2ef1b7874e020ull, 0 } }, /* 2 */
		{ { 0x923f0bb2614a8636ull, 0x1e3a21c90f163fbfull,
		    0 } }, /* -3 */
	};

	assert(i < RECON_SAMPLES);
	return &points[i];
}

void
recon_zp_bits(struct recon_zp *z, uint64_t high, uint64_t low)
{
	*z = (struct recon_zp){ { low, high, 0 } };
}

bool
recon_zp_prime_bit(unsigned i)
{
	static const uint64_t prime[3] = { P0, P1, 1 };

	assert(i < RECON_ZP_BITS);
	return (prime[i / 64] >> i % 64 & 1) != 0;
}

/* ---- octets ---- */

static uint64_t
le64_read(const uint8_t p[8])
{
	uint64_t v = 0;

	for (size_t i = 8; i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

static void
le64_write(uint64_t v, uint8_t p[8])
{
	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void
recon_zp_from_hash(struct recon_zp *z, const struct recon_hash *hash)
{
	struct recon_zp n = { { le64_read(hash->b), le64_read(hash->b + 8),
	    0 } };

	recon_zp_mul(z, &n, &r2);
}

bool
recon_zp_to_hash(const struct recon_zp *z, struct recon_hash *hash)
{
	struct recon_zp n;

	recon_zp_mul(&n, z, &one_as_is);
	le64_write(n.w[0], hash->b);
	le64_write(n.w[1], hash->b + 8);
	return n.w[2] == 0;
}

enum ics_err
recon_zp_read(const uint8_t in[RECON_ELEMENT], struct recon_zp *z)
{
	struct recon_zp n = { { le64_read(in), le64_read(in + 8), in[16] } };
	struct recon_zp reduced = n;

	reduce_once(&reduced);
	if (!recon_zp_is_equal(&reduced, &n))
		return ICS_EFORMAT;
	recon_zp_mul(z, &n, &r2);
	return ICS_OK;
}

void
recon_zp_write(const struct recon_zp *z, uint8_t out[RECON_ELEMENT])
{
	struct recon_zp n;

	recon_zp_mul(&n, z, &one_as_is);
	le64_write(n.w[0], out);
	le64_write(n.w[1], out + 8);
	out[16] = (uint8_t)n.w[2];
}
