/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature bodies (RFC 9580 section 5.2). What subpackets say is believed
 * from the hashed area only; the issuer and an embedded signature, which
 * verification proves or disproves, may stand in the unhashed one.
 */
#include "pgp/registry.h"
#include "pgp/wire.h"

/* ---- subpackets ---- */

/* Spec: RFC 9580 5.2.3.7: one, two or five octets, no partial lengths. */
static size_t
length_read(struct cursor *cur)
{
	uint8_t first = cursor_u8(cur);

	if (first < 192)
		return first;
	return first == 255 ? cursor_be32(cur) : pgp_length_two(cur, first);
}

enum ics_err
pgp_sub_next(struct cursor *area, struct pgp_sub *sub)
{
	struct cursor cur;
	uint8_t type;

	*sub = (struct pgp_sub){ 0 };
	if (area->failed)
		return ICS_EFORMAT;
	if (area->rest.n == 0)
		return ICS_ENOTFOUND;
	cur = cursor_of(cursor_take(area, length_read(area)));
	/* The length counts the type: an empty subpacket is malformed. */
	type = cursor_u8(&cur);
	sub->type = type & 0x7f;
	sub->critical = (type & 0x80) != 0;
	sub->body = cursor_rest(&cur);
	if (cur.failed)
		cursor_fail(area);
	return area->failed ? ICS_EFORMAT : ICS_OK;
}

/* Spec: RFC 9580 5.2.3.24 */
static enum ics_err
notation_read(struct pgp_sub sub, struct pgp_notation *n)
{
	struct cursor cur = cursor_of(sub.body);
	uint16_t name_n, value_n;

	n->critical = sub.critical;
	n->flags = cursor_be32(&cur);
	name_n = cursor_be16(&cur);
	value_n = cursor_be16(&cur);
	n->name = cursor_take(&cur, name_n);
	n->value = cursor_take(&cur, value_n);
	return cursor_end(&cur) == ICS_OK ? ICS_OK : ICS_EFORMAT;
}

enum ics_err
pgp_notation_next(struct cursor *area, struct pgp_notation *n)
{
	struct pgp_sub sub;
	enum ics_err err;

	*n = (struct pgp_notation){ 0 };
	do
		TRY(pgp_sub_next(area, &sub));
	while (sub.type != PGP_SUB_NOTATION);
	TRY(notation_read(sub, n));
out:
	if (err == ICS_EFORMAT)
		cursor_fail(area);
	return err;
}

bool
pgp_sig_has_notation(const struct pgp_sig *sig)
{
	struct cursor area = cursor_of(sig->hashed);
	struct pgp_notation n;

	return pgp_notation_next(&area, &n) == ICS_OK;
}

/* ---- what they say ---- */

/* What the area at hand may say. */
struct area {
	struct pgp_sig *sig;
	bool is_hashed;
	bool is_bad;
};

static void
created_read(struct area *area, struct bytes body)
{
	area->sig->created = be32_from_bytes(body.p);
	area->sig->has_created = true;
}

static void
expires_read(struct area *area, struct bytes body)
{
	area->sig->expires = be32_from_bytes(body.p);
}

static void
exportable_read(struct area *area, struct bytes body)
{
	area->sig->is_local = body.p[0] == 0;
}

static void
revocable_read(struct area *area, struct bytes body)
{
	area->sig->is_irrevocable = body.p[0] == 0;
}

static void
key_expires_read(struct area *area, struct bytes body)
{
	area->sig->key_expires = be32_from_bytes(body.p);
}

static void
revoker_read(struct area *area, struct bytes body)
{
	if (area->sig->revoker.n == 0)
		area->sig->revoker = body;
}

static void
issuer_keyid_read(struct area *area, struct bytes body)
{
	if (area->sig->issuer_keyid == 0)
		area->sig->issuer_keyid = be64_from_bytes(body.p);
}

static void
primary_uid_read(struct area *area, struct bytes body)
{
	area->sig->is_primary_uid = body.p[0] != 0;
}

static void
key_flags_read(struct area *area, struct bytes body)
{
	struct pgp_sig *sig = area->sig;

	sig->key_flags = 0;
	sig->has_key_flags = true;
	for (size_t i = 0; i < body.n && i < 4; i++)
		sig->key_flags |= (uint32_t)body.p[i] << (8 * i);
}

static void
reason_read(struct area *area, struct bytes body)
{
	area->sig->reason = body.p[0];
	area->sig->has_reason = true;
}

static void
target_read(struct area *area, struct bytes body)
{
	area->sig->target = body;
}

static void
embedded_read(struct area *area, struct bytes body)
{
	if (area->sig->embedded.n == 0)
		area->sig->embedded = body;
}

static void
notation_check(struct area *area, struct bytes body)
{
	struct cursor cur = cursor_of(body);
	uint16_t name_n, value_n;

	(void)cursor_be32(&cur); /* flags; cursor_end asks for all */
	name_n = cursor_be16(&cur);
	value_n = cursor_be16(&cur);
	(void)cursor_take(&cur, (size_t)name_n + value_n); /* likewise */
	area->is_bad |= cursor_end(&cur) != ICS_OK;
}

/*
 * Spec: RFC 9580 5.2.3.35: the key's version is the signature's. One in the
 * unhashed area that contradicts a signed key ID is not believed.
 */
static void
issuer_fpr_read(struct area *area, struct bytes body)
{
	struct pgp_sig *sig = area->sig;
	struct pgp_fpr fpr = { .version = body.p[0] };

	fpr.n = (uint8_t)(body.n - 1);
	memcpy(fpr.b, body.p + 1, fpr.n);
	if (fpr.version != sig->version ||
	    fpr.n != (fpr.version == 4 ? 20 : 32))
		area->is_bad = true;
	else if (sig->issuer.version == 0 &&
		 (area->is_hashed || sig->issuer_keyid == 0 ||
		     sig->issuer_keyid == pgp_fpr_index(&fpr)))
		sig->issuer = fpr;
}

#define ANY PGP_SIG_MAX

/* What we read, of which size it must be, and whether unsigned will do. */
static const struct reader {
	size_t min, max; /* octets of the body */
	void (*read)(struct area *area, struct bytes body);
	bool unhashed_too;
} readers[128] = {
	[PGP_SUB_CREATED] = { 4, 4, created_read, false },
	[PGP_SUB_EXPIRES] = { 4, 4, expires_read, false },
	[PGP_SUB_EXPORTABLE] = { 1, 1, exportable_read, false },
	[PGP_SUB_REVOCABLE] = { 1, 1, revocable_read, false },
	[PGP_SUB_KEY_EXPIRES] = { 4, 4, key_expires_read, false },
	[PGP_SUB_REVOKER] = { 22, 34, revoker_read, false },
	[PGP_SUB_ISSUER_KEYID] = { 8, 8, issuer_keyid_read, true },
	[PGP_SUB_NOTATION] = { 8, ANY, notation_check, false },
	[PGP_SUB_PRIMARY_UID] = { 1, 1, primary_uid_read, false },
	[PGP_SUB_KEY_FLAGS] = { 0, ANY, key_flags_read, false },
	[PGP_SUB_REVOCATION_REASON] = { 1, ANY, reason_read, false },
	[PGP_SUB_TARGET] = { 2, ANY, target_read, false },
	[PGP_SUB_EMBEDDED] = { 1, ANY, embedded_read, true },
	[PGP_SUB_ISSUER_FPR] = { 21, 33, issuer_fpr_read, true },
};

static void
sub_read(struct area *area, const struct pgp_sub *sub)
{
	const struct reader *r = &readers[sub->type];

	if (area->is_hashed && sub->critical &&
	    !pgp_subpacket_is_known(sub->type))
		area->sig->has_unknown_critical = true;
	if (r->read == NULL || (!area->is_hashed && !r->unhashed_too))
		return;
	if (sub->body.n < r->min || sub->body.n > r->max)
		area->is_bad = true;
	else
		r->read(area, sub->body);
}

static enum ics_err
area_read(struct pgp_sig *sig, struct bytes data, bool is_hashed)
{
	struct area area = { .sig = sig, .is_hashed = is_hashed };
	struct cursor cur = cursor_of(data);
	struct pgp_sub sub;
	enum ics_err err;
	size_t n = 0;

	while ((err = pgp_sub_next(&cur, &sub)) == ICS_OK) {
		if (++n > PGP_SUBPACKETS_MAX)
			return ICS_ETOOBIG;
		sub_read(&area, &sub);
	}
	return err == ICS_ENOTFOUND && !area.is_bad ? ICS_OK : ICS_EFORMAT;
}

/* Spec: RFC 9580 5.2.2 */
static void
head_read_v3(struct cursor *cur, struct pgp_sig *sig)
{
	if (cursor_u8(cur) != 5)
		cursor_fail(cur);
	sig->type = cursor_u8(cur);
	sig->created = cursor_be32(cur);
	sig->has_created = true;
	sig->issuer_keyid = cursor_be64(cur);
	sig->pk = cursor_u8(cur);
	sig->hash = cursor_u8(cur);
}

/* Spec: RFC 9580 5.2.3; version 5 is laid out as version 4. */
static void
head_read_v4(struct cursor *cur, struct pgp_sig *sig)
{
	bool wide = sig->version == 6;

	sig->type = cursor_u8(cur);
	sig->pk = cursor_u8(cur);
	sig->hash = cursor_u8(cur);
	sig->hashed =
	    cursor_take(cur, wide ? cursor_be32(cur) : cursor_be16(cur));
	sig->unhashed =
	    cursor_take(cur, wide ? cursor_be32(cur) : cursor_be16(cur));
}

static enum ics_err
values_check(const struct pgp_sig *sig)
{
	const struct pgp_algo_row *row = pgp_algo_row(sig->pk);
	struct cursor cur = cursor_of(sig->values);

	if (row == NULL)
		return ICS_OK;
	if (row->values.kind == PGP_SHAPE_MPI)
		pgp_mpis_skip(&cur, row->values.n);
	else if (row->values.kind == PGP_SHAPE_RAW)
		(void)cursor_take(&cur, row->values.n); /* cursor_end asks */
	else
		return ICS_OK;
	return cursor_end(&cur);
}

/* Spec: RFC 9580 9.5: each hash has its size of salt, or none at all. */
static enum ics_err
salt_check(const struct pgp_sig *sig)
{
	const struct pgp_hash_row *row = pgp_hash_row(sig->hash);

	if (sig->version != 6 || row == NULL)
		return ICS_OK;
	return row->salt != 0 && sig->salt.n == row->salt ? ICS_OK
							  : ICS_EFORMAT;
}

static enum ics_err
body_read(struct pgp_sig *sig)
{
	struct cursor cur = cursor_of(sig->body);

	sig->version = cursor_u8(&cur);
	if (sig->body.n > 0 && (sig->version < 3 || sig->version > 6))
		return ICS_EUNSUPPORTED;
	if (sig->version == 3)
		head_read_v3(&cur, sig);
	else
		head_read_v4(&cur, sig);
	sig->left16[0] = cursor_u8(&cur);
	sig->left16[1] = cursor_u8(&cur);
	if (sig->version == 6)
		sig->salt = cursor_take(&cur, cursor_u8(&cur));
	sig->values = cursor_rest(&cur);
	return cursor_end(&cur);
}

enum ics_err
pgp_sig_parse(struct bytes body, struct pgp_sig *sig)
{
	enum ics_err err;

	*sig = (struct pgp_sig){ .body = body };
	if (body.n > PGP_SIG_MAX)
		return ICS_ETOOBIG;
	TRY(body_read(sig));
	if (sig->hashed.n > PGP_HASHED_MAX)
		return ICS_ETOOBIG;
	TRY(area_read(sig, sig->hashed, true));
	TRY(area_read(sig, sig->unhashed, false));
	TRY(salt_check(sig));
	TRY(values_check(sig));
	if (sig->issuer.version != 0)
		sig->issuer_keyid = pgp_fpr_index(&sig->issuer);
out:
	return err;
}

bool
pgp_sig_is_by(const struct pgp_sig *sig, const struct pgp_key *key)
{
	if (sig->issuer.version != 0)
		return pgp_fpr_equal(&sig->issuer, &key->fpr);
	return sig->issuer_keyid == key->keyid;
}

bool
pgp_sig_is_revocation(const struct pgp_sig *sig)
{
	return sig->type == PGP_SIG_KEY_REVOCATION ||
	       sig->type == PGP_SIG_SUBKEY_REVOCATION ||
	       sig->type == PGP_SIG_CERT_REVOCATION;
}

bool
pgp_sig_is_hard(const struct pgp_sig *sig)
{
	return !sig->has_reason || (sig->reason != PGP_REVOKE_SUPERSEDED &&
				       sig->reason != PGP_REVOKE_RETIRED);
}
