/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was verified before need not be verified again: an index of the
 * signatures of a clean certificate, searched by part and signed content.
 * Bisected, because both sides may hold thousands.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/judge.h"

struct judge_trusted {
	const struct pgp_part *part;
	const struct pgp_sig *sig;
};

static int
trusted_compare(const void *left, const void *right)
{
	const struct judge_trusted *a = left, *b = right;
	int c =
	    (a->part->kind > b->part->kind) - (a->part->kind < b->part->kind);

	if (c == 0)
		c = bytes_compare(a->part->body, b->part->body);
	return c != 0 ? c : pgp_sig_compare(a->sig, b->sig);
}

void
judge_trust_init(struct judge_trust *trust, const struct pgp_cert *cert)
{
	*trust = (struct judge_trust){ NULL, 0 };
	if (cert == NULL || cert->sigs_n == 0)
		return;
	trust->at = alloc_zero(cert->sigs_n, sizeof(*trust->at));
	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];

		for (size_t i = 0; i < part->sig_n; i++)
			trust->at[trust->n++] = (struct judge_trusted){ part,
				&cert->sigs[part->sig_first + i] };
	}
	qsort(trust->at, trust->n, sizeof(*trust->at), trusted_compare);
}

void
judge_trust_release(struct judge_trust *trust)
{
	free(trust->at);
	*trust = (struct judge_trust){ NULL, 0 };
}

bool
judge_trust_has(const struct judge_trust *trust, const struct pgp_part *part,
    const struct pgp_sig *sig)
{
	const struct judge_trusted wanted = { part, sig }, *found;

	if (trust->n == 0)
		return false;
	found = bsearch(&wanted, trust->at, trust->n, sizeof(*trust->at),
	    trusted_compare);
	/* A copy that names another issuer has that to prove. */
	return found != NULL && found->sig->issuer_keyid == sig->issuer_keyid &&
	       pgp_fpr_equal(&found->sig->issuer, &sig->issuer);
}
