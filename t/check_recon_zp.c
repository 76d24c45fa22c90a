/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The field, sums and prefixes, against vectors computed elsewhere and by the
 * laws that hold for all numbers.
 */
#include "recon_make.h"

#define RANDOM_ROUNDS 2000

static void
same(const struct recon_zp *a, const struct recon_zp *b)
{
	ck_assert(recon_zp_is_equal(a, b));
}

/* ---- numbers ---- */

START_TEST(test_arithmetic)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row;
	size_t i;

	json_array_foreach(json_object_get(all, "arithmetic"), i, row)
	{
		struct recon_zp x = number_of(json_object_get(row, "x"));
		struct recon_zp y = number_of(json_object_get(row, "y")), z;
		uint8_t wire[RECON_ELEMENT], want[RECON_ELEMENT];

		recon_zp_add(&z, &x, &y);
		number_equals(&z, json_object_get(row, "x+y"));
		recon_zp_sub(&z, &x, &y);
		number_equals(&z, json_object_get(row, "x-y"));
		recon_zp_mul(&z, &x, &y);
		number_equals(&z, json_object_get(row, "x*y"));
		recon_zp_write(&x, wire);
		octets_of(json_object_get(row, "x_wire"), want, sizeof(want));
		ck_assert_mem_eq(wire, want, sizeof(want));
		if (json_is_string(json_object_get(row, "inv(x)"))) {
			recon_zp_inv(&z, &x);
			number_equals(&z, json_object_get(row, "inv(x)"));
		}
		if (json_is_string(json_object_get(row, "x/y"))) {
			recon_zp_inv(&z, &y);
			recon_zp_mul(&z, &z, &x);
			number_equals(&z, json_object_get(row, "x/y"));
		}
	}
	ck_assert_uint_ge(i, 7);
	json_decref(all);
}
END_TEST

START_TEST(test_conversion)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row;
	size_t i;

	json_array_foreach(json_object_get(all, "hash_to_element"), i, row)
	{
		struct recon_hash hash = hash_of(json_object_get(row, "hash"));
		struct recon_hash back;
		struct recon_zp z;

		recon_zp_from_hash(&z, &hash);
		number_equals(&z, json_object_get(row, "element"));
		ck_assert(recon_zp_to_hash(&z, &back));
		ck_assert_mem_eq(back.b, hash.b, RECON_HASH);
		ck_assert(recon_hash_fits(&hash));
	}
	ck_assert_uint_ge(i, 10);
	json_array_foreach(json_object_get(all, "sample_points"), i, row)
	{
		number_equals(recon_zp_point(i),
		    json_object_get(row, "decimal"));
	}
	ck_assert_uint_eq(i, RECON_SAMPLES);
	json_array_foreach(json_object_get(json_object_get(all,
					       "forbidden_hashes"),
			       "hashes"),
	    i, row)
	{
		struct recon_hash hash = hash_of(row);

		ck_assert(!recon_hash_fits(&hash));
		hash.b[15] = 1;
		ck_assert(recon_hash_fits(&hash));
	}
	ck_assert_uint_eq(i, 3);
	json_decref(all);
}
END_TEST

/* A number of random limbs, often near the ends of their range. */
static struct recon_zp
zp_random(void)
{
	uint8_t octets[RECON_ELEMENT];
	struct recon_zp z;

	do {
		for (size_t i = 0; i < RECON_ELEMENT; i++)
			octets[i] = fixture_below(4) == 0
					? (uint8_t)(0 - fixture_below(2))
					: (uint8_t)fixture_random();
		octets[16] &= 1;
	} while (recon_zp_read(octets, &z) != ICS_OK);
	return z;
}

START_TEST(test_laws)
{
	for (size_t i = 0; i < RANDOM_ROUNDS; i++) {
		struct recon_zp a = zp_random(), b = zp_random();
		struct recon_zp c = zp_random(), x, y, z;

		recon_zp_sub(&x, &a, &b);
		recon_zp_add(&x, &x, &b);
		same(&x, &a);
		recon_zp_add(&x, &b, &c); /* a(b + c) = ab + ac */
		recon_zp_mul(&x, &a, &x);
		recon_zp_mul(&y, &a, &b);
		recon_zp_mul(&z, &c, &a);
		recon_zp_add(&y, &y, &z);
		same(&x, &y);
		recon_zp_mul(&x, &a, &b); /* (ab)c = (cb)a */
		recon_zp_mul(&x, &x, &c);
		recon_zp_mul(&y, &c, &b);
		recon_zp_mul(&y, &y, &a);
		same(&x, &y);
		if (recon_zp_is_zero(&a))
			continue;
		recon_zp_inv(&x, &a);
		recon_zp_mul(&x, &x, &a);
		recon_zp_one(&y);
		same(&x, &y);
	}
}
END_TEST

START_TEST(test_inverses)
{
	for (size_t n = 0; n <= RECON_ZP_MANY; n++) {
		struct recon_zp many[RECON_ZP_MANY], want[RECON_ZP_MANY];

		for (size_t i = 0; i < n; i++) {
			do
				many[i] = zp_random();
			while (recon_zp_is_zero(&many[i]));
			recon_zp_inv(&want[i], &many[i]);
		}
		recon_zp_inv_many(many, n);
		for (size_t i = 0; i < n; i++)
			same(&many[i], &want[i]);
	}
}
END_TEST

/* p and more, up to 2^136 - 1, are no elements. */
START_TEST(test_canonical)
{
	static const char *const none[] = {
		"1b43a530d9851fc9df1f8b87e4101d8f01", /* p */
		"1c43a530d9851fc9df1f8b87e4101d8f01",
		"1b43a530d9851fc9df1f8b87e4101d9001",
		"0000000000000000000000000000000002",
		"00000000000000000000000000000000ff",
		"ffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffff01",
	};
	static const char last[] = "1a43a530d9851fc9df1f8b87e4101d8f01";
	uint8_t octets[RECON_ELEMENT];
	struct recon_hash hash;
	struct recon_zp z;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		ck_assert_int_eq(hex_read(bytes_of_str(none[i]), octets,
				     sizeof(octets)),
		    ICS_OK);
		ck_assert_int_eq(recon_zp_read(octets, &z), ICS_EFORMAT);
	}
	ck_assert_int_eq(hex_read(bytes_of_str(last), octets, sizeof(octets)),
	    ICS_OK);
	ck_assert_int_eq(recon_zp_read(octets, &z), ICS_OK);
	ck_assert(!recon_zp_to_hash(&z, &hash)); /* 2^128 or more */
}
END_TEST

/* ---- sums ---- */

static void
sum_of(const json_t *hashes, struct recon_sum *sum)
{
	json_t *hex;
	size_t i;

	recon_sum_init(sum);
	json_array_foreach(hashes, i, hex)
	{
		struct recon_hash hash = hash_of(hex);

		recon_sum_add(sum, &hash);
	}
	ck_assert_uint_eq(sum->n, json_array_size(hashes));
}

START_TEST(test_sums)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row;
	struct recon_sum sum;
	struct recon_hash gone;
	size_t i;

	json_array_foreach(json_object_get(all, "svalues"), i, row)
	{
		sum_of(json_object_get(row, "hashes"), &sum);
		sum_equals(&sum, json_object_get(row, "svalues_wire"));
	}
	ck_assert_uint_ge(i, 5);
	row = json_object_get(all, "svalues_delete");
	sum_of(json_object_get(row, "start"), &sum);
	gone = hash_of(json_object_get(row, "deleted"));
	recon_sum_remove(&sum, &gone);
	for (i = 0; i < RECON_SAMPLES; i++)
		number_equals(&sum.at[i],
		    json_array_get(json_object_get(row, "svalues"), i));
	json_decref(all);
}
END_TEST

START_TEST(test_join)
{
	struct recon_sum a, b, whole, part;

	recon_sum_init(&a);
	recon_sum_init(&b);
	recon_sum_init(&whole);
	for (size_t i = 0; i < 40; i++) {
		struct recon_hash hash = hash_random();

		recon_sum_add(i % 3 == 0 ? &a : &b, &hash);
		recon_sum_add(&whole, &hash);
	}
	part = whole;
	recon_sum_part(&part, &a);
	ck_assert(recon_sum_is_equal(&part, &b));
	recon_sum_join(&part, &a);
	ck_assert(recon_sum_is_equal(&part, &whole));
	part.n++;
	ck_assert(!recon_sum_is_equal(&part, &whole));
}
END_TEST

START_TEST(test_sum_octets)
{
	uint8_t octets[RECON_SUM_OCTETS], bad[RECON_SUM_OCTETS + 1] = { 0 };
	struct recon_sum sum, back;

	recon_sum_init(&sum);
	for (size_t i = 0; i < 259; i++) {
		struct recon_hash hash = hash_random();

		recon_sum_add(&sum, &hash);
	}
	recon_sum_write(&sum, octets);
	ck_assert_int_eq(recon_sum_read(bytes_of(octets, sizeof(octets)),
			     &back),
	    ICS_OK);
	ck_assert(recon_sum_is_equal(&sum, &back));
	for (size_t n = 0; n < sizeof(octets); n++)
		ck_assert_int_eq(recon_sum_read(bytes_of(octets, n), &back),
		    ICS_ETRUNCATED);
	memcpy(bad, octets, sizeof(octets));
	ck_assert_int_eq(recon_sum_read(bytes_of(bad, sizeof(bad)), &back),
	    ICS_EFORMAT);
	for (size_t i = 0; i < 8 * sizeof(octets); i++) {
		octets[i / 8] ^= (uint8_t)(1 << i % 8);
		if (recon_sum_read(bytes_of(octets, sizeof(octets)), &back) ==
		    ICS_OK)
			ck_assert(!recon_sum_is_equal(&sum, &back));
		octets[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	memset(bad + 4, 0, RECON_ELEMENT); /* a zero sample */
	ck_assert_int_eq(recon_sum_read(bytes_of(bad, sizeof(octets)), &back),
	    ICS_EFORMAT);
	memset(bad + 4, 0xff, RECON_ELEMENT);
	ck_assert_int_eq(recon_sum_read(bytes_of(bad, sizeof(octets)), &back),
	    ICS_EFORMAT);
}
END_TEST

/* ---- prefixes ---- */

START_TEST(test_prefix_vectors)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row, *index;
	size_t i, j;

	json_array_foreach(json_object_get(all, "child_index"), i, row)
	{
		struct recon_hash hash = hash_of(json_object_get(row, "hash"));
		struct recon_prefix p, child, want;
		uint8_t wire[10];

		recon_prefix_of(&hash, 0, &p);
		json_array_foreach(json_object_get(row, "indices_depth0_to_9"),
		    j, index)
		{
			recon_prefix_child(&p,
			    (unsigned)json_integer_value(index), &child);
			recon_prefix_of(&hash, (uint8_t)(2 * j + 2), &p);
			ck_assert_mem_eq(&child, &p, sizeof(p));
		}
		octets_of(json_object_get(row, "prefix_10bits_wire"), wire,
		    sizeof(wire));
		ck_assert_int_eq(recon_prefix_make(10, bytes_of(wire + 8, 2),
				     &want),
		    ICS_OK);
		recon_prefix_of(&hash, 10, &p);
		ck_assert_mem_eq(&p, &want, sizeof(p));
	}
	ck_assert_uint_ge(i, 4);
	json_decref(all);
}
END_TEST

/* Bit by bit, the slow way. */
static bool
has_slowly(const struct recon_prefix *p, const struct recon_hash *hash)
{
	for (unsigned i = 0; i < p->bits; i++)
		if (((p->b[i / 8] ^ hash->b[i / 8]) & (0x80 >> i % 8)) != 0)
			return false;
	return true;
}

START_TEST(test_prefix_laws)
{
	for (uint8_t bits = 0; bits <= 128; bits += 2) {
		struct recon_hash hash = hash_random(), other, low, high;
		struct recon_prefix p, child, made;

		recon_prefix_of(&hash, bits, &p);
		ck_assert(recon_prefix_has(&p, &hash));
		recon_prefix_range(&p, &low, &high);
		ck_assert_int_le(memcmp(low.b, hash.b, RECON_HASH), 0);
		ck_assert_int_ge(memcmp(high.b, hash.b, RECON_HASH), 0);
		for (unsigned i = 0; i < 128; i++) {
			other = hash;
			other.b[i / 8] ^= (uint8_t)(0x80 >> i % 8);
			ck_assert_int_eq(recon_prefix_has(&p, &other),
			    has_slowly(&p, &other));
			ck_assert_int_eq(recon_prefix_has(&p, &other),
			    memcmp(low.b, other.b, RECON_HASH) <= 0 &&
				memcmp(high.b, other.b, RECON_HASH) >= 0);
		}
		ck_assert_int_eq(recon_prefix_make(bits,
				     bytes_of(p.b, (bits + 7u) / 8), &made),
		    ICS_OK);
		ck_assert_mem_eq(&made, &p, sizeof(p));
		for (unsigned i = 0, n = 0; bits < 128 && i < 4; i++) {
			recon_prefix_child(&p, i, &child);
			n += recon_prefix_has(&child, &hash);
			ck_assert(i < 3 || n == 1);
		}
	}
}
END_TEST

START_TEST(test_prefix_bad)
{
	uint8_t ff[17];
	struct recon_prefix p;

	memset(ff, 0xff, sizeof(ff));
	for (uint32_t bits = 0; bits <= 136; bits++)
		for (size_t n = 0; n <= sizeof(ff); n++)
			ck_assert_int_eq(recon_prefix_make(bits,
					     bytes_of(ff, n), &p),
			    bits % 8 == 0 && bits <= 128 && n == bits / 8
				? ICS_OK
				: ICS_EFORMAT);
	ff[0] = 0xc0;
	ck_assert_int_eq(recon_prefix_make(2, bytes_of(ff, 1), &p), ICS_OK);
	ck_assert_int_eq(recon_prefix_make(1, bytes_of(ff, 1), &p),
	    ICS_EFORMAT);
	ck_assert_int_eq(recon_prefix_make(UINT32_MAX, bytes_of(ff, 1), &p),
	    ICS_EFORMAT);
	ck_assert_int_eq(recon_prefix_make(UINT32_MAX - 7, bytes_of(ff, 0), &p),
	    ICS_EFORMAT);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_arithmetic);
	tcase_add_test(t, test_conversion);
	tcase_add_test(t, test_laws);
	tcase_add_test(t, test_inverses);
	tcase_add_test(t, test_canonical);
	tcase_add_test(t, test_sums);
	tcase_add_test(t, test_join);
	tcase_add_test(t, test_sum_octets);
	tcase_add_test(t, test_prefix_vectors);
	tcase_add_test(t, test_prefix_laws);
	tcase_add_test(t, test_prefix_bad);
}

int
main(void)
{
	return fixture_run("recon_zp", add);
}
