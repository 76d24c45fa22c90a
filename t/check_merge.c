/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The laws of merging, over the 22 certificates of t/data/certs and random
 * selections of their packets in random order, some with another unhashed
 * area than their twins.
 */
#include "base/array.h"
#include "pgp_make.h"

ARRAY_OF(struct pgp_packet, packets);

#define CERTS_N	 22
#define ROUNDS_N 60

static struct packets
fixture_packets(int number, struct bytes *data)
{
	struct packets all = { 0 };
	struct pgp_packet p;
	struct cursor cur;
	char name[40];

	(void)snprintf(name, sizeof(name), "certs/cert-%02d.pgp", number);
	*data = fixture_read(name);
	cur = cursor_of(*data);
	while (pgp_packet_next(&cur, &p) == ICS_OK)
		*packets_add(&all) = p;
	ck_assert_uint_gt(all.n, 2);
	return all;
}

/* A signature packet again, sometimes with something planted in it. */
static void
sig_put(struct buf *out, struct bytes body)
{
	static const uint8_t planted[] = { 2, 101, 7 };
	struct pgp_sig sig;
	struct buf changed;

	if (fixture_below(4) != 0 || pgp_sig_parse(body, &sig) != ICS_OK ||
	    sig.version != 4) {
		pgp_packet_write(out, PGP_TAG_SIGNATURE, body);
		return;
	}
	buf_init(&changed, PGP_SIG_MAX);
	buf_put(&changed, bytes_of(body.p, 6 + sig.hashed.n));
	buf_be16(&changed, (uint16_t)(sig.unhashed.n + sizeof(planted)));
	buf_put(&changed, sig.unhashed);
	buf_put(&changed, bytes_of(planted, sizeof(planted)));
	buf_put(&changed, bytes_of(sig.left16, 2));
	buf_put(&changed, sig.values);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&changed));
	buf_release(&changed);
}

/* Where a part ends: behind its signatures. */
static size_t
part_end(const struct packets *all, size_t i)
{
	do
		i++;
	while (i < all->n && all->at[i].tag == PGP_TAG_SIGNATURE);
	return i;
}

/* The primary key and some parts with some signatures, in random order. */
static struct pgp_cert *
selection(const struct packets *all)
{
	struct pgp_cert *cert;
	struct buf out;

	buf_init(&out, PGP_CERT_RAW_MAX);
	pgp_packet_write(&out, PGP_TAG_PUBLIC_KEY, all->at[0].body);
	for (size_t times = fixture_below(6); times > 0; times--) {
		size_t i = fixture_below(all->n), end;

		while (all->at[i].tag == PGP_TAG_SIGNATURE)
			i--;
		end = part_end(all, i);
		pgp_packet_write(&out, all->at[i].tag, all->at[i].body);
		for (i++; i < end; i++)
			if (fixture_below(3) != 0)
				sig_put(&out, all->at[i].body);
	}
	cert = make_cert(buf_bytes(&out), NULL);
	buf_release(&out);
	return cert;
}

static struct pgp_cert *
merged(const struct pgp_cert *a, const struct pgp_cert *b)
{
	struct pgp_cert *out = NULL;

	ck_assert_int_eq(pgp_cert_merge(a, b, &out), ICS_OK);
	ck_assert_ptr_nonnull(out);
	return out;
}

static void
same_octets(const struct pgp_cert *a, const struct pgp_cert *b)
{
	struct bytes x = make_form(a, PGP_FORM_FULL);
	struct bytes y = make_form(b, PGP_FORM_FULL);

	ck_assert(bytes_equal(x, y));
	alloc_bytes_free(x);
	alloc_bytes_free(y);
}

/* Every part of small is in big, and under it every signature. */
static void
contains(const struct pgp_cert *big, const struct pgp_cert *small)
{
	for (size_t i = 0; i < small->parts_n; i++) {
		const struct pgp_part *p = &small->parts[i], *q = big->parts;

		while (q->kind != p->kind || !bytes_equal(q->body, p->body))
			ck_assert(++q < big->parts + big->parts_n);
		for (size_t k = 0; k < p->sig_n; k++) {
			size_t j = 0;

			while (pgp_sig_compare(&small->sigs[p->sig_first + k],
				   &big->sigs[q->sig_first + j]) != 0)
				ck_assert(++j < q->sig_n);
		}
	}
}

static void
laws(const struct pgp_cert *a, const struct pgp_cert *b,
    const struct pgp_cert *c)
{
	struct pgp_cert *ab = merged(a, b), *ba = merged(b, a);
	struct pgp_cert *bc = merged(b, c), *left = merged(ab, c);
	struct pgp_cert *right = merged(a, bc), *aa = merged(a, a);
	struct pgp_cert *again = merged(ab, b);

	same_octets(ab, ba);
	same_octets(left, right);
	same_octets(aa, a);
	same_octets(again, ab);
	contains(left, a);
	contains(left, b);
	contains(left, c);
	pgp_cert_free(ab);
	pgp_cert_free(ba);
	pgp_cert_free(bc);
	pgp_cert_free(left);
	pgp_cert_free(right);
	pgp_cert_free(aa);
	pgp_cert_free(again);
}

START_TEST(laws_of_merging)
{
	struct bytes data;
	struct packets all = fixture_packets(_i, &data);

	for (int round = 0; round < ROUNDS_N; round++) {
		struct pgp_cert *a = selection(&all);
		struct pgp_cert *b = selection(&all);
		struct pgp_cert *c = selection(&all);

		laws(a, b, c);
		pgp_cert_free(a);
		pgp_cert_free(b);
		pgp_cert_free(c);
	}
	packets_release(&all);
	fixture_free(data);
}
END_TEST

START_TEST(all_selections_together_are_the_whole)
{
	struct bytes data;
	struct packets all = fixture_packets(_i, &data);
	struct pgp_cert *whole = make_cert(data, NULL), *sum, *next;

	sum = selection(&all);
	for (int round = 0; round < ROUNDS_N; round++) {
		struct pgp_cert *piece = selection(&all);

		next = merged(sum, piece);
		pgp_cert_free(sum);
		pgp_cert_free(piece);
		sum = next;
	}
	contains(whole, sum);
	next = merged(sum, whole);
	ck_assert_uint_eq(next->parts_n, whole->parts_n);
	ck_assert_uint_eq(next->sigs_n, whole->sigs_n);
	/* whatever was planted: the twin without it is the smaller one */
	same_octets(next, whole);
	pgp_cert_free(next);
	pgp_cert_free(sum);
	pgp_cert_free(whole);
	packets_release(&all);
	fixture_free(data);
}
END_TEST

START_TEST(different_certificates_do_not_merge)
{
	struct bytes x = fixture_read("certs/cert-01.pgp");
	struct bytes y = fixture_read("certs/cert-02.pgp");
	struct pgp_cert *a = make_cert(x, NULL), *b = make_cert(y, NULL);
	struct pgp_cert *out = a;

	ck_assert_int_eq(pgp_cert_merge(a, b, &out), ICS_EUSAGE);
	ck_assert_ptr_null(out);
	pgp_cert_free(a);
	pgp_cert_free(b);
	pgp_cert_free(NULL);
	fixture_free(x);
	fixture_free(y);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, laws_of_merging, 1, CERTS_N + 1);
	tcase_add_loop_test(t, all_selections_together_are_the_whole, 1,
	    CERTS_N + 1);
	tcase_add_test(t, different_certificates_do_not_merge);
}

int
main(void)
{
	return fixture_run("merge", add);
}
