/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The union of two certificates. Parsing already unites what is the same and
 * orders the rest, so the union is both, one behind the other, parsed: it is
 * idempotent, commutative and associative because a set is.
 */
#include "pgp/pgp.h"

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
