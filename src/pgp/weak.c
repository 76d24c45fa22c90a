/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dated policy on weak hashes, judged by the signature's own date so that
 * a verdict never changes with the day it is asked on. Invariant: a
 * revocation that verifies is taken whatever its hash; failing to revoke is
 * the greater harm.
 */
#include "pgp/verify.h"

/* 2023-02-01: what needs only second-preimage resistance. */
#define SELF_UNTIL 1675209600u
/* 2019-01-19: what a collision can forge; the date gpg uses. */
#define OTHER_UNTIL 1547856000u

static bool
is_revocation(uint8_t type)
{
	return type == PGP_SIG_KEY_REVOCATION ||
	       type == PGP_SIG_SUBKEY_REVOCATION ||
	       type == PGP_SIG_CERT_REVOCATION;
}

enum pgp_verdict
pgp_weak_judge(const struct pgp_sig *sig, bool self)
{
	bool sha1 =
	    sig->hash == PGP_HASH_SHA1 || sig->hash == PGP_HASH_RIPEMD160;

	if (!sha1 && sig->hash != PGP_HASH_MD5)
		return PGP_GOOD;
	if (is_revocation(sig->type))
		return PGP_WEAK;
	if (!sha1)
		return PGP_TOO_WEAK;
	return sig->created < (self ? SELF_UNTIL : OTHER_UNTIL) ? PGP_WEAK
								: PGP_TOO_WEAK;
}
