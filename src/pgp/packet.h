/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of pgp/pgp.h that knows octets only: ceilings, registries, packets
 * and armor. Others include pgp/pgp.h.
 */
#ifndef PGP_PACKET_H
#define PGP_PACKET_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/report.h"

/* ---- ceilings (design section 11) ------------------------------------ */

#define PGP_INPUT_MAX	   (64u << 20) /* octets of one input, dearmored */
#define PGP_CERT_RAW_MAX   (8u << 20)  /* a certificate as it comes in */
#define PGP_CERT_MAX	   (1u << 20)  /* a certificate as it is kept */
#define PGP_PACKET_MAX	   8192u       /* key packets */
#define PGP_UAT_MAX	   (1u << 20)  /* attributes: parsed to be dropped */
#define PGP_UID_MAX	   1024u
#define PGP_SIG_MAX	   65536u
#define PGP_HASHED_MAX	   8192u /* gpg loses certificates above 10000 */
#define PGP_PARTS_MAX	   1024u /* User IDs, attributes, subkeys */
#define PGP_STRANGERS_MAX  512u /* statements of strangers in one that is kept */
#define PGP_STRANGER_MAX   64u	/* ... of one stranger */
#define PGP_SIGS_MAX	   16384u /* signature packets in one input */
#define PGP_SUBPACKETS_MAX 256u	  /* in one area */
#define PGP_DIGEST_MAX	   64u

/* ---- registries -------------------------------------------------------- */

enum pgp_tag {
#define X(name, number, treatment, words) PGP_TAG_##name = number,
#include "pgp/tags.def"
#undef X
};

enum pgp_sigtype {
#define X(name, number, words) PGP_SIG_##name = number,
#include "pgp/sigtypes.def"
#undef X
};

enum pgp_subpacket {
#define X(name, number, words) PGP_SUB_##name = number,
#include "pgp/subpackets.def"
#undef X
};

/* Public key algorithms; a number without a row is kept opaquely. */
enum pgp_algo {
#define X(name, number, material, sigvalue, can_sign, words) \
	PGP_ALGO_##name = number,
#include "pgp/algos.def"
#undef X
};

enum pgp_hash {
#define X(name, number, octets, gcry, v6salt, words) PGP_HASH_##name = number,
#include "pgp/hashes.def"
#undef X
};

/* Curves by OID; PGP_CURVE_NONE for algorithms without, _UNKNOWN for OIDs
 * without a row. */
enum pgp_curve {
	PGP_CURVE_NONE,
	PGP_CURVE_UNKNOWN,
#define X(name, oid_hex, bits, gcry_name, words) PGP_CURVE_##name,
#include "pgp/curves.def"
#undef X
};

/* Reasons of findings: PGP_REASON(bad_signature) is a const struct reason. */
enum pgp_reason_index {
#define X(id, name, severity, words, help) PGP_REASON_##id,
#include "pgp/reasons.def"
#undef X
	PGP_REASON_COUNT
};
extern const struct reason pgp_reasons[PGP_REASON_COUNT];
#define PGP_REASON(id) (&pgp_reasons[PGP_REASON_##id])

/* Words for a number of a registry; "unknown" where there is no row. */
const char *pgp_tag_words(uint8_t tag);
const char *pgp_sigtype_words(uint8_t type);
const char *pgp_subpacket_words(uint8_t type);
const char *pgp_algo_words(uint8_t algo);
const char *pgp_hash_words(uint8_t hash);
const char *pgp_curve_words(enum pgp_curve curve);

/* ---- packets (RFC 9580 section 4) -------------------------------------- */

struct pgp_packet {
	uint8_t tag;
	struct bytes body;  /* lent by the input */
	struct bytes whole; /* header and body, lent by the input */
};

/*
 * The next packet. Every legal header form is read; partial and indeterminate
 * lengths, tag 0 and a length beyond the input are ICS_EFORMAT or
 * ICS_ETRUNCATED, and nothing is allocated. ICS_ENOTFOUND at the end.
 */
enum ics_err pgp_packet_next(struct cursor *cur, struct pgp_packet *packet);

/* Append a packet with a new-format header of minimal length. */
void pgp_packet_write(struct buf *out, uint8_t tag, struct bytes body);

/* Octets that pgp_packet_write makes of a body of n octets. */
size_t pgp_packet_length(size_t n);

/*
 * A stream of packets is a sequence of blocks: certificates (from a tag 6 to
 * the next) and bare signatures: tag 2 before any tag 6, and behind the last
 * part of a certificate those that can be about none (0x00, 0x02, 0x50 ...).
 */
enum pgp_block_kind {
	PGP_BLOCK_CERT,
	PGP_BLOCK_SIG,
	PGP_BLOCK_TEXT /* a text with a cleartext signature, as literal data */
};

struct pgp_block {
	enum pgp_block_kind kind;
	struct bytes data; /* whole packets, lent by the stream */
};

/*
 * The next block; markers, padding, trust and unknown non-critical packets
 * between blocks are passed over. ICS_ENOTFOUND at the end; ICS_ESECRET for a
 * secret key packet; ICS_EFORMAT or ICS_ETRUNCATED for bad framing (what came
 * before stays valid; the stream cannot go on).
 */
enum ics_err pgp_block_next(struct cursor *cur, struct pgp_block *block);
/* The same for whom texts mean something: else they are passed over. */
enum ics_err pgp_block_text_next(struct cursor *cur, struct pgp_block *block);

/* Append a text as a packet of literal data; and take it out of a block. Spec:
 * RFC 9580 5.9. ICS_EFORMAT, ICS_ETRUNCATED. */
void pgp_text_write(struct buf *out, struct bytes text);
enum ics_err pgp_text_read(struct bytes block, struct bytes *text);

/* ---- armor (RFC 9580 section 6) ---------------------------------------- */

enum pgp_armor {
	PGP_ARMOR_CERT, /* PUBLIC KEY BLOCK */
	PGP_ARMOR_SIG	/* SIGNATURE */
};

/*
 * Turn an input, armored (any number of blocks, text around them) or binary,
 * into plain packets appended to out. CRC errors are ignored. ICS_ESECRET for
 * a private key block, ICS_EFORMAT when neither packets nor a usable block
 * is found, ICS_ETOOBIG when out's ceiling is met.
 */
enum ics_err pgp_input_read(struct bytes input, struct buf *out);

/* True when the input begins like packets rather than text. */
bool pgp_input_is_binary(struct bytes input);

/* CRC-24 (RFC 9580 6.1.1) of data: 24 bits. */
uint32_t pgp_crc24(struct bytes data);

/* Octets that pgp_armor_write makes of n octets, with a CRC line or not. */
size_t pgp_armor_length(size_t n, enum pgp_armor kind, bool with_crc);

/*
 * Write exactly pgp_armor_length octets at out. crc is pgp_crc24 of data,
 * known from before; pass PGP_NO_CRC to leave the line out (v6).
 */
#define PGP_NO_CRC UINT32_MAX
void pgp_armor_write(struct bytes data, enum pgp_armor kind, uint32_t crc,
    uint8_t *out);

#endif
