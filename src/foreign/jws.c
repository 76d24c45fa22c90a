/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signed JSON (RFC 7515), as far as manifests of secure elements need it. */
#include <stdlib.h>

#include "foreign/factory.h"
#include "foreign/foreign.h"
#include "foreign/forms.h"

enum ics_err
foreign_base64url(struct bytes text, struct buf *to)
{
	struct buf plain;
	enum ics_err err;

	buf_init(&plain, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		buf_u8(&plain, text.p[i] == '-'	  ? '+'
			       : text.p[i] == '_' ? '/'
						  : text.p[i]);
	err = foreign_base64(buf_bytes(&plain), to);
	buf_release(&plain);
	return err;
}

/* R and S as RFC 3279 has them, which is what checks read. */
static void
der_put(struct bytes rs, struct buf *der)
{
	struct buf pair;

	buf_init(&pair, 128);
	for (size_t i = 0; i < 2; i++) {
		struct bytes n = pgp_mpi_of(bytes_of(rs.p + 32 * i, 32));
		bool pad = n.n == 0 || (n.p[0] & 0x80) != 0;

		buf_u8(&pair, 2);
		buf_u8(&pair, (uint8_t)(n.n + pad));
		if (pad)
			buf_u8(&pair, 0);
		buf_put(&pair, n);
	}
	buf_u8(der, 0x30);
	buf_u8(der, (uint8_t)pair.n);
	buf_put(der, buf_bytes(&pair));
	buf_release(&pair);
}

static enum ics_err
digest_get(void *arg, enum foreign_need need, struct bytes *octets)
{
	*octets = bytes_of(arg, 32);
	return need == FOREIGN_SHA256 ? ICS_OK : ICS_ENOTFOUND;
}

bool
foreign_es256_holds(const struct foreign_keytext *key, struct bytes message,
    struct bytes rs)
{
	struct foreign_sig *sig = alloc_new(sizeof(*sig));
	uint8_t digest[32];
	const struct foreign_source source = { digest_get, digest };
	bool holds = rs.n == 64 && key->key.curve == PGP_CURVE_P256;

	pgp_sha256(message, digest);
	foreign_init(sig);
	if (holds) {
		sig->form = FOREIGN_RAW_SHA256;
		sig->key.key = key->key; /* its views into key */
		der_put(rs, &sig->sig);
		holds = foreign_check(sig, &source) == FOREIGN_GOOD;
	}
	foreign_release(sig);
	free(sig);
	return holds;
}
