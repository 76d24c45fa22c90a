/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who spoke: the parties' certificates as plain facts, and which roles others
 * gave them, in their certificates and as records. Invariant: each party's
 * certificate is read once; grants are followed for ITEM_LEVELS steps.
 */
#include "item/gather.h"

size_t
gather_party(struct gather *g, const struct pgp_fpr *fpr, unsigned level)
{
	struct found_party *found;

	for (size_t i = 0; i < g->parties.n; i++) {
		found = &g->parties.at[i];
		if (!pgp_fpr_equal(&found->party.fpr, fpr))
			continue;
		if (level < found->level)
			found->level = level;
		return i;
	}
	found = party_array_add(&g->parties);
	found->level = level;
	found->party.fpr = found->party.policy.fpr = *fpr;
	return g->parties.n - 1;
}

static bool
has_right(const struct policy_rights *rights, const struct pgp_fpr *fpr)
{
	size_t n, first = policy_rights_of(rights, fpr, &n);

	for (size_t i = first; i < first + n; i++)
		if (pgp_fpr_equal(&rights->at[i].fpr, fpr))
			return true;
	return false;
}

/* What is found while the grants of one party are read. */
struct reading {
	size_t to;		     /* the party */
	unsigned level;		     /* its own */
	const struct pgp_cert *cert; /* its certificate, or NULL */
};

/* May a grant by this issuer to a party of this level count? */
static bool
may_grant(const struct gather *g, const struct reading *r,
    const struct item_statement *s)
{
	const struct policy_rights *rights = g->source->rights;

	if (pgp_fpr_equal(&s->st.issuer, &g->parties.at[r->to].party.fpr))
		return false; /* a claim */
	return rights == NULL || r->level + 1 < ITEM_LEVELS ||
	       has_right(rights, &s->st.issuer);
}

/* Roles given, and what takes something back. */
static bool
is_of_grants(const struct notations_statement *st)
{
	return (st->says & 1u << NOTATIONS_KIND_ROLE) != 0 ||
	       st->kind == NOTATIONS_KIND_WITHDRAWAL ||
	       notations_set_get(&st->set, NOTATIONS_NAME_REVOKES) != NULL;
}

static enum ics_err
grant_add(struct gather *g, const struct gather_place *place, struct bytes body,
    void *arg)
{
	const struct reading *r = arg;
	struct item_statement s;
	enum ics_err err;

	if (gather_is_full(g)) {
		g->it->is_cut = true;
		return ICS_OK;
	}
	err = gather_statement_read(g, place, body, &s);
	if (err != ICS_OK || !is_of_grants(&s.st) || !may_grant(g, r, &s)) {
		gather_statement_release(&s);
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	}
	s.party = gather_party(g, &s.st.issuer, r->level + 1);
	*grant_array_add(&g->grants) = (struct grant){ s, r->to };
	return ICS_OK;
}

static enum ics_err
cert_grants(struct gather *g, struct reading *r)
{
	struct gather_place place = { .cert = r->cert };
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < r->cert->sigs_n; i++) {
		const struct pgp_sig *sig = &r->cert->sigs[i];

		if (gather_sig_speaks(sig) &&
		    !pgp_fpr_equal(&sig->issuer,
			&pgp_cert_primary(r->cert)->fpr))
			TRY(grant_add(g, &place, sig->body, r));
	}
out:
	return err;
}

/* In its certificate, about its key, and about each of those. */
static enum ics_err
grants_read(struct gather *g, struct reading *r)
{
	const struct gather_records each = { .found = grant_add, .arg = r };
	struct notations_subject subject;
	size_t i = g->grants.n;
	enum ics_err err;

	notations_subject_of_fpr(&g->parties.at[r->to].party.fpr, &subject);
	if (r->cert != NULL)
		TRY(cert_grants(g, r));
	TRY(gather_records(g, &subject, &each));
	for (; i < g->grants.n; i++) {
		gather_rec_subject(g->grants.at[i].said.st.digest, &subject);
		TRY(gather_records(g, &subject, &each));
	}
out:
	return err;
}

/* Where in the log the revocation stands that facts are about. */
static enum ics_err
revocation_find(const struct gather *g, const struct pgp_cert *cert,
    struct policy_party *party)
{
	const struct gather_place place = { .cert = cert };
	const struct pgp_part *primary = &cert->parts[0];
	struct item_statement s;
	enum ics_err err;

	for (size_t i = 0; i < primary->sig_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];

		if (sig->type != PGP_SIG_KEY_REVOCATION ||
		    (int64_t)sig->created != party->revoked_at)
			continue;
		err = gather_statement_read(g, &place, sig->body, &s);
		if (err == ICS_OK)
			party->revoked_position = s.known.position;
		gather_statement_release(&s);
		if (err != ICS_ENOTFOUND)
			return err;
	}
	return ICS_OK;
}

static void
facts_take(struct item_party *party, const struct pgp_facts *facts)
{
	struct policy_party *p = &party->policy;

	p->is_known = true;
	p->created = facts->primary.key->created;
	p->expires = facts->primary.expires;
	p->revoked = facts->primary.revoked;
	p->revoked_at = facts->primary.revoked_at;
	if (facts->uids_n > 0)
		party->name = alloc_bytes(facts->uids[0].uid);
}

/* Where its owner says he can be reached: the newest signature that does. */
static void
contact_take(struct item_party *party, const struct pgp_cert *cert)
{
	struct report ignored = { 0 }; /* it was reported when it came in */
	uint32_t newest = 0;

	for (size_t i = 0; i < cert->sigs_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];
		const struct notations_entry *contact;
		struct notations_set set;

		if (!gather_sig_speaks(sig) || sig->created < newest ||
		    !pgp_fpr_equal(&sig->issuer, &party->fpr))
			continue;
		if (notations_set_read(sig, &ignored, &set) == ICS_OK &&
		    (contact = notations_set_get(&set,
			 NOTATIONS_NAME_CONTACT)) != NULL) {
			alloc_bytes_free(party->contact);
			party->contact = alloc_bytes(contact->value);
			newest = sig->created;
		}
		notations_set_release(&set);
	}
	report_release(&ignored);
}

static void
subkeys_take(struct found_party *found, const struct pgp_facts *facts)
{
	for (size_t i = 0; i < facts->subkeys_n; i++) {
		const struct pgp_key_facts *sub = &facts->subkeys[i];

		*signer_array_add(&found->signers) =
		    (struct signer){ .fpr = sub->key->fpr,
			    .expires = sub->expires,
			    .revoked = sub->revoked,
			    .revoked_at = sub->revoked_at };
	}
}

enum policy_standing
gather_signer_standing(const struct found_party *found,
    const struct item_statement *s)
{
	if (!found->party.policy.is_known || s->signer.version == 0 ||
	    pgp_fpr_equal(&s->signer, &found->party.fpr))
		return POLICY_AUTHORISED; /* the party's own end decides */
	for (size_t i = 0; i < found->signers.n; i++) {
		const struct signer *key = &found->signers.at[i];

		if (!pgp_fpr_equal(&key->fpr, &s->signer))
			continue;
		if (key->revoked == PGP_HARD_REVOKED)
			return POLICY_FALLEN;
		if ((key->revoked == PGP_SOFT_REVOKED &&
			s->st.created >= key->revoked_at) ||
		    (key->expires != 0 && s->st.created >= key->expires))
			return POLICY_LATE;
		return POLICY_AUTHORISED;
	}
	return POLICY_UNKNOWN_ISSUER;
}

/* Its certificate, parsed; NULL in *cert when it is not at hand. */
static enum ics_err
cert_get(const struct gather *g, const struct pgp_fpr *fpr,
    struct pgp_cert **cert)
{
	struct report ignored = { 0 }; /* it was clean when kept */
	struct bytes data;
	enum ics_err err;

	*cert = NULL;
	err = g->source->cert(g->source->arg, fpr, &data);
	if (err != ICS_OK)
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	err = pgp_cert_parse(data, &ignored, cert);
	report_release(&ignored);
	if (err != ICS_OK)
		return ICS_ECORRUPT;
	if (!pgp_fpr_equal(&pgp_cert_primary(*cert)->fpr, fpr)) {
		pgp_cert_free(*cert); /* it is somebody's subkey now */
		*cert = NULL;
	}
	return ICS_OK;
}

static enum ics_err
party_read(struct gather *g, size_t i)
{
	struct reading r = { .to = i, .level = g->parties.at[i].level };
	struct found_party found = g->parties.at[i];
	struct pgp_cert *cert = NULL;
	struct pgp_facts facts = { 0 };
	enum ics_err err;

	TRY(cert_get(g, &found.party.fpr, &cert));
	if (cert != NULL) {
		pgp_cert_facts(cert, &facts);
		facts_take(&found.party, &facts);
		subkeys_take(&found, &facts);
		if (!pgp_key_is_opaque(facts.primary.key))
			contact_take(&found.party, cert);
		g->parties.at[i] = found;
		TRY(revocation_find(g, cert, &found.party.policy));
	}
	g->parties.at[i] = found;
	r.cert = cert;
	if (r.level < ITEM_LEVELS)
		TRY(grants_read(g, &r));
out:
	pgp_facts_release(&facts);
	pgp_cert_free(cert);
	return err;
}

/* The list grows while it is read; a grantor's level is set before his turn. */
enum ics_err
gather_parties_read(struct gather *g)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < g->parties.n; i++)
		TRY(party_read(g, i));
out:
	return err;
}
