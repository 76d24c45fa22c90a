/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature bodies: what is read, refused, normalised and compared. */
#include "pgp_make.h"

#define KEYID 0x1122334455667788
/* issuer fingerprint, version 4, of a key with KEYID */
#define FPR4                                     \
	"16210401020304050607080910111211223344" \
	"55667788"
#define NOTE               \
	"1114800000000004" \
	"00046d616e7541636d65" /* manu=Acme */

static struct buf body; /* the signature's views point into it */

static enum ics_err
parse(const struct make_sig *how, struct pgp_sig *sig)
{
	buf_release(&body);
	buf_init(&body, 300000);
	make_sig_body(&body, how);
	return pgp_sig_parse(buf_bytes(&body), sig);
}

START_TEST(what_is_read)
{
	struct make_sig how = { .type = 0x13,
		.created = 1000,
		.keyid = KEYID,
		.hashed = "050300000e10"
			  "050900015180"
			  "020400"
			  "020700"
			  "021901"
			  "031b0308"
			  "061d0268656c6c" NOTE "02e401" };
	struct pgp_notation n;
	struct cursor cur;
	struct pgp_sig sig;

	ck_assert_int_eq(parse(&how, &sig), ICS_OK);
	ck_assert_uint_eq(sig.version, 4);
	ck_assert_uint_eq(sig.type, 0x13);
	ck_assert_uint_eq(sig.created, 1000);
	ck_assert(sig.has_created && sig.issuer_keyid == KEYID);
	ck_assert_uint_eq(sig.issuer.version, 0);
	ck_assert_uint_eq(sig.expires, 3600);
	ck_assert_uint_eq(sig.key_expires, 86400);
	ck_assert(sig.is_local && sig.is_irrevocable && sig.is_primary_uid);
	ck_assert(sig.has_key_flags && sig.key_flags == 0x0803);
	ck_assert(sig.has_reason && sig.reason == PGP_REVOKE_COMPROMISED);
	ck_assert(sig.has_unknown_critical); /* private type 100 */
	ck_assert_uint_eq(sig.left16[0], 0x12);
	ck_assert_uint_eq(sig.values.n, 64);
	cur = cursor_of(sig.hashed);
	ck_assert_int_eq(pgp_notation_next(&cur, &n), ICS_OK);
	ck_assert(bytes_equal(n.name, bytes_of_str("manu")));
	ck_assert(bytes_equal(n.value, bytes_of_str("Acme")));
	ck_assert_uint_eq(n.flags, 0x80000000u);
	ck_assert_int_eq(pgp_notation_next(&cur, &n), ICS_ENOTFOUND);
}
END_TEST

START_TEST(unsigned_claims_are_not_believed)
{
	struct make_sig how = { .type = 0x13,
		.created = 1000,
		.unhashed = "050200000007"
			    "050900015180"
			    "020400"
			    "021901" };
	struct pgp_sig sig;

	ck_assert_int_eq(parse(&how, &sig), ICS_OK);
	ck_assert_uint_eq(sig.created, 1000);
	ck_assert_uint_eq(sig.key_expires, 0);
	ck_assert(!sig.is_local && !sig.is_primary_uid);
}
END_TEST

START_TEST(who_issued)
{
	static const struct {
		const char *hashed, *unhashed;
		uint64_t keyid;
		unsigned version;
	} rows[] = {
		{ NULL, NULL, 0, 0 },
		{ NULL,
		    "0910"
		    "1122334455667788",
		    KEYID, 0 },
		{ FPR4, NULL, KEYID, 4 },
		{ NULL, FPR4, KEYID, 4 },
		/* signed beats unsigned */
		{ FPR4,
		    "0910"
		    "aaaaaaaaaaaaaaaa",
		    KEYID, 4 },
		{ "0910"
		  "aaaaaaaaaaaaaaaa",
		    FPR4, 0xaaaaaaaaaaaaaaaa, 0 },
		{ "0910"
		  "1122334455667788",
		    FPR4, KEYID, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct make_sig how = { .type = 0x10,
			.hashed = rows[i].hashed,
			.unhashed = rows[i].unhashed };
		struct pgp_sig sig;

		ck_assert_int_eq(parse(&how, &sig), ICS_OK);
		ck_assert_msg(sig.issuer_keyid == rows[i].keyid, "row %zu", i);
		ck_assert_uint_eq(sig.issuer.version, rows[i].version);
	}
}
END_TEST

START_TEST(what_is_refused)
{
	static const struct {
		struct make_sig how;
		enum ics_err err;
	} rows[] = {
		{ { .type = 0x10 }, ICS_OK },
		{ { .version = 5, .type = 0x10 }, ICS_OK },
		{ { .version = 6, .type = 0x10 }, ICS_OK },
		{ { .version = 7, .type = 0x10 }, ICS_EUNSUPPORTED },
		{ { .version = 2, .type = 0x10 }, ICS_EUNSUPPORTED },
		{ { .junk = "00" }, ICS_EFORMAT },
		{ { .version = 6, .junk = "00" }, ICS_EFORMAT },
		{ { .hashed = "00" }, ICS_EFORMAT }, /* no type octet */
		{ { .unhashed = "00" }, ICS_EFORMAT },
		{ { .hashed = "0902" }, ICS_EFORMAT }, /* overrun */
		{ { .unhashed = "ff00000001" }, ICS_EFORMAT },
		{ { .hashed = "04020000"
			      "00" },
		    ICS_EFORMAT }, /* short */
		{ { .hashed = "0204"
			      "00"
			      "0104" },
		    ICS_EFORMAT },
		{ { .hashed = "0510"
			      "11223344" },
		    ICS_EFORMAT },
		{ { .unhashed = "0510"
				"11223344" },
		    ICS_EFORMAT },
		/* notations whose lengths lie */
		{ { .hashed = "1114800000000004"
			      "00056d616e7541636d65" },
		    ICS_EFORMAT },
		{ { .hashed = "1114800000000004"
			      "00036d616e7541636d65" },
		    ICS_EFORMAT },
		/* a fingerprint of another version than the signature's */
		{ { .version = 6, .hashed = FPR4 }, ICS_EFORMAT },
		{ { .hashed = "16210601020304050607080910111211223344"
			      "55667788" },
		    ICS_EFORMAT },
		{ { .pad = PGP_HASHED_MAX - 12 }, ICS_OK },
		{ { .pad = PGP_HASHED_MAX - 11 }, ICS_ETOOBIG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pgp_sig sig;
		enum ics_err err = parse(&rows[i].how, &sig);

		ck_assert_msg(err == rows[i].err, "row %zu: %s", i,
		    err_name(err));
	}
}
END_TEST

START_TEST(salts_and_values_have_sizes)
{
	struct make_sig how = { .version = 6, .type = 0x1f };
	struct pgp_sig sig;
	uint8_t *p;

	ck_assert_int_eq(parse(&how, &sig), ICS_OK);
	ck_assert_uint_eq(sig.salt.n, 16);
	p = body.p;
	p[3] = PGP_HASH_SHA512; /* wants 32 */
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_EFORMAT);
	p[3] = PGP_HASH_SHA1; /* not allowed */
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_EFORMAT);
	p[3] = PGP_HASH_SHA3_256;
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	p[2] = PGP_ALGO_RSA; /* the same octets are no MPI */
	ck_assert_int_ne(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	p[2] = 99; /* unknown: opaque */
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
}
END_TEST

START_TEST(version_3)
{
	/* RSA over MD5, one MPI of 9 bits */
	static const char v3[] = "030510000003e81122334455667788"
				 "0101"
				 "abcd"
				 "0009"
				 "01ff";
	uint8_t octets[40];
	size_t n = strlen(v3) / 2;
	struct pgp_sig sig;
	struct buf out;

	ck_assert_int_eq(hex_read(bytes_of_str(v3), octets, n), ICS_OK);
	ck_assert_int_eq(pgp_sig_parse(bytes_of(octets, n), &sig), ICS_OK);
	ck_assert(sig.has_created && sig.created == 1000);
	ck_assert(sig.issuer_keyid == KEYID && sig.hashed.n == 0);
	buf_init(&out, 100);
	pgp_sig_normalise(&sig, &out);
	ck_assert(bytes_equal(buf_bytes(&out), sig.body));
	buf_clear(&out);
	pgp_sig_confirmed(&sig, &out);
	ck_assert_uint_eq(out.n, 5 + n);
	buf_release(&out);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_ne(pgp_sig_parse(bytes_of(octets, i), &sig),
		    ICS_OK);
	octets[1] = 6;
	ck_assert_int_ne(pgp_sig_parse(bytes_of(octets, n), &sig), ICS_OK);
}
END_TEST

/* Parse a copy with another unhashed area; its views live in *room. */
static struct pgp_sig
variant(struct buf *room, uint8_t version, const char *unhashed)
{
	struct make_sig how = { .version = version,
		.type = 0x13,
		.created = 5,
		.unhashed = unhashed };
	struct pgp_sig sig;

	buf_init(room, 100000);
	make_sig_body(room, &how);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(room), &sig), ICS_OK);
	return sig;
}

#define KEPT               \
	"0910"             \
	"1122334455667788" \
	"03200405"

START_TEST(normalising_and_comparing)
{
	static const uint8_t versions[] = { 4, 5, 6 };

	for (size_t i = 0; i < sizeof(versions); i++) {
		struct buf ra, rb, na, nb;
		struct pgp_sig a = variant(&ra, versions[i], KEPT);
		struct pgp_sig b = variant(&rb, versions[i],
		    "026501"
		    "0910"
		    "1122334455667788" NOTE "03200405"
		    "0265ff");

		buf_init(&na, 1000);
		buf_init(&nb, 1000);
		pgp_sig_normalise(&a, &na);
		ck_assert(bytes_equal(buf_bytes(&na), a.body));
		pgp_sig_normalise(&b, &nb);
		ck_assert(bytes_equal(buf_bytes(&na), buf_bytes(&nb)));
		ck_assert_int_eq(pgp_sig_compare(&a, &b), 0);
		buf_clear(&na);
		buf_clear(&nb);
		pgp_sig_confirmed(&a, &na);
		pgp_sig_confirmed(&b, &nb);
		ck_assert(bytes_equal(buf_bytes(&na), buf_bytes(&nb)));
		ck_assert_uint_eq(na.p[0], 0x88);
		ck_assert_uint_eq(na.n, 5 + a.body.n - a.unhashed.n);
		rb.p[rb.n - 1] ^= 1; /* a signature value */
		ck_assert_int_ne(pgp_sig_compare(&a, &b), 0);
		ck_assert((pgp_sig_compare(&a, &b) < 0) !=
			  (pgp_sig_compare(&b, &a) < 0));
		buf_release(&ra);
		buf_release(&rb);
		buf_release(&na);
		buf_release(&nb);
	}
}
END_TEST

START_TEST(too_many_subpackets)
{
	struct pgp_sig sig;
	char hex[4 * PGP_SUBPACKETS_MAX + 1];
	struct make_sig how = { .unhashed = hex };

	for (size_t i = 0; i < PGP_SUBPACKETS_MAX; i++)
		memcpy(&hex[4 * i], "0165", 5);
	ck_assert_int_eq(parse(&how, &sig), ICS_OK);
	how.unhashed = NULL; /* one more is in the hashed area already */
	how.hashed = hex;
	ck_assert_int_eq(parse(&how, &sig), ICS_ETOOBIG);
	buf_release(&body);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_read);
	tcase_add_test(t, unsigned_claims_are_not_believed);
	tcase_add_test(t, who_issued);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, salts_and_values_have_sizes);
	tcase_add_test(t, version_3);
	tcase_add_test(t, normalising_and_comparing);
	tcase_add_test(t, too_many_subpackets);
}

int
main(void)
{
	return fixture_run("sig", add);
}
