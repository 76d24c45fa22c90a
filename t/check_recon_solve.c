/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Solving: interpolations and factorings that were computed elsewhere, random
 * sets, and sums that no sets have. What is reported is right, whatever came.
 */
#include "recon/poly.h"
#include "recon_make.h"

#define ROUNDS 300

/* ---- vectors ---- */

static struct recon_sum
sum_of(const json_t *samples, const json_t *size)
{
	struct recon_sum sum = { .n = (uint32_t)json_integer_value(size) };

	ck_assert_uint_eq(json_array_size(samples), RECON_SAMPLES);
	for (size_t i = 0; i < RECON_SAMPLES; i++)
		sum.at[i] = number_of(json_array_get(samples, i));
	return sum;
}

/* The same hashes, in whatever order. */
static void
hashes_equal(const struct recon_hash *got, size_t n, const json_t *want)
{
	ck_assert_uint_eq(n, json_array_size(want));
	for (size_t i = 0; i < n; i++) {
		struct recon_hash hash = hash_of(json_array_get(want, i));
		size_t times = 0;

		for (size_t j = 0; j < n; j++)
			times += memcmp(&got[j], &hash, sizeof(hash)) == 0;
		ck_assert_uint_eq(times, 1);
	}
}

START_TEST(test_interpolation)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row;
	uint64_t seed = 1;
	size_t i, solved = 0;

	json_array_foreach(json_object_get(all, "interpolation"), i, row)
	{
		struct recon_sum theirs =
		    sum_of(json_object_get(row, "remote_samples"),
			json_object_get(row, "remote_size"));
		struct recon_sum ours =
		    sum_of(json_object_get(row, "local_samples"),
			json_object_get(row, "local_size"));
		const char *result =
		    json_string_value(json_object_get(row, "result"));
		struct recon_difference d;

		ck_assert_int_eq(recon_solve(&theirs, &ours, &seed, &d),
		    strcmp(result, "solved") == 0);
		if (strcmp(result, "solved") != 0)
			continue;
		solved++;
		hashes_equal(d.theirs, d.theirs_n,
		    json_object_get(row, "numerator_root_hashes"));
		hashes_equal(d.ours, d.ours_n,
		    json_object_get(row, "denominator_root_hashes"));
	}
	ck_assert_uint_eq(i, 12);
	ck_assert_uint_eq(solved, 9);
	json_decref(all);
}
END_TEST

static void
roots_equal(const struct recon_zp *roots, const json_t *want)
{
	size_t n = json_array_size(want);

	for (size_t i = 0; i < n; i++) {
		struct recon_zp root = number_of(json_array_get(want, i));
		size_t times = 0;

		for (size_t j = 0; j < n; j++)
			times += recon_zp_is_equal(&roots[j], &root);
		ck_assert_uint_eq(times, 1);
	}
}

START_TEST(test_factoring)
{
	json_t *all = vectors_read("recon/field-poly.json"), *row, *number;
	uint64_t seed = 2;
	size_t i, j;

	json_array_foreach(json_object_get(all, "factoring"), i, row)
	{
		json_t *c = json_object_get(row, "poly_low_to_high");
		bool is_split = json_is_true(json_object_get(row, "splits"));
		struct recon_poly a = { (int)json_array_size(c) - 1,
			{ { { 0 } } } };
		struct recon_zp roots[RECON_MBAR];

		json_array_foreach(c, j, number)
		{
			a.c[j] = number_of(number);
		}
		ck_assert_int_eq(recon_poly_roots(&a, &seed, roots), is_split);
		if (!is_split)
			continue;
		ck_assert_uint_eq(json_array_size(json_object_get(row,
				      "roots")),
		    (size_t)a.degree);
		roots_equal(roots, json_object_get(row, "roots"));
	}
	ck_assert_uint_ge(i, 6);
	json_decref(all);
}
END_TEST

/* ---- random sets ---- */

/* Two sums with so much in common, and so much apart. */
struct pair {
	struct recon_sum theirs, ours;
	struct recon_hash only[16]; /* of theirs, then of ours */
	size_t theirs_n, ours_n;
};

static struct pair
pair_make(size_t theirs_n, size_t ours_n)
{
	struct pair p = { .theirs_n = theirs_n, .ours_n = ours_n };

	recon_sum_init(&p.ours);
	for (size_t i = fixture_below(200); i > 0; i--) {
		struct recon_hash hash = hash_random();

		recon_sum_add(&p.ours, &hash);
	}
	p.theirs = p.ours;
	for (size_t i = 0; i < theirs_n + ours_n; i++) {
		p.only[i] = hash_random();
		recon_sum_add(i < theirs_n ? &p.theirs : &p.ours, &p.only[i]);
	}
	return p;
}

static void
found_equal(const struct recon_hash *got, size_t n,
    const struct recon_hash *want)
{
	for (size_t i = 0; i < n; i++) {
		size_t times = 0;

		for (size_t j = 0; j < n; j++)
			times += memcmp(&got[j], &want[i], sizeof(*want)) == 0;
		ck_assert_uint_eq(times, 1);
		if (i > 0)
			ck_assert_int_lt(memcmp(&got[i - 1], &got[i],
					     sizeof(*got)),
			    0);
	}
}

START_TEST(test_random)
{
	uint64_t seed = fixture_random();

	for (size_t i = 0; i < ROUNDS; i++) {
		size_t n = fixture_below(12), theirs_n = fixture_below(n + 1);
		struct pair p = pair_make(theirs_n, n - theirs_n);
		struct recon_difference d;

		ck_assert_int_eq(recon_solve(&p.theirs, &p.ours, &seed, &d),
		    n <= RECON_MBAR);
		ck_assert_uint_eq(d.theirs_n, n > RECON_MBAR ? 0 : p.theirs_n);
		ck_assert_uint_eq(d.ours_n, n > RECON_MBAR ? 0 : p.ours_n);
		found_equal(d.theirs, d.theirs_n, p.only);
		found_equal(d.ours, d.ours_n, p.only + p.theirs_n);
	}
}
END_TEST

/* Members close to one another and to the ends of their range. */
START_TEST(test_neighbours)
{
	for (unsigned i = 3; i < 250; i++) {
		struct recon_hash a = { { (uint8_t)i } }, b;
		struct recon_hash c = { { (uint8_t)(i + 1) } };
		struct pair p = pair_make(0, 0);
		struct recon_difference d;
		uint64_t seed = i;

		memset(b.b, 0xff, sizeof(b.b));
		b.b[0] = (uint8_t)i;
		recon_sum_add(&p.theirs, &a);
		recon_sum_add(&p.theirs, &b);
		recon_sum_add(&p.ours, &c);
		ck_assert(recon_solve(&p.theirs, &p.ours, &seed, &d));
		ck_assert_uint_eq(d.theirs_n, 2);
		ck_assert_uint_eq(d.ours_n, 1);
		ck_assert_mem_eq(&d.theirs[0], &a, sizeof(a));
		ck_assert_mem_eq(&d.theirs[1], &b, sizeof(b));
		ck_assert_mem_eq(&d.ours[0], &c, sizeof(c));
	}
}
END_TEST

/* ---- what no sets have ---- */

static void
never(const struct pair *p)
{
	struct recon_difference d;
	uint64_t seed = 3;

	ck_assert(!recon_solve(&p->theirs, &p->ours, &seed, &d));
	ck_assert_uint_eq(d.theirs_n + d.ours_n, 0);
}

START_TEST(test_zero)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		struct pair p = pair_make(1, 1);

		memset(&p.theirs.at[i], 0, sizeof(p.theirs.at[i]));
		never(&p);
	}
}
END_TEST

START_TEST(test_counts)
{
	for (size_t i = 0; i < 100; i++) {
		struct pair p = pair_make(fixture_below(4), fixture_below(3));
		uint32_t n = p.theirs.n;

		p.theirs.n = n + 1 + (uint32_t)fixture_below(6);
		never(&p);
		p.theirs.n = UINT32_MAX - (uint32_t)fixture_below(6);
		never(&p);
		p.theirs.n = n == 0 ? 9 : n - 1;
		never(&p);
	}
}
END_TEST

/* Fewer shared ones than none: the difference is right, the counts are not. */
START_TEST(test_too_few)
{
	struct pair p = pair_make(2, 1);

	p.theirs.n = 1;
	p.ours.n = 0;
	never(&p);
}
END_TEST

/* One sample of six is wrong, be it one that interpolation needs or not. */
START_TEST(test_lies)
{
	struct recon_zp one;

	recon_zp_one(&one);
	for (size_t n = 0; n <= 5; n++)
		for (size_t i = 0; i < RECON_SAMPLES; i++) {
			struct pair p = pair_make(n / 2, n - n / 2);

			recon_zp_add(&p.theirs.at[i], &p.theirs.at[i], &one);
			never(&p);
		}
}
END_TEST

/* theirs times a polynomial, as if its roots were members. */
static void
theirs_times(struct pair *p, const struct recon_poly *a)
{
	for (size_t i = 0; i < RECON_SAMPLES; i++) {
		struct recon_zp value;

		recon_poly_at(a, recon_zp_point(i), &value);
		recon_zp_mul(&p->theirs.at[i], &p->theirs.at[i], &value);
	}
	p->theirs.n += (uint32_t)a->degree;
}

static struct recon_zp
element_of(const char *hex)
{
	uint8_t octets[RECON_ELEMENT];
	struct recon_zp z;

	ck_assert_int_eq(hex_read(bytes_of_str(hex), octets, sizeof(octets)),
	    ICS_OK);
	ck_assert_int_eq(recon_zp_read(octets, &z), ICS_OK);
	return z;
}

START_TEST(test_irreducible)
{
	struct recon_poly a = { .degree = 2 }; /* z^2 - 2 */

	a.c[0] = element_of("1943a530d9851fc9df1f8b87e4101d8f01");
	recon_zp_one(&a.c[2]);
	for (size_t n = 0; n <= 3; n++) {
		struct pair p = pair_make(n, 3 - n);

		theirs_times(&p, &a);
		never(&p);
	}
}
END_TEST

START_TEST(test_twice)
{
	for (size_t n = 0; n <= 3; n++) {
		struct recon_hash hash = hash_random();
		struct pair p = pair_make(n, 3 - n);

		recon_sum_add(&p.theirs, &hash);
		recon_sum_add(&p.theirs, &hash);
		never(&p);
	}
}
END_TEST

/* A member of 2^128 + 5: an element, no hash. */
START_TEST(test_large)
{
	struct pair p = pair_make(0, 0);
	struct recon_poly a = { .degree = 1 };
	struct recon_zp large =
	    element_of("0500000000000000000000000000000001");

	recon_zp_sub(&a.c[0], &a.c[0], &large);
	recon_zp_one(&a.c[1]);
	theirs_times(&p, &a);
	never(&p);
}
END_TEST

/* Sets that have nothing in common, with counts as if they had. */
START_TEST(test_garbage)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct pair p = pair_make(0, 8), q = pair_make(8, 0);

		p.theirs = q.theirs;
		p.theirs.n = 208 + (uint32_t)fixture_below(6);
		p.ours.n = 208;
		never(&p);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_interpolation);
	tcase_add_test(t, test_factoring);
	tcase_add_test(t, test_random);
	tcase_add_test(t, test_neighbours);
	tcase_add_test(t, test_zero);
	tcase_add_test(t, test_counts);
	tcase_add_test(t, test_too_few);
	tcase_add_test(t, test_lies);
	tcase_add_test(t, test_irreducible);
	tcase_add_test(t, test_twice);
	tcase_add_test(t, test_large);
	tcase_add_test(t, test_garbage);
}

int
main(void)
{
	return fixture_run("recon_solve", add);
}
