/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the readers of this folder share: fields of packet bodies, questions
 * about signatures, and a certificate while it is read.
 */
#ifndef PGP_WIRE_H
#define PGP_WIRE_H

#include "base/array.h"
#include "pgp/pgp.h"

/* A two-octet length of packets and subpackets, its first octet read. */
size_t pgp_length_two(struct cursor *cur, uint8_t first);

/* Do packets begin with a text with a cleartext signature? */
bool pgp_text_begins(struct bytes packets);

/* More about the numbers of sig.h. */

/* Order of two numbers: <0, 0, >0. */
int pgp_mpi_compare(struct bytes a, struct bytes b);

bool pgp_mpi_is_odd(struct bytes n);

/* Write n as width octets; false when it does not fit. */
bool pgp_mpi_pad(struct bytes n, uint8_t *out, size_t width);

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

/* True for the types that sign something else than a part of a certificate:
 * 0x00 0x01 0x02 0x40 0x50. */
bool pgp_sig_is_foreign(uint8_t type);

/* True for the types that withdraw: 0x20 0x28 0x30. */
bool pgp_sig_is_revocation(const struct pgp_sig *sig);

/*
 * True for a key revocation that also takes back the past: no reason, or
 * reason 0, 2 (RFC 9580 5.2.3.31); reasons without a meaning count as hard.
 */
bool pgp_sig_is_hard(const struct pgp_sig *sig);

/* Why a User ID body cannot be kept; NULL when it can. */
const struct reason *pgp_uid_unfit(struct bytes uid);

/*
 * A certificate while it is read: parts and signatures as they came, each
 * signature with the number of its part. cert.c fills it, merge.c makes the
 * certificate of it.
 */
#define PGP_NOWHERE SIZE_MAX

struct pgp_draft_part {
	struct pgp_part part;
	size_t read_as; /* its number in the order of reading */
};
ARRAY_OF(struct pgp_draft_part, pgp_draft_parts);

struct pgp_draft_sig {
	struct pgp_sig sig;
	size_t part; /* number of its part */
	bool is_revocation;
	bool is_self; /* says it was made by the primary key */
};
ARRAY_OF(struct pgp_draft_sig, pgp_draft_sigs);

struct pgp_draft {
	struct report *rep;	      /* lent */
	struct pgp_draft_parts parts; /* [0] is the primary key */
	struct pgp_draft_sigs sigs;
	size_t sigs_seen; /* signature packets, kept or not */
	size_t here;	  /* part that signatures belong to, or PGP_NOWHERE */
};

/*
 * The certificate: same parts united, same signatures once, canonical order.
 * Takes data over, which all views are in. Never NULL.
 */
struct pgp_cert *pgp_draft_finish(struct pgp_draft *draft, struct bytes data);

#endif
