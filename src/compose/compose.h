/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures and keys before they are signed: everything that needs no
 * secret, no I/O and no clock.
 *
 *	compose_begin ── body and digest ── whoever holds the secret
 *	                                        │ values
 *	compose_end   ── the finished body ◀────┘
 *
 * Invariant: what begin gives has the digest that pgp_sig_digest finds for
 * the finished body.
 */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include "pgp/pgp.h"

/* ---- writing ------------------------------------------------------------- */

/*
 * Append a subpacket, its length of minimal size.
 * Spec: RFC 9580 5.2.3.7.
 */
void compose_sub(const struct pgp_sub *sub, struct buf *area);

/* The same for a body of four octets: times and spans in seconds. */
void compose_sub_be32(uint8_t type, uint32_t value, struct buf *area);

/* ---- signatures ----------------------------------------------------------- */

/* What a signature shall say. */
struct compose_order {
	const struct pgp_key *by; /* who will sign; its version is ours */
	uint8_t type, hash;
	uint32_t created;
	uint32_t expires;      /* seconds after created; 0 never */
	struct bytes hashed;   /* further whole subpackets, as they stand */
	struct bytes unhashed; /* likewise: an embedded signature */
	struct bytes salt;     /* v6: compose_salt_size fresh random octets */
};

/* A signature that lacks its values. */
struct compose_unsigned {
	struct buf body; /* owned */
	uint8_t digest[PGP_DIGEST_MAX];
	size_t digest_n;
};

/* Octets of salt for a version and hash; 0: none, or not allowed. */
size_t compose_salt_size(uint8_t version, uint8_t hash);

/*
 * The hash that suits a key: no shorter than its group, so that every signer
 * takes it, and never below SHA-256.
 */
uint8_t compose_hash(const struct pgp_key *key);

/*
 * Compose. The hashed area is: creation time, issuer fingerprint, expiration
 * when there is one, then c->hashed; in version 4 the key ID goes into the
 * unhashed area. ICS_EUNSUPPORTED for a key of another version than 4 and 6,
 * for a hash or type without a row, for a salt of the wrong size;
 * ICS_ETOOBIG above PGP_HASHED_MAX. Release *u in any case.
 */
enum ics_err compose_begin(const struct compose_order *c,
    const struct pgp_subject *subject, struct compose_unsigned *u);

/* Append the values as the packet has them; body is the signature then. */
void compose_end(struct compose_unsigned *u, struct bytes values);
void compose_release(struct compose_unsigned *u);

/* ---- keys -------------------------------------------------------------------- */

/* A public key as the world hands it over. */
struct compose_key {
	uint8_t version; /* 4 or 6 */
	uint8_t algo;
	uint32_t created;
	enum pgp_curve curve; /* of EDDSA, ECDSA, ECDH */
	/* The point: 04 x y for curves of that form, else the bare octets
	 * (32 for Ed25519 and X25519), prefix 0x40 not counted. */
	struct bytes point;
	struct bytes n, e; /* RSA */
};

/*
 * Append the packet body. ICS_EUNSUPPORTED for an algorithm that is not one
 * of RSA, EDDSA, ECDSA, ECDH, ED25519, X25519; ICS_EFORMAT for a point that
 * has not its curve's size and form or that is not on it.
 */
enum ics_err compose_key_write(const struct compose_key *raw, struct buf *body);

/*
 * libgcrypt's keygrip, the name under which gpg-agent knows the secret half.
 * ICS_EUNSUPPORTED for algorithms and curves that libgcrypt has not.
 */
#define COMPOSE_KEYGRIP_SIZE 20
enum ics_err compose_keygrip(const struct pgp_key *key,
    uint8_t out[COMPOSE_KEYGRIP_SIZE]);

#endif
