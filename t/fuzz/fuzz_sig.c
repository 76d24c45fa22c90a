/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature bodies: normalising is a projection that changes nothing signed,
 * and the confirmed form does not depend on the unhashed area.
 */
#include <stdlib.h>

#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
projection(const struct pgp_sig *sig)
{
	struct buf once, twice, a, b;
	struct pgp_sig normal;

	buf_init(&once, PGP_SIG_MAX);
	buf_init(&twice, PGP_SIG_MAX);
	buf_init(&a, 2 * PGP_SIG_MAX);
	buf_init(&b, 2 * PGP_SIG_MAX);
	pgp_sig_normalise(sig, &once);
	if (pgp_sig_parse(buf_bytes(&once), &normal) != ICS_OK ||
	    pgp_sig_compare(sig, &normal) != 0 ||
	    normal.issuer_keyid != sig->issuer_keyid ||
	    !bytes_equal(normal.embedded, sig->embedded))
		abort();
	pgp_sig_normalise(&normal, &twice);
	pgp_sig_confirmed(sig, &a);
	pgp_sig_confirmed(&normal, &b);
	if (!bytes_equal(buf_bytes(&once), buf_bytes(&twice)) ||
	    !bytes_equal(buf_bytes(&a), buf_bytes(&b)))
		abort();
	buf_release(&once);
	buf_release(&twice);
	buf_release(&a);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pgp_sig sig;

	if (pgp_sig_parse(bytes_of(data, size), &sig) == ICS_OK)
		projection(&sig);
	return 0;
}
