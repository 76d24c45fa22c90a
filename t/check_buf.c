/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The growing buffer and its ceiling. */
#include "base/buf.h"
#include "fixture.h"

START_TEST(what_is_written_is_there)
{
	static const uint8_t want[] = { 'a', 'b', 7, 1, 2, 1, 2, 3, 4, 1, 2, 3,
		4, 5, 6, 7, 8, 'x', '=', '5' };
	struct buf b;

	buf_init(&b, 100);
	ck_assert_str_eq(buf_str(&b), "");
	buf_put_str(&b, "ab");
	buf_u8(&b, 7);
	buf_be16(&b, 0x0102);
	buf_be32(&b, 0x01020304);
	buf_be64(&b, 0x0102030405060708ull);
	buf_printf(&b, "x=%d", 5);
	buf_put(&b, bytes_of(NULL, 0));
	ck_assert_int_eq(buf_end(&b), ICS_OK);
	ck_assert(bytes_equal(buf_bytes(&b), bytes_of(want, sizeof(want))));
	buf_release(&b);
	ck_assert_uint_eq(b.n, 0);
}
END_TEST

START_TEST(the_ceiling_sticks)
{
	struct buf b;

	buf_init(&b, 4);
	buf_put_str(&b, "1234");
	ck_assert_int_eq(buf_end(&b), ICS_OK);
	buf_u8(&b, '5');
	ck_assert_int_eq(buf_end(&b), ICS_ETOOBIG);
	ck_assert_str_eq(buf_str(&b), "1234");
	buf_clear(&b);
	ck_assert_int_eq(buf_end(&b), ICS_OK);
	buf_printf(&b, "%s", "12345");
	ck_assert_int_eq(buf_end(&b), ICS_ETOOBIG);
	ck_assert_uint_eq(b.n, 0);
	buf_u8(&b, '1');
	ck_assert_uint_eq(b.n, 0);
	ck_assert(buf_grow(&b, 1) == NULL);
	buf_release(&b);
	ck_assert(buf_grow(&b, SIZE_MAX) == NULL);
	buf_release(&b);
}
END_TEST

START_TEST(growth_keeps_the_content)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	for (uint32_t i = 0; i < 100000; i++)
		buf_be32(&b, i);
	ck_assert_int_eq(buf_end(&b), ICS_OK);
	for (uint32_t i = 0; i < 100000; i++)
		for (size_t k = 0; k < 4; k++)
			ck_assert_uint_eq(b.p[4 * i + k],
			    i >> (24 - 8 * k) & 255);
	buf_release(&b);
}
END_TEST

START_TEST(what_is_taken_is_the_callers)
{
	struct bytes got;
	struct buf b;

	buf_init(&b, 8);
	got = buf_take(&b);
	ck_assert(got.p != NULL && got.n == 0);
	fixture_free(got);
	buf_put_str(&b, "12345678");
	got = buf_take(&b);
	ck_assert(bytes_equal(got, bytes_of_str("12345678")));
	ck_assert_uint_eq(b.n, 0);
	fixture_free(got);
	buf_u8(&b, 'x');
	ck_assert_str_eq(buf_str(&b), "x");
	buf_release(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_written_is_there);
	tcase_add_test(t, the_ceiling_sticks);
	tcase_add_test(t, growth_keeps_the_content);
	tcase_add_test(t, what_is_taken_is_the_callers);
}

int
main(void)
{
	return fixture_run("buf", add);
}
