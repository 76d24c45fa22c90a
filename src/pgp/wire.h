/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields that packet bodies share. All read by a cursor, so that a short read
 * is noticed once, at the end.
 */
#ifndef PGP_WIRE_H
#define PGP_WIRE_H

#include "pgp/pgp.h"

/* A two-octet length of packets and subpackets, its first octet read. */
size_t pgp_length_two(struct cursor *cur, uint8_t first);

/* Pass over n MPIs. */
void pgp_mpis_skip(struct cursor *cur, size_t n);

/*
 * The signature's body around its unhashed area: before (count not included)
 * and after. For v3 all is before. Views into sig->body.
 */
struct pgp_sig_halves {
	struct bytes before, after;
	size_t count_width; /* octets of the unhashed count; 0 in v3 */
};
struct pgp_sig_halves pgp_sig_halves(const struct pgp_sig *sig);

/* True when the signature says it was made by this key. */
bool pgp_sig_is_by(const struct pgp_sig *sig, const struct pgp_key *key);

/* True for the types that withdraw: 0x20 0x28 0x30. */
bool pgp_sig_is_revocation(const struct pgp_sig *sig);

/*
 * True for a key revocation that also takes back the past: no reason, or
 * reason 0, 2 (RFC 9580 5.2.3.31); reasons without a meaning count as hard.
 */
bool pgp_sig_is_hard(const struct pgp_sig *sig);

/* Why a User ID body cannot be kept; NULL when it can. */
const struct reason *pgp_uid_unfit(struct bytes uid);

#endif
