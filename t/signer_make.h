/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signers for tests: an Ed25519 key from a seed, its self-signed certificate,
 * and signatures of any type by it. libgcrypt alone; the secret keys are
 * derivable by anyone.
 */
#ifndef T_SIGNER_MAKE_H
#define T_SIGNER_MAKE_H

#include <gcrypt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "compose/compose.h"
#include "pgp/pgp.h"

#define BORN	 1600000000 /* of all keys */
#define CERT_MAX 4096

struct signer {
	gcry_sexp_t secret; /* owned */
	struct buf body;    /* of the key packet, owned */
	struct pgp_key key; /* views into body */
	struct buf cert;    /* self-signed, owned */
	char uid[64];
};

static void
must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "statements: %s failed\n", what);
	exit(1);
}

/* ---- keys ---------------------------------------------------------------- */

/* The public point of a secret, as libgcrypt computes it. */
static void
point_of(const uint8_t secret[32], uint8_t point[32])
{
	gcry_sexp_t sexp = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q;
	unsigned char *octets = NULL;
	size_t n = 0;

	must(gcry_sexp_build(&sexp, NULL,
		 "(private-key (ecc (curve Ed25519)(flags eddsa)(d %b)))", 32,
		 secret) == 0 &&
		 gcry_mpi_ec_new(&ctx, sexp, NULL) == 0,
	    "a key");
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	must(q != NULL && gcry_mpi_aprint(GCRYMPI_FMT_STD, &octets, &n, q) == 0,
	    "its point");
	/* An opaque number: its octets are the point. */
	memcpy(point, gcry_mpi_get_opaque(q, NULL), 32);
	gcry_free(octets);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(sexp);
}

/* The 64 octets of an Ed25519 signature over a digest. */
static void
sign(const struct signer *by, const struct compose_unsigned *u, uint8_t out[64])
{
	gcry_sexp_t data = NULL, sig = NULL;
	gcry_buffer_t parts[2] = { { 0 } };

	must(gcry_sexp_build(&data, NULL,
		 "(data (flags eddsa)(hash-algo sha512)(value %b))",
		 (int)u->digest_n, u->digest) == 0 &&
		 gcry_pk_sign(&sig, data, by->secret) == 0,
	    "signing");
	must(gcry_sexp_extract_param(sig, "sig-val!eddsa", "&rs", &parts[0],
		 &parts[1], NULL) == 0 &&
		 parts[0].len == 32 && parts[1].len == 32,
	    "a signature's shape");
	memcpy(out, parts[0].data, 32);
	memcpy(&out[32], parts[1].data, 32);
	gcry_free(parts[0].data);
	gcry_free(parts[1].data);
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
}

struct wanted {
	const struct signer *by;
	uint8_t type;
	uint32_t created;
	const struct buf *hashed;
	struct pgp_subject subject;
};

/* Sign, append the packet to out; the record digest goes to digest. */
static void
packet_sign(const struct wanted *want, struct buf *out, uint8_t digest[32])
{
	struct compose_order c = { .by = &want->by->key,
		.type = want->type,
		.hash = PGP_HASH_SHA256,
		.created = want->created,
		.hashed = buf_bytes(want->hashed) };
	struct compose_unsigned u;
	struct pgp_sig sig;
	struct buf values, confirmed;
	uint8_t rs[64];

	must(compose_begin(&c, &want->subject, &u) == ICS_OK, "composing");
	sign(want->by, &u, rs);
	buf_init(&values, 128);
	pgp_mpi_write(bytes_of(rs, 32), &values);
	pgp_mpi_write(bytes_of(&rs[32], 32), &values);
	compose_end(&u, buf_bytes(&values));
	must(pgp_sig_parse(buf_bytes(&u.body), &sig) == ICS_OK, "reading");
	buf_init(&confirmed, PGP_SIG_MAX);
	pgp_sig_confirmed(&sig, &confirmed);
	pgp_sha256(buf_bytes(&confirmed), digest);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&u.body));
	buf_release(&confirmed);
	buf_release(&values);
	compose_release(&u);
}

static void
signer_make(struct signer *s, uint64_t seed, const char *what, unsigned i)
{
	static const uint8_t flags[] = { 0x03 };
	const struct pgp_sub sub = { PGP_SUB_KEY_FLAGS, false,
		{ flags, sizeof(flags) } };
	struct compose_key raw = { .version = 4,
		.algo = PGP_ALGO_EDDSA,
		.created = BORN,
		.curve = PGP_CURVE_ED25519 };
	struct wanted want = { s, PGP_SIG_CERT_POSITIVE, BORN, NULL, { 0 } };
	uint8_t secret[32], point[32], digest[32];
	char name[96];
	struct buf hashed;

	(void)snprintf(name, sizeof(name), "%" PRIu64 " %s %u", seed, what,
	    i); /* fits */
	pgp_sha256(bytes_of_str(name), secret);
	point_of(secret, point);
	must(gcry_sexp_build(&s->secret, NULL,
		 "(private-key (ecc (curve Ed25519)(flags eddsa)(q %b)(d %b)))",
		 32, point, 32, secret) == 0,
	    "a secret key");
	raw.point = bytes_of(point, 32);
	buf_init(&s->body, PGP_PACKET_MAX);
	must(compose_key_write(&raw, &s->body) == ICS_OK &&
		 pgp_key_parse(buf_bytes(&s->body), &s->key) == ICS_OK,
	    "a public key");
	(void)snprintf(s->uid, sizeof(s->uid), "%s %u", what, i); /* fits */
	buf_init(&s->cert, CERT_MAX);
	buf_init(&hashed, 256);
	compose_sub(&sub, &hashed);
	want.hashed = &hashed;
	want.subject = (struct pgp_subject){ .primary = &s->key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = bytes_of_str(s->uid) };
	pgp_packet_write(&s->cert, PGP_TAG_PUBLIC_KEY, s->key.body);
	pgp_packet_write(&s->cert, PGP_TAG_USER_ID, bytes_of_str(s->uid));
	packet_sign(&want, &s->cert, digest);
	buf_release(&hashed);
}

#endif
