/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All signatures of a certificate, in passes: the owner's first (so that no
 * stranger's flood can starve them, and because they name the designated
 * revokers), the others', the misplaced ones, and last who withdrew what.
 * Bounded: each signature costs one verification at most, a misplaced one a
 * digest a part, and both are held by the budgets of judge.h.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/judge.h"
#include "pgp/wire.h"

/* The newest withdrawal by an issuer on a part. */
struct withdrawal {
	size_t place;
	const struct pgp_fpr *issuer;
	uint32_t created;
};
ARRAY_OF(struct withdrawal, withdrawals);

/* The caller's arrays, and what the passes share. */
struct check {
	struct judge judge;
	enum pgp_verdict *verdicts;
	size_t *place;
	bool *is_contested; /* by part: a stranger's 0x30 stands there */
	struct withdrawals withdrawals;
};

static bool
is_self(const struct check *c, size_t i)
{
	const struct pgp_cert *cert = c->judge.cert;

	return pgp_sig_is_self(&cert->sigs[i], pgp_cert_primary(cert));
}

static void
contests_find(struct check *c)
{
	const struct pgp_cert *cert = c->judge.cert;

	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];

		for (size_t i = part->sig_first;
		     i < part->sig_first + part->sig_n; i++)
			c->is_contested[p] |=
			    cert->sigs[i].type == PGP_SIG_CERT_REVOCATION &&
			    !is_self(c, i);
	}
}

/*
 * Whose 0x30 withdraws which certification is known only by the key that
 * verified each, so there strangers' are verified again.
 */
static enum pgp_verdict
at_home_judge(struct check *c, size_t i, bool self)
{
	const struct pgp_cert *cert = c->judge.cert;
	const struct pgp_sig *sig = &cert->sigs[i];
	size_t p = c->place[i];

	if (sig->is_local)
		return PGP_LOCAL;
	if (!judge_type_fits(sig->type, cert->parts[p].kind)) {
		c->judge.notes[i].is_elsewhere = true;
		return PGP_MISPLACED;
	}
	return judge_sig(&c->judge, i, p, self || !c->is_contested[p]);
}

static void
pass_self(struct check *c)
{
	const struct pgp_cert *cert = c->judge.cert;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		if (!is_self(c, i))
			continue;
		c->verdicts[i] = at_home_judge(c, i, true);
		if (judge_is_kept(c->verdicts[i]))
			judge_revokers_add(&c->judge, &cert->sigs[i]);
	}
}

static void
pass_others(struct check *c)
{
	for (size_t i = 0; i < c->judge.cert->sigs_n; i++) {
		if (!is_self(c, i))
			c->verdicts[i] = at_home_judge(c, i, false);
	}
}

/* Take from the budget what trying signature i on a part costs. */
static bool
octets_spend(struct judge *j, size_t i, size_t part)
{
	j->octets += JUDGE_DIGEST_COST + j->cert->parts[0].body.n +
		     j->cert->parts[part].body.n + j->cert->sigs[i].hashed.n;
	return j->octets <= JUDGE_OCTETS_MAX;
}

/* Where a signature that is not about its own part belongs, if anywhere. */
static void
elsewhere_try(struct check *c, size_t i)
{
	const struct pgp_cert *cert = c->judge.cert;
	struct judge_note *note = &c->judge.notes[i];
	enum pgp_verdict verdict;

	for (size_t p = 0; p < cert->parts_n; p++) {
		if (p == c->place[i] ||
		    !judge_type_fits(cert->sigs[i].type, cert->parts[p].kind))
			continue;
		if (!octets_spend(&c->judge, i, p))
			return;
		verdict = judge_sig(&c->judge, i, p, false);
		if (!note->is_elsewhere && verdict < c->verdicts[i]) {
			c->verdicts[i] = verdict;
			c->place[i] = p;
			if (judge_is_kept(verdict) && is_self(c, i))
				judge_revokers_add(&c->judge, &cert->sigs[i]);
			return;
		}
	}
}

static void
pass_misplaced(struct check *c, bool self)
{
	const struct pgp_cert *cert = c->judge.cert;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		if (c->judge.notes[i].is_elsewhere && is_self(c, i) == self)
			elsewhere_try(c, i);
	}
}

static int
withdrawal_compare(const void *left, const void *right)
{
	const struct withdrawal *a = left, *b = right;
	int order = (a->place > b->place) - (a->place < b->place);

	if (order == 0)
		order = bytes_compare(pgp_fpr_bytes(a->issuer),
		    pgp_fpr_bytes(b->issuer));
	return order;
}

static int
withdrawal_compare_newest(const void *left, const void *right)
{
	const struct withdrawal *a = left, *b = right;
	int order = withdrawal_compare(left, right);

	return order != 0
		   ? order
		   : (b->created > a->created) - (b->created < a->created);
}

/* Sort, and keep the newest of each issuer on each part. */
static void
withdrawals_collect(struct check *c)
{
	const struct pgp_cert *cert = c->judge.cert;
	struct withdrawals *w = &c->withdrawals;
	size_t kept = 0;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		if (cert->sigs[i].type == PGP_SIG_CERT_REVOCATION &&
		    judge_is_kept(c->verdicts[i]))
			*withdrawals_add(w) = (struct withdrawal){ c->place[i],
				&c->judge.notes[i].issuer,
				cert->sigs[i].created };
	}
	if (w->n == 0)
		return;
	qsort(w->at, w->n, sizeof(*w->at), withdrawal_compare_newest);
	for (size_t i = 1; i < w->n; i++) {
		if (withdrawal_compare(&w->at[kept], &w->at[i]) != 0)
			w->at[++kept] = w->at[i];
	}
	w->n = kept + 1;
}

static bool
is_withdrawn(const struct check *c, size_t i)
{
	const struct pgp_sig *sig = &c->judge.cert->sigs[i];
	const struct withdrawal wanted = { c->place[i],
		&c->judge.notes[i].issuer, 0 };
	const struct withdrawal *found;

	if (c->withdrawals.n == 0 || sig->is_irrevocable ||
	    pgp_sig_is_revocation(sig) || sig->type == PGP_SIG_ATTESTATION)
		return false;
	found = bsearch(&wanted, c->withdrawals.at, c->withdrawals.n,
	    sizeof(*c->withdrawals.at), withdrawal_compare);
	return found != NULL && sig->created <= found->created;
}

/* A verified 0x28 is final, as gpg reads it: dates do not matter. */
static void
pass_withdrawn(struct check *c)
{
	const struct pgp_cert *cert = c->judge.cert;
	bool *revoked = alloc_zero(cert->parts_n, sizeof(*revoked));

	withdrawals_collect(c);
	for (size_t i = 0; i < cert->sigs_n; i++) {
		if (cert->sigs[i].type == PGP_SIG_SUBKEY_REVOCATION)
			revoked[c->place[i]] |= judge_is_kept(c->verdicts[i]);
	}
	for (size_t i = 0; i < cert->sigs_n; i++) {
		bool is_binding = cert->sigs[i].type == PGP_SIG_SUBKEY_BINDING;

		if (judge_is_kept(c->verdicts[i]) &&
		    ((is_binding && revoked[c->place[i]]) ||
			is_withdrawn(c, i)))
			c->verdicts[i] = PGP_REVOKED;
	}
	free(revoked);
}

const struct reason *
pgp_verdict_reason(enum pgp_verdict verdict)
{
	switch (verdict) {
	case PGP_GOOD:
	case PGP_EXPIRED:
	case PGP_REVOKED:
		return NULL;
	case PGP_WEAK:
		return PGP_REASON(weak_signature);
	case PGP_OPAQUE:
		return PGP_REASON(opaque);
	case PGP_UNKNOWN:
		return PGP_REASON(unknown_issuer);
	case PGP_UNSUPPORTED:
		return PGP_REASON(unsupported);
	case PGP_TOO_WEAK:
		return PGP_REASON(too_weak);
	case PGP_MISPLACED:
		return PGP_REASON(misplaced);
	case PGP_LOCAL:
		return PGP_REASON(local_signature);
	case PGP_BAD:
		break;
	}
	return PGP_REASON(bad_signature);
}

/* The same, with what the judge noted on the way. */
static const struct reason *
reason_of(enum pgp_verdict verdict, const struct judge_note *note)
{
	if (verdict == PGP_UNSUPPORTED && note->is_costly)
		return PGP_REASON(too_costly);
	if (verdict == PGP_BAD && note->lacks_back)
		return PGP_REASON(bad_backsig);
	return pgp_verdict_reason(verdict);
}

/* Only so many findings are kept: the graver ones go first. */
static void
findings_add(const struct check *c, bool notes, struct report *rep)
{
	const struct pgp_cert *cert = c->judge.cert;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		const struct pgp_part *part = &cert->parts[c->place[i]];
		const struct reason *why =
		    reason_of(c->verdicts[i], &c->judge.notes[i]);
		bool is_uid = part->kind == PGP_PART_UID;

		if (why == NULL || part->kind == PGP_PART_UAT ||
		    (why->severity == SEVERITY_NOTE) != notes)
			continue;
		report_add(rep, why, "%s by %016llX on %s %.*s",
		    pgp_sigtype_words(cert->sigs[i].type),
		    (unsigned long long)cert->sigs[i].issuer_keyid,
		    is_uid ? "User ID" : "key",
		    is_uid && part->body.n < 64 ? (int)part->body.n : 0,
		    (const char *)part->body.p);
	}
}

void
pgp_cert_check(const struct pgp_cert *cert, const struct pgp_check *how,
    struct pgp_judgement *judged, struct report *rep)
{
	struct check c = { .judge = { .cert = cert, .how = how } };

	pgp_judgement_init(judged, cert);
	judged->makers = how->makers;
	c.verdicts = judged->verdicts;
	c.place = judged->place;
	c.judge.notes = alloc_zero(cert->sigs_n + 1, sizeof(*c.judge.notes));
	c.is_contested = alloc_zero(cert->parts_n, sizeof(*c.is_contested));
	judge_trust_init(&c.judge.trust, how->trusted);
	contests_find(&c);
	pass_self(&c);
	pass_misplaced(&c, true);
	pass_others(&c);
	pass_misplaced(&c, false);
	pass_withdrawn(&c);
	findings_add(&c, false, rep);
	findings_add(&c, true, rep);
	judge_trust_release(&c.judge.trust);
	withdrawals_release(&c.withdrawals);
	free(c.is_contested);
	free(c.judge.notes);
}
