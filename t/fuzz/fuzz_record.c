/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bare signatures: the one form of a record is a fixed point, has the digests
 * of what came, names the key that is said to have made it, and says the same.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "notations/notations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes
canonical(const struct pgp_sig *sig, const struct pgp_fpr *issuer)
{
	struct buf out;

	buf_init(&out, PGP_SIG_MAX + 64);
	pgp_sig_canonical(sig, issuer, &out);
	if (buf_end(&out) != ICS_OK)
		abort();
	return buf_take(&out);
}

/* The key of the signature's version and key ID that shall have made it. */
static struct pgp_fpr
issuer_of(const struct pgp_sig *sig)
{
	struct pgp_fpr fpr = { .version = sig->version,
		.n = sig->version == 4 ? 20 : 32 };
	uint8_t *keyid = sig->version == 4 ? &fpr.b[12] : fpr.b;

	memset(fpr.b, 0x5a, fpr.n);
	for (unsigned i = 0; i < 8 && sig->issuer_keyid != 0; i++)
		keyid[i] = (uint8_t)(sig->issuer_keyid >> (56 - 8 * i));
	return sig->issuer.version != 0 ? sig->issuer : fpr;
}

static enum ics_err
said(const struct pgp_sig *sig, struct notations_statement *st)
{
	const uint8_t target[32] = { 1 };
	struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct report rep = { 0 };
	enum ics_err err;

	if (sig->type == PGP_SIG_CONFIRMATION)
		place =
		    (struct notations_place){ .carrier = NOTATIONS_CONFIRMATION,
			    .target = target };
	err = notations_statement_read(sig, &place, &rep, st);
	if (err != ICS_OK && rep.n == 0)
		abort();
	report_release(&rep);
	return err;
}

static void
same_or_abort(const struct pgp_sig *a, const struct pgp_sig *b)
{
	struct notations_statement x, y;
	enum ics_err err = said(a, &x);
	uint8_t digest[32];

	if (said(b, &y) != err || x.kind != y.kind || x.set.n != y.set.n ||
	    memcmp(x.digest, y.digest, 32) != 0 ||
	    memcmp(x.content, y.content, 32) != 0 ||
	    !notations_subject_equal(&x.subject, &y.subject))
		abort();
	pgp_sig_record_digest(a, digest);
	if (err == ICS_OK && memcmp(digest, x.digest, 32) != 0)
		abort();
	notations_statement_release(&x);
	notations_statement_release(&y);
}

static void
record_check(const struct pgp_sig *sig)
{
	struct pgp_fpr issuer = issuer_of(sig);
	struct bytes once = canonical(sig, &issuer), twice;
	struct pgp_sig kept;

	if (pgp_sig_parse(once, &kept) != ICS_OK ||
	    pgp_record_unfit(&kept) != NULL || kept.issuer.version == 0)
		abort();
	twice = canonical(&kept, &issuer);
	if (!bytes_equal(once, twice))
		abort();
	same_or_abort(sig, &kept);
	alloc_bytes_free(once);
	alloc_bytes_free(twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pgp_sig sig;

	if (size <= PGP_SIG_MAX - 64 &&
	    pgp_sig_parse(bytes_of(data, size), &sig) == ICS_OK &&
	    pgp_record_unfit(&sig) == NULL)
		record_check(&sig);
	return 0;
}
