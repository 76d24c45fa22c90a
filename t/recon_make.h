/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of recon share: the vectors of t/data/recon as numbers,
 * hashes and sums, and sets of random hashes.
 */
#ifndef T_RECON_MAKE_H
#define T_RECON_MAKE_H

#include <jansson.h>

#include "base/array.h"
#include "base/hex.h"
#include "fixture.h"
#include "recon/recon.h"
#include "recon/zp.h"

ARRAY_OF(struct recon_hash, hashes);

/* A file of vectors; json_decref() it. */
static inline json_t *
vectors_read(const char *name)
{
	struct bytes text = fixture_read(name);
	json_t *all = json_loadb((const char *)text.p, text.n, 0, NULL);

	fixture_free(text);
	ck_assert_ptr_nonnull(all);
	return all;
}

/* What hex stands for, which is exactly n octets. */
static inline void
octets_of(const json_t *hex, uint8_t *out, size_t n)
{
	ck_assert_uint_eq(json_string_length(hex), 2 * n);
	ck_assert_int_eq(hex_read(bytes_of_str(json_string_value(hex)), out, n),
	    ICS_OK);
}

static inline struct recon_hash
hash_of(const json_t *hex)
{
	struct recon_hash hash;

	octets_of(hex, hash.b, sizeof(hash.b));
	return hash;
}

/* A decimal number below p. */
static inline struct recon_zp
number_of(const json_t *decimal)
{
	uint8_t n[RECON_ELEMENT] = { 0 };
	struct recon_zp z;

	ck_assert(json_is_string(decimal));
	for (const char *s = json_string_value(decimal); *s != '\0'; s++) {
		unsigned carry = (unsigned)(*s - '0');

		for (size_t i = 0; i < RECON_ELEMENT; i++) {
			carry += n[i] * 10u;
			n[i] = (uint8_t)carry;
			carry >>= 8;
		}
		ck_assert_uint_eq(carry, 0);
	}
	ck_assert_int_eq(recon_zp_read(n, &z), ICS_OK);
	return z;
}

static inline void
number_equals(const struct recon_zp *z, const json_t *decimal)
{
	struct recon_zp want = number_of(decimal);

	ck_assert_msg(recon_zp_is_equal(z, &want), "it is not %s",
	    json_string_value(decimal));
}

static inline void
sum_equals(const struct recon_sum *sum, const json_t *wire)
{
	ck_assert_uint_eq(json_array_size(wire), RECON_SAMPLES);
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		uint8_t want[RECON_ELEMENT], got[RECON_ELEMENT];

		octets_of(json_array_get(wire, i), want, sizeof(want));
		recon_zp_write(&sum->at[i], got);
		ck_assert_mem_eq(got, want, sizeof(want));
	}
}

static inline struct recon_hash
hash_random(void)
{
	struct recon_hash hash;

	for (size_t i = 0; i < RECON_HASH; i++)
		hash.b[i] = (uint8_t)fixture_random();
	return hash;
}

#endif
