/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arithmetic by OpenSSL's libcrypto: its numbers and curves directly,
 * because making a key object a call costs a third of a 2048-bit RSA check.
 * Ranges were judged before, but for what only a curve knows. Thread-safe:
 * nothing outlives a call.
 */
#include "pgp/verify.h"

#ifdef HAVE_OPENSSL
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

static int
curve_nid(enum pgp_curve curve)
{
	static const int nids[] = {
		[PGP_CURVE_P256] = NID_X9_62_prime256v1,
		[PGP_CURVE_P384] = NID_secp384r1,
		[PGP_CURVE_P521] = NID_secp521r1,
		[PGP_CURVE_BP256] = NID_brainpoolP256r1,
		[PGP_CURVE_BP384] = NID_brainpoolP384r1,
		[PGP_CURVE_BP512] = NID_brainpoolP512r1,
		[PGP_CURVE_K256] = NID_secp256k1,
	};

	return (size_t)curve < sizeof(nids) / sizeof(*nids) ? nids[curve] : 0;
}

/* A number of the context's frame; NULL only when memory is out. */
static BIGNUM *
number(BN_CTX *ctx, struct bytes n)
{
	BIGNUM *bn = BN_CTX_get(ctx);

	return bn == NULL ? NULL : BN_bin2bn(n.p, (int)n.n, bn);
}

static bool
rsa_holds(const struct verify_job *job, BN_CTX *ctx)
{
	BIGNUM *n = number(ctx, job->key[0]), *e = number(ctx, job->key[1]);
	BIGNUM *s = number(ctx, job->sig[0]);
	BIGNUM *em = number(ctx, job->message), *got = BN_CTX_get(ctx);

	return got != NULL && BN_mod_exp_mont(got, s, e, n, ctx, NULL) == 1 &&
	       BN_cmp(got, em) == 0;
}

/* u = message / s, v = r / s modulo the group order. */
static bool
factors_make(const struct verify_job *job, const BIGNUM *order, BN_CTX *ctx,
    BIGNUM *uv[2])
{
	BIGNUM *r = number(ctx, job->sig[0]), *s = number(ctx, job->sig[1]);
	BIGNUM *z = number(ctx, job->message), *w = BN_CTX_get(ctx);

	uv[0] = BN_CTX_get(ctx);
	uv[1] = BN_CTX_get(ctx);
	return uv[1] != NULL && BN_cmp(r, order) < 0 && BN_cmp(s, order) < 0 &&
	       BN_mod_inverse(w, s, order, ctx) != NULL &&
	       BN_mod_mul(uv[0], z, w, order, ctx) == 1 &&
	       BN_mod_mul(uv[1], r, w, order, ctx) == 1;
}

static bool
dsa_holds(const struct verify_job *job, BN_CTX *ctx)
{
	BIGNUM *p = number(ctx, job->key[0]), *q = number(ctx, job->key[1]);
	BIGNUM *g = number(ctx, job->key[2]), *y = number(ctx, job->key[3]);
	BIGNUM *r = number(ctx, job->sig[0]), *got = BN_CTX_get(ctx), *uv[2];

	return got != NULL && factors_make(job, q, ctx, uv) &&
	       BN_mod_exp2_mont(got, g, uv[0], y, uv[1], p, ctx, NULL) == 1 &&
	       BN_nnmod(got, got, q, ctx) == 1 && BN_cmp(got, r) == 0;
}

static bool
ecdsa_group_holds(const struct verify_job *job, const EC_GROUP *group,
    BN_CTX *ctx)
{
	const BIGNUM *order = EC_GROUP_get0_order(group);
	EC_POINT *key = EC_POINT_new(group), *sum = EC_POINT_new(group);
	BIGNUM *r = number(ctx, job->sig[0]), *x = BN_CTX_get(ctx), *uv[2];
	bool holds;

	/* oct2point refuses what is not on the curve; infinity has no x. */
	holds =
	    key != NULL && sum != NULL && x != NULL &&
	    EC_POINT_oct2point(group, key, job->key[0].p, job->key[0].n, ctx) ==
		1 &&
	    factors_make(job, order, ctx, uv) &&
	    EC_POINT_mul(group, sum, uv[0], key, uv[1], ctx) == 1 &&
	    EC_POINT_is_at_infinity(group, sum) == 0 &&
	    EC_POINT_get_affine_coordinates(group, sum, x, NULL, ctx) == 1 &&
	    BN_nnmod(x, x, order, ctx) == 1 && BN_cmp(x, r) == 0;
	EC_POINT_free(key);
	EC_POINT_free(sum);
	return holds;
}

static bool
ecdsa_holds(const struct verify_job *job, BN_CTX *ctx)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curve_nid(job->curve));
	bool holds = group != NULL && ecdsa_group_holds(job, group, ctx);

	EC_GROUP_free(group);
	return holds;
}

static bool
eddsa_holds(const struct verify_job *job)
{
	const char *name = job->curve == PGP_CURVE_ED448 ? "ED448" : "ED25519";
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, name, NULL,
	    job->key[0].p, job->key[0].n);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool holds;

	holds = key != NULL && ctx != NULL &&
		EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key,
		    NULL) == 1 &&
		EVP_DigestVerify(ctx, job->sig[0].p, job->sig[0].n,
		    job->message.p, job->message.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return holds;
}

static bool
numbers_hold(const struct verify_job *job)
{
	BN_CTX *ctx = BN_CTX_new();
	bool holds = false;

	if (ctx == NULL)
		return false;
	BN_CTX_start(ctx);
	if (job->family == VERIFY_RSA)
		holds = rsa_holds(job, ctx);
	else if (job->family == VERIFY_DSA)
		holds = dsa_holds(job, ctx);
	else if (job->family == VERIFY_ECDSA)
		holds = ecdsa_holds(job, ctx);
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return holds;
}

enum pgp_verdict
verify_openssl(const struct verify_job *job)
{
	bool holds =
	    job->family == VERIFY_EDDSA ? eddsa_holds(job) : numbers_hold(job);

	return holds ? PGP_GOOD : PGP_BAD;
}
#else
enum pgp_verdict
verify_openssl(const struct verify_job *job)
{
	(void)job; /* nothing is served here */
	return PGP_UNSUPPORTED;
}
#endif
