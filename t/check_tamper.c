/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damage of every kind ends in a status or a finding: each truncation and
 * each flipped octet of fixtures, through cutting, parsing, writing, merging,
 * dumping and hashing. What was accepted is a fixed point of writing.
 */
#include "pgp_make.h"

static void
cert_exercise(const struct pgp_cert *cert)
{
	struct bytes full = make_form(cert, PGP_FORM_FULL);
	struct bytes legacy = make_form(cert, PGP_FORM_LEGACY), again;
	struct pgp_cert *twin = make_cert(full, NULL), *both = NULL;

	again = make_form(twin, PGP_FORM_FULL);
	ck_assert(bytes_equal(full, again));
	ck_assert_int_eq(pgp_cert_has_modern(cert), !bytes_equal(full, legacy));
	alloc_bytes_free(again);
	ck_assert_int_eq(pgp_cert_merge(cert, twin, &both), ICS_OK);
	again = make_form(both, PGP_FORM_FULL);
	ck_assert(bytes_equal(full, again));
	for (size_t i = 0; i < cert->parts_n; i++)
		(void)pgp_uid_email(cert->parts[i].body);
	alloc_bytes_free(again);
	alloc_bytes_free(full);
	alloc_bytes_free(legacy);
	pgp_cert_free(twin);
	pgp_cert_free(both);
}

/* Returns how many certificates were accepted. */
static size_t
stream_exercise(struct bytes data)
{
	struct cursor cur = cursor_of(data);
	struct pgp_block block;
	size_t accepted = 0;
	uint8_t digest[16];
	struct buf text;

	while (pgp_block_next(&cur, &block) == ICS_OK) {
		struct report rep = { 0 };
		struct pgp_cert *cert;

		if (pgp_cert_parse(block.data, &rep, &cert) == ICS_OK) {
			accepted++;
			cert_exercise(cert);
		} else {
			ck_assert_uint_gt(rep.n, 0);
		}
		pgp_cert_free(cert);
		report_release(&rep);
	}
	buf_init(&text, 1u << 20);
	(void)!pgp_dump(data, &text); /* any status will do here */
	buf_release(&text);
	(void)!pgp_skshash_packets(data, digest);
	return accepted;
}

static const char *const names[] = { "certs/cert-02.pgp", "certs/cert-03.pgp",
	"certs/cert-16.pgp", "certs/cert-18.pgp", "certs/cert-11.pgp" };

/* A copy of the first n octets, of the exact size. */
static uint8_t *
copy(struct bytes data, size_t n)
{
	uint8_t *p = alloc_new(n + (n == 0));

	memcpy(p, data.p, n);
	return p;
}

START_TEST(every_truncation)
{
	struct bytes data = fixture_read(names[_i]);
	size_t accepted = 0;

	for (size_t n = 0; n < data.n; n++) {
		uint8_t *cut = copy(data, n);

		accepted += stream_exercise(bytes_of(cut, n));
		free(cut);
	}
	/* at the packet borders only */
	ck_assert_uint_ge(accepted, 3);
	ck_assert_uint_le(accepted, 15);
	ck_assert_uint_eq(stream_exercise(data), 1);
	fixture_free(data);
}
END_TEST

START_TEST(every_flip)
{
	struct bytes data = fixture_read(names[_i]);

	for (size_t i = 0; i < data.n; i++) {
		uint8_t *flipped = copy(data, data.n);

		flipped[i] ^= (uint8_t)(1u << fixture_below(8));
		(void)stream_exercise(bytes_of(flipped, data.n));
		flipped[i] = (uint8_t)fixture_random();
		(void)stream_exercise(bytes_of(flipped, data.n));
		free(flipped);
	}
	fixture_free(data);
}
END_TEST

START_TEST(every_armor_damage)
{
	struct bytes text = fixture_read("pgp/rfc9580-a3.asc");

	for (size_t i = 0; i < text.n; i++) {
		uint8_t *cut = copy(text, i), *flipped = copy(text, text.n);
		struct buf out;

		buf_init(&out, 10000);
		if (pgp_input_read(bytes_of(cut, i), &out) == ICS_OK)
			(void)stream_exercise(buf_bytes(&out));
		buf_clear(&out);
		flipped[i] = (uint8_t)fixture_random();
		if (pgp_input_read(bytes_of(flipped, text.n), &out) == ICS_OK)
			(void)stream_exercise(buf_bytes(&out));
		buf_release(&out);
		free(cut);
		free(flipped);
	}
	fixture_free(text);
}
END_TEST

START_TEST(a_listing_shows_what_is_there)
{
	struct bytes data = fixture_read("certs/cert-22.pgp");
	struct buf out;

	buf_init(&out, 1u << 20);
	ck_assert_int_eq(pgp_dump(data, &out), ICS_OK);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "6 public key, "));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "17 user attribute, "));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "(subkey binding)"));
	buf_clear(&out);
	ck_assert_int_eq(pgp_dump(bytes_of_str("\xcd\x05"
					       "a\"\n\\\xff"),
			     &out),
	    ICS_OK);
	ck_assert_str_eq(buf_str(&out),
	    "13 User ID, 5 octets: \"a\\x22\\x0a\\x5c\\xff\"\n");
	buf_release(&out);
	fixture_free(data);
}
END_TEST

static void
add(TCase *t)
{
	int n = (int)(sizeof(names) / sizeof(names[0]));

	tcase_add_loop_test(t, every_truncation, 0, n);
	tcase_add_loop_test(t, every_flip, 0, n);
	tcase_add_test(t, every_armor_damage);
	tcase_add_test(t, a_listing_shows_what_is_there);
}

int
main(void)
{
	return fixture_run("tamper", add);
}
