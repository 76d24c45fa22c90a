/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows that have no bare key: an X.509 certificate or a request, the public
 * area of a TPM's key, a signed entry of a manifest of secure elements. What
 * they say becomes columns, unless the row says it itself.
 */
#ifndef SIGN_DERIVE_H
#define SIGN_DERIVE_H

#include "foreign/factory.h"
#include "sign/manifest.h"

struct sign_derive {
	struct foreign_keytext *signer; /* owned: --manifest-key, or NULL */
	struct buf key;			/* owned: the column key, base 64 */
	struct buf message;		/* owned */
	struct foreign_x509 x509;	/* owned */
	char serial[128], made[32];
};
void sign_derive_init(struct sign_derive *d);
void sign_derive_release(struct sign_derive *d);

/* Whose signature entries must have: a file with a public key or an X.509
 * certificate; NULL: nobody's. Told. */
enum ics_err sign_derive_open(struct sign_derive *d, const char *path);

/* Derive, where there is something to derive; the row is lent by d and by the
 * manifest. ICS_EDENIED: rep says why. */
enum ics_err sign_derive(struct sign_derive *d, struct sign_row *row,
    struct report *rep);

#endif
