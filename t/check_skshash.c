/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SKS hash against what an SKS server stored each file of t/data/certs
 * under. SKS folds repeated parts, and repeats directly behind the primary
 * key, before it hashes; a repeat below a part that comes once it keeps.
 */
#include "base/array.h"
#include "pgp_make.h"

ARRAY_OF(struct pgp_packet, packets);

#define LINE_MAX_N 300

static void
hash_hex(struct bytes packets, char hex[33])
{
	uint8_t digest[16];

	ck_assert_int_eq(pgp_skshash_packets(packets, digest), ICS_OK);
	hex_lower(bytes_of(digest, 16), hex);
}

static bool
packet_same(const struct pgp_packet *a, const struct pgp_packet *b)
{
	return a->tag == b->tag && bytes_equal(a->body, b->body);
}

static bool
is_sig(const struct pgp_packet *p)
{
	return p->tag == PGP_TAG_SIGNATURE;
}

/* How often the part that packet i belongs to comes in all. */
static size_t
part_times(const struct packets *all, size_t i)
{
	size_t times = 0;

	while (i > 0 && is_sig(&all->at[i]))
		i--;
	for (size_t k = 0; k < all->n; k++)
		times += packet_same(&all->at[k], &all->at[i]);
	return times;
}

static struct pgp_packet *
part_of(const struct packets *all, size_t i)
{
	while (i > 0 && is_sig(&all->at[i]))
		i--;
	return &all->at[i];
}

/* True when an equal packet of an equal part stands further ahead. */
static bool
is_repeat(const struct packets *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (packet_same(&all->at[k], &all->at[i]) &&
		    packet_same(part_of(all, k), part_of(all, i)))
			return true;
	return false;
}

/* What SKS makes of the packets before it hashes. */
static void
fold(struct bytes data, struct buf *out)
{
	struct cursor cur = cursor_of(data);
	struct packets all = { 0 };
	struct pgp_packet p;

	while (pgp_packet_next(&cur, &p) == ICS_OK)
		*packets_add(&all) = p;
	for (size_t i = 0; i < all.n; i++) {
		bool folds =
		    part_of(&all, i) == &all.at[0] || part_times(&all, i) > 1;

		if (!folds || !is_repeat(&all, i))
			pgp_packet_write(out, all.at[i].tag, all.at[i].body);
	}
	packets_release(&all);
}

/* Field n of a comma-separated line, lent. */
static struct bytes
field(struct bytes line, size_t n)
{
	size_t from = 0, to;

	for (; n > 0; from++)
		n -= line.p[from] == ',';
	for (to = from; to < line.n && line.p[to] != ','; to++)
		;
	return bytes_of(&line.p[from], to - from);
}

static void
row_check(struct bytes line)
{
	struct bytes name = field(line, 0), stored = field(line, 3);
	struct bytes as_is = field(line, 4), data, full;
	struct pgp_cert *cert;
	struct buf folded;
	char path[60], hex[33];

	(void)snprintf(path, sizeof(path), "certs/%.*s", (int)name.n, name.p);
	data = fixture_read(path);
	hash_hex(data, hex);
	ck_assert_msg(bytes_equal(as_is, bytes_of_str(hex)), "%s", path);
	buf_init(&folded, 2 * data.n);
	fold(data, &folded);
	hash_hex(buf_bytes(&folded), hex);
	ck_assert_msg(bytes_equal(stored, bytes_of_str(hex)), "%s", path);

	/* Our own form: the same hash, but for the repeat that SKS keeps. */
	cert = make_cert(data, NULL);
	full = make_form(cert, PGP_FORM_FULL);
	hash_hex(full, hex);
	if (bytes_equal(name, bytes_of_str("cert-18.pgp")))
		ck_assert_str_eq(hex, "eb8f725f997a744cc5bcd8b8508d4045");
	else
		ck_assert_msg(bytes_equal(stored, bytes_of_str(hex)), "%s",
		    path);
	alloc_bytes_free(full);
	pgp_cert_free(cert);
	buf_release(&folded);
	fixture_free(data);
}

START_TEST(as_sks_stores_them)
{
	struct bytes csv = fixture_read("certs/sks-hashes.csv");
	size_t rows = 0, from = 0;

	for (size_t i = 0; i < csv.n; i++) {
		if (csv.p[i] != '\n')
			continue;
		if (rows++ > 0)
			row_check(bytes_of(&csv.p[from], i - from));
		from = i + 1;
	}
	ck_assert_uint_eq(rows, 23);
	fixture_free(csv);
}
END_TEST

START_TEST(version_6)
{
	struct bytes text = fixture_read("pgp/rfc9580-a3.asc");
	struct buf b;
	char hex[33];

	buf_init(&b, 2000);
	ck_assert_int_eq(pgp_input_read(text, &b), ICS_OK);
	hash_hex(buf_bytes(&b), hex);
	ck_assert_str_eq(hex, "a9b9ab307d2e551b951ec87f27840dda");
	buf_release(&b);
	fixture_free(text);
}
END_TEST

START_TEST(neither_order_nor_headers_count)
{
	struct buf a, b;
	char x[33], y[33];
	uint8_t digest[16];

	buf_init(&a, 1000);
	buf_init(&b, 1000);
	make_key(&a, PGP_TAG_PUBLIC_KEY, 4, 1);
	make_uid(&a, "b");
	make_uid(&a, "");
	make_uid(&a, "ab");
	make_uid(&b, "ab");
	buf_put(&b, bytes_of_str("\xb5")); /* old format, two octets */
	buf_be16(&b, 1);
	buf_put(&b, bytes_of_str("b"));
	make_key(&b, PGP_TAG_PUBLIC_KEY, 4, 1);
	make_uid(&b, "");
	hash_hex(buf_bytes(&a), x);
	hash_hex(buf_bytes(&b), y);
	ck_assert_str_eq(x, y);
	hash_hex(bytes_of(NULL, 0), x);
	ck_assert_str_eq(x, "d41d8cd98f00b204e9800998ecf8427e");
	buf_u8(&a, 0xcd);
	ck_assert_int_eq(pgp_skshash_packets(buf_bytes(&a), digest),
	    ICS_ETRUNCATED);
	buf_release(&a);
	buf_release(&b);
}
END_TEST

START_TEST(digests_of_our_own)
{
	uint8_t digest[32];
	char hex[65];

	pgp_sha256(bytes_of_str("abc"), digest);
	hex_lower(bytes_of(digest, 32), hex);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
			      "b00361a396177a9cb410ff61f20015ad");
	pgp_sha1(bytes_of_str("abc"), digest);
	hex_lower(bytes_of(digest, 20), hex);
	ck_assert_str_eq(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, as_sks_stores_them);
	tcase_add_test(t, version_6);
	tcase_add_test(t, neither_order_nor_headers_count);
	tcase_add_test(t, digests_of_our_own);
}

int
main(void)
{
	return fixture_run("skshash", add);
}
