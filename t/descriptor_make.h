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
#include "notations/notations.h"
#include "store_make.h"

/* Nobody's fingerprint. */
#define DESCRIPTOR_OWNER "0411111111111111111111111111111111111111aa"

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

/* The store takes a descriptor of this plain text; d tells the rest, and then
 * its number. */
static inline void
descriptor_store(struct store *store, struct store_descriptor *d,
    const char *plain, int64_t now)
{
	d->text = descriptor_make(plain);
	OK(store_begin(store));
	OK(store_descriptor_put(store, d, now));
	OK(store_commit(store));
	alloc_bytes_free(d->text);
	d->text = bytes_of(NULL, 0);
}

/* The first descriptor of a domain of these blocks, owned by nobody; the
 * domain's number. */
static inline unsigned
descriptor_blocks(struct store *store, const char *name, const char *blocks,
    int64_t now)
{
	struct store_descriptor d = { .serial = 1, .signed_at = now };
	struct buf plain;

	buf_init(&plain, DOMAIN_TEXT_MAX);
	buf_printf(&plain,
	    "domain \"%s\" {\nserial = 1\nowner = \"" DESCRIPTOR_OWNER
	    "\"\n%s\n}\n",
	    name, blocks);
	(void)snprintf(d.name, sizeof(d.name), "%s", name); /* fits */
	OK(notations_vfp_read(bytes_of_str(DESCRIPTOR_OWNER), &d.owner));
	descriptor_store(store, &d, buf_str(&plain), now);
	buf_release(&plain);
	return d.domain;
}

#endif
