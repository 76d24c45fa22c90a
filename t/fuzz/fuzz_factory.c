/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz: what factories hand over. A TPM's area that is read can be written as
 * a key or has a bad point; a certificate gives an info or a reason.
 */
#include <assert.h>

#include "foreign/factory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
tpm_feed(struct bytes input)
{
	static struct foreign_keytext key;
	struct buf body;

	if (foreign_tpm_read(input, &key) != NULL)
		return;
	buf_init(&body, PGP_PACKET_MAX);
	key.key.version = 4;
	(void)compose_key_write(&key.key, &body); /* a bad point, perhaps */
	buf_release(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes_of(data, size);
	struct foreign_x509 x;
	struct buf out;

	if (pgp_crypto_init() != ICS_OK)
		return 0;
	tpm_feed(input);
	foreign_x509_init(&x);
	if (foreign_x509_read(input, &x) == NULL)
		assert(x.spki.n > 0);
	foreign_x509_release(&x);
	buf_init(&out, 65536);
	(void)foreign_base64url(input, &out); /* any answer */
	buf_release(&out);
	return 0;
}
