/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The judging of whole certificates: who signed what, when, and under which
 * part; what strangers may do to a certificate, and what they may not.
 */
#include "judged.h"

#define T0 1500000000u

static struct maker_key alice, bob, carol, sub, alice6, sub6;
static const struct maker_key *const others[] = { &bob, &carol };
static struct buf packets;

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&carol, 4, 3, T0);
	maker_key_init(&sub, 4, 4, T0);
	maker_key_init(&alice6, 6, 5, T0);
	maker_key_init(&sub6, 6, 6, T0);
}

/* A fresh certificate of alice's in packets. */
static void
begin(void)
{
	buf_release(&packets);
	buf_init(&packets, PGP_CERT_RAW_MAX);
	maker_cert_put(&packets, &alice, "a");
}

static void
put_uid_sig(const struct maker_key *by, uint8_t type, uint32_t created,
    struct bytes hashed)
{
	struct pgp_subject on = maker_on_uid(&alice, "a");
	struct maker_sig m = {
		.by = by, .type = type, .created = created, .hashed = hashed
	};

	maker_sig_put(&packets, &m, &on);
}

static const struct bytes nothing = { NULL, 0 };

START_TEST(others_count_by_their_keys_only)
{
	struct maker_ring ring = { others, 1, 0 };
	struct judged j;

	begin();
	put_uid_sig(&bob, 0x10, T0 + 5, nothing);
	put_uid_sig(&carol, 0x13, T0 + 6, nothing);
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_int_eq(judged_verdict(&j, 0x13, alice.key.keyid, 0),
	    PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0), PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x13, carol.key.keyid, 0),
	    PGP_UNKNOWN);
	ck_assert(report_has(&j.rep, PGP_REASON(unknown_issuer)));
	judged_release(&j);
	judged_init(&j, buf_bytes(&packets), NULL);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0),
	    PGP_UNKNOWN);
	judged_release(&j);
}
END_TEST

START_TEST(time_and_locality)
{
	static const uint8_t hour[] = { 5, PGP_SUB_EXPIRES, 0, 0, 14, 16 };
	static const uint8_t local[] = { 2, 0x80 | PGP_SUB_EXPORTABLE, 0 };
	static const uint8_t unheard[] = { 2, 0x80 | 99, 0 };
	struct maker_ring ring = { others, 2, 0 };
	struct judged j;

	begin();
	put_uid_sig(&bob, 0x10, T0, bytes_of(hour, sizeof(hour)));
	put_uid_sig(&bob, 0x11, MAKER_NOW, bytes_of(hour, sizeof(hour)));
	put_uid_sig(&bob, 0x12, T0, bytes_of(local, sizeof(local)));
	put_uid_sig(&carol, 0x10, T0 - 1, nothing);
	put_uid_sig(&carol, 0x11, T0, bytes_of(unheard, sizeof(unheard)));
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0),
	    PGP_EXPIRED);
	ck_assert_int_eq(judged_verdict(&j, 0x11, bob.key.keyid, 0), PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x12, bob.key.keyid, 0), PGP_LOCAL);
	ck_assert_int_eq(judged_verdict(&j, 0x10, carol.key.keyid, 0), PGP_BAD);
	ck_assert_int_eq(judged_verdict(&j, 0x11, carol.key.keyid, 0), PGP_BAD);
	judged_release(&j);
}
END_TEST

START_TEST(withdrawn_by_the_same_issuer)
{
	static const uint8_t fixed[] = { 2, PGP_SUB_REVOCABLE, 0 };
	struct maker_ring ring = { others, 2, 0 };
	struct judged j;

	begin();
	put_uid_sig(&bob, 0x10, T0 + 10, nothing);
	put_uid_sig(&bob, 0x11, T0 + 30, nothing);
	put_uid_sig(&bob, 0x12, T0 + 11, bytes_of(fixed, sizeof(fixed)));
	put_uid_sig(&carol, 0x10, T0 + 10, nothing);
	put_uid_sig(&bob, 0x30, T0 + 15, nothing);
	put_uid_sig(&bob, 0x30, T0 + 20, nothing);
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0),
	    PGP_REVOKED);
	ck_assert_int_eq(judged_verdict(&j, 0x11, bob.key.keyid, 0), PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x12, bob.key.keyid, 0), PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x10, carol.key.keyid, 0),
	    PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x13, alice.key.keyid, 0),
	    PGP_GOOD);
	judged_release(&j);
	put_uid_sig(&alice, 0x30, T0 + 20, nothing);
	judged_init(&j, buf_bytes(&packets), NULL);
	ck_assert_int_eq(judged_verdict(&j, 0x13, alice.key.keyid, 0),
	    PGP_REVOKED);
	judged_release(&j);
}
END_TEST

/* In front of the User ID, where signatures on the key stand. */
static void
begin_with_key_sigs(const struct maker_sig *sigs, size_t n)
{
	struct pgp_subject on = maker_on_key(&alice);

	buf_release(&packets);
	buf_init(&packets, PGP_CERT_RAW_MAX);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, alice.key.body);
	for (size_t i = 0; i < n; i++)
		maker_sig_put(&packets, &sigs[i], &on);
}

START_TEST(only_designated_revokers_revoke)
{
	uint8_t revoker[24] = { 23, PGP_SUB_REVOKER, 0x80, PGP_ALGO_ED25519 };
	struct maker_ring ring = { others, 2, 0 };
	struct judged j;
	struct maker_sig sigs[] = {
		{ .by = &alice,
		    .type = 0x1f,
		    .created = T0,
		    .hashed = bytes_of(revoker, sizeof(revoker)) },
		{ .by = &carol, .type = 0x20, .created = T0 + 9 },
		{ .by = &bob, .type = 0x20, .created = T0 + 9 },
		{ .by = &bob, .type = 0x1f, .created = T0 + 9 },
	};

	memcpy(&revoker[4], carol.key.fpr.b, 20);
	begin_with_key_sigs(sigs, 4);
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_int_eq(judged_verdict(&j, 0x20, carol.key.keyid, 0),
	    PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x20, bob.key.keyid, 0),
	    PGP_MISPLACED);
	ck_assert_int_eq(judged_verdict(&j, 0x1f, bob.key.keyid, 0), PGP_GOOD);
	judged_release(&j);
	judged_init(&j, buf_bytes(&packets), NULL);
	ck_assert_int_eq(judged_verdict(&j, 0x20, carol.key.keyid, 0),
	    PGP_UNKNOWN);
	judged_release(&j);
	begin_with_key_sigs(&sigs[1], 3);
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_int_eq(judged_verdict(&j, 0x20, carol.key.keyid, 0),
	    PGP_MISPLACED);
	judged_release(&j);
}
END_TEST

/* A binding of sub to alice with flags, and perhaps a back-signature. */
static void
put_binding(uint8_t flags, const struct maker_key *back_by,
    const struct maker_key *back_to)
{
	uint8_t key_flags[] = { 2, PGP_SUB_KEY_FLAGS, flags };
	struct pgp_subject on = maker_on_subkey(&alice, &sub);
	struct pgp_subject back_on = maker_on_subkey(back_to, &sub);
	struct maker_sig m = { .by = &alice,
		.type = 0x18,
		.created = T0 + 1,
		.hashed = bytes_of(key_flags, 3) };
	struct maker_sig back = {
		.by = back_by, .type = 0x19, .created = T0 + 1
	};
	struct buf unhashed, body;

	buf_init(&unhashed, 1000);
	buf_init(&body, 1000);
	if (back_by != NULL) {
		maker_sig_write(&back, &back_on, &body);
		ck_assert_uint_lt(body.n, 190);
		buf_u8(&unhashed, (uint8_t)(body.n + 1));
		buf_u8(&unhashed, PGP_SUB_EMBEDDED);
		buf_put(&unhashed, buf_bytes(&body));
	}
	m.unhashed = buf_bytes(&unhashed);
	begin();
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	maker_sig_put(&packets, &m, &on);
	buf_release(&unhashed);
	buf_release(&body);
}

START_TEST(signing_subkeys_must_agree)
{
	const struct {
		uint8_t flags;
		const struct maker_key *by, *to;
		enum pgp_verdict verdict;
	} table[] = {
		{ 0x02, NULL, &alice, PGP_BAD },
		{ 0x01, NULL, &alice, PGP_BAD },
		{ 0x20, NULL, &alice, PGP_GOOD },
		{ 0x0c, NULL, &alice, PGP_GOOD },
		{ 0x02, &sub, &alice, PGP_GOOD },
		{ 0x02, &sub, &bob, PGP_BAD },
		{ 0x02, &alice, &alice, PGP_BAD },
	};
	struct judged j;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		put_binding(table[i].flags, table[i].by, table[i].to);
		judged_init(&j, buf_bytes(&packets), NULL);
		ck_assert_msg(judged_verdict(&j, 0x18, alice.key.keyid, 0) ==
				  table[i].verdict,
		    "row %zu", i);
		ck_assert(report_has(&j.rep, PGP_REASON(bad_backsig)) ==
			  (table[i].verdict == PGP_BAD));
		judged_release(&j);
	}
}
END_TEST

/* All signatures stand under the last part; each finds its own. */
START_TEST(misplaced_signatures_go_home)
{
	struct maker_ring ring = { others, 2, 0 };
	struct pgp_subject on_a = maker_on_uid(&alice, "a");
	struct pgp_subject on_b = maker_on_uid(&alice, "b");
	struct pgp_subject on_key = maker_on_key(&alice);
	struct pgp_subject on_sub = maker_on_subkey(&alice, &sub);
	struct maker_sig m = { .by = &alice, .type = 0x13, .created = T0 };
	struct judged j;

	begin_with_key_sigs(NULL, 0);
	pgp_packet_write(&packets, PGP_TAG_USER_ID, on_a.uid);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	pgp_packet_write(&packets, PGP_TAG_USER_ID, on_b.uid);
	maker_sig_put(&packets, &m, &on_a);
	m.type = 0x1f;
	maker_sig_put(&packets, &m, &on_key);
	m.type = 0x18;
	maker_sig_put(&packets, &m, &on_sub);
	m.by = &bob;
	m.type = 0x10;
	maker_sig_put(&packets, &m, &on_a);
	m.by = &carol;
	maker_sig_put(&packets, &m, &on_b);
	judged_init(&j, buf_bytes(&packets), &ring);
	ck_assert_uint_eq(judged_verified(&j), 5);
	for (size_t i = 0; i < j.cert->sigs_n; i++) {
		const struct pgp_part *part = &j.cert->parts[j.by.place[i]];
		uint8_t type = j.cert->sigs[i].type;

		if (part->kind == PGP_PART_UID)
			ck_assert_uint_eq(part->body.p[0],
			    j.cert->sigs[i].issuer_keyid == carol.key.keyid
				? 'b'
				: 'a');
		else
			ck_assert_int_eq(type,
			    part->kind == PGP_PART_SUBKEY ? 0x18 : 0x1f);
	}
	judged_release(&j);
}
END_TEST

START_TEST(versions_do_not_mix)
{
	struct pgp_subject on = maker_on_uid(&alice6, "a");
	struct judged j;
	struct maker_sig m = { .by = &alice6,
		.version = 4,
		.type = 0x13,
		.created = T0 + 1,
		.no_issuer = true };

	buf_release(&packets);
	buf_init(&packets, PGP_CERT_RAW_MAX);
	maker_cert_put(&packets, &alice6, "a");
	maker_sig_put(&packets, &m, &on);
	judged_init(&j, buf_bytes(&packets), NULL);
	ck_assert_int_eq(judged_verdict(&j, 0x13, alice6.key.keyid, 0),
	    PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x1f, alice6.key.keyid, 0),
	    PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x13, 0, 0), PGP_BAD);
	judged_release(&j);
}
END_TEST

START_TEST(the_rfc_certificate_is_good)
{
	struct bytes data = fixture_read("judge/rfc9580-a3.pgp");
	struct judged j;

	judged_init(&j, data, NULL);
	ck_assert_uint_eq(judged_verified(&j), 2);
	ck_assert_uint_eq(j.rep.n, 0);
	judged_release(&j);
	fixture_free(data);
}
END_TEST

/* Without a keyring, bob's signature can only be believed. */
START_TEST(what_was_verified_is_believed)
{
	struct pgp_check how = { .now = MAKER_NOW };
	struct pgp_cert *stored;
	struct judged j;

	begin();
	put_uid_sig(&bob, 0x10, T0 + 5, nothing);
	stored = maker_cert_parse(buf_bytes(&packets));
	how.trusted = stored;
	put_uid_sig(&carol, 0x10, T0 + 5, nothing);
	judged_cert(&j, maker_cert_parse(buf_bytes(&packets)), &how);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0), PGP_GOOD);
	ck_assert_int_eq(judged_verdict(&j, 0x10, carol.key.keyid, 0),
	    PGP_UNKNOWN);
	judged_release(&j);
	/* But not on another part. */
	begin_with_key_sigs(NULL, 0);
	pgp_packet_write(&packets, PGP_TAG_USER_ID, bytes_of_str("b"));
	put_uid_sig(&bob, 0x10, T0 + 5, nothing);
	judged_cert(&j, maker_cert_parse(buf_bytes(&packets)), &how);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0), PGP_BAD);
	judged_release(&j);
	pgp_cert_free(stored);
}
END_TEST

/* Strangers can write another issuer into the unhashed area of a copy. */
START_TEST(a_copy_with_another_issuer_is_not_believed)
{
	uint8_t issuer[10] = { 9, PGP_SUB_ISSUER_KEYID };
	struct pgp_subject on = maker_on_uid(&alice, "a");
	struct maker_sig m = { .by = &bob,
		.type = 0x10,
		.created = T0,
		.no_issuer = true,
		.unhashed = { issuer, sizeof(issuer) } };
	struct pgp_check how = { .now = MAKER_NOW };
	struct pgp_cert *stored;
	struct judged j;

	memcpy(&issuer[2], &bob.key.fpr.b[12], 8);
	begin();
	maker_sig_put(&packets, &m, &on);
	stored = maker_cert_parse(buf_bytes(&packets));
	how.trusted = stored;
	judged_cert(&j, maker_cert_parse(buf_bytes(&packets)), &how);
	ck_assert_int_eq(judged_verdict(&j, 0x10, bob.key.keyid, 0), PGP_GOOD);
	judged_release(&j);
	memcpy(&issuer[2], &carol.key.fpr.b[12], 8);
	begin();
	maker_sig_put(&packets, &m, &on);
	judged_cert(&j, maker_cert_parse(buf_bytes(&packets)), &how);
	ck_assert_int_eq(judged_verdict(&j, 0x10, carol.key.keyid, 0),
	    PGP_UNKNOWN);
	judged_release(&j);
	pgp_cert_free(stored);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_test(t, others_count_by_their_keys_only);
	tcase_add_test(t, time_and_locality);
	tcase_add_test(t, withdrawn_by_the_same_issuer);
	tcase_add_test(t, only_designated_revokers_revoke);
	tcase_add_test(t, signing_subkeys_must_agree);
	tcase_add_test(t, misplaced_signatures_go_home);
	tcase_add_test(t, versions_do_not_mix);
	tcase_add_test(t, the_rfc_certificate_is_good);
	tcase_add_test(t, what_was_verified_is_believed);
	tcase_add_test(t, a_copy_with_another_issuer_is_not_believed);
}

int
main(void)
{
	int status = fixture_run("check", tests_add);

	buf_release(&packets);
	return status;
}
