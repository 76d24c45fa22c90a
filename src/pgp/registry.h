/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registries' rows, as the rest of the folder reads them. Every look-up
 * by number answers NULL where the .def file has no row.
 */
#ifndef PGP_REGISTRY_H
#define PGP_REGISTRY_H

#include "pgp/pgp.h"

enum pgp_treatment {
	PGP_TREAT_DROP, /* 0, so that numbers without a row are dropped */
	PGP_TREAT_KEEP,
	PGP_TREAT_SKIP,
	PGP_TREAT_REFUSE
};

/* What a keyserver does with a packet of this type; only 6 bits count. */
enum pgp_treatment pgp_tag_treatment(uint8_t tag);

/* How key material or a signature's values are laid out. */
enum pgp_shape_kind {
	PGP_SHAPE_NONE,	  /* no such thing */
	PGP_SHAPE_MPI,	  /* n MPIs */
	PGP_SHAPE_RAW,	  /* n octets */
	PGP_SHAPE_OID,	  /* OID, MPI */
	PGP_SHAPE_ECDH,	  /* OID, MPI, KDF parameters */
	PGP_SHAPE_OPAQUE, /* anything */
};

struct pgp_shape {
	enum pgp_shape_kind kind;
	uint16_t n;
};

struct pgp_algo_row {
	struct pgp_shape material, values;
	bool can_sign;
	const char *words;
};
const struct pgp_algo_row *pgp_algo_row(uint8_t algo);

struct pgp_hash_row {
	int gcry; /* libgcrypt's number */
	uint8_t octets;
	uint8_t salt; /* octets of salt in v6; 0 not allowed there */
	const char *words;
};
const struct pgp_hash_row *pgp_hash_row(uint8_t hash);

struct pgp_curve_row {
	const char *oid; /* lower-case hex of the content octets */
	const char *gcry;
	const char *words;
	uint16_t bits;
};
/* NULL for PGP_CURVE_NONE and PGP_CURVE_UNKNOWN. */
const struct pgp_curve_row *pgp_curve_row(enum pgp_curve curve);
enum pgp_curve pgp_curve_from_oid(struct bytes oid);
/* By libgcrypt's name ("NIST P-256") or by its words ("nistp256");
 * PGP_CURVE_UNKNOWN. */
enum pgp_curve pgp_curve_find(struct bytes name);

/* True when a subpacket type has a row. */
bool pgp_subpacket_is_known(uint8_t type);

#endif
