/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public key bodies, fingerprints and key IDs (RFC 9580 section 5.5). What an
 * algorithm's material looks like is the shape in its row; an algorithm
 * without a row is kept as it is.
 */
#include <gcrypt.h>

#include "base/hex.h"
#include "pgp/registry.h"
#include "pgp/wire.h"

/* The octets as they stand: a fingerprint covers leading zeros too. */
static struct bytes
mpi_take(struct cursor *cur)
{
	return cursor_take(cur, (cursor_be16(cur) + 7u) / 8);
}

void
pgp_mpis_skip(struct cursor *cur, size_t n)
{
	while (n-- > 0)
		(void)mpi_take(cur); /* the cursor remembers */
}

/* The curve's name; Spec: RFC 9580 9.2, length octets 0 and 255 reserved. */
static void
oid_read(struct cursor *cur, struct pgp_key *key)
{
	uint8_t n = cursor_u8(cur);
	const struct pgp_curve_row *row;

	if (n == 0 || n == 255)
		cursor_fail(cur);
	key->curve = pgp_curve_from_oid(cursor_take(cur, n));
	row = pgp_curve_row(key->curve);
	key->bits = row == NULL ? 0 : row->bits;
}

/* Spec: RFC 9580 5.5.5.6: a counted field of hash and cipher. */
static void
kdf_skip(struct cursor *cur)
{
	uint8_t n = cursor_u8(cur);

	if (n == 0 || n == 255)
		cursor_fail(cur);
	(void)cursor_take(cur, n); /* the cursor remembers */
}

#define RAW_BITS_MAX 64 /* larger material is of several keys at once */

static enum ics_err
material_read(struct pgp_key *key)
{
	const struct pgp_algo_row *row = pgp_algo_row(key->algo);
	struct cursor cur = cursor_of(key->material);

	if (row == NULL)
		return ICS_OK;
	switch (row->material.kind) {
	case PGP_SHAPE_NONE:
	case PGP_SHAPE_OPAQUE:
		return ICS_OK;
	case PGP_SHAPE_RAW:
		(void)cursor_take(&cur, row->material.n); /* cursor_end asks */
		if (row->material.n <= RAW_BITS_MAX)
			key->bits = (uint16_t)(8 * row->material.n);
		break;
	case PGP_SHAPE_MPI:
		key->bits = (uint16_t)pgp_mpi_bits(pgp_mpi_read(&cur));
		pgp_mpis_skip(&cur, row->material.n - 1u);
		break;
	case PGP_SHAPE_OID:
		oid_read(&cur, key);
		pgp_mpis_skip(&cur, 1);
		break;
	case PGP_SHAPE_ECDH:
		oid_read(&cur, key);
		pgp_mpis_skip(&cur, 1);
		kdf_skip(&cur);
		break;
	}
	return cursor_end(&cur);
}

/* Spec: RFC 9580 5.5.5.5 and 9.2: what version 6 leaves behind. */
static bool
is_legacy_only(const struct pgp_key *key)
{
	return key->algo == PGP_ALGO_EDDSA || key->curve == PGP_CURVE_ED25519 ||
	       key->curve == PGP_CURVE_CV25519;
}

/* Spec: RFC 9580 5.5.4.1: MD5 of the numbers without their bit counts. */
static void
fingerprint_v3(struct pgp_key *key)
{
	struct cursor cur = cursor_of(key->material);
	struct bytes n = mpi_take(&cur), e = mpi_take(&cur);
	struct cursor low = cursor_of(n);
	uint8_t numbers[PGP_PACKET_MAX];

	memcpy(numbers, n.p, n.n);
	memcpy(numbers + n.n, e.p, e.n);
	gcry_md_hash_buffer(GCRY_MD_MD5, key->fpr.b, numbers, n.n + e.n);
	key->fpr.n = 16;
	if (n.n >= 8) {
		(void)cursor_take(&low, n.n - 8); /* n.n was asked */
		key->keyid = cursor_be64(&low);
	}
}

/* Spec: RFC 9580 5.5.4.2, 5.5.4.3; LibrePGP for version 5. */
static void
fingerprint(struct pgp_key *key)
{
	static const uint8_t prefix[] = { [4] = 0x99, [5] = 0x9a, [6] = 0x9b };
	uint8_t framed[5 + PGP_PACKET_MAX];
	size_t width = key->version == 4 ? 2 : 4, n = key->body.n;

	framed[0] = prefix[key->version];
	for (size_t i = width; i > 0; i--, n >>= 8)
		framed[i] = (uint8_t)n;
	memcpy(framed + 1 + width, key->body.p, key->body.n);
	key->fpr.n = key->version == 4 ? 20 : 32;
	gcry_md_hash_buffer(key->version == 4 ? GCRY_MD_SHA1 : GCRY_MD_SHA256,
	    key->fpr.b, framed, 1 + width + key->body.n);
	key->keyid = pgp_fpr_index(&key->fpr);
}

/* The fields in front of the material, and the material's extent. */
static enum ics_err
head_read(struct bytes body, struct pgp_key *key)
{
	struct cursor cur = cursor_of(body);

	key->version = cursor_u8(&cur);
	if (key->version == 2) /* Spec: RFC 9580 5.5.2.1: the same as 3 */
		key->version = 3;
	if (body.n > 0 && (key->version < 3 || key->version > 6))
		return ICS_EUNSUPPORTED;
	key->created = cursor_be32(&cur);
	if (key->version == 3)
		key->days = cursor_be16(&cur);
	key->algo = cursor_u8(&cur);
	if (key->version >= 5)
		key->material = cursor_take(&cur, cursor_be32(&cur));
	else
		key->material = cursor_rest(&cur);
	return cursor_end(&cur);
}

static bool
is_rsa(uint8_t algo)
{
	return algo >= PGP_ALGO_RSA && algo <= PGP_ALGO_RSA_SIGN;
}

enum ics_err
pgp_key_parse(struct bytes body, struct pgp_key *key)
{
	enum ics_err err;

	*key = (struct pgp_key){ .body = body };
	if (body.n > PGP_PACKET_MAX)
		return ICS_ETOOBIG;
	TRY(head_read(body, key));
	if (key->version == 3 && !is_rsa(key->algo))
		return ICS_EUNSUPPORTED;
	TRY(material_read(key));
	if (key->version == 6 && is_legacy_only(key))
		return ICS_EFORMAT;
	key->fpr.version = key->version;
	if (key->version == 3)
		fingerprint_v3(key);
	else
		fingerprint(key);
out:
	return err;
}

bool
pgp_fpr_equal(const struct pgp_fpr *a, const struct pgp_fpr *b)
{
	return a->version == b->version &&
	       bytes_equal(pgp_fpr_bytes(a), pgp_fpr_bytes(b));
}

void
pgp_fpr_hex(const struct pgp_fpr *fpr, char out[PGP_FPR_TEXT_MAX])
{
	hex_lower(pgp_fpr_bytes(fpr), out);
}

uint64_t
pgp_fpr_index(const struct pgp_fpr *fpr)
{
	struct cursor cur = cursor_of(pgp_fpr_bytes(fpr));

	if (fpr->version == 4)
		(void)cursor_take(&cur, 12); /* the cursor remembers */
	return cursor_be64(&cur);
}
