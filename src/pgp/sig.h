/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of pgp/pgp.h that knows single keys and signatures: what their
 * packets say, and the forms of a signature. Others include pgp/pgp.h.
 */
#ifndef PGP_SIG_H
#define PGP_SIG_H

#include "pgp/packet.h"

/* ---- keys (RFC 9580 section 5.5) --------------------------------------- */

struct pgp_fpr {
	uint8_t version; /* 3 4 5 6; 0 means "none" */
	uint8_t n;	 /* 16, 20 or 32 */
	uint8_t b[32];
};

#define PGP_FPR_TEXT_MAX 65 /* hex digits and a NUL */

struct pgp_key {
	struct bytes body;     /* packet body, lent by the certificate */
	struct bytes material; /* algorithm specific part, lent likewise */
	struct pgp_fpr fpr;
	uint64_t keyid;
	uint32_t created;
	uint32_t days; /* v3 validity in days; 0 for ever */
	uint16_t bits; /* as indexes show it; 0 unknown */
	uint8_t version;
	uint8_t algo;
	enum pgp_curve curve;
};

/*
 * Read a public key or subkey packet body. ICS_EFORMAT or ICS_ETRUNCATED when
 * malformed (also: EdDSALegacy or legacy OIDs in v6), ICS_EUNSUPPORTED for an
 * unknown version, ICS_ETOOBIG above PGP_PACKET_MAX. Views are into body.
 */
enum ics_err pgp_key_parse(struct bytes body, struct pgp_key *key);

bool pgp_fpr_equal(const struct pgp_fpr *a, const struct pgp_fpr *b);
void pgp_fpr_hex(const struct pgp_fpr *fpr, char out[PGP_FPR_TEXT_MAX]);
static inline struct bytes
pgp_fpr_bytes(const struct pgp_fpr *fpr)
{
	return bytes_of(fpr->b, fpr->n);
}

/* The key ID that a fingerprint implies (v4 last 8, v5 and v6 first 8 octets;
 * for v3 the first 8 octets of the MD5, which is no key ID but an index). */
uint64_t pgp_fpr_index(const struct pgp_fpr *fpr);

/* True when the algorithm can make signatures. */
bool pgp_algo_can_sign(uint8_t algo);

/* ---- signatures (RFC 9580 section 5.2) --------------------------------- */

enum pgp_reason_code {
	PGP_REVOKE_NONE = 0,
	PGP_REVOKE_SUPERSEDED = 1,
	PGP_REVOKE_COMPROMISED = 2,
	PGP_REVOKE_RETIRED = 3,
	PGP_REVOKE_UID_INVALID = 32
};

struct pgp_sig {
	struct bytes body;   /* the packet body, lent */
	struct bytes hashed; /* subpacket area, lent; empty in v3 */
	struct bytes unhashed;
	struct bytes salt;     /* v6 */
	struct bytes values;   /* MPIs or native octets, lent */
	struct bytes embedded; /* body of an embedded signature, or empty */
	struct pgp_fpr issuer; /* subpacket 33, hashed first; version 0 none */
	uint64_t issuer_keyid; /* from 33, 16 or the v3 header; 0 none */
	uint32_t created;      /* seconds; from the hashed area */
	uint32_t expires;      /* seconds after created; 0 never */
	uint32_t key_expires;  /* subpacket 9; seconds after key creation */
	uint32_t key_flags;    /* subpacket 27, first octet lowest */
	uint8_t version, type, pk, hash;
	uint8_t left16[2];
	uint8_t reason; /* subpacket 29 */
	bool has_created, has_key_flags, has_reason;
	bool is_local;		   /* exportable = 0 */
	bool is_primary_uid;	   /* subpacket 25 */
	bool is_irrevocable;	   /* subpacket 7 = 0 */
	bool has_unknown_critical; /* a critical subpacket without a row */
	struct bytes revoker;	   /* subpacket 12 body (the first), or empty */
	struct bytes target;	   /* subpacket 31 body, or empty */
};

/*
 * Read a signature packet body: v3, v4, v5, v6. ICS_EFORMAT or ICS_ETRUNCATED
 * when malformed (subpackets, MPIs and trailing octets included; unknown
 * algorithms keep opaque values), ICS_EUNSUPPORTED for another version,
 * ICS_ETOOBIG above PGP_SIG_MAX or, for the hashed area, PGP_HASHED_MAX.
 */
enum ics_err pgp_sig_parse(struct bytes body, struct pgp_sig *sig);

/*
 * Append the body with its unhashed area reduced to issuer (16), issuer
 * fingerprint (33) and embedded signature (32). When nothing has to go the
 * octets are the same as before.
 */
void pgp_sig_normalise(const struct pgp_sig *sig, struct buf *out);

/* Does it sign a notation that can be read, whatever that says? */
bool pgp_sig_has_notation(const struct pgp_sig *sig);

/* Order and equality by everything but the unhashed area. */
int pgp_sig_compare(const struct pgp_sig *a, const struct pgp_sig *b);

/*
 * S(sig) of RFC 9580 5.2.4: 0x88, length, body with the unhashed area
 * emptied. What a confirmation (0x50) hashes; its SHA-256 is the record
 * digest.
 */
void pgp_sig_confirmed(const struct pgp_sig *sig, struct buf *out);

/* ---- records: signatures that stand alone -------------------------------- */

/*
 * Append the body with the one unhashed area that a record is kept with: of
 * version 4 issuer key ID (16), then issuer fingerprint (33); of version 6
 * the fingerprint; each only when the hashed area has none. A function of the
 * hashed part, the values, and the key that made it, so that copies are equal
 * whatever strangers wrote into them. sig is of version 4 or 6.
 */
void pgp_sig_canonical(const struct pgp_sig *sig, const struct pgp_fpr *issuer,
    struct buf *out);

/* Does it stand in that form, and tell by its hashed part alone that it does?
 * It must sign its issuer's fingerprint. */
bool pgp_sig_is_canonical(const struct pgp_sig *sig);

/* The record digest: SHA-256 of what pgp_sig_confirmed gives. */
void pgp_sig_record_digest(const struct pgp_sig *sig, uint8_t out[32]);

/* SHA-256 of the hashed part (version, type, algorithms, area with its
 * count): equal for copies that differ in their signature values. */
void pgp_sig_content_digest(const struct pgp_sig *sig, uint8_t out[32]);

/*
 * Why a parsed signature cannot be a record whoever made it; NULL when it
 * can. Version 4 or 6, of type 0x00, 0x02 or 0x50, with a date, exportable,
 * nothing critical that is unknown, and every number in its shortest form:
 * else strangers could mint records of another digest from one they saw.
 */
const struct reason *pgp_record_unfit(const struct pgp_sig *sig);

/* One subpacket of an area. */
struct pgp_sub {
	uint8_t type; /* without the critical bit */
	bool critical;
	struct bytes body; /* without the type octet, lent */
};

/* The next subpacket; ICS_ENOTFOUND at the end, ICS_EFORMAT when bad. */
enum ics_err pgp_sub_next(struct cursor *area, struct pgp_sub *sub);

/* A notation (subpacket 20), views into the area. */
struct pgp_notation {
	struct bytes name, value;
	uint32_t flags; /* 0x80000000: human readable */
	bool critical;
};

/* The next notation of an area (skips other subpackets); as pgp_sub_next. */
enum ics_err pgp_notation_next(struct cursor *area, struct pgp_notation *n);

/* ---- numbers (RFC 9580 section 3.2) ------------------------------------------ */

/*
 * Multiprecision integers are views: big-endian numbers whose
 * leading zero octets are taken off, so that the length tells the size. Zero
 * is the empty view.
 */

/*
 * The next MPI, lent. Wrong bit counts exist in the wild and are read as
 * octet counts; the cursor fails when the octets are short.
 */
struct bytes pgp_mpi_read(struct cursor *cur);

/* The number in these octets, leading zeros taken off; lent. */
struct bytes pgp_mpi_of(struct bytes octets);

/* Significant bits. */
size_t pgp_mpi_bits(struct bytes n);

/* Append a number with its bit count, in its shortest form. */
void pgp_mpi_write(struct bytes number, struct buf *out);

#endif
