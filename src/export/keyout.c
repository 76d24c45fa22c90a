/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in the clothes of SSH and X.509; DER is written inside out. */
#include "export/keyout.h"

#include "base/b64.h"
#include "base/hex.h"

#define KEYOUT_MAX 16384 /* octets of a key in any form */

enum form {
	FORM_NUMBERS,
	FORM_POINT,
	FORM_PREFIXED,
	FORM_OCTETS
};

static const struct row {
	enum pgp_algo algo;
	enum pgp_curve curve;
	enum form form;
	const char *ssh, *ssh_curve;
	const char *oid, *curve_oid;
} rows[] = {
#define X(algo, curve, form, ssh, ssh_curve, oid, curve_oid)               \
	{ PGP_ALGO_##algo, PGP_CURVE_##curve, FORM_##form, ssh, ssh_curve, \
		oid, curve_oid },
#include "export/keyforms.def"
#undef X
};

/* A key taken apart: numbers a and b, or the octets in a. */
struct parts {
	const struct row *row;
	struct bytes a, b;
};

/* Spec: RFC 9580 3.2, without leading zeroes */
static struct bytes
mpi_take(struct cursor *cur)
{
	size_t bits = cursor_be16(cur);
	struct bytes n = cursor_take(cur, (bits + 7) / 8);

	while (n.n > 0 && n.p[0] == 0)
		n = bytes_of(n.p + 1, n.n - 1);
	return n;
}

static const struct row *
row_find(const struct pgp_key *key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].algo == key->algo && rows[i].curve == key->curve)
			return &rows[i];
	return NULL;
}

/* Spec: RFC 9580 5.5.5 */
static enum ics_err
parts_read(const struct pgp_key *key, struct parts *parts)
{
	struct cursor cur = cursor_of(key->material);

	*parts = (struct parts){ .row = row_find(key) };
	if (parts->row == NULL)
		return ICS_EUNSUPPORTED;
	if (key->curve != PGP_CURVE_NONE)
		(void)cursor_take(&cur, cursor_u8(&cur)); /* its OID */
	switch (parts->row->form) {
	case FORM_NUMBERS:
		parts->a = mpi_take(&cur);
		parts->b = mpi_take(&cur);
		break;
	case FORM_POINT:
		parts->a = mpi_take(&cur);
		break;
	case FORM_PREFIXED:
		parts->a = mpi_take(&cur);
		if (parts->a.n != 33 || parts->a.p[0] != 0x40)
			return ICS_EFORMAT;
		parts->a = bytes_of(parts->a.p + 1, 32);
		break;
	case FORM_OCTETS:
		parts->a = key->curve == PGP_CURVE_NONE ? cursor_rest(&cur)
							: mpi_take(&cur);
		break;
	}
	return parts->a.n == 0 ? ICS_EFORMAT : cursor_ok(&cur);
}

/* ---- DER (X.690) -------------------------------------------------------------- */

enum der {
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30
};

static void
der_put(struct buf *out, enum der tag, struct bytes content)
{
	buf_u8(out, (uint8_t)tag);
	if (content.n < 0x80) {
		buf_u8(out, (uint8_t)content.n);
	} else if (content.n < 0x100) {
		buf_u8(out, 0x81);
		buf_u8(out, (uint8_t)content.n);
	} else {
		buf_u8(out, 0x82);
		buf_be16(out, (uint16_t)content.n); /* below KEYOUT_MAX */
	}
	buf_put(out, content);
}

/* Positive: a zero in front of a first bit that is set. */
static void
number_put(struct buf *out, struct bytes n)
{
	if (n.n > 0 && (n.p[0] & 0x80) != 0)
		buf_u8(out, 0);
	buf_put(out, n);
}

static void
der_number(struct buf *out, struct bytes n)
{
	struct buf content;

	buf_init(&content, KEYOUT_MAX);
	number_put(&content, n);
	der_put(out, DER_INTEGER, buf_bytes(&content));
	buf_release(&content);
}

static void
der_oid(struct buf *out, const char *hex)
{
	uint8_t oid[16];
	size_t n = strlen(hex) / 2;

	if (n <= sizeof(oid) && hex_read(bytes_of_str(hex), oid, n) == ICS_OK)
		der_put(out, DER_OID, bytes_of(oid, n));
}

static void
algorithm_put(struct buf *out, const struct row *row)
{
	struct buf content;

	buf_init(&content, KEYOUT_MAX);
	der_oid(&content, row->oid);
	if (row->form == FORM_NUMBERS)
		der_put(&content, DER_NULL, bytes_of(NULL, 0));
	if (row->curve_oid[0] != '\0')
		der_oid(&content, row->curve_oid);
	der_put(out, DER_SEQUENCE, buf_bytes(&content));
	buf_release(&content);
}

static void
bits_put(struct buf *out, const struct parts *parts)
{
	struct buf bits, numbers;

	buf_init(&bits, KEYOUT_MAX);
	buf_init(&numbers, KEYOUT_MAX);
	buf_u8(&bits, 0); /* no unused bits */
	if (parts->row->form == FORM_NUMBERS) {
		der_number(&numbers, parts->a);
		der_number(&numbers, parts->b);
		der_put(&bits, DER_SEQUENCE, buf_bytes(&numbers));
	} else {
		buf_put(&bits, parts->a);
	}
	der_put(out, DER_BITS, buf_bytes(&bits));
	buf_release(&numbers);
	buf_release(&bits);
}

enum ics_err
export_key_spki(const struct pgp_key *key, struct buf *out)
{
	struct parts parts;
	struct buf content;
	enum ics_err err;

	buf_init(&content, KEYOUT_MAX);
	TRY(parts_read(key, &parts));
	algorithm_put(&content, parts.row);
	bits_put(&content, &parts);
	der_put(out, DER_SEQUENCE, buf_bytes(&content));
	err = buf_end(out);
out:
	buf_release(&content);
	return err;
}

/* ---- text ------------------------------------------------------------------------ */

static void
base64_put(struct bytes data, struct buf *out)
{
	uint8_t *room = buf_grow(out, b64_length(data.n));

	if (room != NULL)
		b64_write(data, room);
}

enum ics_err
export_key_pem(const struct pgp_key *key, struct buf *out)
{
	struct buf der;
	uint8_t *room;
	enum ics_err err;

	buf_init(&der, KEYOUT_MAX);
	TRY(export_key_spki(key, &der));
	buf_put_str(out, "-----BEGIN PUBLIC KEY-----\n");
	room = buf_grow(out, b64_lines_length(der.n));
	if (room != NULL)
		b64_lines_write(buf_bytes(&der), room);
	buf_put_str(out, "-----END PUBLIC KEY-----\n");
	err = buf_end(out);
out:
	buf_release(&der);
	return err;
}

enum ics_err
export_key_pin(const struct pgp_key *key, struct buf *out)
{
	uint8_t digest[32];
	struct buf der;
	enum ics_err err;

	buf_init(&der, KEYOUT_MAX);
	TRY(export_key_spki(key, &der));
	pgp_sha256(buf_bytes(&der), digest);
	buf_put_str(out, "sha256//");
	base64_put(bytes_of(digest, sizeof(digest)), out);
	buf_u8(out, '\n');
	err = buf_end(out);
out:
	buf_release(&der);
	return err;
}

/* Spec: RFC 4251 5, "string" */
static void
ssh_string(struct buf *out, struct bytes s)
{
	buf_be32(out, (uint32_t)s.n);
	buf_put(out, s);
}

static void
ssh_number(struct buf *out, struct bytes n)
{
	struct buf content;

	buf_init(&content, KEYOUT_MAX);
	number_put(&content, n);
	ssh_string(out, buf_bytes(&content));
	buf_release(&content);
}

static void
ssh_blob(const struct parts *parts, struct buf *out)
{
	ssh_string(out, bytes_of_str(parts->row->ssh));
	if (parts->row->form == FORM_NUMBERS) {
		ssh_number(out, parts->b); /* e comes first */
		ssh_number(out, parts->a);
		return;
	}
	if (parts->row->ssh_curve[0] != '\0')
		ssh_string(out, bytes_of_str(parts->row->ssh_curve));
	ssh_string(out, parts->a);
}

static void
comment_put(struct bytes comment, struct buf *out)
{
	if (comment.n > 0)
		buf_u8(out, ' ');
	for (size_t i = 0; i < comment.n; i++) {
		uint8_t c = comment.p[i];

		buf_u8(out, c >= 0x20 && c < 0x7f ? c : '_');
	}
	buf_u8(out, '\n');
}

enum ics_err
export_key_ssh(const struct pgp_key *key, struct bytes comment, struct buf *out)
{
	struct parts parts;
	struct buf blob;
	enum ics_err err;

	buf_init(&blob, KEYOUT_MAX);
	TRY(parts_read(key, &parts));
	err = ICS_EUNSUPPORTED;
	if (parts.row->ssh[0] == '\0')
		goto out;
	ssh_blob(&parts, &blob);
	buf_printf(out, "%s ", parts.row->ssh);
	base64_put(buf_bytes(&blob), out);
	comment_put(comment, out);
	err = buf_end(out);
out:
	buf_release(&blob);
	return err;
}
