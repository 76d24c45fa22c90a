/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between verify.c and its backends: a signature whose encodings were judged
 * already, as plain numbers. The acceptance rule lives before the backends
 * (verify.c, accept.c), so that all of them judge alike; a backend answers
 * only whether the equation holds.
 */
#ifndef PGP_VERIFY_H
#define PGP_VERIFY_H

#include "pgp/pgp.h"

#define VERIFY_RSA_BITS_MIN 1024u  /* below: PGP_TOO_WEAK */
#define VERIFY_RSA_BITS_MAX 16384u /* above: PGP_UNSUPPORTED, too costly */
#define VERIFY_RSA_E_MAX    64u	   /* bits of the exponent, likewise */
#define VERIFY_DSA_P_MIN    1000u  /* some old generators came out short */
#define VERIFY_DSA_P_MAX    8192u
#define VERIFY_DSA_Q_MIN    160u
#define VERIFY_DSA_Q_MAX    256u
#define VERIFY_EDDSA_MAX    57u /* octets of a point or a scalar */

enum verify_family {
	VERIFY_RSA,
	VERIFY_DSA,
	VERIFY_ECDSA,
	VERIFY_EDDSA
};

/*
 * Numbers are big-endian without leading zeros. RSA: key n e, sig s, message
 * the encoded message EM. DSA: key p q g y, sig r s, message the truncated
 * digest. ECDSA: key the point 04 x y, sig r s, message the truncated
 * digest. EdDSA: key the point, sig[0] R and S, message the digest.
 */
struct verify_job {
	enum verify_family family;
	enum pgp_curve curve;
	struct bytes key[4];
	struct bytes sig[2];
	struct bytes message;
	uint8_t signature[2 * VERIFY_EDDSA_MAX]; /* sig[0] of EdDSA */
	uint8_t room[VERIFY_RSA_BITS_MAX / 8];	 /* message, when made here */
};

/* PGP_GOOD, PGP_BAD, or PGP_UNSUPPORTED when not served or not built in. */
enum pgp_verdict verify_gcrypt(const struct verify_job *job);
enum pgp_verdict verify_openssl(const struct verify_job *job);
enum pgp_verdict verify_sodium(const struct verify_job *job);

/* Ready each library; called once by pgp_crypto_init. */
enum ics_err verify_gcrypt_init(void);
enum ics_err verify_sodium_init(void);

/*
 * Encodings of an EdDSA key and signature: canonical points and scalar, no
 * point of small order (RFC 8032 5.1.7 and 5.2.7, read strictly).
 */
bool pgp_ed25519_accept(const uint8_t key[32], const uint8_t sig[64]);
bool pgp_ed448_accept(const uint8_t key[57], const uint8_t sig[114]);

/* Octets of an EdDSA point on this curve; 0 for other curves. */
size_t pgp_eddsa_width(enum pgp_curve curve);

/*
 * The dated policy on weak hashes: PGP_GOOD, PGP_WEAK or PGP_TOO_WEAK if the
 * signature should verify.
 */
enum pgp_verdict pgp_weak_judge(const struct pgp_sig *sig, bool self);

/* Rough cost of verifying one signature by key, in microseconds. */
uint32_t pgp_verify_cost(const struct pgp_key *key);

/* Like pgp_sig_verify, over a digest made before. */
enum pgp_verdict pgp_sig_verify_digest(const struct pgp_sig *sig,
    const struct pgp_key *issuer, struct bytes digest, bool self);

#endif
