/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers to hash queries: each certificate stands or falls alone, hashes are
 * computed, and nothing that is cut or changed is read beyond its end.
 */
#include "base/buf.h"
#include "fixture.h"
#include "pgp/pgp.h"
#include "sync/delivery.h"

static struct buf body;

static void
setup(void)
{
	buf_init(&body, 4u << 20);
}

static void
teardown(void)
{
	buf_release(&body);
}

/* A key packet of version 4 of no known algorithm, and a User ID. */
static void
cert_make(struct buf *out, uint8_t number)
{
	const uint8_t key[] = { 4, 0x60, 0, 0, number, 99, 0, 8, 0xff };

	pgp_packet_write(out, 6, bytes_of(key, sizeof(key)));
	pgp_packet_write(out, 13, bytes_of("a <a@example.org>", 17));
}

static void
put(struct bytes octets)
{
	buf_be32(&body, (uint32_t)octets.n);
	buf_put(&body, octets);
}

static void
put_cert(uint8_t number)
{
	struct buf one;

	buf_init(&one, 1024);
	cert_make(&one, number);
	put(buf_bytes(&one));
	buf_release(&one);
}

/* Good ones around one that is not; that costs only itself. */
static void
one_is_passed_over(struct bytes bad)
{
	struct sync_delivery answer;

	buf_clear(&body);
	buf_be32(&body, 3);
	put_cert(1);
	put(bad);
	put_cert(2);
	buf_put_str(&body, "\r\n");
	ck_assert_int_eq(sync_delivery_read(buf_bytes(&body), &answer), ICS_OK);
	ck_assert_uint_eq(answer.certs.n, 2);
	ck_assert_uint_eq(answer.passed_over, 1);
	sync_delivery_release(&answer);
}

START_TEST(a_bad_one_costs_no_other)
{
	static const uint8_t partial[] = { 0xc6, 0xe1, 4, 0, 0xc1, 0 };
	static const uint8_t text[] = "not a certificate";
	static const uint8_t secret[] = { 0xc5, 1, 4 };
	static const uint8_t cut[] = { 0xc6, 200, 4, 0 };
	static uint8_t large[SYNC_DELIVERY_CERT + 1];
	struct buf two;

	one_is_passed_over(bytes_of(NULL, 0));
	one_is_passed_over(bytes_of(partial, sizeof(partial)));
	one_is_passed_over(bytes_of(text, sizeof(text)));
	one_is_passed_over(bytes_of(secret, sizeof(secret)));
	one_is_passed_over(bytes_of(cut, sizeof(cut)));
	one_is_passed_over(bytes_of(large, sizeof(large)));
	buf_init(&two, 1024);
	cert_make(&two, 3);
	buf_put(&two, bytes_of(secret, sizeof(secret)));
	one_is_passed_over(buf_bytes(&two));
	buf_clear(&two);
	cert_make(&two, 3);
	cert_make(&two, 4);
	one_is_passed_over(buf_bytes(&two));
	buf_release(&two);
}
END_TEST

START_TEST(hashes_are_of_what_came)
{
	struct sync_delivery answer;
	struct recon_hash hash;

	buf_be32(&body, 2);
	put_cert(1);
	put_cert(2);
	ck_assert_int_eq(sync_delivery_read(buf_bytes(&body), &answer), ICS_OK);
	ck_assert_uint_eq(answer.certs.n, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(pgp_skshash_packets(answer.certs.at[i].octets,
				     hash.b),
		    ICS_OK);
		ck_assert(sync_delivery_has(&answer, &hash));
		hash.b[3] ^= 1;
		ck_assert(!sync_delivery_has(&answer, &hash));
	}
	sync_delivery_release(&answer);
}
END_TEST

START_TEST(every_cut_is_no_list)
{
	struct sync_delivery answer;

	buf_be32(&body, 2);
	put_cert(1);
	put_cert(2);
	for (size_t n = 0; n < body.n; n++) {
		uint8_t *part = malloc(n + 1);

		ck_assert_ptr_nonnull(part);
		memcpy(part, buf_bytes(&body).p, n);
		ck_assert_int_eq(sync_delivery_read(bytes_of(part, n), &answer),
		    ICS_ETRUNCATED);
		ck_assert_uint_eq(answer.certs.n, 0);
		free(part);
	}
}
END_TEST

START_TEST(any_bit_may_be_wrong)
{
	struct sync_delivery answer;
	uint8_t *octets;

	buf_be32(&body, 2);
	put_cert(1);
	put_cert(2);
	octets = malloc(body.n);
	ck_assert_ptr_nonnull(octets);
	for (size_t bit = 0; bit < body.n * 8; bit++) {
		memcpy(octets, buf_bytes(&body).p, body.n);
		octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (sync_delivery_read(bytes_of(octets, body.n), &answer) ==
		    ICS_OK)
			ck_assert_uint_le(answer.certs.n + answer.passed_over,
			    3);
		sync_delivery_release(&answer);
	}
	free(octets);
}
END_TEST

START_TEST(a_count_costs_nothing)
{
	struct sync_delivery answer;

	buf_be32(&body, UINT32_MAX);
	ck_assert_int_eq(sync_delivery_read(buf_bytes(&body), &answer),
	    ICS_EFORMAT);
	buf_clear(&body);
	buf_be32(&body, SYNC_DELIVERY_CERTS + 1);
	for (int i = 0; i <= SYNC_DELIVERY_CERTS; i++)
		put(bytes_of(NULL, 0));
	ck_assert_int_eq(sync_delivery_read(buf_bytes(&body), &answer),
	    ICS_EFORMAT);
	buf_clear(&body);
	buf_be32(&body, 0);
	ck_assert_int_eq(sync_delivery_read(buf_bytes(&body), &answer), ICS_OK);
	ck_assert_uint_eq(answer.certs.n + answer.passed_over, 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_bad_one_costs_no_other);
	tcase_add_test(tc, hashes_are_of_what_came);
	tcase_add_test(tc, every_cut_is_no_list);
	tcase_add_test(tc, any_bit_may_be_wrong);
	tcase_add_test(tc, a_count_costs_nothing);
}

int
main(void)
{
	return fixture_run("sync_delivery", add);
}
