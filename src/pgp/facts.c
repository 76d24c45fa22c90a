/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What indexes show of a clean certificate: which signature decides, until
 * when, and whether it was withdrawn. Read as gpg reads it, so that our
 * listings and a user's agree; independent of the day it is asked on.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/judge.h"
#include "pgp/wire.h"

static bool
is_certification(uint8_t type)
{
	return type >= PGP_SIG_CERT_GENERIC && type <= PGP_SIG_CERT_POSITIVE;
}

static bool
is_direct(uint8_t type)
{
	return type == PGP_SIG_DIRECT_KEY;
}

static bool
is_subkey_binding(uint8_t type)
{
	return type == PGP_SIG_SUBKEY_BINDING;
}

static bool
is_cert_revocation(uint8_t type)
{
	return type == PGP_SIG_CERT_REVOCATION;
}

/* The owner's newest signature of a kind on a part, or NULL. */
static const struct pgp_sig *
newest_self(const struct pgp_cert *cert, const struct pgp_part *part,
    bool (*is_wanted)(uint8_t type))
{
	const struct pgp_sig *best = NULL;

	for (size_t i = 0; i < part->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[part->sig_first + i];

		if (is_wanted(sig->type) &&
		    pgp_sig_is_self(sig, pgp_cert_primary(cert)) &&
		    (best == NULL || sig->created > best->created))
			best = sig;
	}
	return best;
}

static int64_t
sig_expiry(const struct pgp_sig *sig)
{
	return sig->expires == 0 ? 0 : (int64_t)sig->created + sig->expires;
}

static int64_t
key_expiry(const struct pgp_key *key, const struct pgp_sig *sig)
{
	return sig == NULL || sig->key_expires == 0
		   ? 0
		   : (int64_t)key->created + sig->key_expires;
}

/* The earlier of two expirations, 0 being never. */
static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

/* Revocations of a key or subkey: the hardest, and its earliest date. */
static void
revocation_read(const struct pgp_cert *cert, const struct pgp_part *part,
    struct pgp_key_facts *facts)
{
	for (size_t i = 0; i < part->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[part->sig_first + i];
		enum pgp_revocation how =
		    pgp_sig_is_hard(sig) ? PGP_HARD_REVOKED : PGP_SOFT_REVOKED;

		if (sig->type != PGP_SIG_KEY_REVOCATION &&
		    sig->type != PGP_SIG_SUBKEY_REVOCATION)
			continue;
		if (how > facts->revoked ||
		    (how == facts->revoked &&
			(int64_t)sig->created < facts->revoked_at))
			facts->revoked_at = sig->created;
		if (how > facts->revoked)
			facts->revoked = how;
	}
}

/* When a User ID without a self-signature was certified first: of a clean
 * certificate it is one that a maker named. How long that certification is
 * good for is no expiration of the name. */
static int64_t
oldest_certification(const struct pgp_cert *cert, const struct pgp_part *part)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < part->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[part->sig_first + i];

		if (is_certification(sig->type) &&
		    (oldest == 0 || (int64_t)sig->created < oldest))
			oldest = sig->created;
	}
	return oldest;
}

static void
uid_read(const struct pgp_cert *cert, const struct pgp_part *part,
    struct pgp_uid_facts *facts)
{
	const struct pgp_sig *self = newest_self(cert, part, is_certification);
	const struct pgp_sig *rev = newest_self(cert, part, is_cert_revocation);

	facts->uid = part->body;
	facts->revoked =
	    rev != NULL && (self == NULL || (rev->created >= self->created &&
						!self->is_irrevocable));
	if (self == NULL) {
		facts->created = oldest_certification(cert, part);
		return;
	}
	facts->created = self->created;
	facts->expires = sig_expiry(self);
	facts->primary = self->is_primary_uid;
}

/* Should a be the primary User ID rather than b? */
static bool
is_better_uid(const struct pgp_uid_facts *a, const struct pgp_uid_facts *b)
{
	if (a->revoked != b->revoked)
		return b->revoked;
	if (a->primary != b->primary)
		return a->primary;
	return a->created > b->created;
}

/* Put the primary User ID first, and say so of no other. */
static void
primary_uid_choose(struct pgp_facts *facts)
{
	struct pgp_uid_facts chosen;
	size_t best = 0;

	if (facts->uids_n == 0)
		return;
	for (size_t i = 1; i < facts->uids_n; i++) {
		if (is_better_uid(&facts->uids[i], &facts->uids[best]))
			best = i;
	}
	chosen = facts->uids[best];
	for (size_t i = best; i > 0; i--)
		facts->uids[i] = facts->uids[i - 1];
	facts->uids[0] = chosen;
	for (size_t i = 0; i < facts->uids_n; i++)
		facts->uids[i].primary = i == 0;
}

/* The self-signature of the primary User ID, or NULL. */
static const struct pgp_sig *
primary_uid_sig(const struct pgp_cert *cert, const struct pgp_facts *facts)
{
	for (size_t p = 0; p < cert->parts_n && facts->uids_n > 0; p++) {
		if (cert->parts[p].kind == PGP_PART_UID &&
		    cert->parts[p].body.p == facts->uids[0].uid.p)
			return newest_self(cert, &cert->parts[p],
			    is_certification);
	}
	return NULL;
}

/*
 * A direct-key signature decides where it says something (in version 6 always,
 * RFC 9580 10.1.1), else the primary User ID's; version 3 has it in the key.
 */
static void
primary_read(const struct pgp_cert *cert, struct pgp_facts *facts)
{
	const struct pgp_part *part = &cert->parts[0];
	const struct pgp_sig *direct = newest_self(cert, part, is_direct);
	const struct pgp_sig *named = primary_uid_sig(cert, facts);
	struct pgp_key_facts *key = &facts->primary;
	bool is_v6 = part->key.version == 6;

	key->key = &part->key;
	key->expires = key_expiry(&part->key,
	    direct != NULL && (is_v6 || direct->key_expires != 0) ? direct
								  : named);
	if (part->key.days != 0)
		key->expires =
		    earlier(key->expires, (int64_t)part->key.created +
					      (int64_t)part->key.days * 86400);
	if (direct != NULL && (is_v6 || direct->has_key_flags))
		key->flags = direct->key_flags;
	else if (named != NULL)
		key->flags = named->key_flags;
	revocation_read(cert, part, key);
}

static void
subkey_read(const struct pgp_cert *cert, const struct pgp_part *part,
    struct pgp_key_facts *facts)
{
	const struct pgp_sig *sig = newest_self(cert, part, is_subkey_binding);

	facts->key = &part->key;
	revocation_read(cert, part, facts);
	if (sig == NULL)
		return;
	facts->expires = earlier(key_expiry(&part->key, sig), sig_expiry(sig));
	facts->flags = sig->key_flags;
}

void
pgp_cert_facts(const struct pgp_cert *cert, struct pgp_facts *facts)
{
	*facts = (struct pgp_facts){ 0 };
	facts->uids = alloc_zero(cert->parts_n, sizeof(*facts->uids));
	facts->subkeys = alloc_zero(cert->parts_n, sizeof(*facts->subkeys));
	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];

		if (part->kind == PGP_PART_UID)
			uid_read(cert, part, &facts->uids[facts->uids_n++]);
		if (part->kind == PGP_PART_SUBKEY)
			subkey_read(cert, part,
			    &facts->subkeys[facts->subkeys_n++]);
	}
	primary_uid_choose(facts);
	primary_read(cert, facts);
	for (size_t i = 0; i < cert->sigs_n; i++) {
		if (cert->sigs[i].created > facts->newest)
			facts->newest = cert->sigs[i].created;
	}
}

void
pgp_facts_release(struct pgp_facts *facts)
{
	free(facts->uids);
	free(facts->subkeys);
	*facts = (struct pgp_facts){ 0 };
}

/* ---- records ---- */

#define FLAG_CERTIFY 0x01u
#define FLAG_SIGN    0x02u

static bool
is_named(const struct pgp_sig *sig, const struct pgp_key *key)
{
	return sig->issuer.version != 0 ? pgp_fpr_equal(&sig->issuer, &key->fpr)
					: sig->issuer_keyid == key->keyid;
}

static bool
signs_records(const struct pgp_key_facts *facts, bool is_primary)
{
	if (!pgp_algo_can_sign(facts->key->algo))
		return false;
	if (!is_primary)
		return (facts->flags & FLAG_SIGN) != 0;
	return facts->flags == 0 ||
	       (facts->flags & (FLAG_CERTIFY | FLAG_SIGN)) != 0;
}

enum pgp_verdict
pgp_record_verify(const struct pgp_sig *sig, const struct pgp_facts *by,
    const struct pgp_subject *subject, struct pgp_fpr *key)
{
	enum pgp_verdict best = PGP_UNKNOWN;

	for (size_t i = 0; i <= by->subkeys_n && best != PGP_GOOD; i++) {
		const struct pgp_key_facts *facts =
		    i == 0 ? &by->primary : &by->subkeys[i - 1];

		if (!is_named(sig, facts->key) || !signs_records(facts, i == 0))
			continue;
		*key = facts->key->fpr;
		best = pgp_sig_verify(sig, facts->key, subject, false);
		if ((best == PGP_GOOD || best == PGP_WEAK) &&
		    (facts->revoked == PGP_HARD_REVOKED ||
			by->primary.revoked == PGP_HARD_REVOKED))
			best = PGP_REVOKED;
	}
	return best;
}
