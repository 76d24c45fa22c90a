/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures with notations, for tests. They are written as lines:
 *	rec@=device/1		a name that ends in "@" gets the domain
 *	!x@y=z			critical
 *	#hash=06...		value in hexadecimal, not human readable
 */
#ifndef T_NOTATIONS_MAKE_H
#define T_NOTATIONS_MAKE_H

#include "notations/notations.h"
#include "pgp_make.h"

#define MAKE_DEVICE "0102030405060708091011121314151617181920"
#define MAKE_ISSUER "aabbccddeeff00112233445566778899aabbccdd"
#define MAKE_SHA256 \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define MAKE_OTHER \
	"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define MAKE_NAMED "162104" MAKE_ISSUER /* issuer fingerprint subpacket */

static inline void
make_note(struct buf *hashed, const char *line, size_t n)
{
	bool is_critical = *line == '!', is_hex = *line == '#';
	const char *end = line + n, *name = line + (is_critical || is_hex);
	const char *is = memchr(line, '=', n);
	struct buf full, value;
	struct notations_raw raw = { .is_readable = !is_hex,
		.is_critical = is_critical };

	ck_assert_ptr_nonnull(is);
	buf_init(&full, 1000);
	buf_init(&value, 20000);
	buf_put(&full, bytes_of(name, (size_t)(is - name)));
	if (is[-1] == '@')
		buf_put_str(&full, NOTATION_DOMAIN);
	if (is_hex) {
		size_t digits = (size_t)(end - is - 1);
		uint8_t *to = buf_grow(&value, digits / 2);

		ck_assert_int_eq(hex_read(bytes_of(is + 1, digits), to,
				     digits / 2),
		    ICS_OK);
	} else {
		buf_put(&value, bytes_of(is + 1, (size_t)(end - is - 1)));
	}
	raw.name = buf_bytes(&full);
	raw.value = buf_bytes(&value);
	notations_write_raw(&raw, hashed);
	buf_release(&full);
	buf_release(&value);
}

static inline void
make_notes(struct buf *hashed, const char *lines)
{
	while (lines != NULL && *lines != '\0') {
		size_t n = strcspn(lines, "\n");

		make_note(hashed, lines, n);
		lines += n + (lines[n] == '\n');
	}
}

/* A signature body with these notations behind how->hashed. */
static inline void
make_noted(struct buf *body, const struct make_sig *how, const char *lines)
{
	struct make_sig with = *how;
	struct buf hashed;
	char *hex;

	buf_init(&hashed, 100000);
	make_hex(&hashed, how->hashed);
	make_notes(&hashed, lines);
	hex = alloc_new(2 * hashed.n + 1);
	hex_lower(buf_bytes(&hashed), hex);
	with.hashed = hex;
	make_sig_body(body, &with);
	free(hex);
	buf_release(&hashed);
}

static inline struct pgp_fpr
make_fpr(const char *hex)
{
	struct pgp_fpr fpr = { .version = 4, .n = 20 };

	ck_assert_int_eq(hex_read(bytes_of_str(hex), fpr.b, 20), ICS_OK);
	return fpr;
}

/* ---- a signature read as a statement ------------------------------------- */

#define DEV  "dev:04" MAKE_DEVICE
#define CODE "code:sha256:" MAKE_SHA256
#define REC  "rec:sha256:" MAKE_SHA256

enum where {
	CERT,
	RECORD,
	CONFIRM
};

struct reading {
	struct buf body;
	struct pgp_sig sig;
	struct pgp_fpr certified;
	uint8_t target[32];
	struct report rep;
	struct notations_statement st;
};

static inline enum ics_err
reading_parse(struct reading *r, enum where where)
{
	static const enum notations_carrier carriers[] = {
		NOTATIONS_CERTIFICATION,
		NOTATIONS_RECORD,
		NOTATIONS_CONFIRMATION,
	};
	struct notations_place place = { .carrier = carriers[where] };

	if (where == CERT)
		place.certified = &r->certified;
	if (where == CONFIRM)
		place.target = r->target;
	return notations_statement_read(&r->sig, &place, &r->rep, &r->st);
}

static inline enum ics_err
read_how(struct reading *r, enum where where, const struct make_sig *how,
    const char *lines)
{
	*r = (struct reading){ .certified = make_fpr(MAKE_DEVICE) };
	ck_assert_int_eq(hex_read(bytes_of_str(MAKE_SHA256), r->target, 32),
	    ICS_OK);
	buf_init(&r->body, 300000);
	make_noted(&r->body, how, lines);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&r->body), &r->sig), ICS_OK);
	return reading_parse(r, where);
}

static inline enum ics_err
read_lines(struct reading *r, enum where where, const char *lines)
{
	static const uint8_t types[] = { 0x10, 0x00, 0x50 };
	struct make_sig how = {
		.type = types[where], .created = 1000, .hashed = MAKE_NAMED
	};

	return read_how(r, where, &how, lines);
}

static inline void
reading_release(struct reading *r)
{
	notations_statement_release(&r->st);
	report_release(&r->rep);
	buf_release(&r->body);
}

#endif
