/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public keys on their way in and out of OpenPGP: bodies of raw material
 * (RFC 9580 section 5.5), and the name that libgcrypt gives a key. Invariant:
 * a point is on its curve before it becomes a key.
 */
#include <gcrypt.h>

#include "base/hex.h"
#include "compose/compose.h"
#include "pgp/registry.h"

/* "%b" takes an int and a pointer that is not const. */
#define B(view) (int)(view).n, (view).p

#define POINT_MAX 160 /* octets of the largest point, form octet counted */
#define OID_MAX	  16

/* True for the curves whose points are bare octets. */
static bool
is_native(enum pgp_curve curve)
{
	return curve == PGP_CURVE_ED25519 || curve == PGP_CURVE_CV25519;
}

/* ---- what a point must be ------------------------------------------------- */

static bool
has_form(const struct compose_key *raw)
{
	size_t width = (pgp_curve_row(raw->curve)->bits + 7u) / 8;

	if (is_native(raw->curve))
		return raw->point.n == width;
	return raw->point.n == 2 * width + 1 && raw->point.p[0] == 4;
}

/* The number in an Ed25519 point's octets, without the sign of x. */
static gcry_mpi_t
y_read(struct bytes point)
{
	uint8_t turned[32];
	gcry_mpi_t y = NULL;

	for (size_t i = 0; i < sizeof(turned); i++)
		turned[i] = point.p[sizeof(turned) - 1 - i];
	turned[0] &= 0x7f;
	if (gcry_mpi_scan(&y, GCRYMPI_FMT_USG, turned, sizeof(turned), NULL) !=
	    0)
		return gcry_mpi_new(0);
	return y;
}

/*
 * Is there an x for this y? x^2 = (y^2 - 1) / (d y^2 + 1) with d = -121665 /
 * 121666 (RFC 8032 5.1.3), by Euler's criterion. gcry_mpi_ec_curve_point of
 * 1.10 ends the program when y is a small number.
 */
static bool
is_on_ed25519(struct bytes point)
{
	gcry_mpi_t p = gcry_mpi_new(256), y = y_read(point);
	gcry_mpi_t u = gcry_mpi_new(256), v = gcry_mpi_new(256);
	bool on;

	gcry_mpi_set_bit(p, 255);
	gcry_mpi_sub_ui(p, p, 19);
	on = gcry_mpi_cmp(y, p) < 0;
	gcry_mpi_mulm(y, y, y, p);
	gcry_mpi_set_ui(v, 121665);
	gcry_mpi_mulm(v, v, y, p);
	gcry_mpi_set_ui(u, 121666);
	gcry_mpi_subm(v, u, v, p); /* 121666 (d y^2 + 1) */
	gcry_mpi_sub_ui(y, y, 1);
	gcry_mpi_mod(y, y, p);
	gcry_mpi_mulm(u, u, y, p); /* 121666 (y^2 - 1) */
	gcry_mpi_mulm(u, u, v, p); /* a square where u / v is one */
	gcry_mpi_sub_ui(p, p, 1);
	gcry_mpi_rshift(v, p, 1);
	gcry_mpi_add_ui(p, p, 1);
	gcry_mpi_powm(y, u, v, p);
	on = on && (gcry_mpi_cmp_ui(u, 0) == 0 || gcry_mpi_cmp_ui(y, 1) == 0);
	gcry_mpi_release(p);
	gcry_mpi_release(y);
	gcry_mpi_release(u);
	gcry_mpi_release(v);
	return on;
}

/* Any 32 octets are a point of Curve25519 (RFC 7748). */
static bool
is_on_curve(const struct compose_key *raw)
{
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t octets;
	gcry_mpi_point_t point;
	bool on;

	if (raw->curve == PGP_CURVE_CV25519)
		return true;
	if (raw->curve == PGP_CURVE_ED25519)
		return is_on_ed25519(raw->point);
	if (gcry_mpi_ec_new(&ctx, NULL, pgp_curve_row(raw->curve)->gcry) != 0)
		return false;
	octets = gcry_mpi_set_opaque_copy(NULL, raw->point.p,
	    (unsigned)raw->point.n * 8);
	point = gcry_mpi_point_new(0);
	on = gcry_mpi_ec_decode_point(point, octets, ctx) == 0 &&
	     gcry_mpi_ec_curve_point(point, ctx) != 0;
	gcry_mpi_release(octets);
	gcry_mpi_point_release(point);
	gcry_ctx_release(ctx);
	return on;
}

static enum ics_err
point_check(const struct compose_key *raw)
{
	if (pgp_curve_row(raw->curve) == NULL)
		return ICS_EUNSUPPORTED;
	return has_form(raw) && is_on_curve(raw) ? ICS_OK : ICS_EFORMAT;
}

/* ---- bodies ------------------------------------------------------------------ */

/* The curve's OID and the point as an MPI; Spec: RFC 9580 9.2, 11.2. */
static enum ics_err
curve_write(const struct compose_key *raw, struct buf *material)
{
	const struct pgp_curve_row *row = pgp_curve_row(raw->curve);
	uint8_t oid[OID_MAX], dressed[POINT_MAX];
	size_t n, prefix = is_native(raw->curve) ? 1 : 0;
	enum ics_err err;

	TRY(point_check(raw));
	n = strlen(row->oid) / 2;
	TRY(hex_read(bytes_of_str(row->oid), oid, n));
	buf_u8(material, (uint8_t)n);
	buf_put(material, bytes_of(oid, n));
	dressed[0] = 0x40;
	memcpy(dressed + prefix, raw->point.p, raw->point.n);
	pgp_mpi_write(bytes_of(dressed, raw->point.n + prefix), material);
out:
	return err;
}

/* Spec: RFC 9580 11.5.1: hash and cipher as wide as the curve. */
static void
kdf_write(enum pgp_curve curve, struct buf *material)
{
	uint16_t bits = pgp_curve_row(curve)->bits;
	uint8_t hash = PGP_HASH_SHA512, cipher = 9; /* AES-256 */

	if (bits <= 256) {
		hash = PGP_HASH_SHA256;
		cipher = 7; /* AES-128 */
	} else if (bits <= 384) {
		hash = PGP_HASH_SHA384;
		cipher = 8; /* AES-192 */
	}
	buf_u8(material, 3);
	buf_u8(material, 1);
	buf_u8(material, hash);
	buf_u8(material, cipher);
}

static enum ics_err
native_write(const struct compose_key *raw, struct buf *material)
{
	struct compose_key as = *raw;
	enum ics_err err;

	as.curve = raw->algo == PGP_ALGO_ED25519 ? PGP_CURVE_ED25519
						 : PGP_CURVE_CV25519;
	TRY(point_check(&as));
	buf_put(material, raw->point);
out:
	return err;
}

static enum ics_err
material_write(const struct compose_key *raw, struct buf *material)
{
	enum ics_err err = ICS_OK;

	switch (raw->algo) {
	case PGP_ALGO_RSA:
		pgp_mpi_write(raw->n, material);
		pgp_mpi_write(raw->e, material);
		return raw->n.n > 0 && raw->e.n > 0 ? ICS_OK : ICS_EFORMAT;
	case PGP_ALGO_EDDSA:
		return raw->curve == PGP_CURVE_ED25519
			   ? curve_write(raw, material)
			   : ICS_EUNSUPPORTED;
	case PGP_ALGO_ECDSA:
		return is_native(raw->curve) ? ICS_EUNSUPPORTED
					     : curve_write(raw, material);
	case PGP_ALGO_ECDH:
		if (raw->curve == PGP_CURVE_ED25519)
			return ICS_EUNSUPPORTED;
		TRY(curve_write(raw, material));
		kdf_write(raw->curve, material);
		break;
	case PGP_ALGO_ED25519:
	case PGP_ALGO_X25519:
		return native_write(raw, material);
	default: /* an octet of a caller's, not an enum of ours */
		err = ICS_EUNSUPPORTED;
	}
out:
	return err;
}

enum ics_err
compose_key_write(const struct compose_key *raw, struct buf *body)
{
	struct buf material;
	struct pgp_key key;
	size_t from = body->n;
	enum ics_err err;

	buf_init(&material, PGP_PACKET_MAX);
	TRY(raw->version == 4 || raw->version == 6 ? ICS_OK : ICS_EUNSUPPORTED);
	TRY(material_write(raw, &material));
	TRY(buf_end(&material));
	buf_u8(body, raw->version);
	buf_be32(body, raw->created);
	buf_u8(body, raw->algo);
	if (raw->version == 6)
		buf_be32(body, (uint32_t)material.n);
	buf_put(body, buf_bytes(&material));
	TRY(buf_end(body));
	/* What may not stand in version 6 is known there. */
	err = pgp_key_parse(bytes_of(body->p + from, body->n - from), &key);
out:
	buf_release(&material);
	return err;
}

/* ---- keygrips ------------------------------------------------------------------ */

/* Numbers as "%m", which puts a zero before a high bit: it is hashed, too. */
static gcry_error_t
mpis_build(const struct pgp_key *key, gcry_sexp_t *to)
{
	struct cursor cur = cursor_of(key->material);
	size_t n = key->algo == PGP_ALGO_DSA ? 4 : 2;
	gcry_mpi_t m[4] = { NULL };
	gcry_error_t error = 0;

	for (size_t i = 0; i < n && error == 0; i++) {
		struct bytes octets = pgp_mpi_read(&cur);

		error = gcry_mpi_scan(&m[i], GCRYMPI_FMT_USG, octets.p,
		    octets.n, NULL);
	}
	if (error == 0 && n == 2)
		error = gcry_sexp_build(to, NULL, "(public-key(rsa(n%m)(e%m)))",
		    m[0], m[1]);
	if (error == 0 && n == 4)
		error = gcry_sexp_build(to, NULL,
		    "(public-key(dsa(p%m)(q%m)(g%m)(y%m)))", m[0], m[1], m[2],
		    m[3]);
	for (size_t i = 0; i < n; i++)
		gcry_mpi_release(m[i]);
	return error;
}

static gcry_error_t
point_build(const struct pgp_key *key, gcry_sexp_t *to)
{
	const struct pgp_curve_row *row = pgp_curve_row(key->curve);
	struct cursor cur = cursor_of(key->material);
	struct bytes q;

	if (row == NULL)
		return GPG_ERR_UNKNOWN_CURVE;
	(void)cursor_take(&cur, cursor_u8(&cur)); /* the OID: key->curve */
	q = pgp_mpi_read(&cur);
	if (key->algo == PGP_ALGO_EDDSA)
		return gcry_sexp_build(to, NULL,
		    "(public-key(ecc(curve%s)(flags eddsa)(q%b)))", row->gcry,
		    B(q));
	if (key->curve == PGP_CURVE_CV25519)
		return gcry_sexp_build(to, NULL,
		    "(public-key(ecc(curve%s)(flags djb-tweak)(q%b)))",
		    row->gcry, B(q));
	return gcry_sexp_build(to, NULL, "(public-key(ecc(curve%s)(q%b)))",
	    row->gcry, B(q));
}

static gcry_error_t
native_build(const struct pgp_key *key, gcry_sexp_t *to)
{
	switch (key->algo) {
	case PGP_ALGO_ED25519:
		return gcry_sexp_build(to, NULL,
		    "(public-key(ecc(curve Ed25519)(flags eddsa)(q%b)))",
		    B(key->material));
	case PGP_ALGO_ED448:
		return gcry_sexp_build(to, NULL,
		    "(public-key(ecc(curve Ed448)(flags eddsa)(q%b)))",
		    B(key->material));
	case PGP_ALGO_X25519:
		return gcry_sexp_build(to, NULL,
		    "(public-key(ecc(curve Curve25519)(flags djb-tweak)"
		    "(q%b)))",
		    B(key->material));
	default: /* an octet from the wire, not an enum of ours */
		return GPG_ERR_PUBKEY_ALGO;
	}
}

static gcry_error_t
public_build(const struct pgp_key *key, gcry_sexp_t *to)
{
	switch (key->algo) {
	case PGP_ALGO_RSA:
	case PGP_ALGO_RSA_ENCRYPT:
	case PGP_ALGO_RSA_SIGN:
	case PGP_ALGO_DSA:
		return mpis_build(key, to);
	case PGP_ALGO_ECDH:
	case PGP_ALGO_ECDSA:
	case PGP_ALGO_EDDSA:
		return point_build(key, to);
	default: /* an octet from the wire, not an enum of ours */
		return native_build(key, to);
	}
}

enum ics_err
compose_keygrip(const struct pgp_key *key, uint8_t out[COMPOSE_KEYGRIP_SIZE])
{
	gcry_sexp_t sexp = NULL;
	bool done;

	done = public_build(key, &sexp) == 0 &&
	       gcry_pk_get_keygrip(sexp, out) != NULL;
	gcry_sexp_release(sexp);
	return done ? ICS_OK : ICS_EUNSUPPORTED;
}
