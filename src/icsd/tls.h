/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The PEM files of a listener that speaks TLS. */
#ifndef ICSD_TLS_H
#define ICSD_TLS_H

#include "hkp/hkp.h"
#include "icsd/conf.h"

/* Texts, owned; both NULL where no certificate is configured. */
struct tls_pem {
	char *cert, *key;
};

/*
 * Read the files that c names. ICS_ECONFIG when one is missing or is not
 * what it should be; c->complaints then says which.
 */
enum ics_err tls_read(struct conf *c, struct tls_pem *pem);

/* Our key as other servers name it; false: there is none. */
bool tls_pin(const struct conf *c, char text[HKP_PIN_TEXT]);

/* Log our key as other servers name it in their row of us. */
void tls_tell(const struct tls_pem *pem);

/* Forget the texts; the key is overwritten. */
void tls_release(struct tls_pem *pem);

#endif
