/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One signature, one key: reads the values, applies the acceptance rule, and
 * asks a backend for the arithmetic. Invariant: whatever depends on encodings
 * or sizes is decided here, before any library is asked.
 */
#include "pgp/verify.h"

#include "pgp/registry.h"
#include "pgp/wire.h"

struct serving {
	enum verify_family family;
	enum pgp_curve curve;
	enum pgp_backend backend;
};

static const struct serving serving[] = {
#define X(family, curve, backend) \
	{ VERIFY_##family, PGP_CURVE_##curve, PGP_BACKEND_##backend },
#include "pgp/backends.def"
#undef X
};

struct digest_info {
	uint8_t hash;
	struct bytes prefix;
};

static const struct digest_info digest_infos[] = {
#define X(hash, octets) \
	{ PGP_HASH_##hash, { (const uint8_t *)(octets), sizeof(octets) - 1 } },
#include "pgp/digestinfo.def"
#undef X
};

size_t
pgp_eddsa_width(enum pgp_curve curve)
{
	if (curve == PGP_CURVE_ED25519)
		return 32;
	return curve == PGP_CURVE_ED448 ? 57 : 0;
}

/* The encoded message of RFC 8017 9.2, as a number: without its first 0. */
static bool
rsa_message_make(struct verify_job *job, uint8_t hash, struct bytes digest)
{
	struct bytes prefix = { NULL, 0 };
	size_t n = job->key[0].n - 1, tail;

	for (size_t i = 0; i < sizeof(digest_infos) / sizeof(*digest_infos);
	     i++) {
		if (digest_infos[i].hash == hash)
			prefix = digest_infos[i].prefix;
	}
	tail = prefix.n + digest.n;
	if (prefix.n == 0 || n < tail + 10)
		return false;
	memset(job->room, 0xff, n);
	job->room[0] = 1;
	job->room[n - tail - 1] = 0;
	memcpy(&job->room[n - tail], prefix.p, prefix.n);
	memcpy(&job->room[n - digest.n], digest.p, digest.n);
	job->message = bytes_of(job->room, n);
	return true;
}

static enum pgp_verdict
rsa_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	struct cursor material = cursor_of(key->material);
	struct cursor values = cursor_of(sig->values);
	size_t bits;

	job->family = VERIFY_RSA;
	job->key[0] = pgp_mpi_read(&material);
	job->key[1] = pgp_mpi_read(&material);
	job->sig[0] = pgp_mpi_read(&values);
	if (cursor_end(&material) != ICS_OK || cursor_end(&values) != ICS_OK)
		return PGP_BAD;
	bits = pgp_mpi_bits(job->key[0]);
	if (bits < VERIFY_RSA_BITS_MIN)
		return PGP_TOO_WEAK;
	if (bits > VERIFY_RSA_BITS_MAX ||
	    pgp_mpi_bits(job->key[1]) > VERIFY_RSA_E_MAX)
		return PGP_UNSUPPORTED;
	if (!pgp_mpi_is_odd(job->key[0]) || !pgp_mpi_is_odd(job->key[1]) ||
	    pgp_mpi_bits(job->key[1]) < 2 || job->sig[0].n == 0 ||
	    pgp_mpi_compare(job->sig[0], job->key[0]) >= 0)
		return PGP_BAD;
	return rsa_message_make(job, sig->hash, digest) ? PGP_GOOD : PGP_BAD;
}

/* The leftmost bits of a digest that a group of so many bits signs. */
static void
message_truncate(struct verify_job *job, struct bytes digest, size_t bits)
{
	struct cursor cur = cursor_of(digest);
	size_t n = (bits + 7) / 8, shift = n * 8 - bits;
	unsigned carry = 0;

	if (digest.n * 8 <= bits) {
		job->message = digest;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned octet = cursor_u8(&cur);

		job->room[i] = (uint8_t)(carry << (8 - shift) | octet >> shift);
		carry = octet & ((1u << shift) - 1);
	}
	job->message = bytes_of(job->room, n);
}

static bool
is_within(struct bytes n, struct bytes limit)
{
	return n.n > 0 && pgp_mpi_compare(n, limit) < 0;
}

static enum pgp_verdict
dsa_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	struct cursor material = cursor_of(key->material);
	struct cursor values = cursor_of(sig->values);
	size_t p, q;

	job->family = VERIFY_DSA;
	for (size_t i = 0; i < 4; i++)
		job->key[i] = pgp_mpi_read(&material);
	job->sig[0] = pgp_mpi_read(&values);
	job->sig[1] = pgp_mpi_read(&values);
	if (cursor_end(&material) != ICS_OK || cursor_end(&values) != ICS_OK)
		return PGP_BAD;
	p = pgp_mpi_bits(job->key[0]);
	q = pgp_mpi_bits(job->key[1]);
	if (p < VERIFY_DSA_P_MIN || q < VERIFY_DSA_Q_MIN)
		return PGP_TOO_WEAK;
	if (p > VERIFY_DSA_P_MAX || q > VERIFY_DSA_Q_MAX)
		return PGP_UNSUPPORTED;
	if (!pgp_mpi_is_odd(job->key[0]) || !pgp_mpi_is_odd(job->key[1]) ||
	    pgp_mpi_bits(job->key[2]) < 2 || pgp_mpi_bits(job->key[3]) < 2 ||
	    !is_within(job->key[2], job->key[0]) ||
	    !is_within(job->key[3], job->key[0]) ||
	    !is_within(job->sig[0], job->key[1]) ||
	    !is_within(job->sig[1], job->key[1]))
		return PGP_BAD;
	message_truncate(job, digest, q);
	return PGP_GOOD;
}

/* Pass over the OID, which key->curve stands for, and read the point. */
static struct bytes
point_read(struct cursor *material)
{
	(void)cursor_take(material, cursor_u8(material)); /* key->curve */
	return pgp_mpi_read(material);
}

static enum pgp_verdict
ecdsa_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	struct cursor material = cursor_of(key->material);
	struct cursor values = cursor_of(sig->values);
	size_t bits = pgp_curve_row(key->curve)->bits, width = (bits + 7) / 8;

	job->family = VERIFY_ECDSA;
	job->key[0] = point_read(&material);
	job->sig[0] = pgp_mpi_read(&values);
	job->sig[1] = pgp_mpi_read(&values);
	if (cursor_end(&material) != ICS_OK || cursor_end(&values) != ICS_OK ||
	    job->key[0].n != 2 * width + 1 || job->key[0].p[0] != 4 ||
	    job->sig[0].n == 0 || job->sig[1].n == 0)
		return PGP_BAD;
	/* Every order here has as many bits as its field. */
	message_truncate(job, digest, bits);
	return PGP_GOOD;
}

static enum pgp_verdict
eddsa_judge(struct verify_job *job, size_t width)
{
	bool fine = width == 32
			? pgp_ed25519_accept(job->key[0].p, job->signature)
			: pgp_ed448_accept(job->key[0].p, job->signature);

	job->family = VERIFY_EDDSA;
	job->sig[0] = bytes_of(job->signature, 2 * width);
	return fine ? PGP_GOOD : PGP_BAD;
}

/* Algorithm 22: points and scalars dressed as MPIs. */
static enum pgp_verdict
eddsa_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	struct cursor material = cursor_of(key->material);
	struct cursor values = cursor_of(sig->values);
	size_t width = pgp_eddsa_width(key->curve);
	struct bytes point = point_read(&material);
	struct bytes r = pgp_mpi_read(&values), s = pgp_mpi_read(&values);
	struct cursor dressed = cursor_of(point);

	if (cursor_end(&material) != ICS_OK || cursor_end(&values) != ICS_OK ||
	    !pgp_mpi_pad(r, job->signature, width) ||
	    !pgp_mpi_pad(s, &job->signature[width], width))
		return PGP_BAD;
	/* GnuPG leaves the 0x40 away for Ed448. */
	if (point.n == width + 1 && cursor_u8(&dressed) == 0x40)
		job->key[0] = cursor_rest(&dressed);
	else if (width == 57 && pgp_mpi_pad(point, job->room, width))
		job->key[0] = bytes_of(job->room, width);
	else
		return PGP_BAD;
	job->message = digest;
	return eddsa_judge(job, width);
}

/* Algorithms 27 and 28: native octets. */
static enum pgp_verdict
native_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	size_t width = key->algo == PGP_ALGO_ED25519 ? 32 : 57;

	if (key->material.n != width || sig->values.n != 2 * width)
		return PGP_BAD;
	memcpy(job->signature, sig->values.p, 2 * width);
	job->curve = width == 32 ? PGP_CURVE_ED25519 : PGP_CURVE_ED448;
	job->key[0] = key->material;
	job->message = digest;
	return eddsa_judge(job, width);
}

/* Fill the job; PGP_GOOD when the arithmetic is all that is left. */
static enum pgp_verdict
job_read(struct verify_job *job, const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest)
{
	job->curve = key->curve;
	switch (key->algo) {
	case PGP_ALGO_RSA:
	case PGP_ALGO_RSA_SIGN:
		job->curve = PGP_CURVE_NONE;
		return rsa_read(job, key, sig, digest);
	case PGP_ALGO_DSA:
		job->curve = PGP_CURVE_NONE;
		return dsa_read(job, key, sig, digest);
	case PGP_ALGO_ECDSA:
		return ecdsa_read(job, key, sig, digest);
	case PGP_ALGO_EDDSA:
		return eddsa_read(job, key, sig, digest);
	case PGP_ALGO_ED25519:
	case PGP_ALGO_ED448:
		return native_read(job, key, sig, digest);
	default: /* an octet from the wire, not an enum of ours */
		return PGP_UNSUPPORTED;
	}
}

static const struct serving *
serving_find(enum verify_family family, enum pgp_curve curve)
{
	for (size_t i = 0; i < sizeof(serving) / sizeof(*serving); i++) {
		if (serving[i].family == family && serving[i].curve == curve)
			return &serving[i];
	}
	return NULL;
}

/* Of the algorithms with curves, those with a row are served. */
static bool
is_served(const struct pgp_key *key)
{
	if (key->algo == PGP_ALGO_ECDSA)
		return serving_find(VERIFY_ECDSA, key->curve) != NULL;
	if (key->algo == PGP_ALGO_EDDSA)
		return serving_find(VERIFY_EDDSA, key->curve) != NULL;
	return true;
}

static enum pgp_verdict
backend_run(const struct verify_job *job, enum pgp_backend backend)
{
	switch (backend) {
	case PGP_BACKEND_GCRYPT:
		return verify_gcrypt(job);
	case PGP_BACKEND_OPENSSL:
		return verify_openssl(job);
	case PGP_BACKEND_SODIUM:
		return verify_sodium(job);
	case PGP_BACKEND_BEST:
		break;
	}
	return PGP_UNSUPPORTED;
}

static enum pgp_verdict
best_run(const struct verify_job *job)
{
	const struct serving *row = serving_find(job->family, job->curve);
	enum pgp_verdict verdict =
	    row == NULL ? PGP_UNSUPPORTED : backend_run(job, row->backend);

	return verdict == PGP_UNSUPPORTED ? verify_gcrypt(job) : verdict;
}

enum pgp_verdict
pgp_values_verify(const struct pgp_key *key, const struct pgp_sig *sig,
    struct bytes digest, enum pgp_backend backend)
{
	struct verify_job job;
	enum pgp_verdict verdict;

	memset(&job.key, 0, sizeof(job.key));
	memset(&job.sig, 0, sizeof(job.sig));
	if (!is_served(key))
		return PGP_UNSUPPORTED;
	verdict = job_read(&job, key, sig, digest);
	if (verdict != PGP_GOOD)
		return verdict;
	return backend == PGP_BACKEND_BEST ? best_run(&job)
					   : backend_run(&job, backend);
}

/* RFC 9580 5.2.3: a signature has the version of its key. */
static bool
versions_fit(uint8_t sig, uint8_t key)
{
	if (sig == 5 || sig == 6 || key == 5 || key == 6)
		return sig == key;
	return true;
}

static bool
algos_fit(uint8_t sig, uint8_t key)
{
	if (sig == PGP_ALGO_RSA || sig == PGP_ALGO_RSA_SIGN)
		return key == PGP_ALGO_RSA || key == PGP_ALGO_RSA_SIGN;
	return sig == key;
}

enum pgp_verdict
pgp_sig_verify_digest(const struct pgp_sig *sig, const struct pgp_key *issuer,
    struct bytes digest, bool self)
{
	enum pgp_verdict weak = pgp_weak_judge(sig, self), verdict;

	/* No date, a critical subpacket nobody knows, a key made later. */
	if (!versions_fit(sig->version, issuer->version) ||
	    !algos_fit(sig->pk, issuer->algo) || !sig->has_created ||
	    sig->has_unknown_critical || sig->created < issuer->created)
		return PGP_BAD;
	if (digest.n < 2 || memcmp(digest.p, sig->left16, 2) != 0)
		return PGP_BAD;
	if (weak == PGP_TOO_WEAK)
		return weak;
	verdict = pgp_values_verify(issuer, sig, digest, PGP_BACKEND_BEST);
	return verdict == PGP_GOOD ? weak : verdict;
}

enum pgp_verdict
pgp_sig_verify(const struct pgp_sig *sig, const struct pgp_key *issuer,
    const struct pgp_subject *subject, bool self)
{
	uint8_t digest[PGP_DIGEST_MAX];
	size_t n = 0;

	if (pgp_sig_digest(sig, subject, digest, &n) != ICS_OK)
		return PGP_UNSUPPORTED;
	return pgp_sig_verify_digest(sig, issuer, bytes_of(digest, n), self);
}

uint32_t
pgp_verify_cost(const struct pgp_key *key)
{
	struct cursor material = cursor_of(key->material);
	uint32_t octets;

	switch (key->algo) {
	case PGP_ALGO_RSA:
	case PGP_ALGO_RSA_SIGN:
	case PGP_ALGO_DSA:
		octets = (uint32_t)pgp_mpi_read(&material).n;
		if (octets > VERIFY_RSA_BITS_MAX / 8)
			return 1;
		return 20 + octets * octets /
				(key->algo == PGP_ALGO_DSA ? 160 : 800);
	case PGP_ALGO_ECDSA:
		return key->curve == PGP_CURVE_P256 ? 100 : 1000;
	case PGP_ALGO_ED448:
		return 300;
	default: /* an octet from the wire: Ed25519, or never verified */
		return 60;
	}
}

const char *
pgp_verdict_words(enum pgp_verdict verdict)
{
	switch (verdict) {
	case PGP_GOOD:
		return "good";
	case PGP_WEAK:
		return "good, by an outdated hash";
	case PGP_EXPIRED:
		return "expired";
	case PGP_REVOKED:
		return "revoked";
	case PGP_OPAQUE:
		return "kept unchecked";
	case PGP_UNKNOWN:
		return "unknown issuer";
	case PGP_UNSUPPORTED:
		return "not supported";
	case PGP_TOO_WEAK:
		return "too weak";
	case PGP_MISPLACED:
		return "misplaced";
	case PGP_LOCAL:
		return "not exportable";
	case PGP_BAD:
		return "bad";
	}
	return "unknown";
}
