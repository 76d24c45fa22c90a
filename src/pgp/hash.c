/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests that are no signatures': names, identities, checksums. The one-shot
 * functions of libgcrypt allocate nothing for SHA.
 */
#include <gcrypt.h>

#include "pgp/pgp.h"

#define CRC_INIT  0xb704ceu
#define CRC_MASK  0xffffffu
#define CRC_TABLE 256

void
pgp_sha256(struct bytes data, uint8_t out[32])
{
	gcry_md_hash_buffer(GCRY_MD_SHA256, out, data.p, data.n);
}

void
pgp_sha1(struct bytes data, uint8_t out[20])
{
	gcry_md_hash_buffer(GCRY_MD_SHA1, out, data.p, data.n);
}

/*
 * A CRC is linear: what an octet followed by k zero octets does to the
 * register is the sum of what each of its bits does. So eight constants make
 * a table of 256, and eight tables take eight octets at a step.
 */
#define BIT(b, i, k) ((((b) >> (i)) & 1u) * (k))
#define E(b, k0, k1, k2, k3, k4, k5, k6, k7)                             \
	(BIT(b, 0, k0) ^ BIT(b, 1, k1) ^ BIT(b, 2, k2) ^ BIT(b, 3, k3) ^ \
	    BIT(b, 4, k4) ^ BIT(b, 5, k5) ^ BIT(b, 6, k6) ^ BIT(b, 7, k7))
#define E4(b, ...)                                                             \
	E(b, __VA_ARGS__), E((b) + 1u, __VA_ARGS__), E((b) + 2u, __VA_ARGS__), \
	    E((b) + 3u, __VA_ARGS__)
#define E16(b, ...)                                    \
	E4(b, __VA_ARGS__), E4((b) + 4u, __VA_ARGS__), \
	    E4((b) + 8u, __VA_ARGS__), E4((b) + 12u, __VA_ARGS__)
#define E64(b, ...)                                       \
	E16(b, __VA_ARGS__), E16((b) + 16u, __VA_ARGS__), \
	    E16((b) + 32u, __VA_ARGS__), E16((b) + 48u, __VA_ARGS__)
#define X(...)                                                                 \
	{ E64(0u, __VA_ARGS__), E64(64u, __VA_ARGS__), E64(128u, __VA_ARGS__), \
		E64(192u, __VA_ARGS__) },

static const uint32_t crc[8][CRC_TABLE] = {
#include "pgp/crc24.def"
};

#undef X

/* Spec: RFC 9580 6.1.1 */
uint32_t
pgp_crc24(struct bytes data)
{
	uint32_t r = CRC_INIT;
	const uint8_t *p = data.p;
	size_t i = 0;

	for (; data.n - i >= 8; i += 8)
		r = crc[7][(r >> 16 ^ p[i]) & 255] ^
		    crc[6][(r >> 8 ^ p[i + 1]) & 255] ^
		    crc[5][(r ^ p[i + 2]) & 255] ^ crc[4][p[i + 3]] ^
		    crc[3][p[i + 4]] ^ crc[2][p[i + 5]] ^ crc[1][p[i + 6]] ^
		    crc[0][p[i + 7]];
	for (; i < data.n; i++)
		r = (r << 8 ^ crc[0][(r >> 16 ^ p[i]) & 255]) & CRC_MASK;
	return r;
}
