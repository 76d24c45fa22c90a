/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uniting: what was read into a certificate, two certificates into one.
 *
 * Sorting brings the same things together, so nothing is compared pairwise,
 * and leaves the canonical order: primary key, User IDs by octets, attributes
 * by octets, subkeys by age; below each its signatures, revocations first,
 * self before others, newest first. The union
 * of two certificates is both, one behind the other, parsed: idempotent,
 * commutative and associative because a set is.
 */
#include <stdlib.h>

#include "pgp/wire.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int
part_compare(const void *left, const void *right)
{
	const struct pgp_part *a = &((const struct pgp_draft_part *)left)->part;
	const struct pgp_part *b =
	    &((const struct pgp_draft_part *)right)->part;
	int c = ORDER(a->kind, b->kind);

	if (c == 0 && a->kind == PGP_PART_SUBKEY)
		c = ORDER(a->key.created, b->key.created);
	if (c == 0 && a->kind == PGP_PART_SUBKEY)
		c = bytes_compare(pgp_fpr_bytes(&a->key.fpr),
		    pgp_fpr_bytes(&b->key.fpr));
	return c != 0 ? c : bytes_compare(a->body, b->body);
}

/* Brings copies of one signature together. */
static int
sig_compare_same(const void *left, const void *right)
{
	const struct pgp_draft_sig *a = left, *b = right;
	int c = ORDER(a->part, b->part);

	return c != 0 ? c : pgp_sig_compare(&a->sig, &b->sig);
}

static int
sig_compare_canonical(const void *left, const void *right)
{
	const struct pgp_draft_sig *a = left, *b = right;
	int c = ORDER(a->part, b->part);

	if (c == 0)
		c = ORDER(b->is_revocation, a->is_revocation);
	if (c == 0)
		c = ORDER(b->is_self, a->is_self);
	if (c == 0)
		c = ORDER(b->sig.created, a->sig.created);
	return c != 0 ? c : bytes_compare(a->sig.body, b->sig.body);
}

/* Sort and unite the parts into the certificate; renumber the signatures. */
static void
parts_place(struct pgp_draft *draft, struct pgp_cert *cert)
{
	struct pgp_draft_parts *parts = &draft->parts;
	size_t *place = alloc_zero(parts->n, sizeof(*place));

	qsort(parts->at, parts->n, sizeof(*parts->at), part_compare);
	cert->parts = alloc_zero(parts->n, sizeof(*cert->parts));
	for (size_t i = 0; i < parts->n; i++) {
		if (i == 0 ||
		    part_compare(&parts->at[i - 1], &parts->at[i]) != 0)
			cert->parts[cert->parts_n++] = parts->at[i].part;
		place[parts->at[i].read_as] = cert->parts_n - 1;
	}
	for (size_t i = 0; i < draft->sigs.n; i++)
		draft->sigs.at[i].part = place[draft->sigs.at[i].part];
	free(place);
}

/*
 * Which of two copies of one signature stays. A stranger can write a copy
 * with another issuer or without the back-signature, so what helps to verify
 * comes first; then the octets decide, which makes merging commutative.
 */
static int
copy_compare(const struct pgp_draft_sig *a, const struct pgp_draft_sig *b)
{
	int c = ORDER(b->is_self, a->is_self);
	struct buf x, y;

	if (c == 0)
		c = ORDER(b->sig.embedded.n > 0, a->sig.embedded.n > 0);
	if (c != 0)
		return c;
	buf_init(&x, PGP_SIG_MAX);
	buf_init(&y, PGP_SIG_MAX);
	pgp_sig_normalise(&a->sig, &x);
	pgp_sig_normalise(&b->sig, &y);
	c = bytes_compare(buf_bytes(&x), buf_bytes(&y));
	buf_release(&x);
	buf_release(&y);
	return c != 0 ? c : bytes_compare(a->sig.body, b->sig.body);
}

static void
sigs_unite(struct pgp_draft_sigs *sigs)
{
	size_t kept = 0;

	if (sigs->n == 0)
		return;
	qsort(sigs->at, sigs->n, sizeof(*sigs->at), sig_compare_same);
	for (size_t i = 1; i < sigs->n; i++) {
		if (sig_compare_same(&sigs->at[kept], &sigs->at[i]) != 0)
			sigs->at[++kept] = sigs->at[i];
		else if (copy_compare(&sigs->at[i], &sigs->at[kept]) < 0)
			sigs->at[kept] = sigs->at[i];
	}
	sigs->n = kept + 1;
	qsort(sigs->at, sigs->n, sizeof(*sigs->at), sig_compare_canonical);
}

struct pgp_cert *
pgp_draft_finish(struct pgp_draft *draft, struct bytes data)
{
	struct pgp_cert *cert = alloc_zero(1, sizeof(*cert));

	cert->data = data;
	parts_place(draft, cert);
	sigs_unite(&draft->sigs);
	cert->sigs = alloc_zero(draft->sigs.n + 1, sizeof(*cert->sigs));
	cert->sigs_n = draft->sigs.n;
	for (size_t i = 0; i < draft->sigs.n; i++) {
		struct pgp_part *part = &cert->parts[draft->sigs.at[i].part];

		cert->sigs[i] = draft->sigs.at[i].sig;
		if (part->sig_n++ == 0)
			part->sig_first = i;
	}
	return cert;
}

enum ics_err
pgp_cert_merge(const struct pgp_cert *a, const struct pgp_cert *b,
    struct pgp_cert **out)
{
	struct report rep = { 0 };
	struct buf both;
	enum ics_err err;

	*out = NULL;
	/* v3 fingerprints do not cover the whole body: compare that. */
	if (!bytes_equal(a->parts[0].body, b->parts[0].body))
		return ICS_EUSAGE;
	buf_init(&both, PGP_CERT_RAW_MAX);
	pgp_cert_write(a, PGP_FORM_FULL, &both);
	pgp_cert_write(b, PGP_FORM_FULL, &both);
	TRY(buf_end(&both));
	/* All of it was accepted before: nothing new can be found. */
	TRY(pgp_cert_parse(buf_bytes(&both), &rep, out));
out:
	report_release(&rep);
	buf_release(&both);
	return err;
}
