/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature values: the published Ed25519 edge cases, every algorithm that
 * gpg can make, forged encodings, and the dated policy; each by every
 * backend, which must all say the same.
 */
#include "backends.h"
#include "base/hex.h"
#include "maker.h"

/*
 * "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), cases 0 to
 * 11: small order, mixed order, cofactor, large S, encodings. Only number 3,
 * which every equation accepts, is taken.
 */
static const struct edge {
	const char *message, *key, *sig;
	enum pgp_verdict verdict;
} edges[] = {
#define X(message, key, sig, verdict) { message, key, sig, PGP_##verdict },
#include "data/judge/ed25519-edges.def"
#undef X
};

START_TEST(edge_cases_are_judged_strictly)
{
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		uint8_t message[32], point[32], values[64];
		struct pgp_key key = { .version = 4,
			.algo = PGP_ALGO_ED25519,
			.material = { point, 32 } };
		struct pgp_sig sig = { .version = 4,
			.pk = PGP_ALGO_ED25519,
			.values = { values, 64 } };

		ck_assert(hex_read(bytes_of_str(edges[i].message), message,
			      32) == ICS_OK);
		ck_assert(hex_read(bytes_of_str(edges[i].key), point, 32) ==
			  ICS_OK);
		ck_assert(hex_read(bytes_of_str(edges[i].sig), values, 64) ==
			  ICS_OK);
		ck_assert_msg(all_say(&key, &sig, bytes_of(message, 32)) ==
				  edges[i].verdict,
		    "case %zu", i);
	}
}
END_TEST

/* Call f with each self-signature of a certificate, and its digest. */
static void
each_self_sig(const struct pgp_cert *cert,
    void (*f)(const struct pgp_key *, const struct pgp_sig *, struct bytes))
{
	const struct pgp_key *primary = pgp_cert_primary(cert);
	uint8_t digest[PGP_DIGEST_MAX];
	size_t n;

	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];
		struct pgp_subject subject = { .primary = primary };

		if (part->kind == PGP_PART_SUBKEY)
			subject.subkey = &part->key;
		if (part->kind == PGP_PART_UID) {
			subject.uid_tag = PGP_TAG_USER_ID;
			subject.uid = part->body;
		}
		for (size_t i = 0; i < part->sig_n; i++) {
			const struct pgp_sig *sig =
			    &cert->sigs[part->sig_first + i];

			if (sig->issuer_keyid == primary->keyid &&
			    part->kind != PGP_PART_UAT &&
			    pgp_sig_digest(sig, &subject, digest, &n) == ICS_OK)
				f(primary, sig, bytes_of(digest, n));
		}
	}
}

/* Call f with each certificate of a stream; every step-th. */
static size_t
each_cert(struct bytes stream, size_t step, void (*f)(const struct pgp_cert *))
{
	struct cursor cur = cursor_of(stream);
	struct pgp_block block;
	size_t n = 0;

	while (pgp_block_next(&cur, &block) == ICS_OK) {
		struct pgp_cert *cert;

		if (n++ % step != 0)
			continue;
		cert = maker_cert_parse(block.data);
		f(cert);
		pgp_cert_free(cert);
	}
	return n;
}

static size_t seen[128];

static void
good_and_broken(const struct pgp_key *key, const struct pgp_sig *sig,
    struct bytes digest)
{
	uint8_t values[PGP_SIG_MAX], other[PGP_DIGEST_MAX];
	struct pgp_sig broken = *sig;

	seen[key->algo] += 1;
	ck_assert_int_eq(all_say(key, sig, digest), PGP_GOOD);
	memcpy(other, digest.p, digest.n);
	other[fixture_below(digest.n < 20 ? digest.n : 20)] ^=
	    (uint8_t)(1u << fixture_below(8));
	ck_assert_int_eq(all_say(key, sig, bytes_of(other, digest.n)), PGP_BAD);
	memcpy(values, sig->values.p, sig->values.n);
	broken.values = bytes_of(values, sig->values.n);
	for (size_t i = 0; i < sig->values.n; i++) {
		values[i] ^= (uint8_t)(1u << fixture_below(8));
		ck_assert_int_ne(all_say(key, &broken, digest),
		    PGP_UNSUPPORTED);
		values[i] = sig->values.p[i];
	}
	broken.values.n--;
	ck_assert_int_eq(all_say(key, &broken, digest), PGP_BAD);
}

static void
good_and_broken_cert(const struct pgp_cert *cert)
{
	each_self_sig(cert, good_and_broken);
}

START_TEST(every_algorithm_by_every_backend)
{
	struct bytes data = fixture_read("judge/algos.pgp");

	ck_assert_uint_eq(each_cert(data, 1, good_and_broken_cert), 12);
	ck_assert_uint_eq(seen[PGP_ALGO_RSA], 9);
	ck_assert_uint_eq(seen[PGP_ALGO_DSA], 5);
	ck_assert_uint_eq(seen[PGP_ALGO_ECDSA], 8);
	ck_assert_uint_eq(seen[PGP_ALGO_EDDSA], 1);
	fixture_free(data);
}
END_TEST

/* A copy of a key or signature whose MPI number i is another number. */
static struct bytes
mpi_replace(struct bytes mpis, size_t i, struct bytes number, uint8_t *room)
{
	struct cursor cur = cursor_of(mpis);
	struct buf out;
	struct bytes result;

	buf_init(&out, 4096);
	for (size_t at = 0; cursor_has(&cur); at++) {
		size_t bits = cursor_be16(&cur);
		struct bytes old = cursor_take(&cur, (bits + 7) / 8);
		struct bytes use = at == i ? number : old;

		buf_be16(&out, (uint16_t)(use.n * 8));
		buf_put(&out, use);
	}
	memcpy(room, out.p, out.n);
	result = bytes_of(room, out.n);
	buf_release(&out);
	return result;
}

static void
ranges_broken(const struct pgp_key *key, const struct pgp_sig *sig,
    struct bytes digest)
{
	uint8_t huge[66], room[4096];
	struct pgp_sig broken = *sig;

	memset(huge, 0xff, sizeof(huge));
	if (key->algo != PGP_ALGO_DSA && key->algo != PGP_ALGO_ECDSA)
		return;
	for (size_t i = 0; i < 2; i++) {
		broken.values =
		    mpi_replace(sig->values, i, bytes_of(NULL, 0), room);
		ck_assert_int_eq(all_say(key, &broken, digest), PGP_BAD);
		broken.values =
		    mpi_replace(sig->values, i, bytes_of(huge, 20), room);
		ck_assert_int_eq(all_say(key, &broken, digest), PGP_BAD);
		broken.values = mpi_replace(sig->values, i,
		    bytes_of(huge, sizeof(huge)), room);
		ck_assert_int_eq(all_say(key, &broken, digest), PGP_BAD);
	}
}

/* A point that is not on the curve, or coordinates beyond the field. */
static void
points_broken(const struct pgp_key *key, const struct pgp_sig *sig,
    struct bytes digest)
{
	uint8_t room[PGP_PACKET_MAX];
	struct pgp_key broken = *key;

	if (key->algo != PGP_ALGO_ECDSA)
		return;
	memcpy(room, key->material.p, key->material.n);
	broken.material = bytes_of(room, key->material.n);
	room[key->material.n - 1] ^= 1;
	ck_assert_int_eq(all_say(&broken, sig, digest), PGP_BAD);
	memset(&room[key->material.n - key->bits / 8], 0xff, key->bits / 8);
	ck_assert_int_eq(all_say(&broken, sig, digest), PGP_BAD);
	memset(&room[key->material.n - key->bits / 8], 0, key->bits / 8);
	ck_assert_int_eq(all_say(&broken, sig, digest), PGP_BAD);
}

static void
ranges_broken_cert(const struct pgp_cert *cert)
{
	each_self_sig(cert, ranges_broken);
	each_self_sig(cert, points_broken);
}

START_TEST(ranges_and_points_are_held)
{
	struct bytes data = fixture_read("judge/algos.pgp");

	(void)each_cert(data, 1, ranges_broken_cert); /* counted above */
	fixture_free(data);
}
END_TEST

static size_t agreed;

static void
agree(const struct pgp_key *key, const struct pgp_sig *sig, struct bytes digest)
{
	(void)all_say(key, sig, digest); /* it asserts */
	agreed++;
}

static void
agree_cert(const struct pgp_cert *cert)
{
	each_self_sig(cert, agree);
}

START_TEST(backends_agree_on_real_keyrings)
{
	static const char *const rings[] = {
		"/usr/share/keyrings/debian-keyring.gpg",
		"/usr/share/keyrings/debian-maintainers.gpg",
		"/usr/share/keyrings/debian-role-keys.gpg",
	};
	uint8_t *room = alloc_new(PGP_INPUT_MAX);

	for (size_t i = 0; i < 3; i++) {
		FILE *fp = fopen(rings[i], "rb");

		if (fp == NULL)
			continue;
		(void)each_cert(bytes_of(room,
				    fread(room, 1, PGP_INPUT_MAX, fp)),
		    i == 0 ? 9 : 1, agree_cert); /* agreed counts */
		fclose(fp);
	}
	printf("# agreed on %zu signatures\n", agreed);
	free(room);
}
END_TEST

START_TEST(weak_hashes_by_their_date)
{
	static const struct {
		uint8_t hash, type;
		uint32_t created;
		bool self;
		enum pgp_verdict verdict;
	} table[] = {
		{ PGP_HASH_SHA256, 0x13, 0, true, PGP_GOOD },
		{ PGP_HASH_MD5, 0x13, 900000000, true, PGP_TOO_WEAK },
		{ PGP_HASH_MD5, 0x10, 900000000, false, PGP_TOO_WEAK },
		{ PGP_HASH_MD5, 0x20, 1800000000, true, PGP_WEAK },
		{ PGP_HASH_MD5, 0x28, 1800000000, true, PGP_WEAK },
		{ PGP_HASH_MD5, 0x30, 1800000000, false, PGP_WEAK },
		{ PGP_HASH_SHA1, 0x13, 1675209599, true, PGP_WEAK },
		{ PGP_HASH_SHA1, 0x13, 1675209600, true, PGP_TOO_WEAK },
		{ PGP_HASH_RIPEMD160, 0x18, 1675209599, true, PGP_WEAK },
		{ PGP_HASH_SHA1, 0x10, 1547855999, false, PGP_WEAK },
		{ PGP_HASH_SHA1, 0x10, 1547856000, false, PGP_TOO_WEAK },
		{ PGP_HASH_RIPEMD160, 0x10, 1547856000, false, PGP_TOO_WEAK },
		{ PGP_HASH_SHA1, 0x30, 1800000000, false, PGP_WEAK },
		{ PGP_HASH_SHA1, 0x20, 1800000000, true, PGP_WEAK },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct pgp_sig sig = { .hash = table[i].hash,
			.type = table[i].type,
			.created = table[i].created };

		ck_assert_msg(pgp_weak_judge(&sig, table[i].self) ==
				  table[i].verdict,
		    "row %zu", i);
	}
}
END_TEST

static void
crypto_ready(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
}

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, crypto_ready, NULL);
	tcase_add_test(t, edge_cases_are_judged_strictly);
	tcase_add_test(t, every_algorithm_by_every_backend);
	tcase_add_test(t, ranges_and_points_are_held);
	tcase_add_test(t, backends_agree_on_real_keyrings);
	tcase_add_test(t, weak_hashes_by_their_date);
}

int
main(void)
{
	return fixture_run("verify", tests_add);
}
