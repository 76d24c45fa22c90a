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
		return gcry_sexp_build(key, NULL,
		    "(public-key(dsa(p%b)(q%b)(g%b)(y%b)))", B(job->key[0]),
		    B(job->key[1]), B(job->key[2]), B(job->key[3]));
	case VERIFY_ECDSA:
		return gcry_sexp_build(key, NULL,
		    "(public-key(ecc(curve%s)(q%b)))",
		    pgp_curve_row(job->curve)->gcry, B(job->key[0]));
	case VERIFY_EDDSA:
		return gcry_sexp_build(key, NULL,
		    "(public-key(ecc(curve%s)(flags eddsa)(q%b)))",
		    pgp_curve_row(job->curve)->gcry, B(job->key[0]));
	}
	return GPG_ERR_PUBKEY_ALGO;
}

static gcry_error_t
values_build(const struct verify_job *job, gcry_sexp_t *values)
{
	size_t half = job->sig[0].n / 2;

	switch (job->family) {
	case VERIFY_RSA:
		return gcry_sexp_build(values, NULL, "(sig-val(rsa(s%b)))",
		    B(job->sig[0]));
	case VERIFY_DSA:
		return gcry_sexp_build(values, NULL, "(sig-val(dsa(r%b)(s%b)))",
		    B(job->sig[0]), B(job->sig[1]));
	case VERIFY_ECDSA:
		return gcry_sexp_build(values, NULL,
		    "(sig-val(ecdsa(r%b)(s%b)))", B(job->sig[0]),
		    B(job->sig[1]));
	case VERIFY_EDDSA:
		return gcry_sexp_build(values, NULL,
		    "(sig-val(eddsa(r%b)(s%b)))", (int)half, job->signature,
		    (int)half, &job->signature[half]);
	}
	return GPG_ERR_PUBKEY_ALGO;
}

static gcry_error_t
message_build(const struct verify_job *job, gcry_sexp_t *message)
{
	if (job->family != VERIFY_EDDSA)
		return gcry_sexp_build(message, NULL,
		    "(data(flags raw)(value%b))", B(job->message));
	if (job->curve == PGP_CURVE_ED448)
		return gcry_sexp_build(message, NULL, "(data(value%b))",
		    B(job->message));
	return gcry_sexp_build(message, NULL,
	    "(data(flags eddsa)(hash-algo sha512)(value%b))", B(job->message));
}

enum pgp_verdict
verify_gcrypt(const struct verify_job *job)
{
	gcry_sexp_t key = NULL, values = NULL, message = NULL;
	bool good = false;

	if (job->family == VERIFY_ECDSA && !point_accept(job))
		return PGP_BAD;
	if (key_build(job, &key) == 0 && values_build(job, &values) == 0 &&
	    message_build(job, &message) == 0)
		good = gcry_pk_verify(values, message, key) == 0;
	gcry_sexp_release(key);
	gcry_sexp_release(values);
	gcry_sexp_release(message);
	return good ? PGP_GOOD : PGP_BAD;
}
