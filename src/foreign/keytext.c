/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digits, PEM, SubjectPublicKeyInfo (RFC 5280, 5480, 8410). A structure of a
 * curve has one form only, so it is known by its first octets; RSA's is
 * walked through.
 */
#include "foreign/keytext.h"

#include "base/b64.h"
#include "base/hex.h"
#include "foreign/der.h"
#include "pgp/pgp.h"

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes
trim(struct bytes text)
{
	while (text.n > 0 && is_space(text.p[0]))
		text = bytes_of(text.p + 1, text.n - 1);
	while (text.n > 0 && is_space(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* ---- raw digits -------------------------------------------------------------- */

/* What so many digits are; bare points lack the 04 in front. */
static const struct raw_row {
	size_t octets;
	bool is_bare;
	uint8_t algo;
	enum pgp_curve curve;
} raw_rows[] = {
	{ 32, false, PGP_ALGO_EDDSA, PGP_CURVE_ED25519 },
	{ 64, true, PGP_ALGO_ECDSA, PGP_CURVE_P256 },
	{ 65, false, PGP_ALGO_ECDSA, PGP_CURVE_P256 },
	{ 96, true, PGP_ALGO_ECDSA, PGP_CURVE_P384 },
	{ 97, false, PGP_ALGO_ECDSA, PGP_CURVE_P384 },
};

static bool
raw_read(struct foreign_keytext *to, size_t n)
{
	for (size_t i = 0; i < sizeof(raw_rows) / sizeof(raw_rows[0]); i++) {
		const struct raw_row *row = &raw_rows[i];

		if (row->octets != n)
			continue;
		if (row->is_bare) {
			memmove(to->room + 1, to->room, n);
			to->room[0] = 4;
		}
		to->key.algo = row->algo;
		to->key.curve = row->curve;
		to->key.point = bytes_of(to->room, n + (row->is_bare ? 1 : 0));
		to->octets = to->key.point;
		return true;
	}
	return false;
}

/* ---- SubjectPublicKeyInfo ------------------------------------------------------ */

static const struct info_row {
	const char *prefix; /* in hex: all before the point */
	size_t point;	    /* octets */
	uint8_t algo;
	enum pgp_curve curve;
} info_rows[] = {
	{ "302a300506032b6570032100", 32, PGP_ALGO_EDDSA, PGP_CURVE_ED25519 },
	{ "302a300506032b656e032100", 32, PGP_ALGO_ECDH, PGP_CURVE_CV25519 },
	{ "3059301306072a8648ce3d020106082a8648ce3d030107034200", 65,
	    PGP_ALGO_ECDSA, PGP_CURVE_P256 },
	{ "3076301006072a8648ce3d020106052b81040022036200", 97, PGP_ALGO_ECDSA,
	    PGP_CURVE_P384 },
	{ "30819b301006072a8648ce3d020106052b8104002303818600", 133,
	    PGP_ALGO_ECDSA, PGP_CURVE_P521 },
	{ "3056301006072a8648ce3d020106052b8104000a034200", 65, PGP_ALGO_ECDSA,
	    PGP_CURVE_K256 },
};

#define PREFIX_MAX 32

static bool
curve_read(struct bytes info, struct foreign_keytext *to)
{
	char head[2 * PREFIX_MAX + 1];

	for (size_t i = 0; i < sizeof(info_rows) / sizeof(info_rows[0]); i++) {
		const struct info_row *row = &info_rows[i];
		size_t n = strlen(row->prefix) / 2;

		if (info.n != n + row->point)
			continue;
		hex_lower(bytes_of(info.p, n), head);
		if (strcmp(head, row->prefix) != 0)
			continue;
		to->key.algo = row->algo;
		to->key.curve = row->curve;
		to->key.point = bytes_of(info.p + n, row->point);
		return true;
	}
	return false;
}

/* Spec: RFC 3279 2.3.1 */
static bool
rsa_read(struct bytes info, struct foreign_keytext *to)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1,
		1 };
	struct cursor whole = cursor_of(info), outer, algorithm, bits, key;

	outer = cursor_of(foreign_der_take(&whole, 0x30));
	algorithm = cursor_of(foreign_der_take(&outer, 0x30));
	if (cursor_end(&whole) != ICS_OK ||
	    !bytes_equal(foreign_der_take(&algorithm, 6),
		bytes_of(oid, sizeof(oid))))
		return false;
	bits = cursor_of(foreign_der_take(&outer, 3));
	if (cursor_end(&outer) != ICS_OK || cursor_u8(&bits) != 0)
		return false;
	key = cursor_of(foreign_der_take(&bits, 0x30));
	to->key.algo = PGP_ALGO_RSA;
	to->key.n = pgp_mpi_of(foreign_der_take(&key, 2));
	to->key.e = pgp_mpi_of(foreign_der_take(&key, 2));
	return cursor_end(&bits) == ICS_OK && cursor_end(&key) == ICS_OK &&
	       to->key.n.n > 0 && to->key.e.n > 0;
}

/* ---- base 64 ---------------------------------------------------------------------- */

/* Between the lines of a PEM block; line ends may be spelled "\n". */
static struct bytes
pem_inside(struct bytes text)
{
	static const char end[] = "-----END";
	const uint8_t *from, *to;
	size_t n;

	if (!bytes_starts_with(text, bytes_of_str("-----BEGIN")))
		return text;
	text = bytes_of(text.p + 10, text.n - 10);
	from = memmem(text.p, text.n, "-----", 5);
	if (from == NULL)
		return bytes_of(NULL, 0);
	n = text.n - (size_t)(from + 5 - text.p);
	to = memmem(from + 5, n, end, sizeof(end) - 1);
	return bytes_of(from + 5, to == NULL ? 0 : (size_t)(to - from) - 5);
}

static enum ics_err
base64_read(struct bytes text, struct buf *to)
{
	struct buf plain;
	enum ics_err err;

	buf_init(&plain, 2 * (size_t)FOREIGN_KEYTEXT_MAX);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n &&
		    (text.p[i + 1] == 'n' || text.p[i + 1] == 'r'))
			i++;
		else
			buf_u8(&plain, text.p[i]);
	}
	err = buf_end(&plain);
	if (err == ICS_OK)
		err = b64_read(buf_bytes(&plain), to);
	buf_release(&plain);
	return err;
}

static const struct reason *
encoded_read(struct bytes text, struct foreign_keytext *to)
{
	struct buf octets;
	struct bytes info;
	size_t n;

	buf_init(&octets, FOREIGN_KEYTEXT_MAX);
	if (base64_read(pem_inside(text), &octets) != ICS_OK || octets.n == 0) {
		buf_release(&octets);
		return FOREIGN_REASON(bad_key);
	}
	n = octets.n;
	memcpy(to->room, octets.p, n);
	to->octets = bytes_of(to->room, n);
	buf_release(&octets);
	info = bytes_of(to->room, n);
	if (curve_read(info, to) || rsa_read(info, to))
		return NULL;
	to->key = (struct compose_key){ .algo = 0 };
	if (raw_read(to, n))
		return NULL;
	return n > 1 && to->room[0] == 0x30 ? FOREIGN_REASON(odd_key)
					    : FOREIGN_REASON(bad_key);
}

const struct reason *
foreign_keytext_read(struct bytes text, struct foreign_keytext *to)
{
	text = trim(text);
	to->key = (struct compose_key){ .algo = 0 };
	if (text.n == 0)
		return FOREIGN_REASON(no_key);
	if (!hex_is(text))
		return encoded_read(text, to);
	if (text.n / 2 >= FOREIGN_KEYTEXT_MAX ||
	    hex_read(text, to->room, text.n / 2) != ICS_OK)
		return FOREIGN_REASON(bad_key);
	return raw_read(to, text.n / 2) ? NULL : FOREIGN_REASON(bad_key);
}
