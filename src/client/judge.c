/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parse, verify self-signatures, keep what holds, look at the facts. */
#include "client/judge.h"

#include <stdlib.h>

#include "base/alloc.h"

const char *
judge_state_word(enum judge_state state)
{
	static const char *const words[] = {
		[JUDGE_VALID] = "valid",
		[JUDGE_EXPIRED] = "expired",
		[JUDGE_FUTURE] = "not yet valid",
		[JUDGE_REVOKED] = "revoked",
		[JUDGE_UNBOUND] = "not bound",
		[JUDGE_NAMED] = "named by others only",
		[JUDGE_UNREADABLE] = "unreadable",
	};

	return words[state];
}

enum judge_state
judge_uid(const struct pgp_uid_facts *uid, int64_t now)
{
	if (uid->revoked)
		return JUDGE_REVOKED;
	if (uid->expires != 0 && uid->expires <= now)
		return JUDGE_EXPIRED;
	return JUDGE_VALID;
}

enum judge_state
judge_key(const struct pgp_key_facts *key, int64_t now)
{
	if (key->revoked != PGP_NOT_REVOKED)
		return JUDGE_REVOKED;
	if ((int64_t)key->key->created > now)
		return JUDGE_FUTURE;
	if (key->expires != 0 && key->expires <= now)
		return JUDGE_EXPIRED;
	return JUDGE_VALID;
}

/* Spec: RFC 9580 5.2.3.31, one octet of code, then text */
static const struct {
	uint8_t code;
	const char *words;
} reasons[] = {
	{ PGP_REVOKE_SUPERSEDED, "superseded" },
	{ PGP_REVOKE_COMPROMISED, "compromised" },
	{ PGP_REVOKE_RETIRED, "retired" },
	{ PGP_REVOKE_UID_INVALID, "User ID no longer valid" },
};

static const char *
reason_words(const struct pgp_sig *sig)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (sig->has_reason && reasons[i].code == sig->reason)
			return reasons[i].words;
	return "no reason given";
}

static struct bytes
reason_text(const struct pgp_sig *sig)
{
	struct cursor area = cursor_of(sig->hashed);
	struct pgp_sub sub;

	while (pgp_sub_next(&area, &sub) == ICS_OK) {
		struct cursor body = cursor_of(sub.body);

		if (sub.type != PGP_SUB_REVOCATION_REASON)
			continue;
		(void)cursor_u8(&body); /* the code */
		return cursor_rest(&body);
	}
	return bytes_of(NULL, 0);
}

/* A hard revocation speaks louder than a soft one, then the earliest. */
static void
revocation_find(struct judged *j)
{
	const struct pgp_part *primary = &j->cert->parts[0];
	const struct pgp_sig *best = NULL;

	for (size_t i = 0; i < primary->sig_n; i++) {
		const struct pgp_sig *sig =
		    &j->cert->sigs[primary->sig_first + i];

		if (sig->type != PGP_SIG_KEY_REVOCATION)
			continue;
		if (best == NULL ||
		    (int64_t)sig->created == j->facts.primary.revoked_at)
			best = sig;
	}
	if (best == NULL)
		return;
	j->revocation = (struct judge_revocation){ true, (int64_t)best->created,
		reason_words(best), reason_text(best) };
}

/* Who says that a key which nothing binds has this name. */
static void
namer_find(const struct pgp_cert *raw, struct judged *j)
{
	for (size_t p = 0; p < raw->parts_n; p++) {
		const struct pgp_part *part = &raw->parts[p];

		for (size_t i = 0;
		     i < part->sig_n && part->kind == PGP_PART_UID &&
		     j->namer.version == 0;
		     i++) {
			const struct pgp_sig *sig =
			    &raw->sigs[part->sig_first + i];

			if (sig->type >= PGP_SIG_CERT_GENERIC &&
			    sig->type <= PGP_SIG_CERT_POSITIVE &&
			    !pgp_fpr_equal(&sig->issuer, &j->fpr))
				j->namer = sig->issuer;
		}
	}
}

static enum ics_err
cert_verify(struct bytes packets, const struct judge_how *by, struct judged *j)
{
	const struct pgp_check how = {
		.now = by->now, .keyring = by->keyring, .makers = by->makers
	};
	struct pgp_judgement judged = { 0 };
	struct pgp_cert *raw = NULL;
	enum ics_err err;

	TRY(pgp_cert_parse(packets, &j->rep, &raw));
	j->fpr = pgp_cert_primary(raw)->fpr;
	pgp_cert_check(raw, &how, &judged, &j->rep);
	err = pgp_cert_clean(raw, &judged, &j->rep, &j->cert);
	if (err == ICS_EDENIED)
		namer_find(raw, j);
out:
	pgp_judgement_release(&judged);
	pgp_cert_free(raw);
	return err;
}

void
judge_block(struct bytes packets, const struct judge_how *how, struct judged *j)
{
	enum ics_err err;

	*j = (struct judged){ 0 };
	err = cert_verify(packets, how, j);
	if (err != ICS_OK) {
		j->state = err != ICS_EDENIED	   ? JUDGE_UNREADABLE
			   : j->namer.version != 0 ? JUDGE_NAMED
						   : JUDGE_UNBOUND;
		return;
	}
	pgp_cert_facts(j->cert, &j->facts);
	j->state = judge_key(&j->facts.primary, how->now);
	if (j->state == JUDGE_REVOKED)
		revocation_find(j);
}

void
judge_release(struct judged *j)
{
	if (j->cert != NULL)
		pgp_facts_release(&j->facts);
	pgp_cert_free(j->cert);
	report_release(&j->rep);
	*j = (struct judged){ 0 };
}
