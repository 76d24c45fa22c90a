/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to a hash query: a count, then each certificate behind its
 * length. It is not aligned with the question, and may lie in all it says.
 */
#include "sync/delivery.h"

#include "base/cursor.h"
#include "pgp/pgp.h"

/* One certificate and signatures about none: no secret, no second one. */
static bool
is_alone(struct bytes octets)
{
	struct cursor cur = cursor_of(octets);
	struct pgp_block block;
	enum ics_err err = pgp_block_next(&cur, &block);

	if (err != ICS_OK || block.kind != PGP_BLOCK_CERT)
		return false;
	while ((err = pgp_block_next(&cur, &block)) == ICS_OK)
		if (block.kind == PGP_BLOCK_CERT)
			return false;
	return err == ICS_ENOTFOUND;
}

static void
cert_take(struct sync_delivery *answer, struct bytes octets)
{
	struct sync_delivery_cert cert = { .octets = octets };

	if (octets.n > SYNC_DELIVERY_CERT || !is_alone(octets) ||
	    pgp_skshash_packets(octets, cert.hash.b) != ICS_OK)
		answer->passed_over++;
	else
		*sync_delivery_certs_add(&answer->certs) = cert;
}

enum ics_err
sync_delivery_read(struct bytes body, struct sync_delivery *answer)
{
	struct cursor cur = cursor_of(body);
	uint32_t n = cursor_be32(&cur);

	*answer = (struct sync_delivery){ .passed_over = 0 };
	if (n > SYNC_DELIVERY_CERTS)
		return ICS_EFORMAT;
	for (uint32_t i = 0; i < n && !cur.failed; i++) {
		struct bytes octets = cursor_take(&cur, cursor_be32(&cur));

		if (!cur.failed)
			cert_take(answer, octets);
	}
	if (!cur.failed)
		return ICS_OK;
	sync_delivery_release(answer);
	return ICS_ETRUNCATED;
}

void
sync_delivery_release(struct sync_delivery *answer)
{
	sync_delivery_certs_release(&answer->certs);
	answer->passed_over = 0;
}

bool
sync_delivery_has(const struct sync_delivery *answer,
    const struct recon_hash *hash)
{
	for (size_t i = 0; i < answer->certs.n; i++)
		if (memcmp(answer->certs.at[i].hash.b, hash->b, RECON_HASH) ==
		    0)
			return true;
	return false;
}
