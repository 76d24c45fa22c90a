/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures of openssl, ssh-keygen and minisign: each verifies, from its
 * files and from the two notations; cut and flipped ones never do.
 */
#include <gcrypt.h>

#include "base/hex.h"
#include "fixture.h"
#include "foreign/factory.h"
#include "foreign/foreign.h"

static const struct row {
	const char *sig, *key;
	enum foreign_form form;
} rows[] = {
	{ "foreign/raw.sig", "foreign/raw.pub", FOREIGN_RAW },
	{ "foreign/ecdsa.sig", "foreign/ecdsa.pub", FOREIGN_RAW_SHA256 },
	{ "foreign/ssh.sig", "foreign/ssh.pub", FOREIGN_SSH_SHA512 },
	{ "foreign/mini.sig", "foreign/mini.pub", FOREIGN_MINISIGN },
};

/* What is signed, of fixed octets: digests by openssl and b2sum. */
static enum ics_err
message_get(void *arg, enum foreign_need need, struct bytes *octets)
{
	static const struct {
		int gcry;
		unsigned n;
	} digests[FOREIGN_NEEDS] = {
		[FOREIGN_SHA256] = { GCRY_MD_SHA256, 32 },
		[FOREIGN_SHA384] = { GCRY_MD_SHA384, 48 },
		[FOREIGN_SHA512] = { GCRY_MD_SHA512, 64 },
		[FOREIGN_BLAKE2B] = { GCRY_MD_BLAKE2B_512, 64 },
	};
	static uint8_t digest[64];
	const struct bytes *message = arg;

	if (message == NULL)
		return ICS_ENOTFOUND;
	if (need == FOREIGN_OCTETS) {
		*octets = *message;
		return ICS_OK;
	}
	gcry_md_hash_buffer(digests[need].gcry, digest, message->p, message->n);
	*octets = bytes_of(digest, digests[need].n);
	return ICS_OK;
}

struct files {
	struct bytes sig, key, message;
};

static void
files_read(const struct row *row, struct files *f)
{
	f->sig = fixture_read(row->sig);
	f->key = fixture_read(row->key);
	f->message = fixture_read("foreign/message");
}

static void
files_free(struct files *f)
{
	fixture_free(f->sig);
	fixture_free(f->key);
	fixture_free(f->message);
}

/* FOREIGN_UNSUPPORTED also when it cannot be read. */
static enum foreign_answer
answer_of(struct bytes sig_file, struct bytes key_file, struct bytes *message)
{
	struct foreign_source source = { message_get, message };
	enum foreign_answer answer = FOREIGN_UNSUPPORTED;
	struct foreign_sig sig;

	foreign_init(&sig);
	if (foreign_read(sig_file, key_file, &sig) == NULL)
		answer = foreign_check_any(&sig, &source);
	foreign_release(&sig);
	return answer;
}

START_TEST(each_verifies)
{
	struct files f;

	files_read(&rows[_i], &f);
	ck_assert_int_eq(answer_of(f.sig, f.key, &f.message), FOREIGN_GOOD);
	ck_assert_int_eq(answer_of(f.sig, f.key, NULL), FOREIGN_UNCHECKED);
	files_free(&f);
}
END_TEST

START_TEST(each_is_carried_by_two_notations)
{
	struct foreign_source source = { message_get, NULL };
	struct foreign_sig sig, again;
	struct buf evidence, key;
	struct files f;

	files_read(&rows[_i], &f);
	source.arg = &f.message;
	foreign_init(&sig);
	foreign_init(&again);
	buf_init(&evidence, FOREIGN_VALUE_MAX);
	buf_init(&key, FOREIGN_VALUE_MAX);
	ck_assert_ptr_null(foreign_read(f.sig, f.key, &sig));
	ck_assert_int_eq(sig.form, rows[_i].form);
	foreign_values(&sig, &evidence, &key);
	ck_assert_int_eq(buf_end(&evidence), ICS_OK);
	ck_assert_ptr_null(foreign_of_values(buf_bytes(&evidence),
	    buf_bytes(&key), &again));
	ck_assert_int_eq(foreign_check(&again, &source), FOREIGN_GOOD);
	ck_assert_ptr_nonnull(foreign_of_values(buf_bytes(&key),
	    buf_bytes(&evidence), &again));
	foreign_release(&sig);
	foreign_release(&again);
	buf_release(&evidence);
	buf_release(&key);
	files_free(&f);
}
END_TEST

START_TEST(another_message_is_bad)
{
	struct bytes other = bytes_of_str("hellp");
	struct files f;

	files_read(&rows[_i], &f);
	ck_assert_int_eq(answer_of(f.sig, f.key, &other), FOREIGN_BAD);
	files_free(&f);
}
END_TEST

START_TEST(a_cut_one_never_verifies)
{
	struct files f;

	files_read(&rows[_i], &f);
	for (size_t n = 0; n + 40 < f.sig.n; n++) {
		uint8_t *exact = alloc_new(n + (n == 0));

		memcpy(exact, f.sig.p, n);
		ck_assert_int_ne(answer_of(bytes_of(exact, n), f.key,
				     &f.message),
		    FOREIGN_GOOD);
		free(exact);
	}
	files_free(&f);
}
END_TEST

/* Flips in comments and line ends may change nothing; none makes a signature
 * good for other octets, and none is read over its end. */
START_TEST(a_flipped_one_is_never_good_for_others)
{
	struct bytes other = bytes_of_str("hellp");
	struct files f;
	uint8_t *copy;

	files_read(&rows[_i], &f);
	copy = alloc_new(f.sig.n);
	memcpy(copy, f.sig.p, f.sig.n);
	for (size_t i = 0; i < f.sig.n; i++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			copy[i] ^= (uint8_t)(1u << bit);
			ck_assert_int_ne(answer_of(bytes_of(copy, f.sig.n),
					     f.key, &other),
			    FOREIGN_GOOD);
			copy[i] ^= (uint8_t)(1u << bit);
		}
	}
	free(copy);
	files_free(&f);
}
END_TEST

START_TEST(another_key_is_refused_or_bad)
{
	struct files f, of;

	files_read(&rows[_i], &f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((int)i == _i)
			continue;
		files_read(&rows[i], &of);
		ck_assert_int_ne(answer_of(f.sig, of.key, &f.message),
		    FOREIGN_GOOD);
		files_free(&of);
	}
	files_free(&f);
}
END_TEST

/* ---- TPM ------------------------------------------------------------------------ */

#define TPM_HEAD "0023000b00040072"
#define TPM_TAIL           \
	"0000001000100003" \
	"0010"
#define P256_X \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

static size_t
tpm_make(uint8_t *out)
{
	const char *hex = TPM_HEAD TPM_TAIL "0020" P256_X "0020" P256_Y;

	ck_assert_int_eq(hex_read(bytes_of_str(hex), out, strlen(hex) / 2),
	    ICS_OK);
	return strlen(hex) / 2;
}

START_TEST(a_tpm_key_is_read_whole_or_not)
{
	uint8_t area[256];
	size_t n = tpm_make(area);
	struct foreign_keytext key;

	ck_assert_ptr_null(foreign_tpm_read(bytes_of(area, n), &key));
	ck_assert_uint_eq(key.key.algo, PGP_ALGO_ECDSA);
	ck_assert_int_eq(key.key.curve, PGP_CURVE_P256);
	ck_assert_uint_eq(key.key.point.n, 65);
	area[5] = 0; /* it does not sign */
	ck_assert_ptr_null(foreign_tpm_read(bytes_of(area, n), &key));
	ck_assert_uint_eq(key.key.algo, PGP_ALGO_ECDH);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = alloc_new(cut + (cut == 0));

		memcpy(exact, area, cut);
		ck_assert_ptr_nonnull(foreign_tpm_read(bytes_of(exact, cut),
		    &key));
		free(exact);
	}
}
END_TEST

START_TEST(a_flipped_tpm_key_is_read_as_another_or_refused)
{
	uint8_t area[256];
	size_t n = tpm_make(area);
	struct foreign_keytext key;

	for (size_t i = 0; i < 8 * n; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		area[i / 8] ^= bit;
		if (foreign_tpm_read(bytes_of(area, n), &key) == NULL)
			ck_assert_uint_ne(key.key.algo, 0);
		area[i / 8] ^= bit;
	}
}
END_TEST

static void
tests_add(TCase *tc)
{
	const int n = (int)(sizeof(rows) / sizeof(rows[0]));

	tcase_add_test(tc, a_tpm_key_is_read_whole_or_not);
	tcase_add_test(tc, a_flipped_tpm_key_is_read_as_another_or_refused);
	tcase_add_loop_test(tc, each_verifies, 0, n);
	tcase_add_loop_test(tc, each_is_carried_by_two_notations, 0, n);
	tcase_add_loop_test(tc, another_message_is_bad, 0, n);
	tcase_add_loop_test(tc, a_cut_one_never_verifies, 0, n);
	tcase_add_loop_test(tc, a_flipped_one_is_never_good_for_others, 0, n);
	tcase_add_loop_test(tc, another_key_is_refused_or_bad, 0, n);
}

int
main(void)
{
	return fixture_run("foreign", tests_add);
}
