/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: the answer to a hash query, read. Pure: octets in, slices
 * out. Invariant: certificates stand or fall alone, so that a bad one costs
 * no other, and what is kept can be put behind each other and be taken apart
 * again. Spec: recon.md 13
 */
#ifndef SYNC_DELIVERY_H
#define SYNC_DELIVERY_H

#include "base/array.h"
#include "recon/recon.h"

#define SYNC_DELIVERY_CERTS 100	       /* more are no answer to us */
#define SYNC_DELIVERY_CERT  (1u << 20) /* octets; longer ones are passed over */

struct sync_delivery_cert {
	struct bytes octets;	/* lent by the body */
	struct recon_hash hash; /* computed from it; nobody's word */
};
ARRAY_OF(struct sync_delivery_cert, sync_delivery_certs);

struct sync_delivery {
	struct sync_delivery_certs certs;
	size_t passed_over; /* too long, not a certificate, or a secret one */
};

/* ICS_EFORMAT, ICS_ETRUNCATED: it is no list, and certs is empty. What comes
 * behind the list is of no importance. */
enum ics_err sync_delivery_read(struct bytes body,
    struct sync_delivery *answer);
void sync_delivery_release(struct sync_delivery *answer);
bool sync_delivery_has(const struct sync_delivery *answer,
    const struct recon_hash *hash);

#endif
