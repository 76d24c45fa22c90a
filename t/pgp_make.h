/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets for tests of structure: keys and signatures that parse, verify
 * nothing and differ where the test says so.
 */
#ifndef T_PGP_MAKE_H
#define T_PGP_MAKE_H

#include "base/hex.h"
#include "fixture.h"
#include "pgp/pgp.h"

/* A v4, v5 or v6 Ed25519 key packet whose material is filled with octet. */
static inline void
make_key(struct buf *out, uint8_t tag, uint8_t version, uint8_t octet)
{
	struct buf body;

	buf_init(&body, 100);
	buf_u8(&body, version);
	buf_be32(&body, 0x60000000);
	buf_u8(&body, PGP_ALGO_ED25519);
	if (version > 4)
		buf_be32(&body, 32);
	for (int i = 0; i < 32; i++)
		buf_u8(&body, octet);
	pgp_packet_write(out, tag, buf_bytes(&body));
	buf_release(&body);
}

static inline void
make_uid(struct buf *out, const char *text)
{
	pgp_packet_write(out, PGP_TAG_USER_ID, bytes_of_str(text));
}

struct make_sig {
	uint8_t version, type; /* version 0 means 4 */
	uint32_t created;
	uint64_t keyid;		       /* 0: no issuer */
	const char *hashed, *unhashed; /* further subpackets, hex; or NULL */
	size_t pad;		       /* octets of a notation-like filler */
	const char *junk;	       /* behind the values, hex; or NULL */
};

static inline void
make_hex(struct buf *out, const char *hex)
{
	size_t n = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *to = buf_grow(out, n);

	if (n > 0)
		ck_assert_int_eq(hex_read(bytes_of_str(hex), to, n), ICS_OK);
}

static inline void
make_sig_body(struct buf *out, const struct make_sig *how)
{
	uint8_t version = how->version == 0 ? 4 : how->version;
	struct buf hashed, unhashed;

	buf_init(&hashed, 100000);
	buf_init(&unhashed, 100000);
	make_hex(&hashed, "0502");
	buf_be32(&hashed, how->created);
	make_hex(&hashed, how->hashed);
	if (how->pad > 0) { /* private subpacket 100 */
		buf_u8(&hashed, 255);
		buf_be32(&hashed, (uint32_t)how->pad + 1);
		buf_u8(&hashed, 100);
		memset(buf_grow(&hashed, how->pad), 0, how->pad);
	}
	if (how->keyid != 0) {
		make_hex(&unhashed, "0910");
		buf_be64(&unhashed, how->keyid);
	}
	make_hex(&unhashed, how->unhashed);
	buf_u8(out, version);
	buf_u8(out, how->type);
	buf_u8(out, PGP_ALGO_ED25519);
	buf_u8(out, PGP_HASH_SHA256);
	if (version == 6)
		buf_be16(out, 0);
	buf_be16(out, (uint16_t)hashed.n);
	buf_put(out, buf_bytes(&hashed));
	if (version == 6)
		buf_be16(out, 0);
	buf_be16(out, (uint16_t)unhashed.n);
	buf_put(out, buf_bytes(&unhashed));
	buf_be16(out, 0x1234);
	if (version == 6) {
		buf_u8(out, 16);
		memset(buf_grow(out, 16), 0x5a, 16);
	}
	memset(buf_grow(out, 64), 0x33, 64);
	make_hex(out, how->junk);
	buf_release(&hashed);
	buf_release(&unhashed);
}

static inline void
make_sig(struct buf *out, const struct make_sig *how)
{
	struct buf body;

	buf_init(&body, 200000);
	make_sig_body(&body, how);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&body));
	buf_release(&body);
}

/* Parse, which must go well; the findings' names in a row, if asked for. */
static inline struct pgp_cert *
make_cert(struct bytes data, struct buf *findings)
{
	struct pgp_cert *cert = NULL;
	struct report rep = { 0 };

	ck_assert_int_eq(pgp_cert_parse(data, &rep, &cert), ICS_OK);
	for (size_t i = 0; findings != NULL && i < rep.n; i++)
		buf_printf(findings, "%s ", rep.at[i].reason->name);
	report_release(&rep);
	return cert;
}

static inline struct bytes
make_form(const struct pgp_cert *cert, enum pgp_form form)
{
	struct buf out;

	buf_init(&out, 2 * PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, form, &out);
	ck_assert_int_eq(buf_end(&out), ICS_OK);
	return buf_take(&out);
}

#endif
