/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public area of a TPM's key, as tpm2_createek and its like write it. */
#include "foreign/factory.h"

enum tpm {
	TPM_RSA = 0x0001,
	TPM_NULL = 0x0010,
	TPM_ECC = 0x0023,
	TPM_P256 = 0x0003,
	TPM_P384 = 0x0004,
	TPM_P521 = 0x0005
};
#define TPM_ATTRIBUTE_SIGN 0x40000u
#define TPM_EXPONENT	   65537u /* meant where it is 0 */

static struct bytes
sized_take(struct cursor *cur)
{
	return cursor_take(cur, cursor_be16(cur));
}

/* An algorithm, and so many further octets unless it is none. */
static void
scheme_pass(struct cursor *cur, size_t octets)
{
	if (cursor_be16(cur) != TPM_NULL)
		(void)cursor_take(cur, octets);
}

/* Spec: TPM 2.0 part 2, 12.2.3.5 */
static void
rsa_take(struct cursor *cur, struct foreign_keytext *to)
{
	struct bytes modulus;
	uint32_t e;

	scheme_pass(cur, 2);
	(void)cursor_be16(cur); /* bits: the modulus says it, too */
	e = cursor_be32(cur);
	if (e == 0)
		e = TPM_EXPONENT;
	modulus = sized_take(cur);
	if (cur->failed || modulus.n > sizeof(to->room) - 4)
		return;
	for (int i = 0; i < 4; i++)
		to->room[i] = (uint8_t)(e >> (24 - 8 * i));
	memcpy(to->room + 4, modulus.p, modulus.n);
	to->key.algo = PGP_ALGO_RSA;
	to->key.e = pgp_mpi_of(bytes_of(to->room, 4));
	to->key.n = pgp_mpi_of(bytes_of(to->room + 4, modulus.n));
}

static enum pgp_curve
curve_of(uint16_t id, size_t *width)
{
	static const struct {
		enum tpm id;
		enum pgp_curve curve;
		size_t width;
	} rows[] = {
		{ TPM_P256, PGP_CURVE_P256, 32 },
		{ TPM_P384, PGP_CURVE_P384, 48 },
		{ TPM_P521, PGP_CURVE_P521, 66 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		*width = rows[i].width;
		if (rows[i].id == id)
			return rows[i].curve;
	}
	return PGP_CURVE_NONE;
}

/* Coordinates may be short of zeros in front. Spec: part 2, 12.2.3.6 */
static void
ecc_take(struct cursor *cur, bool signs, struct foreign_keytext *to)
{
	struct bytes x, y;
	enum pgp_curve curve;
	size_t width;

	scheme_pass(cur, 2);
	curve = curve_of(cursor_be16(cur), &width);
	scheme_pass(cur, 2);
	x = pgp_mpi_of(sized_take(cur));
	y = pgp_mpi_of(sized_take(cur));
	if (cur->failed || x.n > width || y.n > width)
		return;
	memset(to->room, 0, 2 * width + 1);
	to->room[0] = 4;
	if (x.n > 0)
		memcpy(to->room + 1 + width - x.n, x.p, x.n);
	if (y.n > 0)
		memcpy(to->room + 1 + 2 * width - y.n, y.p, y.n);
	to->key.algo = signs ? PGP_ALGO_ECDSA : PGP_ALGO_ECDH;
	to->key.curve = curve;
	to->key.point = bytes_of(to->room, 2 * width + 1);
}

/* With the size in front or without. */
static struct cursor
area_of(struct bytes octets)
{
	struct cursor sized = cursor_of(octets);

	if (cursor_be16(&sized) + 2u == octets.n)
		return sized;
	return cursor_of(octets);
}

const struct reason *
foreign_tpm_read(struct bytes octets, struct foreign_keytext *to)
{
	struct cursor cur = area_of(octets);
	uint16_t type = cursor_be16(&cur);
	bool signs;

	to->key = (struct compose_key){ .algo = 0 };
	(void)cursor_be16(&cur); /* the digest of its name */
	signs = (cursor_be32(&cur) & TPM_ATTRIBUTE_SIGN) != 0;
	(void)sized_take(&cur); /* its policy */
	scheme_pass(&cur, 4);	/* symmetric: bits, mode */
	if (type == TPM_RSA)
		rsa_take(&cur, to);
	else if (type == TPM_ECC)
		ecc_take(&cur, signs, to);
	if (cursor_end(&cur) != ICS_OK)
		return FOREIGN_REASON(bad_tpm);
	if (to->key.algo == 0 ||
	    (type == TPM_ECC && to->key.curve == PGP_CURVE_NONE))
		return FOREIGN_REASON(odd_key);
	return NULL;
}
