/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base 64: the RFC's vectors, and all engines against each other. */
#include "base/b64_wide.h"
#include "base/hex.h"
#include "fixture.h"

/* Spec: RFC 4648 10 */
static const struct {
	const char *plain, *text;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

START_TEST(vectors_both_ways)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct bytes plain = bytes_of_str(vectors[i].plain);
		uint8_t out[16] = { 0 };
		struct buf back;

		ck_assert_uint_eq(b64_length(plain.n), strlen(vectors[i].text));
		b64_write(plain, out);
		ck_assert_str_eq((char *)out, vectors[i].text);
		buf_init(&back, plain.n);
		ck_assert_int_eq(b64_read(bytes_of_str(vectors[i].text), &back),
		    ICS_OK);
		ck_assert(bytes_equal(buf_bytes(&back), plain));
		buf_release(&back);
	}
}
END_TEST

START_TEST(what_is_read)
{
	static const struct {
		const char *text;
		enum ics_err err;
	} rows[] = {
		{ " Z\tm\r\n9 v\n", ICS_OK },
		{ "Zg", ICS_OK }, /* padding is optional */
		{ "Zm8", ICS_OK },
		{ "Zm8=\n \n", ICS_OK },
		{ "Z", ICS_EFORMAT },
		{ "Zg=", ICS_EFORMAT },
		{ "Zm8==", ICS_EFORMAT },
		{ "=", ICS_EFORMAT },
		{ "Zg==Zg==", ICS_EFORMAT },
		{ "Zm9v-", ICS_EFORMAT },
		{ "Zm9v_w", ICS_EFORMAT },
		{ "Zm9v\x80w==", ICS_EFORMAT },
		{ "Zm9vZm9vZm9v", ICS_ETOOBIG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b;

		buf_init(&b, 6);
		ck_assert_msg(b64_read(bytes_of_str(rows[i].text), &b) ==
				  rows[i].err,
		    "\"%s\"", rows[i].text);
		if (rows[i].err == ICS_EFORMAT)
			ck_assert_uint_eq(b.n, 0);
		buf_release(&b);
	}
}
END_TEST

/* Octets of every value, in a block of the exact size. */
static struct bytes
noise(size_t n)
{
	uint8_t *p = alloc_new(n + (n == 0));

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)fixture_random();
	return bytes_of(p, n);
}

/* Engine and table agree on data; so do lines and no lines. */
static void
agree(enum b64_engine engine, struct bytes data)
{
	size_t n = b64_length(data.n), lines_n = b64_lines_length(data.n), k;
	uint8_t *a = alloc_new(n + 1), *b = alloc_new(n + 1);
	uint8_t *lines = alloc_new(lines_n + 1);
	struct buf back;

	a[n] = b[n] = lines[lines_n] = 0xee; /* must stay */
	b64_write_by(B64_PLAIN, data, a);
	b64_write_by(engine, data, b);
	ck_assert_mem_eq(a, b, n + 1);
	b64_lines_write_by(engine, data, lines);
	ck_assert_uint_eq(lines[lines_n], 0xee);
	for (size_t i = k = 0; i < n; k++) { /* a line each */
		size_t line = n - i < B64_LINE ? n - i : B64_LINE;

		ck_assert_mem_eq(lines + k, a + i, line);
		i += line;
		k += line;
		ck_assert_uint_eq(lines[k], '\n');
	}
	ck_assert_uint_eq(k, lines_n);
	buf_init(&back, data.n);
	ck_assert_int_eq(b64_read(bytes_of(lines, lines_n), &back), ICS_OK);
	ck_assert(bytes_equal(buf_bytes(&back), data));
	buf_release(&back);
	free(a);
	free(b);
	free(lines);
}

START_TEST(engines_agree)
{
	enum b64_engine engine = (enum b64_engine)_i;

	if (!b64_engine_works(engine)) {
		printf("# engine %d does not work on this processor\n", _i);
		return;
	}
	for (size_t n = 0; n < 600; n++) {
		struct bytes data = noise(n < 300 ? n : fixture_below(9000));

		agree(engine, data);
		fixture_free(data);
	}
}
END_TEST

START_TEST(a_best_engine_works)
{
	ck_assert(b64_engine_works(b64_engine_best()));
	ck_assert(b64_engine_works(B64_PLAIN));
}
END_TEST

START_TEST(z_base_32_of_the_wkd_draft)
{
	/* SHA-1 of "joe.doe" */
	static const char sha1[] = "a83ee94be89c48a11ed25ab44cfdc848833c8b6e";
	uint8_t digest[20];
	char out[33];

	ck_assert_int_eq(hex_read(bytes_of_str(sha1), digest, 20), ICS_OK);
	zb32_write(digest, out);
	ck_assert_str_eq(out, "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, vectors_both_ways);
	tcase_add_test(t, what_is_read);
	tcase_add_loop_test(t, engines_agree, B64_PLAIN, B64_AVX2 + 1);
	tcase_add_test(t, a_best_engine_works);
	tcase_add_test(t, z_base_32_of_the_wkd_draft);
}

int
main(void)
{
	return fixture_run("b64", add);
}
