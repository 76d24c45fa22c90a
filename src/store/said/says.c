/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From signatures to what they say. A certificate whose signatures hold no
 * notation is looked over once and costs no hash.
 */
#include "store/says.h"

#include <stdlib.h>

static int
digests_order(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int
terms_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sort, and keep each once. */
static void
settle(struct says *says)
{
	struct says_digests *d = &says->digests;
	struct index_hashes *t = &says->terms;
	size_t n = 0;

	if (d->n > 0)
		qsort(d->at, d->n, sizeof(*d->at), digests_order);
	for (size_t i = 0; i < d->n; i++)
		if (n == 0 || digests_order(&d->at[n - 1], &d->at[i]) != 0)
			d->at[n++] = d->at[i];
	d->n = n;
	n = 0;
	if (t->n > 0)
		qsort(t->at, t->n, sizeof(*t->at), terms_order);
	for (size_t i = 0; i < t->n; i++)
		if (n == 0 || t->at[n - 1] != t->at[i])
			t->at[n++] = t->at[i];
	t->n = n;
}

static void
term_add(void *arg, struct bytes name, struct bytes value)
{
	*index_hashes_add(arg) = notations_term_hash(name, value);
}

static void
statement_add(struct says *says, const struct notations_statement *st)
{
	struct notations_terms terms = { term_add, &says->terms };

	memcpy(says_digests_add(&says->digests)->b, st->digest, 32);
	notations_statement_terms(st, &terms);
}

static bool
may_say(const struct pgp_sig *sig)
{
	bool is_certification = sig->type >= PGP_SIG_CERT_GENERIC &&
				sig->type <= PGP_SIG_CERT_POSITIVE;

	return (is_certification || sig->type == PGP_SIG_DIRECT_KEY) &&
	       pgp_sig_has_notation(sig);
}

/* What takes something back: a statement only beside others, so that plain
 * keyrings have none. */
static bool
takes_back(const struct pgp_sig *sig)
{
	return sig->type == PGP_SIG_CERT_REVOCATION ||
	       sig->type == PGP_SIG_KEY_REVOCATION;
}

static void
sigs_add(const struct pgp_cert *cert, bool (*wanted)(const struct pgp_sig *sig),
    struct says *says)
{
	struct notations_place place = { .carrier = NOTATIONS_CERTIFICATION,
		.certified = &pgp_cert_primary(cert)->fpr };

	for (size_t i = 0; i < cert->sigs_n; i++) {
		struct notations_statement st;
		struct report rep = { 0 };

		if (!wanted(&cert->sigs[i]))
			continue;
		if (notations_statement_read(&cert->sigs[i], &place, &rep,
			&st) == ICS_OK)
			statement_add(says, &st);
		notations_statement_release(&st);
		report_release(&rep);
	}
}

void
says_of_cert(const struct pgp_cert *cert, struct says *says)
{
	*says = (struct says){ 0 };
	notations_subject_of_fpr(&pgp_cert_primary(cert)->fpr, &says->subject);
	sigs_add(cert, may_say, says);
	if (says->digests.n > 0)
		sigs_add(cert, takes_back, says);
	settle(says);
}

void
says_of_cert_data(struct bytes data, struct says *says)
{
	struct report rep = { 0 };
	struct pgp_cert *cert = NULL;

	*says = (struct says){ 0 };
	if (pgp_cert_parse(data, &rep, &cert) == ICS_OK)
		says_of_cert(cert, says);
	pgp_cert_free(cert);
	report_release(&rep);
}

void
says_of_statement(const struct notations_statement *st,
    const struct pgp_fpr *issuer, struct says *says)
{
	struct notations_statement by_primary = *st; /* the set is lent */

	*says = (struct says){ .subject = st->subject };
	by_primary.issuer = *issuer;
	statement_add(says, &by_primary);
	settle(says);
}

void
says_release(struct says *says)
{
	says_digests_release(&says->digests);
	index_hashes_release(&says->terms);
}

bool
says_has_digest(const struct says *says, const uint8_t digest[32])
{
	return says->digests.n > 0 &&
	       bsearch(digest, says->digests.at, says->digests.n,
		   sizeof(*says->digests.at), digests_order) != NULL;
}

bool
says_has_term(const struct says *says, uint64_t term)
{
	return says->terms.n > 0 &&
	       bsearch(&term, says->terms.at, says->terms.n,
		   sizeof(*says->terms.at), terms_order) != NULL;
}

struct bytes
says_subject(const struct notations_subject *subject,
    uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX])
{
	return bytes_of(octets, notations_subject_octets(subject, octets));
}
