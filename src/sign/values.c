/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* S-expressions of signatures and public keys, taken apart. */
#include "sign/values.h"

#include <gcrypt.h>

#include "pgp/registry.h"

#define EDDSA_25519_OCTETS 32u
#define EDDSA_448_OCTETS   57u
#define NUMBER_MAX	   2048u /* octets: RSA of 16,384 bits */

/* libgcrypt takes a length of 0 for "as a string". */
static bool
sexp_read(struct bytes octets, gcry_sexp_t *to)
{
	return octets.n > 0 &&
	       gcry_sexp_sscan(to, NULL, (const char *)octets.p, octets.n) == 0;
}

/* The data of "(name data)" somewhere in list, lent by *part; empty when it
 * is not there. The caller releases *part. */
static struct bytes
token_read(gcry_sexp_t list, const char *name, gcry_sexp_t *part)
{
	size_t n = 0;
	const char *p;

	*part = gcry_sexp_find_token(list, name, 0);
	p = *part == NULL ? NULL : gcry_sexp_nth_data(*part, 1, &n);
	return bytes_of(p, p == NULL || n > NUMBER_MAX ? 0 : n);
}

/* Octets of each half of a native EdDSA signature; 0 for other algorithms. */
static size_t
native_width(uint8_t algo)
{
	if (algo == PGP_ALGO_ED25519)
		return EDDSA_25519_OCTETS;
	return algo == PGP_ALGO_ED448 ? EDDSA_448_OCTETS : 0;
}

static enum ics_err
number_write(const struct pgp_key *key, struct bytes number, struct buf *values)
{
	size_t width = native_width(key->algo);

	if (number.n == 0)
		return ICS_EFORMAT;
	if (width == 0) {
		pgp_mpi_write(number, values);
		return ICS_OK;
	}
	if (number.n > width)
		return ICS_EFORMAT;
	for (size_t i = number.n; i < width; i++)
		buf_u8(values, 0);
	buf_put(values, number);
	return ICS_OK;
}

/* Copy the number called name. */
static enum ics_err
number_copy(const struct pgp_key *key, gcry_sexp_t list, const char *name,
    struct buf *values)
{
	gcry_sexp_t part;
	enum ics_err err;

	err = number_write(key, token_read(list, name, &part), values);
	gcry_sexp_release(part);
	return err;
}

/* The list of the key's algorithm in "(sig-val (ALGO ...))", or NULL. */
static gcry_sexp_t
algorithm_find(const struct pgp_key *key, gcry_sexp_t whole)
{
	switch (key->algo) {
	case PGP_ALGO_RSA:
	case PGP_ALGO_RSA_SIGN:
		return gcry_sexp_find_token(whole, "rsa", 0);
	case PGP_ALGO_DSA:
		return gcry_sexp_find_token(whole, "dsa", 0);
	case PGP_ALGO_ECDSA:
		return gcry_sexp_find_token(whole, "ecdsa", 0);
	case PGP_ALGO_EDDSA:
	case PGP_ALGO_ED25519:
	case PGP_ALGO_ED448:
		return gcry_sexp_find_token(whole, "eddsa", 0);
	default: /* an octet from the wire, not an enum of ours */
		return NULL;
	}
}

enum ics_err
sign_values_read(const struct pgp_key *key, struct bytes sexp,
    struct buf *values)
{
	bool is_rsa =
	    key->algo == PGP_ALGO_RSA || key->algo == PGP_ALGO_RSA_SIGN;
	gcry_sexp_t whole = NULL, list = NULL;
	enum ics_err err = ICS_EFORMAT;

	if (!sexp_read(sexp, &whole))
		goto out;
	list = algorithm_find(key, whole);
	if (list == NULL)
		goto out;
	if (!is_rsa)
		TRY(number_copy(key, list, "r", values));
	TRY(number_copy(key, list, "s", values));
	err = buf_end(values);
out:
	gcry_sexp_release(list);
	gcry_sexp_release(whole);
	return err;
}

/* ---- public keys ------------------------------------------------------------- */

static uint8_t
curve_algo(enum pgp_curve curve, bool is_encryption)
{
	if (curve == PGP_CURVE_ED25519)
		return PGP_ALGO_EDDSA;
	return is_encryption || curve == PGP_CURVE_CV25519 ? PGP_ALGO_ECDH
							   : PGP_ALGO_ECDSA;
}

/* Take off the 0x40 that GnuPG puts in front of native points. */
static struct bytes
point_bare(struct bytes q)
{
	struct cursor cur = cursor_of(q);

	if (q.n == EDDSA_25519_OCTETS + 1 && cursor_u8(&cur) == 0x40)
		return cursor_rest(&cur);
	return q;
}

enum ics_err
sign_public_read(const struct sign_public *from, struct buf *body)
{
	gcry_sexp_t whole = NULL, part[4] = { NULL };
	struct compose_key raw = { .version = 4, .created = from->created };
	enum ics_err err = ICS_EFORMAT;

	if (!sexp_read(from->sexp, &whole))
		goto out;
	raw.n = token_read(whole, "n", &part[0]);
	raw.e = token_read(whole, "e", &part[1]);
	raw.curve = pgp_curve_find(token_read(whole, "curve", &part[2]));
	raw.point = point_bare(token_read(whole, "q", &part[3]));
	raw.algo = raw.n.n > 0 ? PGP_ALGO_RSA
			       : curve_algo(raw.curve, from->is_encryption);
	err = compose_key_write(&raw, body);
out:
	for (size_t i = 0; i < 4; i++)
		gcry_sexp_release(part[i]);
	gcry_sexp_release(whole);
	return err;
}
