/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests that name things: SHA-256 for our own, SHA-1 for WKD, and the
 * element by which SKS servers compare their sets: MD5 over the packets,
 * sorted. It covers the multiset of packets, not their headers nor their
 * nesting.
 */
#include <gcrypt.h>
#include <stdlib.h>

#include "base/array.h"
#include "pgp/pgp.h"

ARRAY_OF(struct pgp_packet, packets);

/* More packets than any certificate that was parsed can have. */
#define PACKETS_MAX (4u * (PGP_SIGS_MAX + PGP_PARTS_MAX))

static int
packet_compare(const void *left, const void *right)
{
	const struct pgp_packet *a = left, *b = right;

	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	return bytes_compare(a->body, b->body);
}

static enum ics_err
packets_collect(struct bytes data, struct packets *all)
{
	struct cursor cur = cursor_of(data);
	struct pgp_packet packet;
	enum ics_err err;

	while ((err = pgp_packet_next(&cur, &packet)) == ICS_OK) {
		if (all->n >= PACKETS_MAX)
			return ICS_ETOOBIG;
		*packets_add(all) = packet;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static void
number_hash(gcry_md_hd_t md, size_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	gcry_md_write(md, b, sizeof(b));
}

enum ics_err
pgp_skshash_packets(struct bytes data, uint8_t out[16])
{
	struct packets all = { 0 };
	gcry_md_hd_t md = NULL;
	enum ics_err err;

	TRY(packets_collect(data, &all));
	if (gcry_md_open(&md, GCRY_MD_MD5, 0) != 0)
		TRY(ICS_EUNSUPPORTED); /* a libgcrypt in FIPS mode */
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), packet_compare);
	for (size_t i = 0; i < all.n; i++) {
		number_hash(md, all.at[i].tag);
		number_hash(md, all.at[i].body.n);
		if (all.at[i].body.n > 0)
			gcry_md_write(md, all.at[i].body.p, all.at[i].body.n);
	}
	memcpy(out, gcry_md_read(md, GCRY_MD_MD5), 16);
out:
	gcry_md_close(md);
	packets_release(&all);
	return err;
}

void
pgp_sha256(struct bytes data, uint8_t out[32])
{
	gcry_md_hash_buffer(GCRY_MD_SHA256, out, data.p, data.n);
}

void
pgp_sha1(struct bytes data, uint8_t out[20])
{
	gcry_md_hash_buffer(GCRY_MD_SHA1, out, data.p, data.n);
}
