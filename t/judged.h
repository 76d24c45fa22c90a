/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate and how it was judged, for the tests of judging. */
#ifndef T_JUDGED_H
#define T_JUDGED_H

#include "maker.h"

struct judged {
	struct pgp_cert *cert;
	struct pgp_judgement by;
	struct report rep;
};

static inline void
judged_cert(struct judged *j, struct pgp_cert *cert,
    const struct pgp_check *how)
{
	j->cert = cert;
	j->rep = (struct report){ 0 };
	pgp_cert_check(cert, how, &j->by, &j->rep);
}

/* Parse and judge; ring may be NULL. */
static inline void
judged_init(struct judged *j, struct bytes packets, struct maker_ring *ring)
{
	struct pgp_keyring keyring = { maker_find, ring };
	struct pgp_check how = { .now = MAKER_NOW,
		.keyring = ring == NULL ? NULL : &keyring };

	judged_cert(j, maker_cert_parse(packets), &how);
}

static inline void
judged_release(struct judged *j)
{
	pgp_cert_free(j->cert);
	pgp_judgement_release(&j->by);
	report_release(&j->rep);
}

/* The verdict on the signature of a type by a key made at a time (0: any). */
static inline enum pgp_verdict
judged_verdict(const struct judged *j, uint8_t type, uint64_t by,
    uint32_t created)
{
	for (size_t i = 0; i < j->cert->sigs_n; i++) {
		const struct pgp_sig *sig = &j->cert->sigs[i];

		if (sig->type == type && sig->issuer_keyid == by &&
		    (created == 0 || sig->created == created))
			return j->by.verdicts[i];
	}
	ck_abort_msg("there is no signature of type %02x", type);
}

/* How many signatures verified. */
static inline size_t
judged_verified(const struct judged *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->cert->sigs_n; i++)
		n += j->by.verdicts[i] <= PGP_OPAQUE;
	return n;
}

#endif
