/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What signatures cover: every type and version against octets put together
 * here, from the sheet and not from the code; and the RFC's own certificate.
 */
#include "base/hex.h"
#include "maker.h"

enum {
	K = 1,
	S = 2,
	U = 4,
	A = 8,
	DOC = 16
}; /* what a row covers */

static const struct row {
	uint8_t type, versions; /* a bit per version, from 3 */
	unsigned covers;
} rows[] = {
	{ 0x00, 15, DOC },
	{ 0x02, 14, 0 },
	{ 0x40, 14, 0 },
	{ 0x10, 15, K | U },
	{ 0x11, 15, K | U },
	{ 0x12, 15, K | U },
	{ 0x13, 15, K | U },
	{ 0x13, 15, K | A },
	{ 0x16, 15, K | U },
	{ 0x30, 15, K | U },
	{ 0x30, 15, K },
	{ 0x18, 15, K | S },
	{ 0x19, 15, K | S },
	{ 0x28, 15, K | S },
	{ 0x1f, 15, K },
	{ 0x20, 15, K },
};

static struct maker_key key4, key6, sub4, sub6;

/* A signature body of a version and type; SHA-256, one subpacket. */
static void
body_make(struct buf *b, uint8_t version, uint8_t type)
{
	static const uint8_t created[6] = { 5, 2, 0x60, 1, 2, 3 };

	buf_u8(b, version);
	if (version == 3) {
		buf_u8(b, 5);
		buf_u8(b, type);
		buf_be32(b, 0x60010203);
		buf_be64(b, 0x1122334455667788);
		buf_u8(b, 99);
		buf_u8(b, 8);
		buf_be16(b, 0xabcd);
		return;
	}
	buf_u8(b, type);
	buf_u8(b, 99); /* an algorithm without a row: any values */
	buf_u8(b, 8);
	if (version == 6) {
		buf_be32(b, 6);
		buf_put(b, bytes_of(created, 6));
		buf_be32(b, 0);
		buf_be16(b, 0xabcd);
		buf_u8(b, 16);
		memset(buf_grow(b, 16), 0x77, 16);
		return;
	}
	buf_be16(b, 6);
	buf_put(b, bytes_of(created, 6));
	buf_be16(b, 0);
	buf_be16(b, 0xabcd);
}

static void
key_expect(struct buf *b, const struct pgp_key *key)
{
	buf_u8(b, key->version == 6 ? 0x9b : 0x99);
	if (key->version == 6)
		buf_be32(b, (uint32_t)key->body.n);
	else
		buf_be16(b, (uint16_t)key->body.n);
	buf_put(b, key->body);
}

static void
subject_expect(struct buf *b, const struct row *row, uint8_t version)
{
	const struct pgp_key *key = version == 6 ? &key6.key : &key4.key;
	const struct pgp_key *sub = version == 6 ? &sub6.key : &sub4.key;

	if (row->covers & DOC)
		buf_put_str(b, "text\nof lines\n");
	if (row->covers & K)
		key_expect(b, key);
	if (row->covers & S)
		key_expect(b, sub);
	if ((row->covers & (U | A)) && version > 3) {
		buf_u8(b, row->covers & U ? 0xb4 : 0xd1);
		buf_be32(b, 3);
	}
	if (row->covers & (U | A))
		buf_put_str(b, "who");
}

static void
trailer_expect(struct buf *b, uint8_t type, uint8_t version)
{
	static const uint8_t zeros[16] = { 0 };

	if (version == 3) {
		buf_u8(b, type);
		buf_be32(b, 0x60010203);
		return;
	}
	buf_u8(b, version);
	buf_u8(b, type);
	buf_u8(b, 99);
	buf_u8(b, 8);
	if (version == 6)
		buf_be16(b, 0);
	buf_be16(b, 6);
	buf_u8(b, 5);
	buf_u8(b, 2);
	buf_be32(b, 0x60010203);
	if (version == 5 && type <= 1)
		buf_put(b, bytes_of(zeros, 6));
	buf_u8(b, version);
	buf_u8(b, 0xff);
	if (version == 5)
		buf_be32(b, 0);
	buf_be32(b, version == 6 ? 14 : 12);
}

static void
row_check(const struct row *row, uint8_t version)
{
	struct pgp_subject subject = { 0 };
	uint8_t want[32], got[PGP_DIGEST_MAX];
	struct buf body, preimage;
	struct pgp_sig sig;
	size_t n = 0;

	buf_init(&body, 200);
	buf_init(&preimage, 1000);
	body_make(&body, version, row->type);
	ck_assert(pgp_sig_parse(buf_bytes(&body), &sig) == ICS_OK);
	if (version == 6)
		memset(buf_grow(&preimage, 16), 0x77, 16);
	subject_expect(&preimage, row, version);
	trailer_expect(&preimage, row->type, version);
	pgp_sha256(buf_bytes(&preimage), want);
	if (row->covers & K)
		subject.primary = version == 6 ? &key6.key : &key4.key;
	if (row->covers & S)
		subject.subkey = version == 6 ? &sub6.key : &sub4.key;
	if (row->covers & (U | A)) {
		subject.uid_tag = row->covers & U ? 13 : 17;
		subject.uid = bytes_of_str("who");
	}
	subject.document = bytes_of_str("text\nof lines\n");
	ck_assert(pgp_sig_digest(&sig, &subject, got, &n) == ICS_OK);
	ck_assert_uint_eq(n, 32);
	ck_assert_mem_eq(got, want, 32);
	buf_release(&body);
	buf_release(&preimage);
}

START_TEST(every_type_covers_its_subject)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (uint8_t version = 3; version <= 6; version++) {
			if (rows[i].versions & (1u << (version - 3)))
				row_check(&rows[i], version);
		}
	}
}
END_TEST

static enum ics_err
digest_try(uint8_t version, uint8_t type, const struct pgp_subject *subject,
    uint8_t out[PGP_DIGEST_MAX])
{
	struct buf body;
	struct pgp_sig sig;
	enum ics_err err;
	size_t n;

	buf_init(&body, 200);
	body_make(&body, version, type);
	ck_assert(pgp_sig_parse(buf_bytes(&body), &sig) == ICS_OK);
	err = pgp_sig_digest(&sig, subject, out, &n);
	buf_release(&body);
	return err;
}

START_TEST(what_is_missing_is_refused)
{
	static const uint8_t types[] = { 0x10, 0x13, 0x16, 0x18, 0x19, 0x1f,
		0x20, 0x28, 0x30, 0x50, 0xff, 0x77 };
	struct pgp_subject nothing = { 0 };
	uint8_t out[PGP_DIGEST_MAX];

	for (size_t i = 0; i < sizeof(types); i++)
		ck_assert(digest_try(4, types[i], &nothing, out) ==
			  ICS_EUNSUPPORTED);
	ck_assert(digest_try(3, 0x02, &nothing, out) == ICS_EUNSUPPORTED);
	/* Key alone is no subject of a certification. */
	nothing.primary = &key4.key;
	ck_assert(digest_try(4, 0x13, &nothing, out) == ICS_EUNSUPPORTED);
	ck_assert(digest_try(4, 0x18, &nothing, out) == ICS_EUNSUPPORTED);
}
END_TEST

START_TEST(text_has_crlf)
{
	static const char *const same[] = { "a\nb\r\n\n", "a\r\nb\r\n\r\n",
		"a\nb\n\n" };
	uint8_t first[PGP_DIGEST_MAX], out[PGP_DIGEST_MAX];
	struct pgp_subject subject = { 0 };

	for (size_t i = 0; i < 3; i++) {
		subject.document = bytes_of_str(same[i]);
		ck_assert(digest_try(4, 1, &subject, i ? out : first) ==
			  ICS_OK);
		if (i > 0)
			ck_assert_mem_eq(first, out, 32);
	}
	subject.document = bytes_of_str("a\rb\n\n");
	ck_assert(digest_try(4, 1, &subject, out) == ICS_OK);
	ck_assert_mem_ne(first, out, 32);
}
END_TEST

/* 0x50: 0x88, the length, the target without its unhashed area. */
START_TEST(a_confirmation_covers_a_signature)
{
	struct buf target, preimage, body;
	struct pgp_subject subject = { 0 };
	uint8_t want[32], got[PGP_DIGEST_MAX];
	struct pgp_sig sig;

	buf_init(&target, 200);
	buf_init(&preimage, 400);
	buf_init(&body, 200);
	body_make(&target, 4, 0);
	buf_be16(&target, 0x1234); /* opaque values */
	ck_assert(pgp_sig_parse(buf_bytes(&target), &sig) == ICS_OK);
	subject.target = &sig;
	buf_u8(&preimage, 0x88);
	buf_be32(&preimage, (uint32_t)target.n);
	buf_put(&preimage, buf_bytes(&target));
	trailer_expect(&preimage, 0x50, 4);
	pgp_sha256(buf_bytes(&preimage), want);
	ck_assert(digest_try(4, 0x50, &subject, got) == ICS_OK);
	ck_assert_mem_eq(got, want, 32);
	buf_release(&target);
	buf_release(&preimage);
	buf_release(&body);
}
END_TEST

/* The first two octets of each digest stand in the signature. */
START_TEST(the_rfc_certificate_agrees)
{
	struct bytes data = fixture_read("judge/rfc9580-a3.pgp");
	struct pgp_cert *cert = maker_cert_parse(data);
	uint8_t out[PGP_DIGEST_MAX];
	size_t n;

	ck_assert_uint_eq(cert->sigs_n, 2);
	for (size_t i = 0; i < 2; i++) {
		struct pgp_subject subject = { .primary =
						   pgp_cert_primary(cert) };

		if (cert->sigs[i].type == PGP_SIG_SUBKEY_BINDING)
			subject.subkey = &cert->parts[1].key;
		ck_assert(pgp_sig_digest(&cert->sigs[i], &subject, out, &n) ==
			  ICS_OK);
		ck_assert_mem_eq(out, cert->sigs[i].left16, 2);
	}
	pgp_cert_free(cert);
	fixture_free(data);
}
END_TEST

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&key4, 4, 1, 1500000000);
	maker_key_init(&sub4, 4, 2, 1500000000);
	maker_key_init(&key6, 6, 3, 1500000000);
	maker_key_init(&sub6, 6, 4, 1500000000);
}

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_test(t, every_type_covers_its_subject);
	tcase_add_test(t, what_is_missing_is_refused);
	tcase_add_test(t, text_has_crlf);
	tcase_add_test(t, a_confirmation_covers_a_signature);
	tcase_add_test(t, the_rfc_certificate_agrees);
}

int
main(void)
{
	return fixture_run("digest", tests_add);
}
