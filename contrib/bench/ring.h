/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ring: the little OpenPGP a load generator needs: cut a keyring into its
 * certificates, compute v4 fingerprints, put on and take off armor.
 *
 * Apart from the product's own parser on purpose: a benchmark must not judge
 * the server with the server's code.
 */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_FPR_HEX 41U /* 40 upper-case digits and the NUL */

/* A part of a ring's bytes; lent by the ring. */
struct ring_cert {
	const uint8_t *p;
	size_t n;
	char fpr[RING_FPR_HEX];
};

/* A keyring in memory. certs lends from bytes; ring_release frees both. */
struct ring {
	uint8_t *bytes;
	size_t len;
	struct ring_cert *certs;
	size_t count;
};

/* Reads and cuts a file of concatenated binary certificates. Certificates with
 * a primary key other than v4 are left out. False (and a line on stderr) when
 * it cannot be read or is malformed; the ring is then empty. */
bool ring_read(struct ring *ring, const char *path);
void ring_release(struct ring *ring);

/* The first User ID of a certificate, or NULL; *len gets its length. */
const char *ring_uid(const struct ring_cert *cert, size_t *len);

/* The fingerprint of a certificate that starts at p. False: not a v4 key. */
bool ring_fpr(const uint8_t *p, size_t n, char fpr[RING_FPR_HEX]);

/* A PUBLIC KEY BLOCK as text with a NUL behind it; the caller frees it. */
char *ring_armor(const uint8_t *p, size_t n, size_t *len);

/* The bytes of the first armored block in text; the caller frees them. NULL:
 * no block, or one that does not decode. */
uint8_t *ring_dearmor(const char *text, size_t len, size_t *n);

/* Percent-encodes everything but letters, digits and "-._~"; the caller frees
 * the text, which has a NUL behind it. */
char *ring_urlencode(const char *text, size_t len, size_t *out_len);

/* A whole file with a NUL behind it, or NULL with a line on stderr. The
 * caller frees it. */
char *ring_file(const char *path, size_t *len);

#endif
