/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature values that no tool would make: RSA paddings that are nearly
 * right, and Ed448 in both of its dresses; by every backend.
 */
#include <gcrypt.h>

#include "backends.h"

/* RSA with its secret, so that any encoded message can be signed. */
struct rsa {
	gcry_sexp_t secret;
	uint8_t n[128];
	struct buf material;
	struct pgp_key key;
};

static void
rsa_make(struct rsa *rsa)
{
	gcry_sexp_t parms = NULL, token;
	size_t n;
	const char *p;

	ck_assert_int_eq(gcry_sexp_build(&parms, NULL,
			     "(genkey(rsa(nbits 4:1024)(transient-key)))"),
	    0);
	ck_assert_int_eq(gcry_pk_genkey(&rsa->secret, parms), 0);
	token = gcry_sexp_find_token(rsa->secret, "n", 1);
	p = gcry_sexp_nth_data(token, 1, &n);
	ck_assert(n >= 128);
	memcpy(rsa->n, &p[n - 128], 128);
	buf_init(&rsa->material, 200);
	buf_be16(&rsa->material, 1024);
	buf_put(&rsa->material, bytes_of(rsa->n, 128));
	buf_be16(&rsa->material, 17);
	buf_u8(&rsa->material, 1);
	buf_be16(&rsa->material, 1);
	rsa->key = (struct pgp_key){ .version = 4,
		.algo = PGP_ALGO_RSA,
		.material = buf_bytes(&rsa->material) };
	gcry_sexp_release(token);
	gcry_sexp_release(parms);
}

static void
rsa_sign(const struct rsa *rsa, const uint8_t em[128], struct buf *values)
{
	gcry_sexp_t data = NULL, sig = NULL, token;
	size_t n;
	const char *p;

	ck_assert_int_eq(gcry_sexp_build(&data, NULL,
			     "(data(flags raw)(value%b))", 128, em),
	    0);
	ck_assert_int_eq(gcry_pk_sign(&sig, data, rsa->secret), 0);
	token = gcry_sexp_find_token(sig, "s", 1);
	p = gcry_sexp_nth_data(token, 1, &n);
	buf_clear(values);
	buf_be16(values, (uint16_t)(n * 8));
	buf_put(values, bytes_of(p, n));
	gcry_sexp_release(token);
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
}

/* 00 01 FF ... 00 DigestInfo digest, with room for garbage behind. */
static void
em_make(uint8_t em[128], struct bytes info, struct bytes digest, size_t behind)
{
	size_t tail = info.n + digest.n + behind;

	memset(em, 0xff, 128);
	em[0] = 0;
	em[1] = 1;
	em[127 - tail] = 0;
	if (info.n > 0)
		memcpy(&em[128 - tail], info.p, info.n);
	memcpy(&em[128 - tail + info.n], digest.p, digest.n);
}

START_TEST(only_the_exact_padding_is_taken)
{
	static const uint8_t sha256[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
		0x00, 0x04, 0x20 };
	static const uint8_t no_null[] = { 0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04,
		0x20 };
	static const struct {
		struct bytes info;
		size_t behind, changed;
		enum pgp_verdict verdict;
	} table[] = {
		{ { sha256, sizeof(sha256) }, 0, 0, PGP_GOOD },
		{ { sha256, sizeof(sha256) }, 1, 0, PGP_BAD },
		{ { sha256, sizeof(sha256) }, 50, 0, PGP_BAD },
		{ { no_null, sizeof(no_null) }, 0, 0, PGP_BAD },
		{ { sha256, sizeof(sha256) }, 0, 1, PGP_BAD },
		{ { sha256, sizeof(sha256) }, 0, 9, PGP_BAD },
		{ { NULL, 0 }, 0, 0, PGP_BAD },
	};
	uint8_t em[128], digest[32];
	struct buf values;
	struct rsa rsa = { .secret = NULL };

	memset(digest, 0x42, sizeof(digest));
	buf_init(&values, 400);
	rsa_make(&rsa);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct pgp_sig sig = { .version = 4,
			.pk = PGP_ALGO_RSA,
			.hash = PGP_HASH_SHA256 };

		em_make(em, table[i].info, bytes_of(digest, 32),
		    table[i].behind);
		em[table[i].changed] ^= table[i].changed ? 0x03 : 0;
		rsa_sign(&rsa, em, &values);
		sig.values = buf_bytes(&values);
		ck_assert_msg(all_say(&rsa.key, &sig, bytes_of(digest, 32)) ==
				  table[i].verdict,
		    "row %zu", i);
	}
	buf_release(&values);
	buf_release(&rsa.material);
	gcry_sexp_release(rsa.secret);
}
END_TEST

static void
ed448_read(gcry_sexp_t from, const char *name, uint8_t out[57])
{
	gcry_sexp_t token = gcry_sexp_find_token(from, name, 1);
	size_t n = 0;
	const char *p = gcry_sexp_nth_data(token, 1, &n);

	ck_assert(p != NULL && n == 57);
	memcpy(out, p, 57);
	gcry_sexp_release(token);
}

/* Both forms: native octets, and GnuPG's MPIs under algorithm 22. */
START_TEST(ed448_by_every_backend)
{
	gcry_sexp_t parms = NULL, pair = NULL, data = NULL, made = NULL;
	uint8_t point[57], values[114], digest[64], mpis[200], dressed[70];
	static const uint8_t oid[] = { 3, 0x2b, 0x65, 0x71, 0x01, 0xcf, 0x40 };
	struct pgp_key key = {
		.version = 6, .algo = PGP_ALGO_ED448, .material = { point, 57 }
	};
	struct pgp_key old = { .version = 5,
		.algo = PGP_ALGO_EDDSA,
		.curve = PGP_CURVE_ED448,
		.material = { dressed, sizeof(oid) + 57 } };
	struct pgp_sig sig = { .version = 6, .values = { values, 114 } };
	struct pgp_sig old_sig = { .version = 5, .values = { mpis, 118 } };

	memset(digest, 0x17, sizeof(digest));
	ck_assert_int_eq(gcry_sexp_build(&parms, NULL,
			     "(genkey(ecc(curve Ed448)(flags eddsa)))"),
	    0);
	ck_assert_int_eq(gcry_pk_genkey(&pair, parms), 0);
	ed448_read(pair, "q", point);
	ck_assert_int_eq(gcry_sexp_build(&data, NULL, "(data(value%b))", 64,
			     digest),
	    0);
	ck_assert_int_eq(gcry_pk_sign(&made, data, pair), 0);
	ed448_read(made, "r", values);
	ed448_read(made, "s", &values[57]);
	memcpy(dressed, oid, sizeof(oid));
	memcpy(&dressed[sizeof(oid)], point, 57);
	mpis[0] = mpis[59] = 0x01;
	mpis[1] = mpis[60] = 0xc8;
	memcpy(&mpis[2], values, 57);
	memcpy(&mpis[61], &values[57], 57);
	ck_assert_int_eq(all_say(&key, &sig, bytes_of(digest, 64)), PGP_GOOD);
	ck_assert_int_eq(all_say(&old, &old_sig, bytes_of(digest, 64)),
	    PGP_GOOD);
	for (size_t i = 0; i < 114; i++) {
		values[i] ^= 0x10;
		ck_assert_int_eq(all_say(&key, &sig, bytes_of(digest, 64)),
		    PGP_BAD);
		values[i] ^= 0x10;
	}
	gcry_sexp_release(parms);
	gcry_sexp_release(pair);
	gcry_sexp_release(data);
	gcry_sexp_release(made);
}
END_TEST

static void
crypto_ready(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
}

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, crypto_ready, NULL);
	tcase_add_test(t, only_the_exact_padding_is_taken);
	tcase_add_test(t, ed448_by_every_backend);
}

int
main(void)
{
	return fixture_run("values", tests_add);
}
