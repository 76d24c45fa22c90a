/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One signature over one part of its certificate: who should have made it,
 * and did he. Invariant: a signature counts for its issuer only by a key that
 * verified it; what the signature says about its issuer is only where to
 * look.
 */
#include "pgp/judge.h"

#include "pgp/wire.h"

/* Key flags (RFC 9580 5.2.3.29) that demand a back-signature. */
#define FLAGS_SIGNING 0x03u

struct digest {
	uint8_t b[PGP_DIGEST_MAX];
	size_t n;
};

bool
judge_type_fits(uint8_t type, enum pgp_part_kind kind)
{
	switch (type) {
	case PGP_SIG_DIRECT_KEY:
	case PGP_SIG_KEY_REVOCATION:
		return kind == PGP_PART_PRIMARY;
	case PGP_SIG_CERT_GENERIC:
	case PGP_SIG_CERT_PERSONA:
	case PGP_SIG_CERT_CASUAL:
	case PGP_SIG_CERT_POSITIVE:
	case PGP_SIG_ATTESTATION:
		return kind == PGP_PART_UID;
	case PGP_SIG_CERT_REVOCATION:
		return kind == PGP_PART_UID || kind == PGP_PART_PRIMARY;
	case PGP_SIG_SUBKEY_BINDING:
	case PGP_SIG_SUBKEY_REVOCATION:
		return kind == PGP_PART_SUBKEY;
	default: /* an octet from the wire, not an enum of ours */
		return false;
	}
}

bool
pgp_sig_is_self(const struct pgp_sig *sig, const struct pgp_key *primary)
{
	if (sig->type == PGP_SIG_SUBKEY_BINDING ||
	    sig->type == PGP_SIG_SUBKEY_REVOCATION ||
	    sig->type == PGP_SIG_ATTESTATION)
		return true;
	return pgp_sig_is_by(sig, primary) ||
	       (sig->issuer.version == 0 && sig->issuer_keyid == 0);
}

static struct pgp_subject
subject_of(const struct judge *j, size_t part)
{
	const struct pgp_part *about = &j->cert->parts[part];
	struct pgp_subject subject = { .primary = pgp_cert_primary(j->cert) };

	if (about->kind == PGP_PART_SUBKEY)
		subject.subkey = &about->key;
	if (about->kind == PGP_PART_UID) {
		subject.uid_tag = PGP_TAG_USER_ID;
		subject.uid = about->body;
	}
	return subject;
}

/* Verify, unless the budget of time is spent. */
static enum pgp_verdict
verify(struct judge *j, size_t i, const struct pgp_key *key,
    struct bytes digest)
{
	if (j->cost > JUDGE_COST_MAX) {
		j->notes[i].is_costly = true;
		return PGP_UNSUPPORTED;
	}
	j->cost += pgp_verify_cost(key);
	return pgp_sig_verify_digest(&j->cert->sigs[i], key, digest,
	    key == pgp_cert_primary(j->cert));
}

bool
pgp_key_is_opaque(const struct pgp_key *key)
{
	static const uint8_t checked[] = { PGP_ALGO_RSA, PGP_ALGO_RSA_SIGN,
		PGP_ALGO_DSA, PGP_ALGO_ECDSA, PGP_ALGO_EDDSA, PGP_ALGO_ED25519,
		PGP_ALGO_ED448 };

	if (!pgp_algo_can_sign(key->algo))
		return false;
	return memchr(checked, key->algo, sizeof(checked)) == NULL ||
	       key->curve == PGP_CURVE_UNKNOWN;
}

/* A back-signature that nobody can verify: its digest must fit. */
static enum pgp_verdict
opaque_back_judge(const struct pgp_sig *back, const struct pgp_subject *subject)
{
	struct digest digest;

	if (pgp_sig_digest(back, subject, digest.b, &digest.n) != ICS_OK ||
	    memcmp(digest.b, back->left16, 2) != 0)
		return PGP_BAD;
	return PGP_OPAQUE;
}

/* Spec: RFC 9580 5.2.1.9: the subkey agrees, too. */
static bool
back_is_good(struct judge *j, const struct pgp_sig *binding, size_t part)
{
	const struct pgp_key *subkey = &j->cert->parts[part].key;
	struct pgp_subject subject = subject_of(j, part);
	struct cursor areas[2] = { cursor_of(binding->hashed),
		cursor_of(binding->unhashed) };
	struct pgp_sub sub;
	struct pgp_sig back;
	enum pgp_verdict verdict = PGP_BAD;

	for (size_t a = 0; a < 2; a++) {
		while (!judge_is_kept(verdict) &&
		       pgp_sub_next(&areas[a], &sub) == ICS_OK) {
			if (sub.type != PGP_SUB_EMBEDDED ||
			    pgp_sig_parse(sub.body, &back) != ICS_OK ||
			    back.type != PGP_SIG_PRIMARY_BINDING ||
			    j->cost > JUDGE_COST_MAX)
				continue;
			j->cost += pgp_verify_cost(subkey);
			verdict =
			    pgp_key_is_opaque(subkey)
				? opaque_back_judge(&back, &subject)
				: pgp_sig_verify(&back, subkey, &subject, true);
		}
	}
	return judge_is_kept(verdict);
}

static bool
needs_back(const struct pgp_sig *sig, const struct pgp_key *subkey)
{
	return sig->has_key_flags && (sig->key_flags & FLAGS_SIGNING) != 0 &&
	       pgp_algo_can_sign(subkey->algo);
}

/* By the owner: verified now, verified before (no digest), or opaque. */
static enum pgp_verdict
owner_judge(struct judge *j, size_t i, struct bytes digest)
{
	const struct pgp_key *primary = pgp_cert_primary(j->cert);
	enum pgp_verdict weak = pgp_weak_judge(&j->cert->sigs[i], true);

	if (pgp_key_is_opaque(primary))
		return weak == PGP_TOO_WEAK ? weak : PGP_OPAQUE;
	return digest.n == 0 ? weak : verify(j, i, primary, digest);
}

static enum pgp_verdict
self_judge(struct judge *j, size_t i, size_t part, struct bytes digest)
{
	const struct pgp_sig *sig = &j->cert->sigs[i];
	const struct pgp_key *primary = pgp_cert_primary(j->cert);
	enum pgp_verdict verdict = owner_judge(j, i, digest);

	if (!judge_is_kept(verdict))
		return verdict;
	j->notes[i].issuer = primary->fpr;
	if (sig->type != PGP_SIG_SUBKEY_BINDING ||
	    !needs_back(sig, &j->cert->parts[part].key) ||
	    back_is_good(j, sig, part))
		return verdict;
	j->notes[i].lacks_back = true;
	return PGP_BAD;
}

void
judge_revokers_add(struct judge *j, const struct pgp_sig *sig)
{
	struct cursor area = cursor_of(sig->hashed);
	struct pgp_sub sub;

	while (sig->revoker.n > 0 && pgp_sub_next(&area, &sub) == ICS_OK) {
		struct cursor body = cursor_of(sub.body);
		struct pgp_fpr fpr = { 0 };
		uint8_t class = cursor_u8(&body);
		struct bytes octets;

		(void)cursor_u8(&body); /* the algorithm; the key tells */
		octets = cursor_rest(&body);
		if (sub.type != PGP_SUB_REVOKER || (class & 0x80) == 0 ||
		    (octets.n != 20 && octets.n != 32) ||
		    j->revokers_n == JUDGE_REVOKERS_MAX)
			continue;
		fpr.version = octets.n == 20 ? 4 : sig->version;
		fpr.n = (uint8_t)octets.n;
		memcpy(fpr.b, octets.p, octets.n);
		j->revokers[j->revokers_n++] = fpr;
	}
}

/* The designated revoker that the signature names, or NULL. */
static const struct pgp_fpr *
revoker_of(const struct judge *j, const struct pgp_sig *sig)
{
	for (size_t i = 0; i < j->revokers_n; i++) {
		const struct pgp_fpr *fpr = &j->revokers[i];

		if (sig->issuer.version != 0
			? pgp_fpr_equal(&sig->issuer, fpr)
			: sig->issuer_keyid == pgp_fpr_index(fpr))
			return fpr;
	}
	return NULL;
}

/* Try every key that may be the issuer's. */
static enum pgp_verdict
issuers_try(struct judge *j, size_t i, const struct pgp_fpr *fpr,
    struct bytes digest)
{
	const struct pgp_sig *sig = &j->cert->sigs[i];
	const struct pgp_keyring *ring = j->how->keyring;
	const struct pgp_issuer issuer = { *fpr, sig->issuer_keyid };
	struct pgp_key keys[JUDGE_ISSUERS_MAX];
	enum pgp_verdict best = PGP_UNKNOWN;
	size_t n = 0;

	if (ring != NULL)
		n = ring->find(ring->arg, &issuer, keys, JUDGE_ISSUERS_MAX);
	for (size_t k = 0; k < n; k++) {
		enum pgp_verdict verdict = verify(j, i, &keys[k], digest);

		if (k == 0 || verdict < best)
			best = verdict;
		if (judge_is_kept(verdict)) {
			j->notes[i].issuer = keys[k].fpr;
			break;
		}
	}
	return best;
}

static enum pgp_verdict
other_judge(struct judge *j, size_t i, struct bytes digest)
{
	const struct pgp_sig *sig = &j->cert->sigs[i];
	const struct pgp_fpr *fpr = &sig->issuer;
	enum pgp_verdict weak = pgp_weak_judge(sig, false);

	if (digest.n == 0) {
		j->notes[i].issuer = *fpr;
		return weak;
	}
	if (sig->type == PGP_SIG_KEY_REVOCATION) {
		fpr = revoker_of(j, sig);
		if (fpr == NULL)
			return PGP_MISPLACED;
	}
	/* Nothing that would be found could make it better. */
	if (weak == PGP_TOO_WEAK)
		return weak;
	return issuers_try(j, i, fpr, digest);
}

/* Is the signature about this part? Its first two octets of digest tell. */
static enum pgp_verdict
digest_make(struct judge *j, size_t i, size_t part, struct digest *digest)
{
	const struct pgp_sig *sig = &j->cert->sigs[i];
	struct pgp_subject subject = subject_of(j, part);

	if (pgp_sig_digest(sig, &subject, digest->b, &digest->n) != ICS_OK)
		return PGP_UNSUPPORTED;
	j->notes[i].is_elsewhere = memcmp(digest->b, sig->left16, 2) != 0;
	return j->notes[i].is_elsewhere ? PGP_BAD : PGP_GOOD;
}

static bool
has_expired(const struct pgp_sig *sig, int64_t now)
{
	return sig->expires != 0 && (int64_t)sig->created + sig->expires <= now;
}

enum pgp_verdict
judge_sig(struct judge *j, size_t i, size_t part, bool may_trust)
{
	const struct pgp_sig *sig = &j->cert->sigs[i];
	bool self = pgp_sig_is_self(sig, pgp_cert_primary(j->cert));
	struct digest digest = { .n = 0 }; /* 0: verified before */
	enum pgp_verdict verdict;

	if (!may_trust ||
	    !judge_trust_has(&j->trust, &j->cert->parts[part], sig)) {
		verdict = digest_make(j, i, part, &digest);
		if (verdict != PGP_GOOD)
			return verdict;
	}
	verdict = self ? self_judge(j, i, part, bytes_of(digest.b, digest.n))
		       : other_judge(j, i, bytes_of(digest.b, digest.n));
	return judge_is_kept(verdict) && has_expired(sig, j->how->now)
		   ? PGP_EXPIRED
		   : verdict;
}
