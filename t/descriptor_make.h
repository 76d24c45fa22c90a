/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors that look signed: the text between the marks of a cleartext
 * signature, over a signature that vouches for something else. For what looks
 * at texts that were verified before.
 */
#ifndef T_DESCRIPTOR_MAKE_H
#define T_DESCRIPTOR_MAKE_H

#include "domain/domain.h"
#include "fixture.h"

/* The caller frees it with alloc_bytes_free. */
static inline struct bytes
descriptor_make(const char *plain)
{
	struct bytes model = fixture_read("domain/plant-7.asc");
	char *all = alloc_str_from_bytes(model);
	struct buf out;

	buf_init(&out, DOMAIN_TEXT_MAX);
	buf_put_str(&out, "-----BEGIN PGP SIGNED MESSAGE-----\n"
			  "Hash: SHA256\n\n");
	domain_text_escaped(bytes_of_str(plain), &out);
	buf_put_str(&out, strstr(all, "-----BEGIN PGP SIGNATURE-----"));
	free(all);
	fixture_free(model);
	return buf_take(&out);
}

#endif
