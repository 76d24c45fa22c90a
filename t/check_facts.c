/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What indexes show: which signature decides, until when, and whether. */
#include "judged.h"

#define T0 1500000000u

static struct maker_key alice, sub, alice6;
static struct buf packets;

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&sub, 4, 4, T0 + 5);
	maker_key_init(&alice6, 6, 5, T0);
}

static void
begin(const struct maker_key *primary)
{
	buf_release(&packets);
	buf_init(&packets, PGP_CERT_RAW_MAX);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, primary->key.body);
}

/* Subpackets, written as type and four octets, ended by 0. */
static void
put(uint8_t type, uint32_t created, const struct pgp_subject *on,
    const char *hashed)
{
	bool is_v6 = on->primary == &alice6.key;
	struct buf area;

	buf_init(&area, 200);
	for (const char *p = hashed; *p != '\0'; p++) {
		bool is_octet = *p != 'e' && *p != 'x';

		buf_u8(&area, is_octet ? 2 : 5);
		buf_u8(&area, *p == 'e'	  ? PGP_SUB_KEY_EXPIRES
			      : *p == 'x' ? PGP_SUB_EXPIRES
			      : *p == 'p' ? PGP_SUB_PRIMARY_UID
			      : *p == 'f' ? PGP_SUB_KEY_FLAGS
					  : PGP_SUB_REVOCATION_REASON);
		if (is_octet)
			buf_u8(&area, *p == 's' ? 3 : *p == 'h' ? 2 : 1);
		else
			buf_be32(&area, *p == 'e' ? created - T0 + 100 : 50);
	}
	maker_sig_put(&packets,
	    &(struct maker_sig){ .by = is_v6 ? &alice6 : &alice,
		.type = type,
		.created = created,
		.hashed = buf_bytes(&area) },
	    on);
	buf_release(&area);
}

static void
put_uid(const char *uid, uint8_t type, uint32_t created, const char *hashed)
{
	struct pgp_subject on = maker_on_uid(&alice, uid);

	pgp_packet_write(&packets, PGP_TAG_USER_ID, on.uid);
	put(type, created, &on, hashed);
}

static struct pgp_cert *
facts_of(struct pgp_facts *facts)
{
	struct pgp_cert *cert = maker_cert_parse(buf_bytes(&packets));

	pgp_cert_facts(cert, facts);
	return cert;
}

static void
release(struct pgp_cert *cert, struct pgp_facts *facts)
{
	pgp_facts_release(facts);
	pgp_cert_free(cert);
}

START_TEST(the_newest_self_signature_decides)
{
	struct pgp_facts facts;
	struct pgp_cert *cert;

	begin(&alice);
	put_uid("a", 0x13, T0, "e");
	put_uid("a", 0x13, T0 + 10, "ef");
	put_uid("b", 0x13, T0 + 5, "x");
	cert = facts_of(&facts);
	ck_assert_uint_eq(facts.uids_n, 2);
	ck_assert_uint_eq(facts.uids[0].uid.p[0], 'a');
	ck_assert(facts.uids[0].primary && !facts.uids[1].primary);
	ck_assert_int_eq(facts.uids[0].created, T0 + 10);
	ck_assert_int_eq(facts.uids[0].expires, 0);
	ck_assert_int_eq(facts.uids[1].expires, T0 + 55);
	ck_assert_int_eq(facts.primary.expires, T0 + 110);
	ck_assert_uint_eq(facts.primary.flags, 1);
	ck_assert_int_eq(facts.newest, T0 + 10);
	ck_assert_ptr_eq(facts.primary.key, pgp_cert_primary(cert));
	release(cert, &facts);
}
END_TEST

START_TEST(the_primary_user_id_is_first)
{
	struct pgp_facts facts;
	struct pgp_cert *cert;

	begin(&alice);
	put_uid("a", 0x13, T0 + 9, "");
	put_uid("b", 0x13, T0 + 2, "pe");
	put_uid("c", 0x13, T0 + 3, "p");
	put_uid("c", 0x30, T0 + 4, "");
	put_uid("d", 0x13, T0 + 1, "");
	put_uid("d", 0x30, T0, "");
	cert = facts_of(&facts);
	ck_assert_uint_eq(facts.uids_n, 4);
	ck_assert_uint_eq(facts.uids[0].uid.p[0], 'b');
	ck_assert_uint_eq(facts.uids[1].uid.p[0], 'a');
	ck_assert(facts.uids[2].revoked && !facts.uids[2].primary);
	ck_assert(!facts.uids[3].revoked);
	ck_assert_int_eq(facts.primary.expires, T0 + 102);
	release(cert, &facts);
}
END_TEST

START_TEST(a_direct_key_signature_goes_before)
{
	struct pgp_subject on = maker_on_key(&alice);
	struct pgp_subject on6 = maker_on_key(&alice6);
	struct pgp_subject uid6 = maker_on_uid(&alice6, "a");
	struct pgp_facts facts;
	struct pgp_cert *cert;

	begin(&alice);
	put(0x1f, T0 + 1, &on, "e");
	put_uid("a", 0x13, T0 + 9, "ef");
	cert = facts_of(&facts);
	ck_assert_int_eq(facts.primary.expires, T0 + 101);
	ck_assert_uint_eq(facts.primary.flags, 1);
	release(cert, &facts);
	begin(&alice6);
	put(0x1f, T0 + 1, &on6, "");
	pgp_packet_write(&packets, PGP_TAG_USER_ID, uid6.uid);
	put(0x13, T0 + 9, &uid6, "ef");
	cert = facts_of(&facts);
	ck_assert_int_eq(facts.primary.expires, 0);
	ck_assert_uint_eq(facts.primary.flags, 0);
	release(cert, &facts);
}
END_TEST

START_TEST(revocations_soft_and_hard)
{
	static const struct {
		const char *first, *second;
		enum pgp_revocation how;
		int64_t at;
	} table[] = {
		{ "s", "s", PGP_SOFT_REVOKED, T0 + 20 },
		{ "s", "h", PGP_HARD_REVOKED, T0 + 30 },
		{ "h", "h", PGP_HARD_REVOKED, T0 + 20 },
		{ "", "s", PGP_HARD_REVOKED, T0 + 20 },
	};
	struct pgp_subject on = maker_on_key(&alice);
	struct pgp_facts facts;
	struct pgp_cert *cert;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		begin(&alice);
		put(0x20, T0 + 30, &on, table[i].second);
		put(0x20, T0 + 20, &on, table[i].first);
		put_uid("a", 0x13, T0 + 90, "");
		cert = facts_of(&facts);
		ck_assert_int_eq(facts.primary.revoked, table[i].how);
		ck_assert_int_eq(facts.primary.revoked_at, table[i].at);
		release(cert, &facts);
	}
}
END_TEST

START_TEST(subkeys_have_their_own)
{
	struct pgp_subject on = maker_on_subkey(&alice, &sub);
	struct pgp_facts facts;
	struct pgp_cert *cert;

	begin(&alice);
	put_uid("a", 0x13, T0, "");
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	put(0x18, T0 + 7, &on, "e");
	put(0x18, T0 + 8, &on, "ef");
	cert = facts_of(&facts);
	ck_assert_uint_eq(facts.subkeys_n, 1);
	ck_assert_int_eq(facts.subkeys[0].expires, T0 + 5 + 108);
	ck_assert_uint_eq(facts.subkeys[0].flags, 1);
	ck_assert_int_eq(facts.subkeys[0].revoked, PGP_NOT_REVOKED);
	release(cert, &facts);
	put(0x28, T0 + 7, &on, "s");
	put(0x18, T0 + 8, &on, "x");
	cert = facts_of(&facts);
	ck_assert_int_eq(facts.subkeys[0].revoked, PGP_SOFT_REVOKED);
	ck_assert_int_eq(facts.subkeys[0].revoked_at, T0 + 7);
	release(cert, &facts);
}
END_TEST

/* Version 3 has its validity in the key. */
START_TEST(version_3_days)
{
	uint8_t body[150] = { 3, 0x59, 0x68, 0x2f, 0x00, 0, 10, 1, 4, 0 };
	struct pgp_facts facts;
	struct pgp_cert *cert;

	memset(&body[10], 0xc1, 128);
	body[138] = 0;
	body[139] = 5;
	body[140] = 17;
	buf_release(&packets);
	buf_init(&packets, PGP_CERT_RAW_MAX);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, bytes_of(body, 141));
	cert = facts_of(&facts);
	ck_assert_int_eq(facts.primary.expires, T0 + 864000);
	release(cert, &facts);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_test(t, the_newest_self_signature_decides);
	tcase_add_test(t, the_primary_user_id_is_first);
	tcase_add_test(t, a_direct_key_signature_goes_before);
	tcase_add_test(t, revocations_soft_and_hard);
	tcase_add_test(t, subkeys_have_their_own);
	tcase_add_test(t, version_3_days);
}

int
main(void)
{
	int status = fixture_run("facts", tests_add);

	buf_release(&packets);
	return status;
}
