/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks every backend that was built in, and fails unless they agree. */
#ifndef T_BACKENDS_H
#define T_BACKENDS_H

#include "fixture.h"
#include "pgp/verify.h"

static const enum pgp_backend backends[] = {
	PGP_BACKEND_GCRYPT,
#ifdef HAVE_OPENSSL
	PGP_BACKEND_OPENSSL,
#endif
#ifdef HAVE_SODIUM
	PGP_BACKEND_SODIUM,
#endif
	PGP_BACKEND_BEST,
};

/* What all backends that serve it say; they must agree. */
static inline enum pgp_verdict
all_say(const struct pgp_key *key, const struct pgp_sig *sig,
    struct bytes digest)
{
	enum pgp_verdict first =
	    pgp_values_verify(key, sig, digest, PGP_BACKEND_GCRYPT);

	for (size_t i = 1; i < sizeof(backends) / sizeof(*backends); i++) {
		enum pgp_verdict v =
		    pgp_values_verify(key, sig, digest, backends[i]);

		if (v == PGP_UNSUPPORTED && backends[i] == PGP_BACKEND_SODIUM)
			continue;
		ck_assert_msg(v == first,
		    "algorithm %u: backend %d says %s, "
		    "libgcrypt %s",
		    key->algo, backends[i], pgp_verdict_words(v),
		    pgp_verdict_words(first));
	}
	return first;
}

#endif
