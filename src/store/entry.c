/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that is stored of a certificate, computed outside of any
 * transaction: the writer's thread only moves it into tables.
 */
#include "store/entry.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "store/summary.h"

static uint32_t
flags_of(const struct pgp_cert *cert)
{
	struct buf legacy;
	uint32_t flags = 0;

	if (!pgp_cert_has_modern(cert))
		return 0;
	buf_init(&legacy, PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, PGP_FORM_LEGACY, &legacy);
	flags = STORE_CERT_MODERN | (legacy.n == 0 ? STORE_CERT_HIDDEN : 0);
	buf_release(&legacy);
	return flags;
}

enum ics_err
store_entry_new(const struct pgp_cert *cert, struct store_entry **e)
{
	struct store_entry *new = alloc_zero(1, sizeof(*new));
	enum ics_err err;

	buf_init(&new->data, PGP_CERT_MAX);
	buf_init(&new->summary, SUMMARY_MAX);
	new->fpr = pgp_cert_primary(cert)->fpr;
	pgp_cert_write(cert, PGP_FORM_FULL, &new->data);
	TRY(buf_end(&new->data));
	summary_write(cert, &new->summary);
	TRY(buf_end(&new->summary));
	TRY(index_init(&new->index, buf_bytes(&new->summary)));
	says_of_cert(cert, &new->says);
	new->flags =
	    flags_of(cert) | (new->says.digests.n > 0 ? STORE_CERT_SAYS : 0);
	new->crc = pgp_crc24(buf_bytes(&new->data));
	pgp_sha256(buf_bytes(&new->data), new->digest);
	TRY(pgp_skshash_packets(buf_bytes(&new->data), new->skshash));
out:
	if (err != ICS_OK) {
		store_entry_free(new);
		new = NULL;
	}
	*e = new;
	return err;
}

void
store_entry_free(struct store_entry *e)
{
	if (e == NULL)
		return;
	index_release(&e->index);
	says_release(&e->says);
	buf_release(&e->data);
	buf_release(&e->summary);
	free(e);
}

const uint8_t *
store_entry_digest(const struct store_entry *e)
{
	return e->digest;
}

const struct pgp_fpr *
store_entry_fpr(const struct store_entry *e)
{
	return &e->fpr;
}

struct bytes
store_entry_data(const struct store_entry *e)
{
	return buf_bytes(&e->data);
}
