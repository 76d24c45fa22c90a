/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys as text and values as s-expressions: each form reads as it should; cut
 * and flipped ones are refused or read as another key, and never overread.
 */
#include "base/b64.h"
#include "base/hex.h"
#include "fixture.h"
#include "foreign/keytext.h"
#include "pgp/pgp.h"
#include "sign/values.h"

#define ED25519 \
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define P256_X \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

static const struct row {
	const char *text;
	uint8_t algo; /* 0: refused */
	enum pgp_curve curve;
	enum foreign_reason_index why;
} rows[] = {
	{ ED25519, PGP_ALGO_EDDSA, PGP_CURVE_ED25519, 0 },
	{ "  " ED25519 "\r\n", PGP_ALGO_EDDSA, PGP_CURVE_ED25519, 0 },
	{ "04" P256_X P256_Y, PGP_ALGO_ECDSA, PGP_CURVE_P256, 0 },
	{ P256_X P256_Y, PGP_ALGO_ECDSA, PGP_CURVE_P256, 0 },
	/* RFC 8410 10.1 */
	{ "-----BEGIN PUBLIC KEY-----\n"
	  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	  "-----END PUBLIC KEY-----\n",
	    PGP_ALGO_EDDSA, PGP_CURVE_ED25519, 0 },
	{ "-----BEGIN PUBLIC KEY-----\\n"
	  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\\n"
	  "-----END PUBLIC KEY-----",
	    PGP_ALGO_EDDSA, PGP_CURVE_ED25519, 0 },
	{ "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
	    PGP_ALGO_EDDSA, PGP_CURVE_ED25519, 0 },
	{ "MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
	    PGP_ALGO_ECDH, PGP_CURVE_CV25519, 0 },
	{ "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", PGP_ALGO_EDDSA,
	    PGP_CURVE_ED25519, 0 },
	{ "", 0, 0, FOREIGN_REASON_no_key },
	{ " \n", 0, 0, FOREIGN_REASON_no_key },
	{ "12", 0, 0, FOREIGN_REASON_bad_key },
	{ "123", 0, 0, FOREIGN_REASON_bad_key },
	{ ED25519 "00", 0, 0, FOREIGN_REASON_bad_key },
	{ "a key", 0, 0, FOREIGN_REASON_bad_key },
	{ "-----BEGIN PUBLIC KEY-----", 0, 0, FOREIGN_REASON_bad_key },
	{ "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", 0, 0,
	    FOREIGN_REASON_bad_key },
	/* Ed448 */
	{ "MEMwBQYDK2VxAzoAX9dEm1m0YfBwdjGV3Qo+4HRRERERERERERERERERERERER"
	  "ERERERERERERERERERERERERERERER",
	    0, 0, FOREIGN_REASON_odd_key },
};

START_TEST(each_form_reads_as_it_should)
{
	const struct row *row = &rows[_i];
	struct foreign_keytext key;
	const struct reason *why =
	    foreign_keytext_read(bytes_of_str(row->text), &key);

	if (row->algo == 0) {
		ck_assert_ptr_eq(why, &foreign_reasons[row->why]);
		return;
	}
	ck_assert_ptr_null(why);
	ck_assert_uint_eq(key.key.algo, row->algo);
	ck_assert_int_eq((int)key.key.curve, (int)row->curve);
	ck_assert_uint_eq(key.key.point.n,
	    row->curve == PGP_CURVE_P256 ? 65 : 32);
}
END_TEST

/* An RSA key, as openssl writes it: 2048 bits, 65537. */
static struct bytes
rsa_info(void)
{
	static uint8_t info[294];
	static const uint8_t head[] = { 0x30, 0x82, 0x01, 0x22, 0x30, 0x0d,
		0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
		0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82,
		0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00 };
	static const uint8_t tail[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

	memset(info, 0xa5, sizeof(info));
	memcpy(info, head, sizeof(head));
	memcpy(info + sizeof(info) - sizeof(tail), tail, sizeof(tail));
	return bytes_of(info, sizeof(info));
}

static const struct reason *
info_read(struct bytes info, struct foreign_keytext *key)
{
	uint8_t text[512];

	ck_assert_uint_le(b64_length(info.n), sizeof(text));
	b64_write(info, text);
	return foreign_keytext_read(bytes_of(text, b64_length(info.n)), key);
}

START_TEST(rsa_is_walked_through)
{
	struct bytes info = rsa_info();
	struct foreign_keytext key;
	struct buf body;

	ck_assert_ptr_null(info_read(info, &key));
	ck_assert_uint_eq(key.key.algo, PGP_ALGO_RSA);
	ck_assert_uint_eq(key.key.n.n, 256);
	ck_assert_uint_eq(key.key.e.n, 3);
	key.key.version = 4;
	buf_init(&body, PGP_PACKET_MAX);
	ck_assert(compose_key_write(&key.key, &body) == ICS_OK);
	buf_release(&body);
	for (size_t n = 1; n < info.n; n++)
		ck_assert(info_read(bytes_of(info.p, n), &key) != NULL ||
			  key.key.algo != PGP_ALGO_RSA);
}
END_TEST

/* Flipped bits make another key or none; what is one can be written. */
START_TEST(flipped_bits_do_no_harm)
{
	struct bytes info = rsa_info();
	struct foreign_keytext key;
	uint8_t octets[294];
	struct buf body;

	buf_init(&body, PGP_PACKET_MAX);
	for (size_t bit = 0; bit < 8 * 60; bit++) {
		memcpy(octets, info.p, info.n);
		octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (info_read(bytes_of(octets, info.n), &key) != NULL)
			continue;
		key.key.version = 4;
		buf_clear(&body);
		ck_assert(compose_key_write(&key.key, &body) == ICS_OK);
	}
	buf_release(&body);
}
END_TEST

/* ---- s-expressions ------------------------------------------------------------ */

static const struct value_row {
	uint8_t algo;
	const char *sexp, *values; /* values in hex; NULL: refused */
} value_rows[] = {
	{ PGP_ALGO_RSA, "(7:sig-val(3:rsa(1:s2:\x01\x02)))", "00090102" },
	{ PGP_ALGO_DSA, "(7:sig-val(3:dsa(1:r1:\x07)(1:s2:\x80\x01)))",
	    "00030700108001" },
	{ PGP_ALGO_ECDSA, "(7:sig-val(5:ecdsa(1:r1:\x01)(1:s1:\x03)))",
	    "0001010002"
	    "03" },
	{ PGP_ALGO_EDDSA, "(7:sig-val(5:eddsa(1:r1:\x01)(1:s1:\x03)))",
	    "000101000203" },
	{ PGP_ALGO_ECDSA, "(7:sig-val(5:eddsa(1:r1:\x01)(1:s1:\x03)))", NULL },
	{ PGP_ALGO_RSA, "(7:sig-val(3:dsa(1:r1:\x07)(1:s2:\x80\x01)))", NULL },
	{ PGP_ALGO_DSA, "(7:sig-val(3:dsa(1:r1:\x07)))", NULL },
	{ PGP_ALGO_RSA, "(7:sig-val(3:rsa(1:s2:\x01", NULL },
	{ PGP_ALGO_RSA, "", NULL },
	{ PGP_ALGO_ECDH, "(7:sig-val(3:rsa(1:s2:\x01\x02)))", NULL },
};

START_TEST(values_are_of_the_key)
{
	const struct value_row *row = &value_rows[_i];
	struct pgp_key key = { .algo = row->algo };
	struct bytes sexp = alloc_bytes(bytes_of_str(row->sexp)); /* exact */
	struct buf values;
	char hex[64];
	enum ics_err err;

	buf_init(&values, 1024);
	err = sign_values_read(&key, sexp, &values);
	if (row->values == NULL) {
		ck_assert(err == ICS_EFORMAT);
	} else {
		ck_assert(err == ICS_OK);
		hex_lower(buf_bytes(&values), hex);
		ck_assert_str_eq(hex, row->values);
	}
	buf_release(&values);
	alloc_bytes_free(sexp);
}
END_TEST

START_TEST(native_values_have_their_width)
{
	static const char sexp[] = "(7:sig-val(5:eddsa(1:r1:\x01)(1:s1:\x03)))";
	struct pgp_key key = { .algo = PGP_ALGO_ED25519 };
	struct buf values;

	buf_init(&values, 1024);
	ck_assert(sign_values_read(&key, bytes_of_str(sexp), &values) ==
		  ICS_OK);
	ck_assert_uint_eq(values.n, 64);
	ck_assert_uint_eq(values.p[31], 1);
	ck_assert_uint_eq(values.p[63], 3);
	buf_release(&values);
}
END_TEST

static void
setup(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
}

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, each_form_reads_as_it_should, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, rsa_is_walked_through);
	tcase_add_test(t, flipped_bits_do_no_harm);
	tcase_add_loop_test(t, values_are_of_the_key, 0,
	    (int)(sizeof(value_rows) / sizeof(value_rows[0])));
	tcase_add_test(t, native_values_have_their_width);
}

int
main(void)
{
	return fixture_run("keytext", tests_add);
}
