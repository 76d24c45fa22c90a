/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A signature as a statement: what is implied by where it stood, what must be
 * there, and the digests that name it.
 */
#include <assert.h>

#include "notations/statement.h"

#define FPR_OCTETS(version) ((version) == 4 ? 20u : 32u)

static enum ics_err
refused(const struct reason *reason, const struct pgp_sig *sig,
    struct report *rep)
{
	report_add(rep, reason, "signature of type 0x%02x", sig->type);
	return ICS_EDENIED;
}

/* Types that take something back; they need no notation to say so. */
static bool
is_revocation(const struct pgp_sig *sig)
{
	return sig->type == PGP_SIG_CERT_REVOCATION ||
	       sig->type == PGP_SIG_KEY_REVOCATION;
}

static bool
is_certification(const struct pgp_sig *sig)
{
	return (sig->type >= PGP_SIG_CERT_GENERIC &&
		   sig->type <= PGP_SIG_CERT_POSITIVE) ||
	       sig->type == PGP_SIG_DIRECT_KEY || is_revocation(sig);
}

static bool
type_fits(const struct pgp_sig *sig, enum notations_carrier carrier)
{
	switch (carrier) {
	case NOTATIONS_CERTIFICATION:
		return is_certification(sig);
	case NOTATIONS_RECORD:
		return sig->type == PGP_SIG_BINARY ||
		       sig->type == PGP_SIG_STANDALONE;
	case NOTATIONS_CONFIRMATION:
		return sig->type == PGP_SIG_CONFIRMATION;
	}
	return false;
}

/* In a certificate most signatures are none of our business; alone, one was
 * meant for us. */
static enum ics_err
shape_check(const struct pgp_sig *sig, enum notations_carrier carrier,
    struct report *rep)
{
	bool is_old = sig->version != 4 && sig->version != 6;
	bool fits = type_fits(sig, carrier);

	if (fits && !is_old)
		return ICS_OK;
	if (carrier == NOTATIONS_CERTIFICATION)
		return ICS_ENOTFOUND;
	return refused(is_old ? NOTATIONS_REASON(old_version)
			      : NOTATIONS_REASON(bad_type),
	    sig, rep);
}

static bool
has_ours(const struct notations_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].name != NOTATIONS_NAME_UNKNOWN)
			return true;
	return false;
}

static enum ics_err
critical_check(const struct notations_set *set, struct report *rep)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct notations_entry *e = &set->at[i];

		if (e->name != NOTATIONS_NAME_UNKNOWN || !e->is_critical)
			continue;
		report_add(rep, NOTATIONS_REASON(unknown_critical), "%.*s",
		    (int)(e->text.n > 64 ? 64 : e->text.n),
		    (const char *)e->text.p);
		return ICS_EDENIED;
	}
	return ICS_OK;
}

static enum ics_err
set_fill(const struct pgp_sig *sig, struct report *rep,
    struct notations_statement *st)
{
	struct report found = { 0 };
	enum ics_err err = notations_set_read(sig, &found, &st->set);
	bool is_ours = st->carrier != NOTATIONS_CERTIFICATION ||
		       is_revocation(sig) || has_ours(&st->set);

	if (is_ours)
		report_merge(rep, &found);
	report_release(&found);
	if (!is_ours)
		return ICS_ENOTFOUND;
	if (critical_check(&st->set, rep) != ICS_OK)
		return ICS_EDENIED;
	/* Taking back must not fail for a slip in what it says besides. */
	if (err != ICS_OK && is_revocation(sig)) {
		notations_set_release(&st->set);
		return ICS_OK;
	}
	return err == ICS_OK ? ICS_OK : ICS_EDENIED;
}

/* Spec: RFC 9580 5.2.3.35, in the hashed area: what a certification may rest
 * on, for anybody can write into the other. */
static bool
issuer_signed(const struct pgp_sig *sig, struct pgp_fpr *fpr)
{
	struct cursor area = cursor_of(sig->hashed);
	struct pgp_sub sub;

	*fpr = (struct pgp_fpr){ 0 };
	while (pgp_sub_next(&area, &sub) == ICS_OK) {
		struct cursor cur = cursor_of(sub.body);
		uint8_t version = cursor_u8(&cur);
		struct bytes b = cursor_take(&cur, FPR_OCTETS(version));

		if (sub.type != PGP_SUB_ISSUER_FPR ||
		    cursor_end(&cur) != ICS_OK)
			continue;
		fpr->version = version;
		fpr->n = (uint8_t)b.n;
		memcpy(fpr->b, b.p, b.n);
		return true;
	}
	return false;
}

static enum ics_err
issuer_fill(const struct pgp_sig *sig, const struct notations_place *place,
    struct report *rep, struct notations_statement *st)
{
	if (!sig->has_created)
		return refused(NOTATIONS_REASON(no_time), sig, rep);
	if (place->carrier != NOTATIONS_CERTIFICATION) {
		st->issuer = sig->issuer;
		return ICS_OK;
	}
	if (!issuer_signed(sig, &st->issuer)) {
		report_add(rep, NOTATIONS_REASON(no_issuer),
		    "signature of type 0x%02x", sig->type);
		return ICS_ENOTFOUND;
	}
	st->is_self = pgp_fpr_equal(&st->issuer, place->certified);
	return ICS_OK;
}

/* What place implies; false where it implies nothing. */
static bool
subject_implied(const struct notations_place *place,
    struct notations_subject *s)
{
	*s = (struct notations_subject){ 0 };
	switch (place->carrier) {
	case NOTATIONS_CERTIFICATION:
		notations_subject_of_fpr(place->certified, s);
		return true;
	case NOTATIONS_CONFIRMATION:
		s->kind = NOTATIONS_SUBJECT_RECORD;
		s->tag = PGP_HASH_SHA256;
		s->n = 32;
		memcpy(s->b, place->target, 32);
		return true;
	case NOTATIONS_RECORD:
		break;
	}
	return false;
}

static enum ics_err
subject_fill(const struct notations_place *place, struct report *rep,
    struct notations_statement *st)
{
	const struct notations_entry *said =
	    notations_set_get(&st->set, NOTATIONS_NAME_SUBJECT);
	bool is_implied = subject_implied(place, &st->subject);
	struct notations_subject s = { 0 };

	/* Keys of version 3 and 5 have no name among subjects. */
	if (is_implied && st->subject.kind == NOTATIONS_SUBJECT_NONE)
		return ICS_ENOTFOUND;
	if (said == NULL) {
		if (is_implied)
			return ICS_OK;
		report_add(rep, NOTATIONS_REASON(missing), "%s",
		    notations_name_text(NOTATIONS_NAME_SUBJECT));
		return ICS_EDENIED;
	}
	(void)notations_subject_read(said->value, &s); /* the set is checked */
	if (is_implied && !notations_subject_equal(&s, &st->subject)) {
		report_add(rep, NOTATIONS_REASON(subject_differs), "%.*s",
		    (int)said->value.n, (const char *)said->value.p);
		return ICS_EDENIED;
	}
	st->subject = s;
	return ICS_OK;
}

static void
chain_fill(struct notations_statement *st)
{
	const struct notations_entry *seq =
	    notations_set_get(&st->set, NOTATIONS_NAME_SEQ);
	const struct notations_entry *prev =
	    notations_set_get(&st->set, NOTATIONS_NAME_PREV);
	struct notations_digest d;

	st->has_seq = seq != NULL &&
		      notations_number_read(seq->value, &st->seq) == ICS_OK;
	st->has_prev =
	    prev != NULL && notations_digest_read(prev->value, &d) == ICS_OK;
	if (st->has_prev)
		memcpy(st->prev, d.b, sizeof(st->prev));
}

static void
digests_fill(const struct pgp_sig *sig, struct notations_statement *st)
{
	pgp_sig_record_digest(sig, st->digest);
	pgp_sig_content_digest(sig, st->content);
}

enum ics_err
notations_statement_read(const struct pgp_sig *sig,
    const struct notations_place *place, struct report *rep,
    struct notations_statement *st)
{
	enum ics_err err;

	*st = (struct notations_statement){
		.carrier = place->carrier,
		.sigtype = sig->type,
		.created = sig->created,
		.expires = sig->expires == 0
			       ? 0
			       : (int64_t)sig->created + sig->expires,
	};
	TRY(shape_check(sig, place->carrier, rep));
	TRY(set_fill(sig, rep, st));
	TRY(issuer_fill(sig, place, rep, st));
	TRY(subject_fill(place, rep, st));
	if (is_revocation(sig)) {
		st->kind = sig->type == PGP_SIG_KEY_REVOCATION
			       ? NOTATIONS_KIND_REVOCATION
			       : NOTATIONS_KIND_WITHDRAWAL;
		st->says = notations_kind_bit(st->kind);
	} else {
		TRY(notations_rules_apply(st, rep));
	}
	chain_fill(st);
	digests_fill(sig, st);
out:
	return err;
}

void
notations_statement_release(struct notations_statement *st)
{
	notations_set_release(&st->set);
}

bool
notations_statement_revokes(const struct notations_statement *st,
    const uint8_t digest[32])
{
	struct notations_digest d;

	for (size_t i = 0; i < st->set.n; i++)
		if (st->set.at[i].name == NOTATIONS_NAME_REVOKES &&
		    notations_digest_read(st->set.at[i].value, &d) == ICS_OK &&
		    bytes_equal(bytes_of(d.b, d.n), bytes_of(digest, 32)))
			return true;
	return false;
}
