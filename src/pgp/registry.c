/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the .def files. Const tables only, indexed by number. */
#include "pgp/registry.h"

#include <gcrypt.h>

#include "base/hex.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct reason pgp_reasons[PGP_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[PGP_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "pgp/reasons.def"
#undef X
};

static const struct tag_row {
	enum pgp_treatment treatment;
	const char *words;
} tags[64] = {
#define X(name, number, treatment, words) \
	[number] = { PGP_TREAT_##treatment, words },
#include "pgp/tags.def"
#undef X
};

static const char *const sigtypes[256] = {
#define X(name, number, words) [number] = words,
#include "pgp/sigtypes.def"
#undef X
};

static const char *const subpackets[128] = {
#define X(name, number, words) [number] = words,
#include "pgp/subpackets.def"
#undef X
};

#define NONE	 PGP_SHAPE_NONE, 0
#define OPAQUE	 PGP_SHAPE_OPAQUE, 0
#define MPI(n)	 PGP_SHAPE_MPI, n
#define RAW(n)	 PGP_SHAPE_RAW, n
#define OID_MPI	 PGP_SHAPE_OID, 0
#define OID_ECDH PGP_SHAPE_ECDH, 0

static const struct pgp_algo_row algos[256] = {
#define X(name, number, material, sigvalue, can_sign, words) \
	[number] = { { material }, { sigvalue }, can_sign, words },
#include "pgp/algos.def"
#undef X
};

#undef NONE
#undef OPAQUE
#undef MPI
#undef RAW
#undef OID_MPI
#undef OID_ECDH

static const struct pgp_hash_row hashes[256] = {
#define X(name, number, octets, gcry, v6salt, words) \
	[number] = { gcry, octets, v6salt, words },
#include "pgp/hashes.def"
#undef X
};

static const struct pgp_curve_row curves[] = {
#define X(name, oid_hex, bits, gcry_name, words) \
	[PGP_CURVE_##name] = { oid_hex, gcry_name, words, bits },
#include "pgp/curves.def"
#undef X
};

#define OID_MAX 16 /* octets of the longest OID that can have a row */

enum pgp_treatment
pgp_tag_treatment(uint8_t tag)
{
	return tags[tag & 63].treatment;
}

const struct pgp_algo_row *
pgp_algo_row(uint8_t algo)
{
	return algos[algo].words == NULL ? NULL : &algos[algo];
}

const struct pgp_hash_row *
pgp_hash_row(uint8_t hash)
{
	return hashes[hash].words == NULL ? NULL : &hashes[hash];
}

const struct pgp_curve_row *
pgp_curve_row(enum pgp_curve curve)
{
	size_t i = (size_t)curve;

	return i < COUNT(curves) && curves[i].oid != NULL ? &curves[i] : NULL;
}

enum pgp_curve
pgp_curve_from_oid(struct bytes oid)
{
	char hex[2 * OID_MAX + 1];

	if (oid.n > OID_MAX)
		return PGP_CURVE_UNKNOWN;
	hex_lower(oid, hex);
	for (size_t i = 0; i < COUNT(curves); i++)
		if (curves[i].oid != NULL && strcmp(curves[i].oid, hex) == 0)
			return (enum pgp_curve)i;
	return PGP_CURVE_UNKNOWN;
}

enum pgp_curve
pgp_curve_find(struct bytes name)
{
	for (size_t i = 0; i < COUNT(curves); i++)
		if (curves[i].oid != NULL &&
		    (bytes_equal(name, bytes_of_str(curves[i].gcry)) ||
			bytes_equal(name, bytes_of_str(curves[i].words))))
			return (enum pgp_curve)i;
	return PGP_CURVE_UNKNOWN;
}

bool
pgp_subpacket_is_known(uint8_t type)
{
	return type < COUNT(subpackets) && subpackets[type] != NULL;
}

bool
pgp_algo_can_sign(uint8_t algo)
{
	return algos[algo].can_sign;
}

static const char *
words_or_unknown(const char *words)
{
	return words == NULL ? "unknown" : words;
}

const char *
pgp_tag_words(uint8_t tag)
{
	return words_or_unknown(tag < COUNT(tags) ? tags[tag].words : NULL);
}

const char *
pgp_sigtype_words(uint8_t type)
{
	return words_or_unknown(sigtypes[type]);
}

const char *
pgp_subpacket_words(uint8_t type)
{
	return words_or_unknown(type < COUNT(subpackets) ? subpackets[type]
							 : NULL);
}

const char *
pgp_algo_words(uint8_t algo)
{
	return words_or_unknown(algos[algo].words);
}

const char *
pgp_hash_words(uint8_t hash)
{
	return words_or_unknown(hashes[hash].words);
}

const char *
pgp_curve_words(enum pgp_curve curve)
{
	const struct pgp_curve_row *row = pgp_curve_row(curve);

	return words_or_unknown(row == NULL ? NULL : row->words);
}
