/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes Ed25519 keys, signatures and certificates of any shape for the tests
 * of src/pgp: what no tool would make, too. Keys come from a number, so that
 * a test repeats. It hashes with pgp_sig_digest; that those digests are right
 * is shown by check_digest and by what gpg made (t1200).
 */
#ifndef T_MAKER_H
#define T_MAKER_H

#include <gcrypt.h>

#include "fixture.h"
#include "pgp/pgp.h"

#define MAKER_NOW 1700000000 /* what tests take for now */

struct maker_key {
	uint8_t room[64]; /* the packet body */
	uint8_t secret[32];
	struct pgp_key key;
};

static inline void
maker_public(const uint8_t secret[32], uint8_t out[32])
{
	gcry_sexp_t sexp = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q;
	size_t n = 0;

	ck_assert_int_eq(gcry_sexp_build(&sexp, NULL,
			     "(private-key(ecc(curve Ed25519)(flags eddsa)"
			     "(d%b)))",
			     32, secret),
	    0);
	ck_assert_int_eq(gcry_mpi_ec_new(&ctx, sexp, NULL), 0);
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	ck_assert_ptr_nonnull(q);
	ck_assert_int_eq(gcry_mpi_print(GCRYMPI_FMT_USG, out, 32, &n, q), 0);
	ck_assert_uint_eq(n, 32);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(sexp);
}

/* Key number i of a version (4 or 6), made at created. */
static inline void
maker_key_init(struct maker_key *k, uint8_t version, unsigned i,
    uint32_t created)
{
	struct buf body;

	memset(k->secret, 0x40, sizeof(k->secret));
	k->secret[0] = (uint8_t)i;
	k->secret[1] = (uint8_t)(i >> 8);
	buf_init(&body, sizeof(k->room));
	buf_u8(&body, version);
	buf_be32(&body, created);
	buf_u8(&body, PGP_ALGO_ED25519);
	if (version >= 5)
		buf_be32(&body, 32);
	maker_public(k->secret, buf_grow(&body, 32));
	memcpy(k->room, body.p, body.n);
	ck_assert(pgp_key_parse(bytes_of(k->room, body.n), &k->key) == ICS_OK);
	buf_release(&body);
}

static inline void
maker_sign(const struct maker_key *k, struct bytes digest, uint8_t out[64])
{
	gcry_sexp_t key = NULL, data = NULL, sig = NULL, part;
	const char names[2] = { 'r', 's' };

	ck_assert_int_eq(gcry_sexp_build(&key, NULL,
			     "(private-key(ecc(curve Ed25519)(flags eddsa)"
			     "(d%b)))",
			     32, k->secret),
	    0);
	ck_assert_int_eq(gcry_sexp_build(&data, NULL,
			     "(data(flags eddsa)(hash-algo sha512)(value%b))",
			     (int)digest.n, digest.p),
	    0);
	ck_assert_int_eq(gcry_pk_sign(&sig, data, key), 0);
	for (size_t i = 0; i < 2; i++) {
		size_t n = 0;
		const char *p;

		part = gcry_sexp_find_token(sig, &names[i], 1);
		p = gcry_sexp_nth_data(part, 1, &n);
		ck_assert(p != NULL && n <= 32);
		memset(&out[32 * i], 0, 32);
		memcpy(&out[32 * i], p, n);
		gcry_sexp_release(part);
	}
	gcry_sexp_release(key);
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
}

/* What a signature shall say. */
struct maker_sig {
	const struct maker_key *by;
	uint8_t version; /* 0: the key's */
	uint8_t type;
	uint8_t hash; /* 0: SHA-256 */
	uint32_t created;
	struct bytes hashed, unhashed; /* more subpackets */
	bool no_issuer;
};

static inline size_t
maker_hash_size(uint8_t hash)
{
	static const uint8_t sizes[] = {
#define X(name, number, octets, gcry, salt, words) [number] = (octets),
#include "pgp/hashes.def"
#undef X
	};

	return sizes[hash];
}

static inline void
maker_hashed_write(const struct maker_sig *m, struct buf *area)
{
	buf_u8(area, 5);
	buf_u8(area, PGP_SUB_CREATED);
	buf_be32(area, m->created);
	if (!m->no_issuer) {
		buf_u8(area, (uint8_t)(m->by->key.fpr.n + 2));
		buf_u8(area, PGP_SUB_ISSUER_FPR);
		buf_u8(area, m->by->key.version);
		buf_put(area, pgp_fpr_bytes(&m->by->key.fpr));
	}
	buf_put(area, m->hashed);
}

static inline void
maker_count(struct buf *out, uint8_t version, size_t n)
{
	if (version == 6)
		buf_be32(out, (uint32_t)n);
	else
		buf_be16(out, (uint16_t)n);
}

/* Append the signature's body to out. */
static inline void
maker_sig_write(const struct maker_sig *m, const struct pgp_subject *subject,
    struct buf *out)
{
	uint8_t version = m->version != 0 ? m->version : m->by->key.version;
	uint8_t hash = m->hash != 0 ? m->hash : PGP_HASH_SHA256;
	uint8_t digest[PGP_DIGEST_MAX], values[64];
	struct pgp_sig sig;
	struct buf area, body;
	size_t n;

	buf_init(&area, PGP_SIG_MAX);
	buf_init(&body, 2 * PGP_SIG_MAX);
	maker_hashed_write(m, &area);
	buf_u8(&body, version);
	buf_u8(&body, m->type);
	buf_u8(&body, PGP_ALGO_ED25519);
	buf_u8(&body, hash);
	maker_count(&body, version, area.n);
	buf_put(&body, buf_bytes(&area));
	maker_count(&body, version, m->unhashed.n);
	buf_put(&body, m->unhashed);
	buf_be16(&body, 0);
	if (version == 6) {
		buf_u8(&body, 16);
		memset(buf_grow(&body, 16), 0x5a, 16);
	}
	memset(buf_grow(&body, 64), 0, 64);
	ck_assert(pgp_sig_parse(buf_bytes(&body), &sig) == ICS_OK);
	ck_assert(pgp_sig_digest(&sig, subject, digest, &n) == ICS_OK);
	ck_assert_uint_eq(n, maker_hash_size(hash));
	maker_sign(m->by, bytes_of(digest, n), values);
	memcpy(&body.p[body.n - 64], values, 64);
	memcpy(&body.p[body.n - 64 - (version == 6 ? 17 : 0) - 2], digest, 2);
	buf_put(out, buf_bytes(&body));
	buf_release(&area);
	buf_release(&body);
}

/* Append it as a packet. */
static inline void
maker_sig_put(struct buf *out, const struct maker_sig *m,
    const struct pgp_subject *subject)
{
	struct buf body;

	buf_init(&body, 2 * PGP_SIG_MAX);
	maker_sig_write(m, subject, &body);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&body));
	buf_release(&body);
}

static inline struct pgp_subject
maker_on_key(const struct maker_key *primary)
{
	return (struct pgp_subject){ .primary = &primary->key };
}

static inline struct pgp_subject
maker_on_uid(const struct maker_key *primary, const char *uid)
{
	return (struct pgp_subject){ .primary = &primary->key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = bytes_of_str(uid) };
}

static inline struct pgp_subject
maker_on_subkey(const struct maker_key *primary, const struct maker_key *sub)
{
	return (struct pgp_subject){ .primary = &primary->key,
		.subkey = &sub->key };
}

/* The packets of a plain certificate: key, User ID, one self-signature. */
static inline void
maker_cert_put(struct buf *out, const struct maker_key *k, const char *uid)
{
	struct pgp_subject on_key = maker_on_key(k);
	struct pgp_subject on_uid = maker_on_uid(k, uid);

	pgp_packet_write(out, PGP_TAG_PUBLIC_KEY, k->key.body);
	if (k->key.version == 6)
		maker_sig_put(out,
		    &(struct maker_sig){ .by = k,
			.type = PGP_SIG_DIRECT_KEY,
			.created = k->key.created },
		    &on_key);
	pgp_packet_write(out, PGP_TAG_USER_ID, bytes_of_str(uid));
	maker_sig_put(out,
	    &(struct maker_sig){ .by = k,
		.type = PGP_SIG_CERT_POSITIVE,
		.created = k->key.created },
	    &on_uid);
}

/* Parse, and free what was found on the way. */
static inline struct pgp_cert *
maker_cert_parse(struct bytes packets)
{
	struct report rep = { 0 };
	struct pgp_cert *cert;

	ck_assert(pgp_cert_parse(packets, &rep, &cert) == ICS_OK);
	report_release(&rep);
	return cert;
}

/* A keyring of a few keys, for pgp_keyring.find. */
struct maker_ring {
	const struct maker_key *const *keys;
	size_t n, asked;
};

static inline size_t
maker_find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	struct maker_ring *ring = arg;
	size_t n = 0;

	ring->asked++;
	for (size_t i = 0; i < ring->n && n < max; i++) {
		const struct pgp_key *key = &ring->keys[i]->key;

		if (key->keyid == issuer->keyid &&
		    (issuer->fpr.version == 0 ||
			pgp_fpr_equal(&issuer->fpr, &key->fpr)))
			out[n++] = *key;
	}
	return n;
}

#endif
