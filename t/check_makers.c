/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys that never sign about themselves: a maker's certification binds their
 * User IDs, nobody else's does, and the owner's own word ends it.
 */
#include "judged.h"

#define T0     1500000000u
#define ROUNDS 40

/* alice is the device's key, bob its maker, carol anybody. */
static struct maker_key alice, bob, carol;
static const struct maker_key *const others[] = { &bob, &carol };

static bool
is_bob(void *arg, const struct pgp_fpr *issuer)
{
	(void)arg;
	return pgp_fpr_equal(issuer, &bob.key.fpr);
}

static const struct pgp_makers makers = { .has = is_bob };

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&carol, 4, 3, T0);
}

/* One signature about alice: on User ID 'a' or 'b', or on the key (0). */
struct piece {
	const struct maker_key *by;
	char uid;
	uint8_t type;
	uint32_t created;
};

enum {
	BOB_ON_A,
	BOB_ON_B,
	CAROL_ON_A,
	CAROL_ON_B,
	BOB_WITHDRAWS_A,
	ALICE_ON_B,
	ALICE_REVOKES,
	ALICE_DIRECT,
	PIECES
};
static const struct piece kit[PIECES] = {
	[BOB_ON_A] = { &bob, 'a', 0x10, T0 + 5 },
	[BOB_ON_B] = { &bob, 'b', 0x13, T0 + 6 },
	[CAROL_ON_A] = { &carol, 'a', 0x10, T0 + 7 },
	[CAROL_ON_B] = { &carol, 'b', 0x10, T0 + 3 },
	[BOB_WITHDRAWS_A] = { &bob, 'a', 0x30, T0 + 9 },
	[ALICE_ON_B] = { &alice, 'b', 0x13, T0 + 8 },
	[ALICE_REVOKES] = { &alice, 0, 0x20, T0 + 9 },
	[ALICE_DIRECT] = { &alice, 0, 0x1f, T0 + 9 },
};
#define BIT(piece) (1u << (piece))

static void
pieces_put(struct buf *out, char uid, uint32_t bits)
{
	char text[2] = { uid, '\0' };
	struct pgp_subject on =
	    uid == 0 ? maker_on_key(&alice) : maker_on_uid(&alice, text);

	for (size_t i = 0; i < PIECES; i++) {
		struct maker_sig m = { .by = kit[i].by,
			.type = kit[i].type,
			.created = kit[i].created };

		if (kit[i].uid == uid && (bits & BIT(i)) != 0)
			maker_sig_put(out, &m, &on);
	}
}

/* The packets of a certificate with these pieces. */
static void
cert_put(struct buf *out, uint32_t bits)
{
	pgp_packet_write(out, PGP_TAG_PUBLIC_KEY, alice.key.body);
	pieces_put(out, 0, bits);
	pgp_packet_write(out, PGP_TAG_USER_ID, bytes_of_str("a"));
	pieces_put(out, 'a', bits);
	pgp_packet_write(out, PGP_TAG_USER_ID, bytes_of_str("b"));
	pieces_put(out, 'b', bits);
}

/* The clean form, or NULL. */
static struct pgp_cert *
clean_packets(struct bytes packets, const struct pgp_makers *who)
{
	struct maker_ring ring = { others, 2, 0 };
	struct pgp_keyring keyring = { maker_find, &ring };
	struct pgp_check how = {
		.now = MAKER_NOW, .keyring = &keyring, .makers = who
	};
	struct pgp_cert *out = NULL;
	struct judged j;
	enum ics_err err;

	judged_cert(&j, maker_cert_parse(packets), &how);
	err = pgp_cert_clean(j.cert, &j.by, &j.rep, &out);
	ck_assert(err == ICS_OK || err == ICS_EDENIED);
	ck_assert((err == ICS_OK) == (out != NULL));
	ck_assert((err == ICS_EDENIED) ==
		  report_has(&j.rep, PGP_REASON(evaporated)));
	judged_release(&j);
	return out;
}

static struct pgp_cert *
clean(uint32_t bits, const struct pgp_makers *who)
{
	struct pgp_cert *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	cert_put(&p, bits);
	out = clean_packets(buf_bytes(&p), who);
	buf_release(&p);
	return out;
}

/* The User IDs that stay, in a row; "-" when nothing does. */
static const struct row {
	uint32_t bits;
	bool has_makers;
	const char *uids;
} rows[] = {
	{ BIT(BOB_ON_A), true, "a" },
	{ BIT(BOB_ON_A), false, "-" },
	{ BIT(CAROL_ON_A), true, "-" },
	{ 0, true, "-" },
	{ BIT(BOB_ON_A) | BIT(CAROL_ON_B), true, "a" },
	{ BIT(BOB_ON_A) | BIT(BOB_ON_B), true, "ab" },
	/* withdrawn, it is history all the same */
	{ BIT(BOB_ON_A) | BIT(BOB_WITHDRAWS_A), true, "a" },
	{ BIT(BOB_WITHDRAWS_A), true, "-" },
	/* once the owner speaks, he alone does */
	{ BIT(BOB_ON_A) | BIT(ALICE_ON_B), true, "b" },
	{ BIT(BOB_ON_A) | BIT(ALICE_DIRECT), true, "" },
	/* gone for good, and its names with it */
	{ BIT(BOB_ON_A) | BIT(ALICE_REVOKES), true, "" },
};

START_TEST(who_binds)
{
	keys_make();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pgp_cert *out =
		    clean(rows[i].bits, rows[i].has_makers ? &makers : NULL);
		struct buf uids;

		buf_init(&uids, 10);
		if (out == NULL)
			buf_u8(&uids, '-');
		for (size_t p = 0; out != NULL && p < out->parts_n; p++)
			if (out->parts[p].kind == PGP_PART_UID)
				buf_put(&uids, out->parts[p].body);
		ck_assert_msg(bytes_equal(buf_bytes(&uids),
				  bytes_of_str(rows[i].uids)),
		    "row %zu", i);
		buf_release(&uids);
		pgp_cert_free(out);
	}
}
END_TEST

START_TEST(only_a_fingerprint_names_a_maker)
{
	struct pgp_subject on;
	uint8_t keyid[10] = { 9, PGP_SUB_ISSUER_KEYID };
	struct maker_sig m = { .by = &bob,
		.type = 0x10,
		.created = T0 + 5,
		.no_issuer = true,
		.hashed = { keyid, sizeof(keyid) } };
	struct buf p;

	keys_make();
	on = maker_on_uid(&alice, "a");
	for (unsigned i = 0; i < 8; i++)
		keyid[2 + i] = (uint8_t)(bob.key.keyid >> (56 - 8 * i));
	buf_init(&p, 2000);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, alice.key.body);
	pgp_packet_write(&p, PGP_TAG_USER_ID, bytes_of_str("a"));
	maker_sig_put(&p, &m, &on);
	ck_assert_ptr_null(clean_packets(buf_bytes(&p), &makers));
	buf_release(&p);
}
END_TEST

START_TEST(a_forged_certification_binds_nothing)
{
	struct pgp_cert *out;
	struct buf p;

	keys_make();
	buf_init(&p, 2000);
	cert_put(&p, BIT(BOB_ON_A));
	out = clean_packets(buf_bytes(&p), &makers);
	ck_assert_ptr_nonnull(out);
	pgp_cert_free(out);
	p.p[p.n - 4] ^= 1; /* the last value, before User ID "b" */
	ck_assert_ptr_null(clean_packets(buf_bytes(&p), &makers));
	buf_release(&p);
}
END_TEST

static void
order_check(uint32_t bits_a, uint32_t bits_b)
{
	struct pgp_cert *a = clean(bits_a, &makers), *merged, *settled;
	struct pgp_cert *b = clean(bits_b, &makers);
	struct pgp_cert *whole = clean(bits_a | bits_b, &makers);

	ck_assert(a != NULL && b != NULL && whole != NULL);
	ck_assert(pgp_cert_merge(a, b, &merged) == ICS_OK);
	ck_assert(pgp_cert_settle(merged, &makers, &settled) == ICS_OK);
	ck_assert_msg(bytes_equal(settled->data, whole->data),
	    "pieces %x and %x", bits_a, bits_b);
	pgp_cert_free(settled);
	/* Without them it would be another certificate, or none. */
	if (pgp_cert_settle(merged, NULL, &settled) == ICS_OK)
		pgp_cert_free(settled);
	pgp_cert_free(merged);
	pgp_cert_free(a);
	pgp_cert_free(b);
	pgp_cert_free(whole);
}

/* Any pieces, so that each half binds what it has something about. */
static uint32_t
half_choose(void)
{
	uint32_t bits = BIT(BOB_ON_A) | BIT(BOB_ON_B) |
			((uint32_t)fixture_random() & (BIT(PIECES) - 1));

	return (bits & BIT(ALICE_DIRECT)) != 0 ? bits | BIT(ALICE_ON_B) : bits;
}

START_TEST(order_of_arrival_makes_no_difference)
{
	keys_make();
	for (size_t i = 0; i < ROUNDS; i++)
		order_check(half_choose(), half_choose());
}
END_TEST

START_TEST(facts_tell_when_it_was_named)
{
	struct pgp_cert *out;
	struct pgp_facts facts;

	keys_make();
	out = clean(BIT(BOB_ON_A) | BIT(CAROL_ON_A), &makers);
	pgp_cert_facts(out, &facts);
	ck_assert_uint_eq(facts.uids_n, 1);
	ck_assert(bytes_equal(facts.uids[0].uid, bytes_of_str("a")));
	ck_assert_int_eq(facts.uids[0].created, T0 + 5);
	ck_assert_int_eq(facts.uids[0].expires, 0);
	ck_assert(facts.uids[0].primary && !facts.uids[0].revoked);
	ck_assert_int_eq(facts.primary.expires, 0);
	ck_assert_uint_eq(facts.primary.flags, 0);
	pgp_facts_release(&facts);
	pgp_cert_free(out);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, who_binds);
	tcase_add_test(t, only_a_fingerprint_names_a_maker);
	tcase_add_test(t, a_forged_certification_binds_nothing);
	tcase_add_test(t, order_of_arrival_makes_no_difference);
	tcase_add_test(t, facts_tell_when_it_was_named);
}

int
main(void)
{
	return fixture_run("makers", add);
}
