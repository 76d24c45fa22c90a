/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readies the cryptographic libraries, once, before there are threads. */
#include "pgp/verify.h"

enum ics_err
pgp_crypto_init(void)
{
	enum ics_err err;

	TRY(verify_gcrypt_init());
	TRY(verify_sodium_init());
out:
	return err;
}
