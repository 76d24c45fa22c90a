/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between check.c (all signatures of a certificate, in passes) and judge.c
 * (one signature over one part). A judge lives as long as one
 * pgp_cert_check; what strangers can make it do is held by two budgets.
 */
#ifndef PGP_JUDGE_H
#define PGP_JUDGE_H

#include "pgp/verify.h"

#define JUDGE_OCTETS_MAX   (256u << 20) /* hashed to find misplaced ones */
#define JUDGE_DIGEST_COST  256u		/* octets that a digest begins with */
#define JUDGE_COST_MAX	   10000000u	/* microseconds, as estimated */
#define JUDGE_REVOKERS_MAX 64u
#define JUDGE_ISSUERS_MAX  8u /* keys tried for one key ID */

/* What became known about a signature beside its verdict. */
struct judge_note {
	struct pgp_fpr issuer; /* of the key that verified it */
	bool is_elsewhere;     /* the digest says: not about this part */
	bool lacks_back;       /* its back-signature is missing or bad */
	bool is_costly;	       /* the budget of time was spent before */
};

/* The signatures that were verified before, in order. */
struct judge_trust {
	struct judge_trusted *at; /* n of them, owned */
	size_t n;
};

struct judge {
	const struct pgp_cert *cert;
	const struct pgp_check *how;
	struct judge_trust trust;
	struct judge_note *notes; /* one a signature, owned */
	struct pgp_fpr revokers[JUDGE_REVOKERS_MAX];
	size_t revokers_n;
	uint64_t octets, cost; /* spent */
};

/* Index the signatures of cert (NULL: none); release frees the index. */
void judge_trust_init(struct judge_trust *trust, const struct pgp_cert *cert);
void judge_trust_release(struct judge_trust *trust);

/* True when sig, by the issuer it names, was verified on this part before. */
bool judge_trust_has(const struct judge_trust *trust,
    const struct pgp_part *part, const struct pgp_sig *sig);

/* True when a type has a meaning under a kind of part. */
bool judge_type_fits(uint8_t type, enum pgp_part_kind kind);

/* True for verdicts of signatures that verified, or that are kept because
 * nobody here can verify them. */
static inline bool
judge_is_kept(enum pgp_verdict verdict)
{
	return verdict <= PGP_OPAQUE;
}

/*
 * True when the certificate's own key is asked to verify it: it names that
 * key, names none, or is of a type that only the owner makes.
 */
bool pgp_sig_is_self(const struct pgp_sig *sig, const struct pgp_key *primary);

/*
 * Judge signature i as one about a part (its type must fit): PGP_GOOD,
 * PGP_WEAK, PGP_EXPIRED, PGP_UNKNOWN, PGP_UNSUPPORTED, PGP_TOO_WEAK,
 * PGP_MISPLACED or PGP_BAD, and the note. may_trust lets it be believed
 * without arithmetic when how->trusted has it.
 */
enum pgp_verdict judge_sig(struct judge *j, size_t i, size_t part,
    bool may_trust);

/* Take the designated revokers that a verified self-signature names. */
void judge_revokers_add(struct judge *j, const struct pgp_sig *sig);

#endif
