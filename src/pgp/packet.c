/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet framing (RFC 9580 section 4.2) and the cutting of a stream into
 * certificates and bare signatures. Nothing is copied or allocated.
 */
#include "pgp/registry.h"
#include "pgp/wire.h"

#define ONE_OCTET_MAX 191u  /* the largest one-octet length */
#define TWO_OCTET_MAX 8383u /* the largest two-octet length */
#define LENGTH_BAD    SIZE_MAX

size_t
pgp_length_two(struct cursor *cur, uint8_t first)
{
	return ((size_t)(first - 192u) << 8) + cursor_u8(cur) + 192u;
}

/* Spec: RFC 9580 4.2.1; partial lengths are refused. */
static size_t
new_length(struct cursor *cur)
{
	uint8_t first = cursor_u8(cur);

	if (first <= ONE_OCTET_MAX)
		return first;
	if (first < 224)
		return pgp_length_two(cur, first);
	return first == 255 ? cursor_be32(cur) : LENGTH_BAD;
}

/* Spec: RFC 9580 4.2.2; indeterminate lengths are refused. */
static size_t
old_length(struct cursor *cur, uint8_t kind)
{
	if (kind == 0)
		return cursor_u8(cur);
	if (kind == 1)
		return cursor_be16(cur);
	return kind == 2 ? cursor_be32(cur) : LENGTH_BAD;
}

enum ics_err
pgp_packet_next(struct cursor *cur, struct pgp_packet *packet)
{
	struct bytes start = cur->rest;
	uint8_t head;
	size_t n;

	*packet = (struct pgp_packet){ 0 };
	if (cur->failed)
		return ICS_ETRUNCATED;
	if (start.n == 0)
		return ICS_ENOTFOUND;
	head = cursor_u8(cur);
	if ((head & 0x40) != 0) {
		packet->tag = head & 63;
		n = new_length(cur);
	} else {
		packet->tag = head >> 2 & 15;
		n = old_length(cur, head & 3);
	}
	if ((head & 0x80) == 0 || packet->tag == 0 || n == LENGTH_BAD) {
		cursor_fail(cur);
		return ICS_EFORMAT;
	}
	packet->body = cursor_take(cur, n);
	packet->whole = bytes_of(start.p, start.n - cur->rest.n);
	return cursor_ok(cur);
}

size_t
pgp_packet_length(size_t n)
{
	if (n <= ONE_OCTET_MAX)
		return n + 2;
	return n <= TWO_OCTET_MAX ? n + 3 : n + 6;
}

void
pgp_packet_write(struct buf *out, uint8_t tag, struct bytes body)
{
	buf_u8(out, (uint8_t)(0xc0 | tag));
	if (body.n <= ONE_OCTET_MAX) {
		buf_u8(out, (uint8_t)body.n);
	} else if (body.n <= TWO_OCTET_MAX) {
		buf_be16(out, (uint16_t)(body.n - 192 + (192u << 8)));
	} else {
		buf_u8(out, 255);
		buf_be32(out, (uint32_t)body.n);
	}
	buf_put(out, body);
}

/* A signature about something else than a part of a certificate. */
static bool
is_bare(const struct pgp_packet *packet)
{
	struct cursor cur = cursor_of(packet->body);

	if (packet->tag != PGP_TAG_SIGNATURE)
		return false;
	if (cursor_u8(&cur) < 4)
		(void)cursor_u8(&cur); /* 5, the length of what is hashed */
	return pgp_sig_is_foreign(cursor_u8(&cur)) && !cur.failed;
}

/* ---- texts ----------------------------------------------------------------- */

#define TEXT_FORMAT 'u'
#define TEXT_BEGIN  "-----BEGIN PGP SIGNED MESSAGE-----"

void
pgp_text_write(struct buf *out, struct bytes text)
{
	struct buf body;

	buf_init(&body, text.n + 8);
	buf_u8(&body, TEXT_FORMAT);
	buf_u8(&body, 0);   /* no file name */
	buf_be32(&body, 0); /* no date */
	buf_put(&body, text);
	pgp_packet_write(out, PGP_TAG_LITERAL, buf_bytes(&body));
	buf_release(&body);
}

static enum ics_err
literal_read(struct bytes body, struct bytes *text)
{
	struct cursor cur = cursor_of(body);

	if (cursor_u8(&cur) != TEXT_FORMAT)
		return ICS_EFORMAT;
	(void)cursor_take(&cur, cursor_u8(&cur));
	(void)cursor_be32(&cur);
	*text = cursor_rest(&cur);
	return cursor_ok(&cur);
}

enum ics_err
pgp_text_read(struct bytes block, struct bytes *text)
{
	struct cursor cur = cursor_of(block);
	struct pgp_packet packet;
	enum ics_err err;

	TRY(pgp_packet_next(&cur, &packet));
	err = packet.tag == PGP_TAG_LITERAL ? literal_read(packet.body, text)
					    : ICS_EFORMAT;
out:
	return err;
}

static bool
is_text(const struct pgp_packet *packet)
{
	struct bytes text;

	return packet->tag == PGP_TAG_LITERAL &&
	       literal_read(packet->body, &text) == ICS_OK &&
	       bytes_starts_with(text, bytes_of_str(TEXT_BEGIN));
}

bool
pgp_text_begins(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;

	return pgp_packet_next(&cur, &packet) == ICS_OK && is_text(&packet);
}

/* ---- blocks ---------------------------------------------------------------- */

/*
 * Take what belongs to a certificate: everything up to the next tag 6 or text,
 * but for the signatures at its end that are about something else.
 */
static enum ics_err
cert_extent(struct cursor *cur)
{
	struct cursor ahead = *cur;
	struct pgp_packet packet;
	enum ics_err err;

	for (;;) {
		err = pgp_packet_next(&ahead, &packet);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err != ICS_OK)
			return err;
		if (packet.tag == PGP_TAG_PUBLIC_KEY || is_text(&packet))
			return ICS_OK;
		if (pgp_tag_treatment(packet.tag) == PGP_TREAT_REFUSE)
			return ICS_ESECRET;
		if (pgp_tag_treatment(packet.tag) != PGP_TREAT_SKIP &&
		    !is_bare(&packet))
			*cur = ahead;
	}
}

static enum ics_err
block_next(struct cursor *cur, bool (*is_more)(const struct pgp_packet *packet),
    struct pgp_block *block)
{
	struct pgp_packet packet;
	struct bytes start;
	enum ics_err err;

	*block = (struct pgp_block){ 0 };
	do {
		start = cur->rest;
		TRY(pgp_packet_next(cur, &packet));
		if (pgp_tag_treatment(packet.tag) == PGP_TREAT_REFUSE)
			TRY(ICS_ESECRET);
	} while (packet.tag != PGP_TAG_PUBLIC_KEY &&
		 packet.tag != PGP_TAG_SIGNATURE && !is_more(&packet));
	block->kind =
	    packet.tag == PGP_TAG_LITERAL ? PGP_BLOCK_TEXT : PGP_BLOCK_SIG;
	if (packet.tag == PGP_TAG_PUBLIC_KEY) {
		block->kind = PGP_BLOCK_CERT;
		TRY(cert_extent(cur));
	}
	block->data = bytes_of(start.p, start.n - cur->rest.n);
out:
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		cursor_fail(cur);
	return err;
}

static bool
is_none(const struct pgp_packet *packet)
{
	(void)packet; /* nothing else is a block */
	return false;
}

enum ics_err
pgp_block_next(struct cursor *cur, struct pgp_block *block)
{
	return block_next(cur, is_none, block);
}

enum ics_err
pgp_block_text_next(struct cursor *cur, struct pgp_block *block)
{
	return block_next(cur, is_text, block);
}
