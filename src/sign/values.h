/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between libgcrypt's s-expressions, which gpg-agent speaks, and OpenPGP's
 * octets. No I/O.
 */
#ifndef SIGN_VALUES_H
#define SIGN_VALUES_H

#include "base/buf.h"
#include "compose/compose.h"

/*
 * Append the values of "(sig-val ...)" as a signature packet by key has
 * them. ICS_EFORMAT when it is none, or of another algorithm.
 */
enum ics_err sign_values_read(const struct pgp_key *key, struct bytes sexp,
    struct buf *values);

/*
 * Append the packet body of the key in "(public-key ...)": RSA, Ed25519,
 * NIST and Brainpool curves as ECDSA, Curve25519 (or is_encryption) as ECDH.
 */
struct sign_public {
	struct bytes sexp;
	uint32_t created;
	bool is_encryption;
};
enum ics_err sign_public_read(const struct sign_public *from, struct buf *body);

#endif
