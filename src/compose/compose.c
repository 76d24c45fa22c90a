/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature bodies up to their values (RFC 9580 5.2.3). Invariant: the fields
 * are written in the one order that pgp_sig_parse reads.
 */
#include "compose/compose.h"

#include "pgp/registry.h"

/* Spec: RFC 9580 5.2.3.7: one, two or five octets. */
static void
length_write(struct buf *area, size_t n)
{
	if (n < 192) {
		buf_u8(area, (uint8_t)n);
	} else if (n < 8384) {
		buf_be16(area, (uint16_t)(n - 192 + (192u << 8)));
	} else {
		buf_u8(area, 255);
		buf_be32(area, (uint32_t)n);
	}
}

void
compose_sub(const struct pgp_sub *sub, struct buf *area)
{
	length_write(area, sub->body.n + 1);
	buf_u8(area, (uint8_t)(sub->type | (sub->critical ? 0x80 : 0)));
	buf_put(area, sub->body);
}

void
compose_sub_be32(uint8_t type, uint32_t value, struct buf *area)
{
	length_write(area, 5);
	buf_u8(area, type);
	buf_be32(area, value);
}

size_t
compose_salt_size(uint8_t version, uint8_t hash)
{
	const struct pgp_hash_row *row = pgp_hash_row(hash);

	return version == 6 && row != NULL ? row->salt : 0;
}

uint8_t
compose_hash(const struct pgp_key *key)
{
	const struct pgp_curve_row *row = pgp_curve_row(key->curve);
	unsigned bits = row == NULL ? 256 : row->bits;

	if (key->algo == PGP_ALGO_ED448)
		bits = 456;
	if (bits <= 256)
		return PGP_HASH_SHA256;
	return bits <= 384 ? PGP_HASH_SHA384 : PGP_HASH_SHA512;
}

/* ---- the body --------------------------------------------------------------- */

/* Spec: RFC 9580 5.2.3.35 */
static void
issuer_write(const struct pgp_key *by, struct buf *area)
{
	struct bytes fpr = pgp_fpr_bytes(&by->fpr);

	length_write(area, fpr.n + 2);
	buf_u8(area, PGP_SUB_ISSUER_FPR);
	buf_u8(area, by->fpr.version);
	buf_put(area, fpr);
}

static void
hashed_write(const struct compose_order *c, struct buf *area)
{
	compose_sub_be32(PGP_SUB_CREATED, c->created, area);
	issuer_write(c->by, area);
	if (c->expires != 0)
		compose_sub_be32(PGP_SUB_EXPIRES, c->expires, area);
	buf_put(area, c->hashed);
}

/* Spec: RFC 9580 5.2.3.12: version 6 has no key IDs. */
static void
unhashed_write(const struct compose_order *c, struct buf *area)
{
	if (c->by->version == 4) {
		length_write(area, 9);
		buf_u8(area, PGP_SUB_ISSUER_KEYID);
		buf_be64(area, c->by->keyid);
	}
	buf_put(area, c->unhashed);
}

static void
area_put(struct buf *body, uint8_t version, struct bytes area)
{
	if (version == 6)
		buf_be32(body, (uint32_t)area.n);
	else
		buf_be16(body, (uint16_t)area.n);
	buf_put(body, area);
}

/* Everything but the two octets of the digest, the salt and the values. */
static void
areas_write(const struct compose_order *c, struct bytes hashed,
    struct bytes unhashed, struct buf *body)
{
	buf_u8(body, c->by->version);
	buf_u8(body, c->type);
	buf_u8(body, c->by->algo);
	buf_u8(body, c->hash);
	area_put(body, c->by->version, hashed);
	area_put(body, c->by->version, unhashed);
}

/* pgp_sig_digest reads these members and no others. */
static enum ics_err
digest_make(const struct compose_order *c, const struct pgp_subject *subject,
    size_t hashed_n, struct compose_unsigned *u)
{
	size_t before = c->by->version == 6 ? 8 : 6;
	struct pgp_sig sig = { .body = buf_bytes(&u->body),
		.hashed = bytes_of(u->body.p + before, hashed_n),
		.salt = c->salt,
		.version = c->by->version,
		.type = c->type,
		.pk = c->by->algo,
		.hash = c->hash };

	return pgp_sig_digest(&sig, subject, u->digest, &u->digest_n);
}

static bool
is_servable(const struct compose_order *c)
{
	uint8_t version = c->by->version;

	return (version == 4 || version == 6) &&
	       c->salt.n == compose_salt_size(version, c->hash) &&
	       (version == 4 || c->salt.n > 0);
}

enum ics_err
compose_begin(const struct compose_order *c, const struct pgp_subject *subject,
    struct compose_unsigned *u)
{
	struct buf hashed, unhashed;
	enum ics_err err;

	u->digest_n = 0;
	buf_init(&u->body, PGP_SIG_MAX);
	buf_init(&hashed, PGP_HASHED_MAX);
	buf_init(&unhashed, PGP_HASHED_MAX);
	TRY(is_servable(c) ? ICS_OK : ICS_EUNSUPPORTED);
	hashed_write(c, &hashed);
	unhashed_write(c, &unhashed);
	TRY(buf_end(&hashed));
	TRY(buf_end(&unhashed));
	areas_write(c, buf_bytes(&hashed), buf_bytes(&unhashed), &u->body);
	TRY(digest_make(c, subject, hashed.n, u));
	buf_put(&u->body, bytes_of(u->digest, 2));
	if (c->by->version == 6) {
		buf_u8(&u->body, (uint8_t)c->salt.n);
		buf_put(&u->body, c->salt);
	}
	err = buf_end(&u->body);
out:
	buf_release(&hashed);
	buf_release(&unhashed);
	return err;
}

void
compose_end(struct compose_unsigned *u, struct bytes values)
{
	buf_put(&u->body, values);
}

void
compose_release(struct compose_unsigned *u)
{
	buf_release(&u->body);
}
