/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The summary: what every index form tells about a certificate, in few
 * octets, so that no request parses a certificate to list it.
 *
 *	key, subkey  kind version marks fpr [keyid: v3] algo curve bits flags
 *	             created expires revoked_at [length octets: key]
 *	User ID      kind marks created expires length octets
 *
 * Numbers from bits on are in groups of 7 bits, the highest first, all but
 * the last with bit 8 set. marks: bits 0-1 the revocation, bit 2 the primary
 * User ID. The octets of the primary key are its packet body: whoever checks
 * what it signed needs no more of a long certificate.
 */
#include "store/summary.h"

#include "store/store.h"

#define MARK_REVOKED 3u
#define MARK_PRIMARY 4u
#define NUMBER_MAX   10 /* octets of a number */

static void
number_put(struct buf *out, uint64_t v)
{
	unsigned shift = 0;

	while (shift < 63 && v >> (shift + 7) != 0)
		shift += 7;
	for (; shift > 0; shift -= 7)
		buf_u8(out, 0x80 | (uint8_t)(v >> shift & 0x7f));
	buf_u8(out, (uint8_t)(v & 0x7f));
}

static void
time_put(struct buf *out, int64_t t)
{
	number_put(out, t < 0 ? 0 : (uint64_t)t);
}

static uint64_t
number_take(struct cursor *cur)
{
	uint64_t v = 0;

	for (int i = 0; i < NUMBER_MAX; i++) {
		uint8_t c = cursor_u8(cur);

		v = v << 7 | (c & 0x7f);
		if (c < 0x80)
			return v;
	}
	cursor_fail(cur);
	return 0;
}

static void
key_put(struct buf *out, enum store_row_kind kind,
    const struct pgp_key_facts *facts)
{
	const struct pgp_key *key = facts->key;

	buf_u8(out, (uint8_t)kind);
	buf_u8(out, key->version);
	buf_u8(out, (uint8_t)facts->revoked);
	buf_put(out, pgp_fpr_bytes(&key->fpr));
	if (key->version == 3)
		buf_be64(out, key->keyid);
	buf_u8(out, key->algo);
	buf_u8(out, (uint8_t)key->curve);
	number_put(out, key->bits);
	number_put(out, facts->flags);
	number_put(out, key->created);
	time_put(out, facts->expires);
	time_put(out, facts->revoked_at);
	if (kind == STORE_ROW_KEY) {
		number_put(out, key->body.n);
		buf_put(out, key->body);
	}
}

static void
uid_put(struct buf *out, const struct pgp_uid_facts *facts)
{
	uint8_t marks = facts->revoked ? PGP_SOFT_REVOKED : PGP_NOT_REVOKED;

	buf_u8(out, STORE_ROW_UID);
	buf_u8(out, marks | (facts->primary ? MARK_PRIMARY : 0));
	time_put(out, facts->created);
	time_put(out, facts->expires);
	number_put(out, facts->uid.n);
	buf_put(out, facts->uid);
}

void
summary_write(const struct pgp_cert *cert, struct buf *out)
{
	struct pgp_facts facts;

	pgp_cert_facts(cert, &facts);
	key_put(out, STORE_ROW_KEY, &facts.primary);
	for (size_t i = 0; i < facts.uids_n; i++)
		uid_put(out, &facts.uids[i]);
	for (size_t i = 0; i < facts.subkeys_n; i++)
		key_put(out, STORE_ROW_SUBKEY, &facts.subkeys[i]);
	pgp_facts_release(&facts);
}

static enum pgp_revocation
revocation_take(struct cursor *cur, uint8_t marks)
{
	static const enum pgp_revocation by_mark[] = { PGP_NOT_REVOKED,
		PGP_SOFT_REVOKED, PGP_HARD_REVOKED };

	if ((marks & MARK_REVOKED) > 2) {
		cursor_fail(cur);
		return PGP_NOT_REVOKED;
	}
	return by_mark[marks & MARK_REVOKED];
}

/* Octets of a fingerprint by key version; 0 for no version. */
static uint8_t
fpr_length(uint8_t version)
{
	static const uint8_t lengths[] = { 0, 0, 0, 16, 20, 32, 32 };

	return version < sizeof(lengths) ? lengths[version] : 0;
}

static void
key_take(struct cursor *cur, struct store_row *row)
{
	struct bytes fpr;

	row->fpr.version = cursor_u8(cur);
	row->fpr.n = fpr_length(row->fpr.version);
	row->revoked = revocation_take(cur, cursor_u8(cur));
	fpr = cursor_take(cur, row->fpr.n);
	if (fpr.n == 0) {
		cursor_fail(cur);
		return;
	}
	memcpy(row->fpr.b, fpr.p, fpr.n);
	row->keyid =
	    row->fpr.version == 3 ? cursor_be64(cur) : pgp_fpr_index(&row->fpr);
	row->algo = cursor_u8(cur);
	row->curve = (enum pgp_curve)cursor_u8(cur);
	row->bits = (uint16_t)number_take(cur);
	row->key_flags = (uint32_t)number_take(cur);
	row->created = (int64_t)number_take(cur);
	row->expires = (int64_t)number_take(cur);
	row->revoked_at = (int64_t)number_take(cur);
	if (row->kind == STORE_ROW_KEY)
		row->body = cursor_take(cur, (size_t)number_take(cur));
}

static void
uid_take(struct cursor *cur, struct store_row *row)
{
	uint8_t marks = cursor_u8(cur);

	row->revoked = revocation_take(cur, marks);
	row->is_primary_uid = (marks & MARK_PRIMARY) != 0;
	row->created = (int64_t)number_take(cur);
	row->expires = (int64_t)number_take(cur);
	row->uid = cursor_take(cur, (size_t)number_take(cur));
}

enum ics_err
store_summary_next(struct cursor *summary, struct store_row *row)
{
	uint8_t kind;

	if (!cursor_has(summary))
		return summary->failed ? ICS_ECORRUPT : ICS_ENOTFOUND;
	kind = cursor_u8(summary);
	*row = (struct store_row){ .kind = (enum store_row_kind)kind };
	if (kind == STORE_ROW_UID)
		uid_take(summary, row);
	else if (kind == STORE_ROW_KEY || kind == STORE_ROW_SUBKEY)
		key_take(summary, row);
	else
		cursor_fail(summary);
	return cursor_ok(summary) == ICS_OK ? ICS_OK : ICS_ECORRUPT;
}
