/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading numbers and views, and remembering what was short. */
#include "base/cursor.h"
#include "fixture.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16 };

START_TEST(numbers_are_big_endian)
{
	struct cursor cur = cursor_of(bytes_of(octets, 15));

	ck_assert_uint_eq(cursor_peek(&cur), 1);
	ck_assert_uint_eq(cursor_u8(&cur), 1);
	ck_assert_uint_eq(cursor_be16(&cur), 0x0203);
	ck_assert_uint_eq(cursor_be32(&cur), 0x04050607);
	ck_assert(cursor_be64(&cur) == 0x08090a0b0c0d0e0full);
	ck_assert_int_eq(cursor_end(&cur), ICS_OK);
	ck_assert(be64_from_bytes(octets) == 0x0102030405060708ull);
	ck_assert_uint_eq(be32_from_bytes(octets), 0x01020304);
}
END_TEST

START_TEST(a_short_read_sticks)
{
	struct cursor cur = cursor_of(bytes_of(octets, 3));

	ck_assert_uint_eq(cursor_be32(&cur), 0);
	ck_assert(cur.failed && !cursor_has(&cur));
	ck_assert_uint_eq(cursor_u8(&cur), 0);
	ck_assert_uint_eq(cursor_take(&cur, 1).n, 0);
	ck_assert_uint_eq(cursor_rest(&cur).n, 0);
	ck_assert_int_eq(cursor_end(&cur), ICS_ETRUNCATED);
	ck_assert_int_eq(cursor_ok(&cur), ICS_ETRUNCATED);
}
END_TEST

START_TEST(octets_left_over_are_noticed)
{
	struct cursor cur = cursor_of(bytes_of(octets, 3));

	ck_assert_uint_eq(cursor_be16(&cur), 0x0102);
	ck_assert_int_eq(cursor_end(&cur), ICS_EFORMAT);
	ck_assert_int_eq(cursor_ok(&cur), ICS_OK);
	ck_assert_uint_eq(cursor_rest(&cur).n, 1);
	ck_assert_int_eq(cursor_end(&cur), ICS_OK);
}
END_TEST

START_TEST(sizes_at_the_edge)
{
	struct cursor cur = cursor_of(bytes_of(octets, 2));

	ck_assert_uint_eq(cursor_take(&cur, 0).n, 0);
	ck_assert(!cur.failed);
	ck_assert_uint_eq(cursor_take(&cur, 2).n, 2);
	ck_assert_int_eq(cursor_end(&cur), ICS_OK);
	ck_assert_uint_eq(cursor_take(&cur, SIZE_MAX).n, 0);
	ck_assert(cur.failed);
	cur = cursor_of(bytes_of(NULL, 0));
	ck_assert_uint_eq(cursor_peek(&cur), 0);
	ck_assert_uint_eq(cursor_rest(&cur).n, 0);
	ck_assert_int_eq(cursor_end(&cur), ICS_OK);
}
END_TEST

START_TEST(views_are_ordered_as_octets)
{
	static const struct {
		const char *a, *b;
		int want;
	} rows[] = {
		{ "", "", 0 },
		{ "", "a", -1 },
		{ "ab", "abc", -1 },
		{ "b", "abc", 1 },
		{ "\x7f", "\xff", -1 },
		{ "abc", "abc", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes a = bytes_of_str(rows[i].a);
		struct bytes b = bytes_of_str(rows[i].b);
		int c = bytes_compare(a, b), d = bytes_compare(b, a);

		ck_assert_int_eq((c > 0) - (c < 0), rows[i].want);
		ck_assert_int_eq((d > 0) - (d < 0), -rows[i].want);
		ck_assert_int_eq(bytes_equal(a, b), rows[i].want == 0);
	}
	ck_assert(bytes_starts_with(bytes_of_str("abc"), bytes_of_str("ab")));
	ck_assert(!bytes_starts_with(bytes_of_str("a"), bytes_of_str("ab")));
	ck_assert(bytes_starts_with(bytes_of_str("a"), bytes_of(NULL, 0)));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, numbers_are_big_endian);
	tcase_add_test(t, a_short_read_sticks);
	tcase_add_test(t, octets_left_over_are_noticed);
	tcase_add_test(t, sizes_at_the_edge);
	tcase_add_test(t, views_are_ordered_as_octets);
}

int
main(void)
{
	return fixture_run("cursor", add);
}
