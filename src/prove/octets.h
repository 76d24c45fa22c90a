/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a developer's own signature covers, out of a file that is at hand or
 * of its digests alone.
 */
#ifndef PROVE_OCTETS_H
#define PROVE_OCTETS_H

#include "foreign/foreign.h"
#include "prove/digest.h"

#define PROVE_OCTETS_MAX (256u << 20) /* of a file that is signed as it is */

struct prove_octets {
	const char *path; /* lent; NULL: only the digests are at hand */
	const struct prove_digests *digests; /* lent */
	struct buf room;		     /* owned */
};
void prove_octets_init(struct prove_octets *o, const char *path,
    const struct prove_digests *digests);
void prove_octets_release(struct prove_octets *o);

/* Lent by o. Nothing is told: what cannot be read is not at hand. */
struct foreign_source prove_octets_source(struct prove_octets *o);

#endif
