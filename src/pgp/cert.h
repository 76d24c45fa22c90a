/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A certificate while it is read: parts and signatures as they came, each
 * signature with the number of its part. cert.c fills it, cert_order.c makes
 * the certificate of it.
 */
#ifndef PGP_CERT_H
#define PGP_CERT_H

#include "base/array.h"
#include "pgp/pgp.h"

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
