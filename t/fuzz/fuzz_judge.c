/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges and cleans any certificate, its own keys being the keyring. Holds:
 * backends agree, what was cleaned verifies again whole, and cleaning it once
 * more changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1700000000

static size_t
find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	const struct pgp_cert *cert = arg;
	size_t n = 0;

	for (size_t p = 0; p < cert->parts_n && n < max; p++) {
		const struct pgp_key *key = &cert->parts[p].key;

		if (key->version != 0 && key->keyid == issuer->keyid &&
		    (issuer->fpr.version == 0 ||
			pgp_fpr_equal(&issuer->fpr, &key->fpr)))
			out[n++] = *key;
	}
	return n;
}

/* Values over a digest they were not made for: all refuse, or none serves. */
static void
backends_compare(const struct pgp_cert *cert)
{
	const struct pgp_key *key = pgp_cert_primary(cert);
	uint8_t digest[32];

	for (size_t i = 0; i < cert->sigs_n && i < 4; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];
		enum pgp_verdict gcrypt, best;

		if (sig->pk != key->algo)
			continue;
		pgp_sha256(sig->body, digest);
		gcrypt = pgp_values_verify(key, sig, bytes_of(digest, 32),
		    PGP_BACKEND_GCRYPT);
		best = pgp_values_verify(key, sig, bytes_of(digest, 32),
		    PGP_BACKEND_BEST);
		if (gcrypt != best)
			abort();
	}
}

/* The clean form, or NULL; all verified tells whether each one did. */
static struct pgp_cert *
judge(const struct pgp_cert *cert, bool *all_verified)
{
	const struct pgp_keyring ring = { find,
		(void *)(uintptr_t)cert }; /* find only reads */
	const struct pgp_check how = { .now = NOW, .keyring = &ring };
	struct pgp_judgement judged;
	struct report rep = { 0 };
	struct pgp_cert *out = NULL;

	*all_verified = true;
	pgp_cert_check(cert, &how, &judged, &rep);
	for (size_t i = 0; i < cert->sigs_n; i++)
		*all_verified &= judged.verdicts[i] <= PGP_OPAQUE;
	if (pgp_cert_clean(cert, &judged, &rep, &out) != ICS_OK)
		out = NULL;
	report_release(&rep);
	pgp_judgement_release(&judged);
	return out;
}

static void
same_or_abort(const struct pgp_cert *a, const struct pgp_cert *b)
{
	if (!bytes_equal(a->data, b->data))
		abort();
}

static void
clean_check(const struct pgp_cert *first)
{
	struct pgp_cert *again, *settled;
	struct pgp_facts facts;
	bool all_verified;

	again = judge(first, &all_verified);
	if (again == NULL || !all_verified ||
	    pgp_cert_settle(first, NULL, &settled) != ICS_OK)
		abort();
	same_or_abort(first, again);
	same_or_abort(first, settled);
	pgp_cert_facts(first, &facts);
	pgp_facts_release(&facts);
	pgp_cert_free(again);
	pgp_cert_free(settled);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct report rep = { 0 };
	struct pgp_cert *cert, *clean;
	bool all_verified;

	if (!ready && pgp_crypto_init() != ICS_OK)
		abort();
	ready = true;
	if (pgp_cert_parse(bytes_of(data, size), &rep, &cert) == ICS_OK) {
		backends_compare(cert);
		clean = judge(cert, &all_verified);
		if (clean != NULL)
			clean_check(clean);
		pgp_cert_free(clean);
		pgp_cert_free(cert);
	}
	report_release(&rep);
	return 0;
}
