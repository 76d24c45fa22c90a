/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reference backend: libgcrypt serves every family. What it does not
 * check by itself (a point's place on its curve) is checked here.
 */
#include "pgp/verify.h"

#include <gcrypt.h>

#include "pgp/registry.h"

/* "%b" takes an int and a pointer that is not const. */
#define B(view) (int)(view).n, (view).p

enum ics_err
verify_gcrypt_init(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return ICS_OK; /* the program did it before us */
	if (gcry_check_version(GCRYPT_VERSION) == NULL)
		return ICS_EUNSUPPORTED;
	/* Public keys only: no secure memory to set aside. */
	(void)gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	(void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return ICS_OK;
}

/* Every backend's library, the reference first. */
enum ics_err
pgp_crypto_init(void)
{
	enum ics_err err;

	TRY(verify_gcrypt_init());
	TRY(verify_sodium_init());
out:
	return err;
}

/* Is the ECDSA point on its curve, its coordinates below the field's p? */
static bool
point_accept(const struct verify_job *job)
{
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t octets = NULL, p = NULL;
	gcry_mpi_t x = gcry_mpi_new(0), y = gcry_mpi_new(0);
	gcry_mpi_point_t point = gcry_mpi_point_new(0);
	bool on = false;

	if (gcry_mpi_ec_new(&ctx, NULL, pgp_curve_row(job->curve)->gcry) != 0)
		goto out;
	octets = gcry_mpi_set_opaque_copy(NULL, job->key[0].p,
	    (unsigned)job->key[0].n * 8);
	p = gcry_mpi_ec_get_mpi("p", ctx, 1);
	if (gcry_mpi_ec_decode_point(point, octets, ctx) != 0 || p == NULL)
		goto out;
	/* Decoded z is 1: the projective coordinates are the affine ones. */
	gcry_mpi_point_get(x, y, NULL, point);
	on = gcry_mpi_cmp(x, p) < 0 && gcry_mpi_cmp(y, p) < 0 &&
	     gcry_mpi_ec_curve_point(point, ctx) != 0;
out:
	gcry_mpi_release(octets);
	gcry_mpi_release(p);
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	gcry_mpi_point_release(point);
	gcry_ctx_release(ctx);
	return on;
}

static gcry_error_t
key_build(const struct verify_job *job, gcry_sexp_t *key)
{
	switch (job->family) {
	case VERIFY_RSA:
		return gcry_sexp_build(key, NULL, "(public-key(rsa(n%b)(e%b)))",
		    B(job->key[0]), B(job->key[1]));
	case VERIFY_DSA:
		break;
	case VERIFY_ECDSA:
		return gcry_sexp_build(key, NULL,
		    "(public-key(ecc(curve%s)(q%b)))",
		    pgp_curve_row(job->curve)->gcry, B(job->key[0]));
	case VERIFY_EDDSA:
		break;
	}
	return GPG_ERR_PUBKEY_ALGO;
}

static gcry_error_t
values_build(const struct verify_job *job, gcry_sexp_t *values)
{
	switch (job->family) {
	case VERIFY_RSA:
		return gcry_sexp_build(values, NULL, "(sig-val(rsa(s%b)))",
		    B(job->sig[0]));
	case VERIFY_DSA:
		break;
	case VERIFY_ECDSA:
		return gcry_sexp_build(values, NULL,
		    "(sig-val(ecdsa(r%b)(s%b)))", B(job->sig[0]),
		    B(job->sig[1]));
	case VERIFY_EDDSA:
		break;
	}
	return GPG_ERR_PUBKEY_ALGO;
}

/* A little-endian number. */
static gcry_mpi_t
little(const uint8_t *p, size_t n)
{
	uint8_t turned[2 * VERIFY_EDDSA_MAX];
	gcry_mpi_t number = NULL;

	for (size_t i = 0; i < n; i++)
		turned[i] = p[n - 1 - i];
	return gcry_mpi_scan(&number, GCRYMPI_FMT_USG, turned, n, NULL) == 0
		   ? number
		   : NULL;
}

/* Spec: RFC 8032 5.1.7 and 5.2.7, step 2: H(dom || R || A || M). */
static gcry_mpi_t
challenge_make(const struct verify_job *job)
{
	static const uint8_t dom4[10] = "SigEd448\0"; /* and no context */
	bool is_448 = job->curve == PGP_CURVE_ED448;
	size_t n = is_448 ? 114 : 64;
	uint8_t hash[2 * VERIFY_EDDSA_MAX];
	gcry_md_hd_t md;
	gcry_mpi_t h = NULL;

	if (gcry_md_open(&md, is_448 ? GCRY_MD_SHAKE256 : GCRY_MD_SHA512, 0) !=
	    0)
		return NULL;
	if (is_448)
		gcry_md_write(md, dom4, sizeof(dom4));
	gcry_md_write(md, job->signature, job->sig[0].n / 2);
	gcry_md_write(md, job->key[0].p, job->key[0].n);
	gcry_md_write(md, job->message.p, job->message.n);
	if (!is_448)
		memcpy(hash, gcry_md_read(md, 0), n);
	if (!is_448 || gcry_md_extract(md, 0, hash, n) == 0)
		h = little(hash, n);
	gcry_md_close(md);
	return h;
}

struct eddsa {
	gcry_ctx_t ctx;
	gcry_mpi_t a, n, h, s, r; /* key octets, order, challenge, S, R */
	gcry_mpi_point_t key, base, left, right;
};

/* R encoded from S B - h A, h taken modulo the order. */
static bool
eddsa_calculate(struct eddsa *e)
{
	if (gcry_mpi_ec_decode_point(e->key, e->a, e->ctx) != 0 ||
	    e->n == NULL || e->base == NULL || e->h == NULL || e->s == NULL)
		return false;
	gcry_mpi_mod(e->h, e->h, e->n);
	gcry_mpi_ec_mul(e->left, e->s, e->base, e->ctx);
	gcry_mpi_ec_mul(e->right, e->h, e->key, e->ctx);
	gcry_mpi_ec_sub(e->left, e->left, e->right, e->ctx);
	if (gcry_mpi_ec_set_point("q", e->left, e->ctx) != 0)
		return false;
	e->r = gcry_mpi_ec_get_mpi("q@eddsa", e->ctx, 1);
	return e->r != NULL;
}

/*
 * gcry_pk_verify does not reduce the challenge, which tells apart keys with a
 * component of small order; the other backends do, as RFC 8032 says. So the
 * equation is spelled out here.
 */
static bool
eddsa_holds(const struct verify_job *job)
{
	size_t width = job->key[0].n, n = 0;
	uint8_t r[VERIFY_EDDSA_MAX];
	struct eddsa e = { 0 };
	bool holds = false;

	if (gcry_mpi_ec_new(&e.ctx, NULL, pgp_curve_row(job->curve)->gcry) != 0)
		return false;
	e.a =
	    gcry_mpi_set_opaque_copy(NULL, job->key[0].p, (unsigned)width * 8);
	e.n = gcry_mpi_ec_get_mpi("n", e.ctx, 1);
	e.base = gcry_mpi_ec_get_point("g", e.ctx, 1);
	e.h = challenge_make(job);
	e.s = little(&job->signature[width], width);
	e.key = gcry_mpi_point_new(0);
	e.left = gcry_mpi_point_new(0);
	e.right = gcry_mpi_point_new(0);
	if (eddsa_calculate(&e))
		holds = gcry_mpi_print(GCRYMPI_FMT_USG, r, sizeof(r), &n,
			    e.r) == 0 &&
			n == width && memcmp(r, job->signature, width) == 0;
	gcry_mpi_release(e.a);
	gcry_mpi_release(e.n);
	gcry_mpi_release(e.h);
	gcry_mpi_release(e.s);
	gcry_mpi_release(e.r);
	gcry_mpi_point_release(e.key);
	gcry_mpi_point_release(e.base);
	gcry_mpi_point_release(e.left);
	gcry_mpi_point_release(e.right);
	gcry_ctx_release(e.ctx);
	return holds;
}

static gcry_mpi_t
big(struct bytes n)
{
	gcry_mpi_t number = NULL;

	return gcry_mpi_scan(&number, GCRYMPI_FMT_USG, n.p, n.n, NULL) == 0
		   ? number
		   : gcry_mpi_new(0);
}

/* The numbers of a DSA equation. */
enum {
	DSA_P,
	DSA_Q,
	DSA_G,
	DSA_Y,
	DSA_R,
	DSA_S,
	DSA_Z,
	DSA_N
};

/* v = g^(z/s) y^(r/s) mod p mod q is r. */
static bool
dsa_calculate(gcry_mpi_t n[DSA_N])
{
	if (!gcry_mpi_invm(n[DSA_S], n[DSA_S], n[DSA_Q]))
		return false;
	gcry_mpi_mulm(n[DSA_Z], n[DSA_Z], n[DSA_S], n[DSA_Q]);
	gcry_mpi_mulm(n[DSA_S], n[DSA_R], n[DSA_S], n[DSA_Q]);
	gcry_mpi_powm(n[DSA_G], n[DSA_G], n[DSA_Z], n[DSA_P]);
	gcry_mpi_powm(n[DSA_Y], n[DSA_Y], n[DSA_S], n[DSA_P]);
	gcry_mpi_mulm(n[DSA_G], n[DSA_G], n[DSA_Y], n[DSA_P]);
	gcry_mpi_mod(n[DSA_G], n[DSA_G], n[DSA_Q]);
	return gcry_mpi_cmp(n[DSA_G], n[DSA_R]) == 0;
}

/*
 * gcry_pk_verify of 1.10 ends the program when s has no inverse, as happens
 * with a q that is no prime. So the equation is spelled out here.
 */
static bool
dsa_holds(const struct verify_job *job)
{
	gcry_mpi_t n[DSA_N] = { big(job->key[0]), big(job->key[1]),
		big(job->key[2]), big(job->key[3]), big(job->sig[0]),
		big(job->sig[1]), big(job->message) };
	bool holds = dsa_calculate(n);

	for (size_t i = 0; i < DSA_N; i++)
		gcry_mpi_release(n[i]);
	return holds;
}

enum pgp_verdict
verify_gcrypt(const struct verify_job *job)
{
	gcry_sexp_t key = NULL, values = NULL, message = NULL;
	bool good = false;

	if (job->family == VERIFY_DSA)
		return dsa_holds(job) ? PGP_GOOD : PGP_BAD;
	if (job->family == VERIFY_EDDSA)
		return eddsa_holds(job) ? PGP_GOOD : PGP_BAD;
	if (job->family == VERIFY_ECDSA && !point_accept(job))
		return PGP_BAD;
	if (key_build(job, &key) == 0 && values_build(job, &values) == 0 &&
	    gcry_sexp_build(&message, NULL, "(data(flags raw)(value%b))",
		B(job->message)) == 0)
		good = gcry_pk_verify(values, message, key) == 0;
	gcry_sexp_release(key);
	gcry_sexp_release(values);
	gcry_sexp_release(message);
	return good ? PGP_GOOD : PGP_BAD;
}
