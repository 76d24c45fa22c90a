/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519 by libsodium, the fastest of the three. Without libsodium nothing
 * is served here and libgcrypt does it.
 */
#include "pgp/verify.h"

#ifdef HAVE_SODIUM
#include <sodium.h>

enum ics_err
verify_sodium_init(void)
{
	return sodium_init() < 0 ? ICS_EIO : ICS_OK;
}

enum pgp_verdict
verify_sodium(const struct verify_job *job)
{
	if (job->family != VERIFY_EDDSA || job->curve != PGP_CURVE_ED25519)
		return PGP_UNSUPPORTED;
	return crypto_sign_ed25519_verify_detached(job->sig[0].p,
		   job->message.p, job->message.n, job->key[0].p) == 0
		   ? PGP_GOOD
		   : PGP_BAD;
}
#else
enum ics_err
verify_sodium_init(void)
{
	return ICS_OK;
}

enum pgp_verdict
verify_sodium(const struct verify_job *job)
{
	(void)job; /* nothing is served here */
	return PGP_UNSUPPORTED;
}
#endif
