/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets into certificates and back: grammar, order, ceilings, forms. */
#include "pgp_make.h"

static struct buf in; /* what a test composes */

static void
setup(void)
{
	buf_init(&in, 4 * PGP_CERT_RAW_MAX);
}

static void
teardown(void)
{
	buf_release(&in);
}

static uint64_t
primary_keyid(uint8_t version, uint8_t octet)
{
	struct pgp_packet p;
	struct cursor cur;
	struct pgp_key key;
	struct buf b;

	buf_init(&b, 100);
	make_key(&b, PGP_TAG_PUBLIC_KEY, version, octet);
	cur = cursor_of(buf_bytes(&b));
	ck_assert_int_eq(pgp_packet_next(&cur, &p), ICS_OK);
	ck_assert_int_eq(pgp_key_parse(p.body, &key), ICS_OK);
	buf_release(&b);
	return key.keyid;
}

static void
primary(uint8_t octet)
{
	make_key(&in, PGP_TAG_PUBLIC_KEY, 4, octet);
}

static void
subkey(uint8_t version, uint8_t octet)
{
	make_key(&in, PGP_TAG_PUBLIC_SUBKEY, version, octet);
}

static void
sig(uint8_t type, uint32_t created, uint64_t keyid)
{
	make_sig(&in, &(struct make_sig){
			  .type = type, .created = created, .keyid = keyid });
}

/* The certificate's outline: a letter a part, [type@time] its signatures. */
static void
outline(const struct pgp_cert *cert, struct buf *out)
{
	static const char letters[] = { 'P', 'U', 'A', 'S' };

	for (size_t i = 0; i < cert->parts_n; i++) {
		const struct pgp_part *part = &cert->parts[i];

		buf_u8(out, (uint8_t)letters[part->kind]);
		for (size_t k = 0; k < part->sig_n; k++) {
			const struct pgp_sig *s =
			    &cert->sigs[part->sig_first + k];

			buf_printf(out, "[%02x@%u]", s->type, s->created);
		}
	}
}

/* Parse what was composed; outline and findings must be as given. */
static struct pgp_cert *
expect(const char *want_outline, const char *want_findings)
{
	struct buf got, found;
	struct pgp_cert *cert;

	buf_init(&got, 10000);
	buf_init(&found, 10000);
	cert = make_cert(buf_bytes(&in), &found);
	outline(cert, &got);
	ck_assert_str_eq(buf_str(&got), want_outline);
	ck_assert_str_eq(buf_str(&found), want_findings);
	buf_release(&got);
	buf_release(&found);
	return cert;
}

START_TEST(canonical_order)
{
	uint64_t self = primary_keyid(4, 1);

	primary(1);
	sig(0x1f, 10, self);
	sig(0x20, 5, self);
	subkey(4, 7);
	sig(0x18, 20, self);
	make_uid(&in, "zoe");
	sig(0x13, 1, 99);
	sig(0x13, 30, self);
	sig(0x13, 40, self);
	sig(0x30, 2, self);
	make_uid(&in, "adam");
	sig(0x10, 50, 98);
	pgp_cert_free(expect("P[20@5][1f@10]U[10@50]"
			     "U[30@2][13@40][13@30][13@1]S[18@20]",
	    ""));
}
END_TEST

START_TEST(same_things_are_united)
{
	uint64_t self = primary_keyid(4, 1);

	primary(1);
	make_uid(&in, "u");
	sig(0x13, 1, self);
	sig(0x13, 1, self);
	subkey(4, 2);
	sig(0x18, 3, self);
	make_uid(&in, "u");
	sig(0x13, 2, self);
	sig(0x13, 1, self);
	subkey(4, 2);
	sig(0x18, 4, self);
	primary(1);
	sig(0x1f, 9, self);
	pgp_cert_free(expect("P[1f@9]U[13@2][13@1]S[18@4][18@3]", ""));
}
END_TEST

START_TEST(the_helpful_copy_stays)
{
	uint64_t self = primary_keyid(4, 1);
	struct make_sig good = { .type = 0x18,
		.created = 1,
		.keyid = self,
		.unhashed = "0320aabb" };
	struct make_sig stripped = {
		.type = 0x18, .created = 1, .keyid = self
	};
	struct make_sig astray = {
		.type = 0x18, .created = 1, .keyid = 1, .unhashed = "0320aabb"
	};
	const struct make_sig *const orders[3][3] = {
		{ &good, &stripped, &astray },
		{ &astray, &good, &stripped },
		{ &stripped, &astray, &good },
	};

	for (size_t i = 0; i < 3; i++) {
		struct pgp_cert *cert;

		buf_clear(&in);
		primary(1);
		subkey(4, 2);
		for (size_t k = 0; k < 3; k++)
			make_sig(&in, orders[i][k]);
		cert = make_cert(buf_bytes(&in), NULL);
		ck_assert_uint_eq(cert->sigs_n, 1);
		ck_assert(cert->sigs[0].issuer_keyid == self);
		ck_assert_uint_eq(cert->sigs[0].embedded.n, 2);
		pgp_cert_free(cert);
	}
}
END_TEST

START_TEST(what_is_dropped_is_named)
{
	uint64_t self = primary_keyid(4, 1);
	char longer[PGP_UID_MAX + 2];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	primary(1);
	sig(0x02, 1, self);
	pgp_packet_write(&in, PGP_TAG_LITERAL, bytes_of_str("abc"));
	pgp_packet_write(&in, PGP_TAG_TRUST, bytes_of_str("abc"));
	pgp_packet_write(&in, 61, bytes_of_str("abc"));
	make_uid(&in, longer);
	sig(0x13, 2, self); /* goes with its part */
	pgp_packet_write(&in, PGP_TAG_USER_ID, bytes_of("a\0b", 3));
	make_uid(&in, "");
	sig(0x13, 3, self);
	subkey(5, 9);
	sig(0x18, 4, self);
	subkey(6, 9);
	pgp_packet_write(&in, PGP_TAG_PUBLIC_SUBKEY, bytes_of_str("\4abc"));
	pgp_packet_write(&in, PGP_TAG_SIGNATURE, bytes_of_str("\x04\x18"));
	pgp_packet_write(&in, PGP_TAG_SIGNATURE, bytes_of_str("\x07\x18"));
	subkey(4, 9);
	make_sig(&in, &(struct make_sig){ .type = 0x18, .pad = 9000 });
	make_sig(&in, &(struct make_sig){ .type = 0x18, .junk = "00" });
	sig(0x50, 5, self);
	sig(0x18, 6, self);
	pgp_cert_free(expect("PU[13@3]S[18@6]",
	    "misplaced foreign-packet foreign-packet long-uid nul-uid "
	    "bad-subkey bad-subkey bad-subkey malformed-part unsupported "
	    "long-signature malformed-part misplaced "));
}
END_TEST

static void
refused(enum ics_err want, const char *reason)
{
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;

	ck_assert_int_eq(pgp_cert_parse(buf_bytes(&in), &rep, &cert), want);
	ck_assert_ptr_null(cert);
	ck_assert_ptr_nonnull(report_worst(&rep));
	ck_assert_str_eq(report_worst(&rep)->reason->name, reason);
	ck_assert_int_eq(report_worst(&rep)->reason->severity,
	    SEVERITY_REFUSED);
	report_release(&rep);
	buf_clear(&in);
}

START_TEST(what_is_refused)
{
	refused(ICS_EFORMAT, "malformed"); /* nothing at all */
	make_uid(&in, "u");
	refused(ICS_EFORMAT, "malformed");
	primary(1);
	primary(2);
	refused(ICS_EFORMAT, "malformed");
	primary(1);
	pgp_packet_write(&in, PGP_TAG_SECRET_SUBKEY, bytes_of_str("x"));
	refused(ICS_ESECRET, "secret-key");
	pgp_packet_write(&in, PGP_TAG_PUBLIC_KEY, bytes_of_str("\x07zzzzzz"));
	refused(ICS_EUNSUPPORTED, "bad-version");
	pgp_packet_write(&in, PGP_TAG_PUBLIC_KEY, bytes_of(NULL, 0));
	refused(ICS_ETRUNCATED, "truncated");
	primary(1);
	buf_put(&in, bytes_of_str("\xcd\x05"
				  "abc"));
	refused(ICS_ETRUNCATED, "truncated");
	primary(1);
	buf_put(&in, bytes_of_str("\xcd\xe5"
				  "abc"));
	refused(ICS_EFORMAT, "malformed");
	primary(1);
	memset(buf_grow(&in, PGP_CERT_RAW_MAX), 0, PGP_CERT_RAW_MAX);
	refused(ICS_ETOOBIG, "too-big");
	primary(1);
	for (size_t i = 0; i < PGP_PARTS_MAX; i++)
		make_uid(&in, "u");
	refused(ICS_ETOOBIG, "too-many-parts");
	primary(1);
	for (size_t i = 0; i <= PGP_SIGS_MAX; i++)
		sig(0x13, 1, 1);
	refused(ICS_ETOOBIG, "too-many-signatures");
}
END_TEST

/* A bound that only quadratic work could break: parsing takes some 10 ms. */
#define SLOW_NS 2000000000u

START_TEST(the_largest_certificates_are_quick)
{
	uint64_t self = primary_keyid(4, 1), t;
	struct pgp_cert *cert;

	/* every signature different, all different issuers */
	primary(1);
	make_uid(&in, "u");
	for (uint32_t i = 0; i < PGP_SIGS_MAX; i++)
		sig(0x10, i * 2654435761u, i + 1);
	t = clock_thread_ns();
	cert = make_cert(buf_bytes(&in), NULL);
	ck_assert(clock_thread_ns() - t < SLOW_NS);
	ck_assert_uint_eq(cert->sigs_n, PGP_SIGS_MAX);
	pgp_cert_free(cert);
	buf_clear(&in);

	/* copies of one signature with different unhashed areas */
	primary(1);
	make_uid(&in, "u");
	for (uint32_t i = 0; i < PGP_SIGS_MAX; i++)
		sig(0x10, 1, i + 1);
	t = clock_thread_ns();
	cert = make_cert(buf_bytes(&in), NULL);
	ck_assert(clock_thread_ns() - t < SLOW_NS);
	ck_assert_uint_eq(cert->sigs_n, 1);
	pgp_cert_free(cert);
	buf_clear(&in);

	primary(1);
	for (size_t i = 1; i < PGP_PARTS_MAX; i++) {
		char uid[20];

		(void)snprintf(uid, sizeof(uid), "%zu", i * 7919 % 1024);
		make_uid(&in, uid);
		sig(0x13, 1, self);
	}
	t = clock_thread_ns();
	cert = make_cert(buf_bytes(&in), NULL);
	ck_assert(clock_thread_ns() - t < SLOW_NS);
	ck_assert_uint_eq(cert->parts_n, PGP_PARTS_MAX);
	pgp_cert_free(cert);
}
END_TEST

/* The legacy form of what was composed, parsed, must have this outline. */
static void
expect_legacy(const char *want, bool modern)
{
	struct pgp_cert *cert = make_cert(buf_bytes(&in), NULL), *again;
	struct bytes full = make_form(cert, PGP_FORM_FULL);
	struct bytes legacy = make_form(cert, PGP_FORM_LEGACY);
	struct buf got;

	ck_assert_int_eq(pgp_cert_has_modern(cert), modern);
	ck_assert_int_eq(bytes_equal(full, legacy), !modern);
	buf_init(&got, 1000);
	again = make_cert(legacy, NULL);
	outline(again, &got);
	ck_assert_str_eq(buf_str(&got), want);
	buf_release(&got);
	pgp_cert_free(again);
	pgp_cert_free(cert);
	alloc_bytes_free(full);
	alloc_bytes_free(legacy);
	buf_clear(&in);
}

START_TEST(the_legacy_form)
{
	uint64_t self = primary_keyid(4, 1);

	primary(1);
	make_uid(&in, "u");
	sig(0x13, 1, self);
	expect_legacy("PU[13@1]", false);

	/* parts and signatures that gpg 2.2 stumbles over */
	primary(1);
	make_uid(&in, "u");
	sig(0x13, 1, self);
	make_sig(&in, &(struct make_sig){ 6, 0x10, 2, 0, NULL, NULL, 0, NULL });
	make_sig(&in, &(struct make_sig){ 5, 0x10, 3, 0, NULL, NULL, 0, NULL });
	pgp_packet_write(&in, PGP_TAG_USER_ATTRIBUTE,
	    bytes_of_str("\x02\x01x"));
	sig(0x13, 4, self);
	expect_legacy("PU[13@1]", true);

	/* softly revoked, or with a User ID: as it is */
	primary(1);
	make_sig(&in,
	    &(struct make_sig){ 4, 0x20, 1, self, "021d01", NULL, 0, NULL });
	expect_legacy("P[20@1]", false);
	primary(1);
	make_uid(&in, "u");
	expect_legacy("PU", false);
}
END_TEST

START_TEST(a_modern_certificate_has_no_legacy_form)
{
	static const uint8_t versions[] = { 5, 6 };

	for (size_t i = 0; i < 2; i++) {
		struct pgp_cert *cert;
		struct bytes legacy, full;

		make_key(&in, PGP_TAG_PUBLIC_KEY, versions[i], 1);
		make_key(&in, PGP_TAG_PUBLIC_SUBKEY, versions[i], 2);
		cert = expect("PS", "");
		legacy = make_form(cert, PGP_FORM_LEGACY);
		full = make_form(cert, PGP_FORM_FULL);
		ck_assert_uint_eq(legacy.n, 0);
		ck_assert(bytes_equal(full, buf_bytes(&in)));
		ck_assert(pgp_cert_has_modern(cert));
		alloc_bytes_free(legacy);
		alloc_bytes_free(full);
		pgp_cert_free(cert);
		buf_clear(&in);
	}
}
END_TEST

START_TEST(a_hard_revocation_alone_goes_bare)
{
	uint64_t self = primary_keyid(4, 1);
	struct pgp_cert *cert;
	struct pgp_block block;
	struct cursor cur;
	struct bytes legacy;

	primary(1);
	sig(0x1f, 1, self);
	sig(0x20, 2, self);
	sig(0x20, 3, 77); /* somebody else's */
	cert = expect("P[20@2][20@3][1f@1]", "");
	ck_assert(pgp_cert_has_modern(cert));
	legacy = make_form(cert, PGP_FORM_LEGACY);
	cur = cursor_of(legacy);
	ck_assert_int_eq(pgp_block_next(&cur, &block), ICS_OK);
	ck_assert_int_eq(block.kind, PGP_BLOCK_SIG);
	ck_assert_int_eq(pgp_block_next(&cur, &block), ICS_ENOTFOUND);
	alloc_bytes_free(legacy);
	pgp_cert_free(cert);
}
END_TEST

START_TEST(which_revocations_are_hard)
{
	static const struct {
		const char *reason; /* a subpacket, or none */
		bool hard;
	} rows[] = {
		{ NULL, true },
		{ "021d00", true },
		{ "021d01", false },
		{ "021d02", true },
		{ "021d03", false },
		{ "021d64", true },
	};
	uint64_t self = primary_keyid(4, 1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pgp_cert *cert;

		primary(1);
		make_sig(&in, &(struct make_sig){ .type = 0x20,
				  .keyid = self,
				  .hashed = rows[i].reason });
		cert = make_cert(buf_bytes(&in), NULL);
		ck_assert_msg(pgp_cert_has_modern(cert) == rows[i].hard,
		    "row %zu", i);
		pgp_cert_free(cert);
		buf_clear(&in);
	}
}
END_TEST

START_TEST(rfc_9580_a3)
{
	struct bytes text = fixture_read("pgp/rfc9580-a3.asc"), full;
	struct pgp_cert *cert;
	char fpr[PGP_FPR_TEXT_MAX];

	ck_assert_int_eq(pgp_input_read(text, &in), ICS_OK);
	cert = expect("P[1f@1669824483]S[18@1669824483]", "");
	pgp_fpr_hex(&pgp_cert_primary(cert)->fpr, fpr);
	ck_assert_str_eq(fpr, "cb186c4f0609a697e4d52dfa6c722b0c"
			      "1f1e27c18a56708f6525ec27bad9acc9");
	pgp_fpr_hex(&cert->parts[1].key.fpr, fpr);
	ck_assert_str_eq(fpr, "12c83f1e706f6308fe151a417743a1f0"
			      "33790e93e9978488d1db378da9930885");
	full = make_form(cert, PGP_FORM_FULL);
	ck_assert(bytes_equal(full, buf_bytes(&in)));
	alloc_bytes_free(full);
	pgp_cert_free(cert);
	fixture_free(text);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, canonical_order);
	tcase_add_test(t, same_things_are_united);
	tcase_add_test(t, the_helpful_copy_stays);
	tcase_add_test(t, what_is_dropped_is_named);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, the_largest_certificates_are_quick);
	tcase_add_test(t, the_legacy_form);
	tcase_add_test(t, a_modern_certificate_has_no_legacy_form);
	tcase_add_test(t, a_hard_revocation_alone_goes_bare);
	tcase_add_test(t, which_revocations_are_hard);
	tcase_add_test(t, rfc_9580_a3);
}

int
main(void)
{
	return fixture_run("cert", add);
}
