/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal, both ways. */
#include "base/hex.h"
#include "fixture.h"

START_TEST(both_ways)
{
	uint8_t all[256], back[256];
	char lower[513], upper[513];

	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hex_lower(bytes_of(all, 256), lower);
	hex_upper(bytes_of(all, 256), upper);
	ck_assert_uint_eq(strlen(lower), 512);
	ck_assert_mem_eq(lower + 2 * 0xa9, "a9aaab", 6);
	ck_assert_mem_eq(upper + 2 * 0xa9, "A9AAAB", 6);
	ck_assert_int_eq(hex_read(bytes_of_str(lower), back, 256), ICS_OK);
	ck_assert_mem_eq(all, back, 256);
	ck_assert_int_eq(hex_read(bytes_of_str(upper), back, 256), ICS_OK);
	ck_assert_mem_eq(all, back, 256);
	hex_lower(bytes_of(NULL, 0), lower);
	ck_assert_str_eq(lower, "");
}
END_TEST

START_TEST(what_is_refused)
{
	uint8_t out[2];

	ck_assert_int_eq(hex_read(bytes_of_str("abc"), out, 2), ICS_EFORMAT);
	ck_assert_int_eq(hex_read(bytes_of_str("abcde"), out, 2), ICS_EFORMAT);
	ck_assert_int_eq(hex_read(bytes_of_str("abcg"), out, 2), ICS_EFORMAT);
	ck_assert_int_eq(hex_read(bytes_of_str(" bcd"), out, 2), ICS_EFORMAT);
	ck_assert(hex_is(bytes_of_str("0123456789abcdefABCDEF")));
	ck_assert(!hex_is(bytes_of_str("")));
	ck_assert(!hex_is(bytes_of_str("0x12")));
	for (int c = 0; c < 256; c++)
		ck_assert_int_eq(hex_digit((uint8_t)c) >= 0,
		    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			(c >= 'A' && c <= 'F'));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, both_ways);
	tcase_add_test(t, what_is_refused);
}

int
main(void)
{
	return fixture_run("hex", add);
}
