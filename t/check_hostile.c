/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judging what strangers tampered with or made to cost: no changed bit leaves
 * a signature good, and a flood is judged in bounded time.
 */
#include "judged.h"

#define T0	    1500000000u
#define SECONDS_MAX 60 /* generous: for sanitizers on a busy machine */
#define FLOOD_PARTS 1000u
#define FLOOD_SIGS  16000u

static struct maker_key alice, sub;

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&sub, 4, 4, T0);
}

/* Signatures that verify in what these packets have become; 0 if nothing. */
static size_t
verified_in(struct bytes packets)
{
	struct pgp_check how = { .now = MAKER_NOW };
	struct report rep = { 0 };
	struct pgp_cert *cert;
	struct judged j;
	size_t n = 0;

	if (pgp_cert_parse(packets, &rep, &cert) == ICS_OK) {
		judged_cert(&j, cert, &how);
		n = judged_verified(&j);
		judged_release(&j);
	}
	report_release(&rep);
	return n;
}

static void
flip_every_bit(struct buf *packets)
{
	ck_assert_uint_eq(verified_in(buf_bytes(packets)), 1);
	for (size_t i = 0; i < packets->n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			packets->p[i] ^= (uint8_t)(1u << bit);
			ck_assert_msg(verified_in(buf_bytes(packets)) == 0,
			    "octet %zu bit %u", i, bit);
			packets->p[i] ^= (uint8_t)(1u << bit);
		}
	}
}

START_TEST(no_changed_bit_is_good)
{
	struct pgp_subject on = maker_on_subkey(&alice, &sub);
	struct maker_sig m = { .by = &alice, .type = 0x18, .created = T0 };
	struct buf packets;

	buf_init(&packets, 1000);
	maker_cert_put(&packets, &alice, "Alice");
	flip_every_bit(&packets);
	buf_clear(&packets);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, alice.key.body);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	maker_sig_put(&packets, &m, &on);
	flip_every_bit(&packets);
	buf_release(&packets);
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	struct bytes data = fixture_read("judge/algos.pgp");
	struct cursor cur = cursor_of(data);
	struct pgp_block block;

	ck_assert(pgp_block_next(&cur, &block) == ICS_OK);
	for (size_t n = 0; n < block.data.n; n++)
		ck_assert_uint_eq(verified_in(bytes_of(block.data.p, n)), 0);
	ck_assert_uint_eq(verified_in(block.data), 1);
	fixture_free(data);
}
END_TEST

/*
 * Signature n of a flood: it says that alice made it; with a fitting digest,
 * so that only arithmetic tells it is none.
 */
static void
forgery_put(struct buf *out, struct bytes model, uint32_t n, bool fits)
{
	struct pgp_subject on = maker_on_uid(&alice, "a");
	uint8_t body[300], digest[PGP_DIGEST_MAX];
	struct pgp_sig sig;
	size_t digest_n;

	ck_assert_uint_le(model.n, sizeof(body));
	memcpy(body, model.p, model.n);
	body[8] = (uint8_t)(n >> 24 | 0x5a); /* the creation time */
	body[9] = (uint8_t)(n >> 16);
	body[10] = (uint8_t)(n >> 8);
	body[11] = (uint8_t)n;
	ck_assert(pgp_sig_parse(bytes_of(body, model.n), &sig) == ICS_OK);
	ck_assert(pgp_sig_digest(&sig, &on, digest, &digest_n) == ICS_OK);
	memcpy(&body[model.n - 66], digest, 2);
	body[model.n - 66] ^= fits ? 0 : 0xff;
	pgp_packet_write(out, PGP_TAG_SIGNATURE, bytes_of(body, model.n));
}

static void
flood(bool fits, size_t parts)
{
	struct pgp_subject on = maker_on_uid(&alice, "a");
	struct maker_sig m = { .by = &alice, .type = 0x13, .created = T0 };
	struct buf packets, model;
	uint64_t start;

	buf_init(&packets, PGP_CERT_RAW_MAX);
	buf_init(&model, 1000);
	maker_sig_write(&m, &on, &model);
	pgp_packet_write(&packets, PGP_TAG_PUBLIC_KEY, alice.key.body);
	for (size_t i = 0; i < parts; i++) {
		char uid[20];

		(void)snprintf(uid, sizeof(uid), "%zu", i); /* fits */
		pgp_packet_write(&packets, PGP_TAG_USER_ID, bytes_of_str(uid));
	}
	pgp_packet_write(&packets, PGP_TAG_USER_ID, on.uid);
	pgp_packet_write(&packets, PGP_TAG_SIGNATURE, buf_bytes(&model));
	for (uint32_t i = 0; i < FLOOD_SIGS; i++)
		forgery_put(&packets, buf_bytes(&model), i, fits);
	ck_assert(buf_end(&packets) == ICS_OK);
	start = clock_thread_ns();
	ck_assert_uint_eq(verified_in(buf_bytes(&packets)), 1);
	printf("# %u signatures, %zu parts: %llu ms\n", FLOOD_SIGS, parts,
	    (unsigned long long)(clock_thread_ns() - start) / 1000000);
	ck_assert_uint_lt((clock_thread_ns() - start) / 1000000000,
	    SECONDS_MAX);
	buf_release(&packets);
	buf_release(&model);
}

START_TEST(forgeries_cost_a_verification)
{
	flood(true, 1);
}
END_TEST

START_TEST(misplaced_floods_are_bounded)
{
	flood(false, FLOOD_PARTS);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_test(t, no_changed_bit_is_good);
	tcase_add_test(t, every_truncation_is_survived);
	tcase_add_test(t, forgeries_cost_a_verification);
	tcase_add_test(t, misplaced_floods_are_bounded);
}

int
main(void)
{
	return fixture_run("hostile", tests_add);
}
