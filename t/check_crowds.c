/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What strangers may say inside a certificate is bounded, keeps out nobody who
 * has a right there, and does not depend on the order in which it comes.
 */
#include "maker.h"

#define T0     1500000000u
#define EACH   (PGP_STRANGER_MAX - 4)
#define MANY   (PGP_STRANGERS_MAX / EACH + 3) /* strangers, more than fit */
#define ROUNDS 6

/* The certificate is alice's; bob has a right, others have none. */
static struct maker_key alice, bob, others[MANY];

/* One signature over alice's User ID. */
struct piece {
	struct buf body;
	uint64_t by;
	uint32_t created;
	bool says; /* a notation, or takes something back */
};
static struct piece *pieces;
static size_t pieces_n;

static bool
is_bob(void *arg, const struct pgp_fpr *issuer)
{
	(void)arg;
	return pgp_fpr_equal(issuer, &bob.key.fpr);
}

static bool
is_nobody(void *arg, const struct pgp_fpr *issuer)
{
	(void)arg;
	(void)issuer;
	return false;
}

static const struct pgp_makers rights = { is_nobody, is_bob, NULL };

static void
piece_add(const struct maker_key *by, uint8_t type, uint32_t created, bool says)
{
	/* "a" = "b" */
	static const uint8_t note[] = { 11, PGP_SUB_NOTATION, 0x80, 0, 0, 0, 0,
		1, 0, 1, 'a', 'b' };
	struct pgp_subject on = maker_on_uid(&alice, "alice");
	struct piece *p = &pieces[pieces_n++];

	buf_init(&p->body, 1000);
	p->by = by->key.keyid;
	p->created = created;
	p->says = says;
	maker_sig_write(&(struct maker_sig){ .by = by,
			    .type = type,
			    .created = created,
			    .hashed = bytes_of(note,
				says && type != 0x30 ? sizeof(note) : 0) },
	    &on, &p->body);
}

static void
begin(void)
{
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	for (unsigned i = 0; i < MANY; i++)
		maker_key_init(&others[i], 4, 10 + i, T0);
	pieces = alloc_zero(4096, sizeof(*pieces));
	pieces_n = 0;
}

static void
end(void)
{
	for (size_t i = 0; i < pieces_n; i++)
		buf_release(&pieces[i].body);
	free(pieces);
}

/* alice's certificate with the pieces that are wanted, settled. */
static struct pgp_cert *
settle(const bool *wanted)
{
	struct pgp_cert *raw, *out;
	struct buf p;

	buf_init(&p, PGP_CERT_RAW_MAX);
	maker_cert_put(&p, &alice, "alice");
	for (size_t i = 0; i < pieces_n; i++)
		if (wanted == NULL || wanted[i])
			pgp_packet_write(&p, PGP_TAG_SIGNATURE,
			    buf_bytes(&pieces[i].body));
	raw = maker_cert_parse(buf_bytes(&p));
	ck_assert_int_eq(pgp_cert_settle(raw, &rights, &out), ICS_OK);
	pgp_cert_free(raw);
	buf_release(&p);
	return out;
}

/* Signatures by one key (0: anybody but alice) from a time on. */
static size_t
count(const struct pgp_cert *cert, uint64_t by, uint32_t from)
{
	size_t n = 0;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];

		n += sig->issuer_keyid != alice.key.keyid &&
		     (by == 0 || sig->issuer_keyid == by) &&
		     sig->created >= from;
	}
	return n;
}

START_TEST(one_stranger_says_a_little)
{
	struct pgp_cert *cert;

	for (uint32_t i = 0; i < 3 * PGP_STRANGER_MAX; i++)
		piece_add(&others[0], i % 2 == 0 ? 0x10 : 0x30, T0 + i, true);
	for (uint32_t i = 0; i < 2 * PGP_STRANGER_MAX; i++)
		piece_add(&bob, 0x10, T0 + i, true);
	/* What says nothing is none of this. */
	for (uint32_t i = 0; i < 2 * PGP_STRANGER_MAX; i++)
		piece_add(&others[1], 0x10, T0 + i, false);
	cert = settle(NULL);
	ck_assert_uint_eq(count(cert, others[0].key.keyid, 0),
	    PGP_STRANGER_MAX);
	ck_assert_uint_eq(count(cert, bob.key.keyid, 0), 2 * PGP_STRANGER_MAX);
	ck_assert_uint_eq(count(cert, others[1].key.keyid, 0),
	    2 * PGP_STRANGER_MAX);
	pgp_cert_free(cert);
}
END_TEST

static void
crowd_add(void)
{
	for (uint32_t i = 0; i < EACH; i++)
		for (unsigned k = 0; k < MANY; k++)
			piece_add(&others[k], 0x10, T0 + 100 + i, true);
}

START_TEST(many_strangers_say_no_more_than_their_part)
{
	struct pgp_cert *cert;

	crowd_add();
	piece_add(&bob, 0x10, T0, true); /* older than all of them */
	cert = settle(NULL);
	ck_assert_uint_eq(count(cert, 0, T0 + 100), PGP_STRANGERS_MAX);
	ck_assert_uint_eq(count(cert, bob.key.keyid, 0), 1);
	/* The newest of it. */
	ck_assert_uint_eq(count(cert, 0,
			      T0 + 100 + EACH - PGP_STRANGERS_MAX / MANY),
	    (size_t)(PGP_STRANGERS_MAX / MANY) * MANY);
	pgp_cert_free(cert);
}
END_TEST

/* Two servers hear halves that overlap; then each hears the other's. */
START_TEST(any_order_leaves_the_same)
{
	struct pgp_cert *all, *half[2], *both, *settled;
	bool *wanted;

	crowd_add();
	for (uint32_t i = 0; i < 2 * PGP_STRANGER_MAX; i++)
		piece_add(&others[0], 0x30, T0 + 90 + i, true);
	all = settle(NULL);
	wanted = alloc_zero(pieces_n, sizeof(*wanted));
	(void)_i;
	for (unsigned h = 0; h < 2; h++) {
		for (size_t i = 0; i < pieces_n; i++)
			wanted[i] = h == 0
					? fixture_below(3) != 0
					: !wanted[i] || fixture_below(2) == 0;
		half[h] = settle(wanted);
	}
	ck_assert_int_eq(pgp_cert_merge(half[0], half[1], &both), ICS_OK);
	ck_assert_int_eq(pgp_cert_settle(both, &rights, &settled), ICS_OK);
	ck_assert(bytes_equal(settled->data, all->data));
	pgp_cert_free(settled);
	pgp_cert_free(both);
	pgp_cert_free(half[0]);
	pgp_cert_free(half[1]);
	pgp_cert_free(all);
	free(wanted);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, one_stranger_says_a_little);
	tcase_add_test(t, many_strangers_say_no_more_than_their_part);
	tcase_add_loop_test(t, any_order_leaves_the_same, 1, 1 + ROUNDS);
}

int
main(void)
{
	return fixture_run("crowds", add);
}
