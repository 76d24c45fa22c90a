/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is kept of a judged certificate, and that the order in which its
 * pieces arrive makes no difference.
 */
#include "judged.h"

#define T0     1500000000u
#define ROUNDS 60
#define CROWD  12000u /* certifications that do not fit one certificate */

static struct maker_key alice, bob, carol, sub;
static const struct maker_key *const others[] = { &bob, &carol };
#define NOTHING         \
	{               \
		NULL, 0 \
	}

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&carol, 4, 3, T0);
	maker_key_init(&sub, 4, 4, T0);
}

/* The clean form of these packets, or NULL. */
static struct pgp_cert *
clean(struct bytes packets, struct report *rep)
{
	struct maker_ring ring = { others, 2, 0 };
	struct pgp_cert *out = NULL;
	struct judged j;
	enum ics_err err;

	judged_init(&j, packets, &ring);
	err = pgp_cert_clean(j.cert, &j.by, &j.rep, &out);
	ck_assert((err == ICS_OK) == (out != NULL));
	ck_assert(err == ICS_OK || err == ICS_EDENIED);
	if (rep != NULL)
		report_merge(rep, &j.rep);
	judged_release(&j);
	return out;
}

static size_t
count_parts(const struct pgp_cert *cert, enum pgp_part_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < cert->parts_n; i++)
		n += cert->parts[i].kind == kind;
	return n;
}

static size_t
count_sigs(const struct pgp_cert *cert, uint8_t type, uint64_t by)
{
	size_t n = 0;

	for (size_t i = 0; i < cert->sigs_n; i++)
		n += cert->sigs[i].type == type &&
		     cert->sigs[i].issuer_keyid == by;
	return n;
}

/* One packet of a kit: a part, or a signature that follows its part. */
struct piece {
	uint8_t tag;
	const struct maker_key *by; /* NULL: a part */
	uint8_t type;
	uint32_t created;
	struct bytes hashed;
	bool needed; /* in every subset: it binds a part */
};

static const uint8_t hard[] = { 2, PGP_SUB_REVOCATION_REASON, 2 };
static const uint8_t soft[] = { 2, PGP_SUB_REVOCATION_REASON, 1 };

/* Everything that a certificate of alice's can have. */
static const struct piece kit[] = {
	{ PGP_TAG_PUBLIC_KEY, NULL, 0, 0, NOTHING, true },
	{ 0, &alice, 0x1f, T0, NOTHING, false },
	{ 0, &bob, 0x1f, T0 + 3, NOTHING, false },
	{ 0, &bob, 0x30, T0 + 4, NOTHING, false },
	{ 0, &alice, 0x20, T0 + 50, { soft, sizeof(soft) }, false },
	{ 0, &alice, 0x20, T0 + 60, { hard, sizeof(hard) }, false },
	{ PGP_TAG_USER_ID, NULL, 'a', 0, NOTHING, true },
	{ 0, &alice, 0x13, T0, NOTHING, true },
	{ 0, &alice, 0x13, T0 + 7, NOTHING, false },
	{ 0, &alice, 0x30, T0 + 9, NOTHING, false },
	{ 0, &bob, 0x10, T0 + 3, NOTHING, false },
	{ 0, &bob, 0x30, T0 + 9, NOTHING, false },
	{ 0, &carol, 0x11, T0 + 3, NOTHING, false },
	{ PGP_TAG_USER_ID, NULL, 'b', 0, NOTHING, true },
	{ 0, &alice, 0x13, T0 + 1, NOTHING, true },
	{ 0, &bob, 0x12, T0 + 5, NOTHING, false },
	{ PGP_TAG_PUBLIC_SUBKEY, &sub, 0, 0, NOTHING, true },
	{ 0, &alice, 0x18, T0 + 1, NOTHING, true },
	{ 0, &alice, 0x28, T0 + 8, NOTHING, false },
};
#define KIT_N (sizeof(kit) / sizeof(*kit))

/* Rows of the kit. */
enum {
	KIT_HARD = 5,
	KIT_A = 6,
	KIT_BOB = 10
};

static void
sig_piece_put(struct buf *out, const struct piece *piece,
    const struct piece *part)
{
	char uid[2] = { (char)part->type, '\0' };
	struct pgp_subject on =
	    part->tag == PGP_TAG_USER_ID	 ? maker_on_uid(&alice, uid)
	    : part->tag == PGP_TAG_PUBLIC_SUBKEY ? maker_on_subkey(&alice, &sub)
						 : maker_on_key(&alice);
	struct maker_sig m = { .by = piece->by,
		.type = piece->type,
		.created = piece->created,
		.hashed = piece->hashed };

	maker_sig_put(out, &m, &on);
}

/* Those pieces of the kit whose bit is set, and the needed ones. */
static void
kit_put(struct buf *out, uint32_t bits)
{
	const struct piece *part = NULL;

	for (size_t i = 0; i < KIT_N; i++) {
		const struct piece *piece = &kit[i];
		uint8_t octet = piece->type;

		if (piece->tag != 0)
			part = piece;
		if (!piece->needed && (bits & (1u << i)) == 0)
			continue;
		if (piece->tag == 0)
			sig_piece_put(out, piece, part);
		else if (piece->tag == PGP_TAG_USER_ID)
			pgp_packet_write(out, piece->tag, bytes_of(&octet, 1));
		else
			pgp_packet_write(out, piece->tag,
			    piece->by == NULL ? alice.key.body : sub.key.body);
	}
}

static void
written(const struct pgp_cert *cert, struct buf *out)
{
	buf_init(out, PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, PGP_FORM_FULL, out);
}

/* settle(merge(clean a, clean b)) is clean(merge(a, b)). */
static void
order_check(uint32_t bits_a, uint32_t bits_b)
{
	struct buf a, b, one, other;
	struct pgp_cert *ca, *cb, *merged, *settled, *whole;

	buf_init(&a, PGP_CERT_RAW_MAX);
	buf_init(&b, PGP_CERT_RAW_MAX);
	kit_put(&a, bits_a);
	kit_put(&b, bits_b);
	ca = clean(buf_bytes(&a), NULL);
	cb = clean(buf_bytes(&b), NULL);
	ck_assert(pgp_cert_merge(ca, cb, &merged) == ICS_OK);
	ck_assert(pgp_cert_settle(merged, NULL, &settled) == ICS_OK);
	written(settled, &one);
	buf_put(&a, buf_bytes(&b));
	whole = clean(buf_bytes(&a), NULL);
	written(whole, &other);
	ck_assert_msg(bytes_equal(buf_bytes(&one), buf_bytes(&other)),
	    "pieces %x and %x", bits_a, bits_b);
	buf_release(&a);
	buf_release(&b);
	buf_release(&one);
	buf_release(&other);
	pgp_cert_free(ca);
	pgp_cert_free(cb);
	pgp_cert_free(merged);
	pgp_cert_free(settled);
	pgp_cert_free(whole);
}

START_TEST(order_of_arrival_makes_no_difference)
{
	uint32_t all = (1u << KIT_N) - 1, mask;

	order_check(all, all);
	order_check(0, all);
	order_check(1u << KIT_HARD, all & ~(1u << KIT_HARD));
	for (size_t i = 0; i < ROUNDS; i++) {
		/* A hard revocation leaves little to compare: seldom one. */
		mask = i % 8 == 0 ? all : all & ~(1u << KIT_HARD);
		order_check((uint32_t)fixture_random() & mask,
		    (uint32_t)fixture_random() & mask);
	}
}
END_TEST

START_TEST(only_what_is_bound_stays)
{
	struct report rep = { 0 };
	struct pgp_cert *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	maker_cert_put(&p, &alice, "bound");
	pgp_packet_write(&p, PGP_TAG_USER_ID, bytes_of_str("unbound"));
	sig_piece_put(&p, &kit[KIT_BOB], &kit[KIT_A]); /* bob's, over another */
	pgp_packet_write(&p, PGP_TAG_USER_ATTRIBUTE, bytes_of("\x02\x01x", 3));
	pgp_packet_write(&p, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	out = clean(buf_bytes(&p), &rep);
	ck_assert_uint_eq(out->parts_n, 2);
	ck_assert_uint_eq(out->sigs_n, 1);
	ck_assert(report_has(&rep, PGP_REASON(unbound)));
	ck_assert(report_has(&rep, PGP_REASON(attribute)));
	ck_assert(report_has(&rep, PGP_REASON(bad_signature)));
	pgp_cert_free(out);
	buf_release(&p);
	report_release(&rep);
}
END_TEST

START_TEST(nothing_verified_evaporates)
{
	struct report rep = { 0 };
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, alice.key.body);
	ck_assert_ptr_null(clean(buf_bytes(&p), &rep));
	ck_assert(report_has(&rep, PGP_REASON(evaporated)));
	/* Another's word about the key is not the owner's. */
	sig_piece_put(&p, &kit[2], &kit[0]);
	ck_assert_ptr_null(clean(buf_bytes(&p), NULL));
	pgp_packet_write(&p, PGP_TAG_USER_ID, bytes_of_str("a"));
	sig_piece_put(&p, &kit[KIT_BOB], &kit[KIT_A]);
	ck_assert_ptr_null(clean(buf_bytes(&p), NULL));
	buf_release(&p);
	report_release(&rep);
}
END_TEST

START_TEST(a_hard_revocation_erases_names)
{
	static const struct bytes reasons[] = { { NULL, 0 },
		{ hard, sizeof(hard) } };
	struct piece rev = { 0, &alice, 0x20, T0 + 60, { NULL, 0 }, false };
	struct report rep = { 0 };
	struct pgp_cert *out;
	struct buf p;

	for (size_t i = 0; i < 2; i++) {
		buf_init(&p, PGP_CERT_RAW_MAX);
		rev.hashed = reasons[i];
		kit_put(&p, ~(1u << KIT_HARD));
		pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, alice.key.body);
		sig_piece_put(&p, &rev, &kit[0]);
		out = clean(buf_bytes(&p), &rep);
		ck_assert_uint_eq(count_parts(out, PGP_PART_UID), 0);
		ck_assert_uint_eq(count_parts(out, PGP_PART_SUBKEY), 1);
		ck_assert_uint_eq(count_sigs(out, 0x20, alice.key.keyid), 2);
		ck_assert_uint_eq(count_sigs(out, 0x18, alice.key.keyid), 1);
		ck_assert_uint_eq(count_sigs(out, 0x1f, alice.key.keyid), 1);
		ck_assert_uint_eq(count_sigs(out, 0x1f, bob.key.keyid), 0);
		ck_assert(report_has(&rep, PGP_REASON(hard_revoked)));
		pgp_cert_free(out);
		buf_release(&p);
	}
	report_release(&rep);
}
END_TEST

/* A revocation that came before what it revokes is not lost. */
START_TEST(revocations_wait_for_their_part)
{
	struct pgp_cert *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, alice.key.body);
	pgp_packet_write(&p, PGP_TAG_USER_ID, bytes_of_str("a"));
	sig_piece_put(&p, &kit[9], &kit[KIT_A]);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	sig_piece_put(&p, &kit[18], &kit[16]);
	out = clean(buf_bytes(&p), NULL);
	ck_assert_uint_eq(count_sigs(out, 0x30, alice.key.keyid), 1);
	ck_assert_uint_eq(count_sigs(out, 0x28, alice.key.keyid), 1);
	pgp_cert_free(out);
	buf_release(&p);
}
END_TEST

/*
 * Settling takes signatures as verified, so a crowd need not be: one of bob's
 * with other dates. The oldest go; the owner's and the revocations stay.
 */
START_TEST(the_oldest_of_a_crowd_go)
{
	struct pgp_subject on = maker_on_uid(&alice, "a");
	struct maker_sig m = { .by = &bob, .type = 0x10, .created = T0 };
	struct pgp_cert *cert, *out;
	uint32_t oldest = UINT32_MAX;
	struct buf p, model;

	buf_init(&p, PGP_CERT_RAW_MAX);
	buf_init(&model, 1000);
	maker_cert_put(&p, &alice, "a");
	sig_piece_put(&p, &kit[11], &kit[KIT_A]);
	maker_sig_write(&m, &on, &model);
	for (uint32_t i = 0; i < CROWD; i++) {
		model.p[10] = (uint8_t)(i >> 8);
		model.p[11] = (uint8_t)i;
		pgp_packet_write(&p, PGP_TAG_SIGNATURE, buf_bytes(&model));
	}
	cert = maker_cert_parse(buf_bytes(&p));
	ck_assert_uint_gt(p.n, PGP_CERT_MAX);
	ck_assert(pgp_cert_settle(cert, NULL, &out) == ICS_OK);
	ck_assert_uint_le(out->data.n, PGP_CERT_MAX);
	ck_assert_uint_gt(out->data.n, PGP_CERT_MAX - 300);
	ck_assert_uint_eq(count_sigs(out, 0x13, alice.key.keyid), 1);
	ck_assert_uint_eq(count_sigs(out, 0x30, bob.key.keyid), 1);
	for (size_t i = 0; i < out->sigs_n; i++) {
		if (out->sigs[i].type == 0x10 && out->sigs[i].created < oldest)
			oldest = out->sigs[i].created;
	}
	ck_assert_uint_eq(count_sigs(out, 0x10, bob.key.keyid),
	    (T0 & 0xffff0000u) + CROWD - oldest);
	pgp_cert_free(cert);
	pgp_cert_free(out);
	buf_release(&p);
	buf_release(&model);
}
END_TEST

START_TEST(strangers_octets_go)
{
	static const uint8_t junk[] = { 5, PGP_SUB_POLICY_URI, 'j', 'u', 'n',
		'k', 9, PGP_SUB_ISSUER_KEYID, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct pgp_subject on = maker_on_uid(&alice, "a");
	struct maker_sig m = { .by = &alice,
		.type = 0x13,
		.created = T0,
		.unhashed = { junk, sizeof(junk) } };
	struct pgp_cert *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, alice.key.body);
	pgp_packet_write(&p, PGP_TAG_USER_ID, on.uid);
	maker_sig_put(&p, &m, &on);
	out = clean(buf_bytes(&p), NULL);
	ck_assert_uint_eq(out->sigs_n, 1);
	ck_assert_uint_eq(out->sigs[0].unhashed.n, 10);
	pgp_cert_free(out);
	buf_release(&p);
}
END_TEST

/* ---- keys that nobody here can check ---- */

/* An ECDSA key on a curve without a row. */
static const uint8_t opaque_body[] = { 4, 0x59, 0x68, 0x2f, 0, PGP_ALGO_ECDSA,
	3, 0x2a, 0x03, 0x04, 0, 8, 0xff };

/* A version 4 signature of its owner's whose values are as opaque; its digest
 * fits the subject, or misses it by a bit. */
static void
opaque_sig_put(struct buf *out, uint8_t type, const struct pgp_subject *subject,
    bool fits)
{
	uint8_t body[] = { 4, type, PGP_ALGO_ECDSA, PGP_HASH_SHA256, 0, 9, 5,
		PGP_SUB_CREATED, 0x59, 0x68, 0x2f, 0, 2,
		PGP_SUB_REVOCATION_REASON, 2, 0, 0, 0, 0, 0, 8, 0xff, 0, 8,
		0xff };
	uint8_t *left16 = &body[17];
	uint8_t digest[PGP_DIGEST_MAX];
	struct pgp_sig sig;
	size_t n;

	ck_assert(pgp_sig_parse(bytes_of(body, sizeof(body)), &sig) == ICS_OK);
	ck_assert(pgp_sig_digest(&sig, subject, digest, &n) == ICS_OK);
	left16[0] = digest[0];
	left16[1] = digest[1] ^ (fits ? 0 : 1);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, bytes_of(body, sizeof(body)));
}

static struct pgp_cert *
opaque_clean(bool fits, bool is_revoked, struct report *rep)
{
	struct pgp_key key;
	struct pgp_subject on_key = { .primary = &key };
	struct pgp_subject on_uid = { .primary = &key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = bytes_of_str("o") };
	struct pgp_cert *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	ck_assert(pgp_key_parse(bytes_of(opaque_body, sizeof(opaque_body)),
		      &key) == ICS_OK);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, key.body);
	if (is_revoked)
		opaque_sig_put(&p, PGP_SIG_KEY_REVOCATION, &on_key, true);
	pgp_packet_write(&p, PGP_TAG_USER_ID, on_uid.uid);
	opaque_sig_put(&p, PGP_SIG_CERT_POSITIVE, &on_uid, fits);
	out = clean(buf_bytes(&p), rep);
	buf_release(&p);
	return out;
}

START_TEST(an_opaque_key_is_kept)
{
	struct report rep = { 0 };
	struct pgp_cert *out = opaque_clean(true, false, &rep);

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(count_parts(out, PGP_PART_UID), 1);
	ck_assert_uint_eq(out->sigs_n, 1);
	ck_assert(report_has(&rep, PGP_REASON(opaque)));
	pgp_cert_free(out);
	report_release(&rep);
}
END_TEST

START_TEST(an_opaque_signature_about_something_else_goes)
{
	struct report rep = { 0 };

	ck_assert_ptr_null(opaque_clean(false, false, &rep));
	ck_assert(report_has(&rep, PGP_REASON(evaporated)));
	report_release(&rep);
}
END_TEST

/* Anybody can make one whose digest fits: it is shown, it erases nothing. */
START_TEST(an_opaque_revocation_erases_no_names)
{
	struct pgp_cert *out = opaque_clean(true, true, NULL);

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(count_parts(out, PGP_PART_UID), 1);
	ck_assert_uint_eq(out->sigs_n, 2);
	pgp_cert_free(out);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_test(t, order_of_arrival_makes_no_difference);
	tcase_add_test(t, only_what_is_bound_stays);
	tcase_add_test(t, nothing_verified_evaporates);
	tcase_add_test(t, a_hard_revocation_erases_names);
	tcase_add_test(t, revocations_wait_for_their_part);
	tcase_add_test(t, the_oldest_of_a_crowd_go);
	tcase_add_test(t, strangers_octets_go);
	tcase_add_test(t, an_opaque_key_is_kept);
	tcase_add_test(t, an_opaque_signature_about_something_else_goes);
	tcase_add_test(t, an_opaque_revocation_erases_no_names);
}

int
main(void)
{
	return fixture_run("clean", tests_add);
}
