/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bundle: one text file with all that a proof needs, so that it can be made
 * again where there is no network.
 *
 *	ics bundle 1
 *	Subject: code:sha256:...
 *	Made: 2026-11-26T10:00:00Z
 *	Server: https://ics.example
 *	Contents: sha256:... 4 blocks
 *	(an empty line, words for people)
 *	-----BEGIN PGP PUBLIC KEY BLOCK-----   a block a certificate
 *	-----BEGIN PGP SIGNATURE-----          a block a record
 *
 * Contents is the digest of all packets in their order: a bundle that was cut
 * or damaged is refused whole, since a lost record could have said
 * "withdrawn". It protects from accidents; from people the signatures do, and
 * who makes a bundle decides what is left out of it. Any program that reads
 * armor can read the blocks.
 */
#ifndef PROVE_BUNDLE_H
#define PROVE_BUNDLE_H

#include "notations/notations.h"

#define PROVE_BUNDLE_MAX  (128u << 20) /* octets of the text */
#define PROVE_BUNDLE_LINE 512	       /* octets of a line of the head */

struct prove_bundle {
	struct notations_subject subject;
	int64_t made;
	char server[PROVE_BUNDLE_LINE]; /* "" when made without one */
	struct buf packets;		/* owned */
};

/* Append the text. The packets are what item_pool_write gives. */
enum ics_err prove_bundle_write(const struct prove_bundle *bundle,
    struct buf *out);

/* ICS_EFORMAT when it is none, or is damaged. Release in any case. */
enum ics_err prove_bundle_read(struct bytes text, struct prove_bundle *bundle);
void prove_bundle_init(struct prove_bundle *bundle);
void prove_bundle_release(struct prove_bundle *bundle);

/* Append one block, armored as gpg reads it. */
void prove_block_armor(const struct pgp_block *block, struct buf *out);

#endif
