/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What factories have instead of a bare key: X.509 certificates and requests,
 * the public area of a TPM's key, signed entries of a manifest. No I/O.
 */
#ifndef FOREIGN_FACTORY_H
#define FOREIGN_FACTORY_H

#include "base/buf.h"
#include "foreign/keytext.h"

#define FOREIGN_X509_MAX 16384u /* octets of a certificate or a request */

struct foreign_x509 {
	struct buf spki;       /* owned: SubjectPublicKeyInfo */
	char serial[128];      /* serialNumber of the subject, or "" */
	char common_name[128]; /* likewise */
	int64_t made;	       /* when it begins; 0: a request */
};

/*
 * Read one, PEM or DER; release it in any case. A request must be signed by
 * its key. NULL, or why it cannot be used: where OpenSSL was not built in,
 * none can.
 */
const struct reason *foreign_x509_read(struct bytes text,
    struct foreign_x509 *x);
void foreign_x509_init(struct foreign_x509 *x);
void foreign_x509_release(struct foreign_x509 *x);
/* Is the first certificate signed by the key of the second? DER. */
bool foreign_x509_is_signed(struct bytes cert, struct bytes by);

/*
 * TPM2B_PUBLIC or TPMT_PUBLIC of an RSA key, or of an elliptic curve. One
 * that decrypts and does not sign is for ECDH. Spec: TPM 2.0 part 2, 12.2.4
 */
const struct reason *foreign_tpm_read(struct bytes octets,
    struct foreign_keytext *to);

/* Does ES256 hold (RFC 7518 3.4), R and S of 32 octets each? */
bool foreign_es256_holds(const struct foreign_keytext *key,
    struct bytes message, struct bytes rs);
/* Base 64 with "-" and "_", without padding. */
enum ics_err foreign_base64url(struct bytes text, struct buf *to);

#endif
