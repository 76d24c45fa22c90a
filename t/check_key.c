/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Key bodies of every version and shape; fingerprints as another program
 * computed them (t/data/README says how). And the addresses in User IDs.
 */
#include "base/hex.h"
#include "fixture.h"
#include "pgp/pgp.h"
#include "pgp/wire.h"

#define RAW32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RSA_N                                                              \
	"c1030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5" \
	"dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5"

static enum ics_err
key_from_hex(const char *hex, struct pgp_key *key)
{
	static uint8_t
	    body[4096]; /* the key's views stay valid till the next */
	size_t n = strlen(hex) / 2;

	ck_assert_int_eq(hex_read(bytes_of_str(hex), body, n), ICS_OK);
	return pgp_key_parse(bytes_of(body, n), key);
}

START_TEST(every_version)
{
	static const struct {
		const char *hex, *fpr;
		uint64_t keyid;
		uint32_t created, days;
		uint16_t bits;
		uint8_t version, algo;
		enum pgp_curve curve;
	} rows[] = {
		{ "0336000000016d010200" RSA_N "0011010001",
		    "7d6b5c2235a70a1bdc6cc2d567dd9c77", 0x848b9299a0a7aeb5,
		    0x36000000, 365, 512, 3, PGP_ALGO_RSA, PGP_CURVE_NONE },
		{ "04600000001b" RAW32,
		    "62d328d7fd3133e47d369b8555694d5c6ef1ac0d",
		    0x55694d5c6ef1ac0d, 0x60000000, 0, 256, 4, PGP_ALGO_ED25519,
		    PGP_CURVE_NONE },
		{ "0560000000160000002d092b06010401da470f01010740" RAW32,
		    "c1e725e1f727bf686713e46613564350"
		    "289fe21437da294d83176d54b6eada71",
		    0xc1e725e1f727bf68, 0x60000000, 0, 256, 5, PGP_ALGO_EDDSA,
		    PGP_CURVE_ED25519 },
		{ "06600000001b00000020" RAW32,
		    "887636eeeeba0c42fd91809ae41699a4"
		    "544798e8b8d3e5c8f65257c543424224",
		    0x887636eeeeba0c42, 0x60000000, 0, 256, 6, PGP_ALGO_ED25519,
		    PGP_CURVE_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char fpr[PGP_FPR_TEXT_MAX];
		struct pgp_key key;

		ck_assert_int_eq(key_from_hex(rows[i].hex, &key), ICS_OK);
		pgp_fpr_hex(&key.fpr, fpr);
		ck_assert_str_eq(fpr, rows[i].fpr);
		ck_assert(key.keyid == rows[i].keyid);
		ck_assert_uint_eq(key.created, rows[i].created);
		ck_assert_uint_eq(key.days, rows[i].days);
		ck_assert_uint_eq(key.bits, rows[i].bits);
		ck_assert_uint_eq(key.version, rows[i].version);
		ck_assert_uint_eq(key.fpr.version, rows[i].version);
		ck_assert_uint_eq(key.algo, rows[i].algo);
		ck_assert_int_eq(key.curve, rows[i].curve);
		if (rows[i].version > 3)
			ck_assert(pgp_fpr_index(&key.fpr) == key.keyid);
	}
}
END_TEST

static const struct {
	const char *hex;
	enum ics_err err;
	unsigned bits;
} shapes[] = {
	{ "", ICS_ETRUNCATED, 0 },
	{ "04", ICS_ETRUNCATED, 0 },
	{ "0760000000", ICS_EUNSUPPORTED, 0 },
	{ "0036000000", ICS_EUNSUPPORTED, 0 },
	{ "0236000000016d010200" RSA_N "0011010001", ICS_OK, 512 },
	{ "0336000000016d110200" RSA_N "0011010001", ICS_EUNSUPPORTED, 0 },
	{ "0336000000016d010200" RSA_N "001101000100", ICS_EFORMAT, 0 },
	{ "0336000000016d010200" RSA_N "00110100", ICS_ETRUNCATED, 0 },
	{ "0460000000010200" RSA_N "0011010001", ICS_OK, 512 },
	/* a wrong bit count in the same octets: kept as it is */
	{ "04600000000101f9" RSA_N "0011010001", ICS_OK, 512 },
	{ "0460000000010000000101", ICS_OK, 0 },
	{ "04600000001b" RAW32 "00", ICS_EFORMAT, 0 },
	{ "04600000001b0001", ICS_ETRUNCATED, 0 },
	/* unknown algorithm, unknown curve, LibrePGP's Kyber */
	{ "046000000063ffffff", ICS_OK, 0 },
	{ "0460000000130301020300080a", ICS_OK, 0 },
	{ "04600000000801", ICS_OK, 0 },
	/* OID lengths 0 and 255 are reserved */
	{ "0460000000130000080a", ICS_ETRUNCATED, 0 },
	{ "046000000013ff0201", ICS_ETRUNCATED, 0 },
	/* ECDH: Curve25519, KDF; without KDF; with an empty one */
	{ "0460000000120a2b0601040197550105010003"
	  "07"
	  "03010807",
	    ICS_OK, 256 },
	{ "0460000000120a2b0601040197550105010003"
	  "07",
	    ICS_ETRUNCATED, 0 },
	{ "0460000000120a2b0601040197550105010003"
	  "07"
	  "00",
	    ICS_ETRUNCATED, 0 },
	/* version 6: counted material, nothing of the old curves */
	{ "06600000001b0000001f" RAW32, ICS_EFORMAT, 0 },
	{ "06600000001b00000021" RAW32, ICS_ETRUNCATED, 0 },
	{ "06600000001b00000021" RAW32 "00", ICS_EFORMAT, 0 },
	{ "0660000000160000002d092b06010401da470f01010740" RAW32, ICS_EFORMAT,
	    0 },
	{ "06600000001200000013"
	  "0a2b060104019755010501"
	  "000307"
	  "03010807",
	    ICS_ETRUNCATED, 0 },
	{ "06600000001200000012"
	  "0a2b060104019755010501"
	  "000307"
	  "03010807",
	    ICS_EFORMAT, 0 },
	{ "06600000001900000020" RAW32, ICS_OK, 256 },
};

START_TEST(shapes_and_refusals)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct pgp_key key;
		enum ics_err err = key_from_hex(shapes[i].hex, &key);

		ck_assert_msg(err == shapes[i].err, "%s: %s", shapes[i].hex,
		    err_name(err));
		if (err == ICS_OK)
			ck_assert_msg(key.bits == shapes[i].bits, "%s: %u",
			    shapes[i].hex, key.bits);
	}
}
END_TEST

START_TEST(fixed_sizes_by_algorithm)
{
	static const struct {
		uint8_t algo;
		size_t n;
		unsigned bits;
	} rows[] = {
		{ 25, 32, 256 },
		{ 26, 56, 448 },
		{ 27, 32, 256 },
		{ 28, 57, 456 },
		{ 30, 1984, 0 },
		{ 31, 2649, 0 },
		{ 32, 32, 256 },
		{ 33, 32, 256 },
		{ 34, 64, 512 },
		{ 35, 1216, 0 },
		{ 36, 1624, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int d = -1; d <= 1; d++) {
			size_t n = rows[i].n + (size_t)d;
			uint8_t body[4096] = { 6, 0, 0, 0, 0, rows[i].algo, 0,
				0, (uint8_t)(n >> 8), (uint8_t)n };
			struct pgp_key key;
			enum ics_err err =
			    pgp_key_parse(bytes_of(body, 10 + n), &key);

			ck_assert_int_eq(err == ICS_OK, d == 0);
			if (d == 0)
				ck_assert_uint_eq(key.bits, rows[i].bits);
		}
}
END_TEST

START_TEST(the_size_has_a_ceiling)
{
	static uint8_t body[PGP_PACKET_MAX + 1] = { 4, 0, 0, 0, 0, 99 };
	struct pgp_key key;

	ck_assert_int_eq(pgp_key_parse(bytes_of(body, PGP_PACKET_MAX), &key),
	    ICS_OK);
	ck_assert_int_eq(pgp_key_parse(bytes_of(body, PGP_PACKET_MAX + 1),
			     &key),
	    ICS_ETOOBIG);
}
END_TEST

START_TEST(addresses_in_user_ids)
{
	static const struct {
		const char *uid, *email;
	} rows[] = {
		{ "Alice <alice@example.org>", "alice@example.org" },
		{ "Alice (work) <Alice@Example.org> ", "Alice@Example.org" },
		{ "alice@example.org", "alice@example.org" },
		{ " alice@example.org\n", "alice@example.org" },
		{ "<alice@example.org>", "alice@example.org" },
		{ "a <b@c> <d@e>", "d@e" },
		{ "Acme T1000 S/N 000123", "" },
		{ "", "" },
		{ "<>", "" },
		{ ">", "" },
		{ "Alice <alice>", "" },
		{ "Alice <@example.org>", "" },
		{ "Alice <alice@>", "" },
		{ "Alice <a@b@c>", "" },
		{ "Alice <a b@c>", "" },
		{ "Alice <alice@example.org", "" },
		{ "Alice alice@example.org", "" },
		{ "Alice <alice@example.org> x", "" },
		{ "J\xc3\xbcrgen <j\xc3\xbc@example.org>",
		    "j\xc3\xbc@example.org" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(bytes_equal(pgp_uid_email(bytes_of_str(rows[i]
									 .uid)),
				  bytes_of_str(rows[i].email)),
		    "\"%s\"", rows[i].uid);
	ck_assert_ptr_null(pgp_uid_unfit(bytes_of(NULL, 0)));
	ck_assert_ptr_eq(pgp_uid_unfit(bytes_of("a\0b", 3)),
	    PGP_REASON(nul_uid));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_version);
	tcase_add_test(t, shapes_and_refusals);
	tcase_add_test(t, fixed_sizes_by_algorithm);
	tcase_add_test(t, the_size_has_a_ceiling);
	tcase_add_test(t, addresses_in_user_ids);
}

int
main(void)
{
	return fixture_run("key", add);
}
