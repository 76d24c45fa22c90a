/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything about one item, from wherever it is kept: its certificate's
 * signatures, the records about it, and what was said about each of those.
 * Invariant: the result is a function of what the source holds; its order is
 * policy's, whatever order the source gives.
 */
#include <stdlib.h>

#include "item/gather.h"

bool
gather_is_full(const struct gather *g)
{
	return g->about.n + g->grants.n >= ITEM_STATEMENTS_MAX;
}

bool
gather_sig_speaks(const struct pgp_sig *sig)
{
	return sig->type == PGP_SIG_CERT_REVOCATION ||
	       sig->type == PGP_SIG_KEY_REVOCATION || pgp_sig_has_notation(sig);
}

void
gather_rec_subject(const uint8_t digest[32], struct notations_subject *subject)
{
	*subject = (struct notations_subject){ .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };
	memcpy(subject->b, digest, 32);
}

void
gather_statement_release(struct item_statement *s)
{
	notations_statement_release(&s->st);
	alloc_bytes_free(s->body);
	alloc_bytes_free(s->uid);
	*s = (struct item_statement){ 0 };
}

static struct notations_place
place_of(const struct gather_place *from, const struct pgp_sig *sig)
{
	if (from->cert != NULL)
		return (struct notations_place){ .carrier =
						     NOTATIONS_CERTIFICATION,
			.certified = &pgp_cert_primary(from->cert)->fpr };
	if (sig->type == PGP_SIG_CONFIRMATION)
		return (struct notations_place){ .carrier =
						     NOTATIONS_CONFIRMATION,
			.target = from->subject.b };
	return (struct notations_place){ .carrier = NOTATIONS_RECORD };
}

/* What was broken was reported to whoever sent it; here it is no statement. */
static enum ics_err
sig_read(const struct gather_place *from, const struct pgp_sig *sig,
    struct notations_statement *st)
{
	struct notations_place place = place_of(from, sig);
	struct report ignored = { 0 };
	enum ics_err err;

	err = notations_statement_read(sig, &place, &ignored, st);
	report_release(&ignored);
	if (err == ICS_EDENIED || err == ICS_ETOOBIG)
		return ICS_ENOTFOUND;
	return err;
}

/*
 * Nobody here can verify what an opaque key says about itself: it is kept for
 * those who can, and proves nothing.
 */
static bool
is_unproved(const struct gather_place *from, const struct item_statement *s)
{
	return from->cert != NULL && s->st.is_self &&
	       pgp_key_is_opaque(pgp_cert_primary(from->cert));
}

enum ics_err
gather_statement_read(const struct gather *g, const struct gather_place *place,
    struct bytes body, struct item_statement *s)
{
	struct pgp_sig sig;
	enum ics_err err;

	*s = (struct item_statement){ .body = alloc_bytes(body),
		.uid = alloc_bytes(place->uid),
		.party = POLICY_NOBODY };
	if (pgp_sig_parse(s->body, &sig) != ICS_OK)
		TRY(ICS_ECORRUPT); /* it was read before it was kept */
	s->signer = sig.issuer;
	TRY(sig_read(place, &sig, &s->st));
	if (place->cert == NULL)
		s->st.issuer = place->issuer;
	else if (s->st.is_self)
		s->st.issuer = pgp_cert_primary(place->cert)->fpr;
	if (s->st.issuer.version == 0 || is_unproved(place, s))
		TRY(ICS_ENOTFOUND);
	err = g->source->known(g->source->arg, &s->st.subject, s->st.digest,
	    &s->known);
	if (err == ICS_ENOTFOUND) {
		s->known = (struct item_known){ 0 };
		err = ICS_OK;
	}
out:
	return err;
}

enum ics_err
gather_records(struct gather *g, const struct notations_subject *subject,
    const struct gather_records *each)
{
	struct gather_place place = { .subject = *subject };
	const uint8_t *after = NULL;
	struct item_record rec;
	enum ics_err err;

	for (;;) {
		err = g->source->record(g->source->arg, subject, after, &rec);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		place.issuer = rec.issuer;
		if (err == ICS_OK)
			err = each->found(g, &place, rec.body, each->arg);
		if (err != ICS_OK)
			return err;
		after = rec.digest;
	}
}

static enum ics_err
about_add(struct gather *g, const struct gather_place *place, struct bytes body,
    void *arg)
{
	struct item_statement s;
	enum ics_err err;

	(void)arg; /* there is one place to add to */
	if (gather_is_full(g)) {
		g->it->is_cut = true;
		return ICS_OK;
	}
	err = gather_statement_read(g, place, body, &s);
	if (err == ICS_OK)
		*statement_array_add(&g->about) = s;
	else
		gather_statement_release(&s);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
cert_statements(struct gather *g, const struct pgp_cert *cert)
{
	enum ics_err err = ICS_OK;

	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];
		struct gather_place place = { .cert = cert };

		if (part->kind == PGP_PART_UID)
			place.uid = part->body;
		for (size_t i = part->sig_first;
		     i < part->sig_first + part->sig_n; i++) {
			if (gather_sig_speaks(&cert->sigs[i]))
				TRY(about_add(g, &place, cert->sigs[i].body,
				    NULL));
		}
	}
out:
	return err;
}

/* The certificate, and the subject as its primary key. */
static enum ics_err
cert_read(struct gather *g)
{
	struct report ignored = { 0 }; /* it was clean when kept */
	struct item *it = g->it;
	struct pgp_fpr fpr;
	struct bytes data;
	enum ics_err err;

	if (!notations_subject_fpr(&it->subject, &fpr))
		return ICS_OK;
	err = g->source->cert(g->source->arg, &fpr, &data);
	if (err != ICS_OK)
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	if (pgp_cert_parse(data, &ignored, &it->cert) != ICS_OK)
		TRY(ICS_ECORRUPT);
	pgp_cert_facts(it->cert, &it->facts);
	notations_subject_of_fpr(&pgp_cert_primary(it->cert)->fpr,
	    &it->subject);
	TRY(cert_statements(g, it->cert));
out:
	report_release(&ignored);
	return err;
}

/* Records about the item, then about each statement found so far. */
static enum ics_err
about_read(struct gather *g)
{
	const struct gather_records each = { .found = about_add };
	enum ics_err err;

	TRY(gather_records(g, &g->it->subject, &each));
	for (size_t i = 0; i < g->about.n; i++) {
		struct notations_subject rec;

		gather_rec_subject(g->about.at[i].st.digest, &rec);
		TRY(gather_records(g, &rec, &each));
	}
out:
	return err;
}

static struct policy_statement
policy_of(const struct item_statement *s)
{
	return (struct policy_statement){ .st = &s->st,
		.party = s->party,
		.is_fallen = s->signer_standing == POLICY_FALLEN,
		.is_late = s->signer_standing == POLICY_LATE,
		.position = s->known.position,
		.received = s->known.received };
}

static int
statement_compare(const void *left, const void *right)
{
	struct policy_statement a = policy_of(left), b = policy_of(right);

	return policy_statement_order(&a, &b);
}

static int
grant_compare(const void *left, const void *right)
{
	const struct grant *a = left, *b = right;
	int order = (a->to > b->to) - (a->to < b->to);

	return order != 0 ? order : statement_compare(&a->said, &b->said);
}

/* One signature may stand under two User IDs: the same statement once. */
static void
about_sort(struct statement_array *about)
{
	size_t kept = 0;

	if (about->n == 0)
		return;
	qsort(about->at, about->n, sizeof(*about->at), statement_compare);
	for (size_t i = 1; i < about->n; i++) {
		if (memcmp(about->at[kept].st.digest, about->at[i].st.digest,
			32) == 0)
			gather_statement_release(&about->at[i]);
		else
			about->at[++kept] = about->at[i];
	}
	about->n = kept + 1;
}

/* Everything that spoke, and every owner named, is a party. */
static void
parties_find(struct gather *g)
{
	for (size_t i = 0; i < g->about.n; i++)
		g->about.at[i].party =
		    gather_party(g, &g->about.at[i].st.issuer, 0);
	for (size_t i = 0; i < g->about.n; i++) {
		const struct notations_entry *owner =
		    notations_set_get(&g->about.at[i].st.set,
			NOTATIONS_NAME_OWNER);
		struct pgp_fpr fpr;

		if (owner != NULL &&
		    notations_vfp_read(owner->value, &fpr) == ICS_OK)
			(void)gather_party(g, &fpr, ITEM_LEVELS); /* named */
	}
}

/* By now every party's certificate was read. */
static void
signer_judge(const struct gather *g, struct item_statement *s)
{
	if (s->party == POLICY_NOBODY)
		return;
	s->signer_standing =
	    gather_signer_standing(&g->parties.at[s->party], s);
	if (s->signer_standing == POLICY_UNKNOWN_ISSUER)
		s->party = POLICY_NOBODY;
}

/* Statements: about the item first, then grants, those to one party together. */
static void
statements_fill(struct gather *g)
{
	struct item *it = g->it;
	size_t n = g->about.n;

	it->about_n = n;
	it->statements_n = n + g->grants.n;
	it->statements =
	    alloc_zero(it->statements_n + 1, sizeof(*it->statements));
	it->folded = alloc_zero(n + 1, sizeof(*it->folded));
	if (g->grants.n > 0)
		qsort(g->grants.at, g->grants.n, sizeof(*g->grants.at),
		    grant_compare);
	for (size_t i = 0; i < n; i++) {
		signer_judge(g, &g->about.at[i]);
		it->statements[i] = g->about.at[i];
		it->folded[i] = policy_of(&it->statements[i]);
	}
	for (size_t i = 0; i < g->grants.n; i++) {
		signer_judge(g, &g->grants.at[i].said);
		it->statements[n + i] = g->grants.at[i].said;
	}
}

static void
parties_fill(struct gather *g)
{
	struct item *it = g->it;
	size_t end = 0;

	it->parties_n = g->parties.n;
	it->parties = alloc_zero(it->parties_n + 1, sizeof(*it->parties));
	for (size_t p = 0; p < it->parties_n; p++) {
		struct item_party *party = &it->parties[p];
		size_t first = end;

		*party = g->parties.at[p].party;
		while (end < g->grants.n && g->grants.at[end].to == p)
			end++;
		party->grants =
		    alloc_zero(end - first + 1, sizeof(*party->grants));
		for (size_t i = first; i < end; i++)
			party->grants[i - first] =
			    policy_of(&it->statements[it->about_n + i]);
		party->policy.grants = party->grants;
		party->policy.grants_n = end - first;
	}
}

enum ics_err
item_read(const struct item_source *source,
    const struct notations_subject *subject, struct item *it)
{
	struct gather g = { .source = source, .it = it };
	enum ics_err err;

	*it = (struct item){ .subject = *subject };
	TRY(cert_read(&g));
	TRY(about_read(&g));
	if (it->cert == NULL && g.about.n == 0)
		TRY(ICS_ENOTFOUND);
	about_sort(&g.about);
	parties_find(&g);
	TRY(gather_parties_read(&g));
out:
	statements_fill(&g);
	parties_fill(&g);
	statement_array_release(&g.about);
	grant_array_release(&g.grants);
	for (size_t i = 0; i < g.parties.n; i++)
		signer_array_release(&g.parties.at[i].signers);
	party_array_release(&g.parties);
	return err;
}

void
item_release(struct item *it)
{
	for (size_t i = 0; i < it->statements_n; i++)
		gather_statement_release(&it->statements[i]);
	for (size_t i = 0; i < it->parties_n; i++) {
		alloc_bytes_free(it->parties[i].name);
		alloc_bytes_free(it->parties[i].contact);
		free(it->parties[i].grants);
	}
	free(it->statements);
	free(it->parties);
	free(it->folded);
	pgp_facts_release(&it->facts);
	pgp_cert_free(it->cert);
	*it = (struct item){ 0 };
}
