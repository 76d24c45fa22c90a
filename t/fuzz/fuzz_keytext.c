/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz: keys as text, and what gpg-agent answers as s-expressions; a key that
 * is read can be written or has a bad point.
 */
#include <assert.h>

#include "foreign/keytext.h"
#include "pgp/pgp.h"
#include "sign/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
values_feed(struct bytes sexp)
{
	static const uint8_t algos[] = { PGP_ALGO_RSA, PGP_ALGO_DSA,
		PGP_ALGO_ECDSA, PGP_ALGO_EDDSA, PGP_ALGO_ED25519,
		PGP_ALGO_ED448 };
	struct sign_public from = { .sexp = sexp, .created = 1 };
	struct buf out;

	buf_init(&out, PGP_SIG_MAX);
	for (size_t i = 0; i < sizeof(algos); i++) {
		struct pgp_key key = { .algo = algos[i] };

		(void)sign_values_read(&key, sexp, &out); /* any answer */
		buf_clear(&out);
	}
	(void)sign_public_read(&from, &out); /* any answer */
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes_of(data, size);
	static struct foreign_keytext key;
	struct buf body;
	enum ics_err err;

	if (pgp_crypto_init() != ICS_OK)
		return 0;
	values_feed(input);
	if (foreign_keytext_read(input, &key) != NULL)
		return 0;
	buf_init(&body, PGP_PACKET_MAX);
	key.key.version = 4;
	err = compose_key_write(&key.key, &body);
	assert(err == ICS_OK || err == ICS_EFORMAT || err == ICS_ETOOBIG);
	buf_release(&body);
	return 0;
}
