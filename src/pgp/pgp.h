/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * OpenPGP: parse, index, verify, merge, write. Holds no secret, never stores,
 * has no clock and does no I/O.
 *
 * A certificate is one owned buffer plus one index; packets, subpackets and
 * values are views into the buffer. After pgp_cert_parse it is const for
 * everyone; merge and clean make new ones.
 *
 *	struct pgp_cert ── data (octets, owned)
 *	   └ parts[0] primary key ── sigs (0x1F 0x20 ...)
 *	     parts[1] User ID     ── sigs (0x10-0x13 0x16 0x30)
 *	     parts[2] subkey      ── sigs (0x18 0x28)
 *
 * The registries are rows: tags.def algos.def curves.def hashes.def
 * sigtypes.def subpackets.def reasons.def, each with its RFC 9580 section.
 */
#ifndef PGP_PGP_H
#define PGP_PGP_H

#include "pgp/sig.h"

/* ---- digests and verification ------------------------------------------ */

/* What a signature speaks about; unused members stay NULL or empty. */
struct pgp_subject {
	const struct pgp_key *primary; /* 0x10-13 16 18 19 1F 20 28 30 */
	const struct pgp_key *subkey;  /* 0x18 19 28 */
	uint8_t uid_tag;	       /* 13 or 17 with uid, else 0 */
	struct bytes uid;	       /* User ID or attribute body */
	const struct pgp_sig *target;  /* 0x50 */
	struct bytes document;	       /* 0x00 and 0x01 */
};

/*
 * The digest a signature's values sign: subject, then trailer by version
 * (iot-notations b2). *n octets at out. ICS_EUNSUPPORTED for an unknown hash,
 * type or version.
 */
enum ics_err pgp_sig_digest(const struct pgp_sig *sig,
    const struct pgp_subject *subject, uint8_t out[PGP_DIGEST_MAX], size_t *n);

/* How a signature was judged. Order: the better the smaller. */
enum pgp_verdict {
	PGP_GOOD,
	PGP_WEAK,	 /* verifies, by a hash the dated policy still takes */
	PGP_EXPIRED,	 /* verifies, its own expiration has passed */
	PGP_REVOKED,	 /* verifies, withdrawn by a verified 0x30 or 0x28 */
	PGP_OPAQUE,	 /* its owner's algorithm is checked by nobody here */
	PGP_UNKNOWN,	 /* the issuer's key is not at hand */
	PGP_UNSUPPORTED, /* version, algorithm, curve or hash we do not check */
	PGP_TOO_WEAK,	 /* MD5, or weak after the policy's date, or tiny RSA */
	PGP_MISPLACED,	 /* of a type or under a part where it has no meaning */
	PGP_LOCAL,	 /* not exportable */
	PGP_BAD		 /* does not verify */
};
const char *pgp_verdict_words(enum pgp_verdict verdict);
/* What there is to find fault with, or to note; NULL: nothing. */
const struct reason *pgp_verdict_reason(enum pgp_verdict verdict);

/*
 * Verify one signature by one key over one subject: encodings, digest, weak
 * algorithm policy, values. PGP_GOOD, PGP_WEAK, PGP_TOO_WEAK,
 * PGP_UNSUPPORTED or PGP_BAD; expiry and revocation are pgp_cert_check's.
 * self tells whether the issuer signs about itself (dates differ).
 */
enum pgp_verdict pgp_sig_verify(const struct pgp_sig *sig,
    const struct pgp_key *issuer, const struct pgp_subject *subject, bool self);

/*
 * True when a key can sign by an algorithm or on a curve that no backend
 * checks. Its owner's signatures are kept when their digest fits, so that
 * those who can check them find them here; they prove nothing to us.
 */
bool pgp_key_is_opaque(const struct pgp_key *key);

/*
 * Verify signature values over a ready digest with one named backend, for
 * the agreement tests: all backends must say the same.
 */
enum pgp_backend {
	PGP_BACKEND_BEST,
	PGP_BACKEND_GCRYPT,
	PGP_BACKEND_OPENSSL,
	PGP_BACKEND_SODIUM
};
enum pgp_verdict pgp_values_verify(const struct pgp_key *key,
    const struct pgp_sig *sig, struct bytes digest, enum pgp_backend backend);

/* Ready the cryptographic libraries; call once, before threads. */
enum ics_err pgp_crypto_init(void);

/* ---- certificates (RFC 9580 section 10) -------------------------------- */

enum pgp_part_kind {
	PGP_PART_PRIMARY,
	PGP_PART_UID,
	PGP_PART_UAT,
	PGP_PART_SUBKEY
};

struct pgp_part {
	enum pgp_part_kind kind;
	struct bytes body;  /* packet body, lent by the certificate */
	struct pgp_key key; /* primary and subkeys */
	size_t sig_first;   /* index into sigs */
	size_t sig_n;
};

struct pgp_cert {
	struct bytes data;	/* owned: every body is in here */
	struct pgp_part *parts; /* owned; parts[0] is the primary */
	size_t parts_n;
	struct pgp_sig *sigs; /* owned; grouped by part, in part order */
	size_t sigs_n;
};

/*
 * Parse one certificate (a PGP_BLOCK_CERT's packets). data is copied. Parts
 * in any order; repeated parts are united; foreign packets, malformed
 * signatures, User IDs over the limit or with NUL, unusable subkeys are
 * dropped with a finding in rep. ICS_EFORMAT, ICS_ETRUNCATED, ICS_ETOOBIG,
 * ICS_EUNSUPPORTED (primary version), ICS_ESECRET; *cert is then NULL and rep
 * says why. The caller frees *cert with pgp_cert_free.
 */
enum ics_err pgp_cert_parse(struct bytes data, struct report *rep,
    struct pgp_cert **cert);
void pgp_cert_free(struct pgp_cert *cert);

static inline const struct pgp_key *
pgp_cert_primary(const struct pgp_cert *cert)
{
	return &cert->parts[0].key;
}

enum pgp_form {
	PGP_FORM_FULL,	/* everything kept, canonical order */
	PGP_FORM_LEGACY /* what gpg 2.2 takes: no v5 or v6 part, no attribute */
};

/*
 * Append the canonical serialisation: deterministic, the same for equal
 * content however it arrived (openpgp-certs section 6). For PGP_FORM_LEGACY a
 * v5 or v6 certificate appends nothing; a hard-revoked one without User IDs
 * appends the bare revocation signatures after which gpg still learns of it.
 */
void pgp_cert_write(const struct pgp_cert *cert, enum pgp_form form,
    struct buf *out);

/* True when the two forms of the certificate differ. */
bool pgp_cert_has_modern(const struct pgp_cert *cert);

/* The SKS hash (openpgp-certs section 5): MD5 over sorted packets. */
enum ics_err pgp_skshash_packets(struct bytes packets, uint8_t out[16]);

/* SHA-256 of octets, for digests of our own. */
void pgp_sha256(struct bytes data, uint8_t out[32]);
/* SHA-1 of octets, for WKD's names only. */
void pgp_sha1(struct bytes data, uint8_t out[20]);

/*
 * Union of two certificates with the same fingerprint (parts by body,
 * signatures by signed content), canonical. Idempotent, commutative,
 * associative. ICS_EUSAGE when fingerprints differ. The caller frees *out.
 */
enum ics_err pgp_cert_merge(const struct pgp_cert *a, const struct pgp_cert *b,
    struct pgp_cert **out);

/* ---- judging a certificate ---------------------------------------------- */

/* Who is said to have made a signature. */
struct pgp_issuer {
	struct pgp_fpr fpr; /* version 0: only the key ID is known */
	uint64_t keyid;
};

/*
 * Finds candidate issuer keys: fills at most max keys at out that fit and
 * returns how many. The keys' views stay valid until the next call.
 */
struct pgp_keyring {
	size_t (*find)(void *arg, const struct pgp_issuer *issuer,
	    struct pgp_key *out, size_t max);
	void *arg;
};

/*
 * Whose certification binds the User IDs of a key that never signs about
 * itself: raw keys of secure elements, keys that only encrypt. Asked for the
 * fingerprint that the certification names. And whose signatures are no
 * stranger's, so that strangers do not drive them out; NULL: the makers'.
 */
struct pgp_makers {
	bool (*has)(void *arg, const struct pgp_fpr *issuer);
	bool (*knows)(void *arg, const struct pgp_fpr *issuer);
	void *arg;
};

struct pgp_check {
	int64_t now;
	const struct pgp_keyring *keyring; /* third parties; NULL: none known */
	const struct pgp_makers *makers;   /* NULL: only owners bind */
	const struct pgp_cert *trusted; /* verified before, or NULL: a signature
	                                 * found in it (same part, same signed
	                                 * content) is not verified again */
};

/* What judging gave for each of a certificate's signatures, by index. */
struct pgp_judgement {
	enum pgp_verdict *verdicts; /* owned */
	size_t *place;		    /* owned; the part index where it belongs */
	const struct pgp_makers *makers; /* lent: those of the check */
};

/* Every signature good and in its place, no makers; release may also follow
 * zeroes. */
void pgp_judgement_init(struct pgp_judgement *j, const struct pgp_cert *cert);
void pgp_judgement_release(struct pgp_judgement *j);

/*
 * Judge every signature of a parsed certificate. Signatures misplaced under
 * the wrong part are tried on the others; the place is their own part, or
 * the one where they verified. Signing subkeys need a good back-signature,
 * else their binding is PGP_BAD. Findings name each signature that is not
 * good. The caller releases *judged.
 */
void pgp_cert_check(const struct pgp_cert *cert, const struct pgp_check *how,
    struct pgp_judgement *judged, struct report *rep);

/*
 * What is kept of a judged certificate: signatures PGP_GOOD, PGP_WEAK,
 * PGP_EXPIRED, PGP_REVOKED and PGP_OPAQUE at their right place with normalised unhashed
 * areas; User IDs with a verified self-signature, subkeys with a verified
 * binding (bound parts stay also when revoked); attributes dropped; after a
 * hard revocation the User IDs and third-party signatures go. Where the key
 * binds nothing at all itself, User IDs with a maker's certification stay.
 * Of strangers' signatures with notations, and of their revocations, the
 * newest stay: PGP_STRANGERS_MAX, PGP_STRANGER_MAX of each.
 * ICS_EDENIED with a finding when nothing verifiable is left ("evaporated");
 * ICS_ETOOBIG above PGP_CERT_MAX. The caller frees *out.
 */
enum ics_err pgp_cert_clean(const struct pgp_cert *cert,
    const struct pgp_judgement *judged, struct report *rep,
    struct pgp_cert **out);

/*
 * The second cleaning, after merge: applies the rules that need the whole
 * (hard revocation, ceiling on size, newest third-party signatures first)
 * to a certificate whose signatures are all verified, by the makers of the
 * first (or NULL). *out may be the same content; the caller frees it.
 */
enum ics_err pgp_cert_settle(const struct pgp_cert *cert,
    const struct pgp_makers *makers, struct pgp_cert **out);

/* ---- facts: what indexes show ------------------------------------------- */

enum pgp_revocation {
	PGP_NOT_REVOKED,
	PGP_SOFT_REVOKED,
	PGP_HARD_REVOKED
};

struct pgp_uid_facts {
	struct bytes uid; /* lent by the certificate */
	int64_t created;  /* newest self-signature; without one the oldest
	                   * certification; 0 none */
	int64_t expires;  /* 0 never */
	bool revoked, primary;
};

struct pgp_key_facts {
	const struct pgp_key *key; /* lent by the certificate */
	int64_t expires;	   /* 0 never */
	int64_t revoked_at;	   /* 0 when not revoked */
	uint32_t flags;		   /* key flags of the deciding signature */
	enum pgp_revocation revoked;
};

struct pgp_facts {
	struct pgp_key_facts primary;
	struct pgp_uid_facts *uids; /* owned; primary User ID first */
	size_t uids_n;
	struct pgp_key_facts *subkeys; /* owned */
	size_t subkeys_n;
	int64_t newest; /* newest signature time, 0 none */
};

/* Facts of a clean certificate (its signatures are taken as verified). */
void pgp_cert_facts(const struct pgp_cert *cert, struct pgp_facts *facts);
void pgp_facts_release(struct pgp_facts *facts);

/*
 * Verify a record (pgp_record_unfit says NULL) by the key of a clean
 * certificate that it names: the primary key when it may sign or certify, or
 * a subkey that says it signs, since only such a one was asked whether it
 * agrees. PGP_UNKNOWN: it names no such key; PGP_REVOKED: it verifies, and
 * the key or its certificate is hard revoked; else as pgp_sig_verify. *key is
 * the key that was tried last.
 */
enum pgp_verdict pgp_record_verify(const struct pgp_sig *sig,
    const struct pgp_facts *by, const struct pgp_subject *subject,
    struct pgp_fpr *key);

/* The "<addr>" part of a User ID, or the whole when it is a bare address;
 * empty when there is none. A view into uid; case as written. */
struct bytes pgp_uid_email(struct bytes uid);

/* A listing of packets for people and tests, one line each. */
enum ics_err pgp_dump(struct bytes packets, struct buf *out);

#endif
