/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ASCII armor (RFC 9580 section 6), generous in, strict out. What people
 * paste comes with text around it, without the empty line, with wrong
 * checksums; none of that says anything about the packets inside.
 */
#include "base/b64.h"
#include "pgp/wire.h"

static const struct label {
	const char *begin, *end;
} labels[] = {
	[PGP_ARMOR_CERT] = { "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n",
	    "-----END PGP PUBLIC KEY BLOCK-----\n" },
	[PGP_ARMOR_SIG] = { "-----BEGIN PGP SIGNATURE-----\n\n",
	    "-----END PGP SIGNATURE-----\n" },
};

#define CRC_LINE 6 /* "=", four characters, LF */

size_t
pgp_armor_length(size_t n, enum pgp_armor kind, bool with_crc)
{
	return strlen(labels[kind].begin) + b64_lines_length(n) +
	       (with_crc ? CRC_LINE : 0) + strlen(labels[kind].end);
}

void
pgp_armor_write(struct bytes data, enum pgp_armor kind, uint32_t crc,
    uint8_t *out)
{
	const uint8_t sum[3] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
		(uint8_t)crc };
	size_t n = strlen(labels[kind].begin);

	memcpy(out, labels[kind].begin, n);
	out += n;
	b64_lines_write(data, out);
	out += b64_lines_length(data.n);
	if (crc != PGP_NO_CRC) {
		*out++ = '=';
		b64_write(bytes_of(sum, sizeof(sum)), out);
		out += b64_length(sizeof(sum));
		*out++ = '\n';
	}
	memcpy(out, labels[kind].end, strlen(labels[kind].end));
}

/* ---- the checksum ------------------------------------------------------- */

#define CRC_INIT  0xb704ceu
#define CRC_MASK  0xffffffu
#define CRC_TABLE 256

/*
 * A CRC is linear: what an octet followed by k zero octets does to the
 * register is the sum of what each of its bits does. So eight constants make
 * a table of 256, and eight tables take eight octets at a step.
 */
#define BIT(b, i, k) ((((b) >> (i)) & 1u) * (k))
#define E(b, k0, k1, k2, k3, k4, k5, k6, k7)                             \
	(BIT(b, 0, k0) ^ BIT(b, 1, k1) ^ BIT(b, 2, k2) ^ BIT(b, 3, k3) ^ \
	    BIT(b, 4, k4) ^ BIT(b, 5, k5) ^ BIT(b, 6, k6) ^ BIT(b, 7, k7))
#define E4(b, ...)                                                             \
	E(b, __VA_ARGS__), E((b) + 1u, __VA_ARGS__), E((b) + 2u, __VA_ARGS__), \
	    E((b) + 3u, __VA_ARGS__)
#define E16(b, ...)                                    \
	E4(b, __VA_ARGS__), E4((b) + 4u, __VA_ARGS__), \
	    E4((b) + 8u, __VA_ARGS__), E4((b) + 12u, __VA_ARGS__)
#define E64(b, ...)                                       \
	E16(b, __VA_ARGS__), E16((b) + 16u, __VA_ARGS__), \
	    E16((b) + 32u, __VA_ARGS__), E16((b) + 48u, __VA_ARGS__)
#define X(...)                                                                 \
	{ E64(0u, __VA_ARGS__), E64(64u, __VA_ARGS__), E64(128u, __VA_ARGS__), \
		E64(192u, __VA_ARGS__) },

static const uint32_t crc[8][CRC_TABLE] = {
#include "pgp/crc24.def"
};

#undef X

/* Spec: RFC 9580 6.1.1 */
uint32_t
pgp_crc24(struct bytes data)
{
	uint32_t r = CRC_INIT;
	const uint8_t *p = data.p;
	size_t i = 0;

	for (; data.n - i >= 8; i += 8)
		r = crc[7][(r >> 16 ^ p[i]) & 255] ^
		    crc[6][(r >> 8 ^ p[i + 1]) & 255] ^
		    crc[5][(r ^ p[i + 2]) & 255] ^ crc[4][p[i + 3]] ^
		    crc[3][p[i + 4]] ^ crc[2][p[i + 5]] ^ crc[1][p[i + 6]] ^
		    crc[0][p[i + 7]];
	for (; i < data.n; i++)
		r = (r << 8 ^ crc[0][(r >> 16 ^ p[i]) & 255]) & CRC_MASK;
	return r;
}

/* ---- reading ------------------------------------------------------------ */

enum line_kind {
	LINE_BLANK,
	LINE_HEADER, /* "Key: value" */
	LINE_DATA,   /* base 64 and nothing else */
	LINE_CRC,    /* begins with "=" */
	LINE_BEGIN,
	LINE_END,
	LINE_OTHER
};

struct line {
	enum line_kind kind;
	struct bytes text; /* trimmed */
	struct bytes label;
};

/* An input while its blocks are read. */
struct reader {
	struct cursor cur;
	struct buf *out;
	struct buf broken; /* packets of blocks that end in the middle */
	size_t blocks;	   /* that were taken */
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The octets of b from at on, at most n; both inside b. */
static struct bytes
slice(struct bytes b, size_t at, size_t n)
{
	struct cursor cur = cursor_of(b);

	(void)cursor_take(&cur, at); /* inside: cannot fail */
	return cursor_take(&cur, n);
}

static struct bytes
trim(struct bytes b)
{
	size_t from = 0, to = b.n;

	while (from < to && is_blank(b.p[from]))
		from++;
	while (to > from && is_blank(b.p[to - 1]))
		to--;
	return slice(b, from, to - from);
}

/* Take a line, its LF too. */
static struct bytes
line_take(struct cursor *cur)
{
	const uint8_t *lf;
	struct bytes start = cur->rest;

	if (start.n == 0)
		return start;
	lf = memchr(start.p, '\n', start.n);
	return cursor_take(cur,
	    lf == NULL ? start.n : (size_t)(lf - start.p) + 1);
}

/* The label behind mark ("-----BEGIN PGP "), if the line ends in dashes. */
static bool
label_find(struct bytes text, const char *mark, struct bytes *label)
{
	const uint8_t *at = text.n < strlen(mark)
				? NULL
				: memmem(text.p, text.n, mark, strlen(mark));
	const uint8_t *dashes;
	size_t from;

	if (at == NULL)
		return false;
	from = (size_t)(at - text.p) + strlen(mark);
	*label = slice(text, from, text.n - from);
	dashes = label->n == 0 ? NULL : memmem(label->p, label->n, "-----", 5);
	if (dashes == NULL)
		return false;
	label->n = (size_t)(dashes - label->p);
	return true;
}

static bool
is_data(struct bytes text)
{
	size_t n = text.n;

	while (n > 0 && text.p[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		if (!b64_is_digit(text.p[i]))
			return false;
	return n > 0 && text.n - n <= 2;
}

/* The next line and what it is; text.n is 0 and BLANK at the end too. */
static struct line
line_next(struct cursor *cur)
{
	struct line line = { .text = trim(line_take(cur)) };
	struct bytes text = line.text;

	if (text.n == 0)
		line.kind = LINE_BLANK;
	else if (text.p[0] == '=')
		line.kind = LINE_CRC;
	else if (is_data(text))
		line.kind = LINE_DATA;
	else if (label_find(text, "-----BEGIN PGP ", &line.label))
		line.kind = LINE_BEGIN;
	else if (label_find(text, "-----END PGP ", &line.label))
		line.kind = LINE_END;
	else if (memchr(text.p, ':', text.n) != NULL)
		line.kind = LINE_HEADER;
	else
		line.kind = LINE_OTHER;
	return line;
}

/* The base 64 of one block, and how it ended. */
struct extent {
	struct bytes text;
	bool is_bad;
};

/* Pass over header lines and the empty line behind them. */
static bool
headers_skip(struct cursor *cur)
{
	struct cursor ahead = *cur;
	struct line line = line_next(&ahead);
	bool separated;

	while (line.kind == LINE_HEADER) {
		*cur = ahead;
		line = line_next(&ahead);
	}
	separated = line.kind == LINE_BLANK;
	while (line.kind == LINE_BLANK && cursor_has(&ahead)) {
		*cur = ahead;
		line = line_next(&ahead);
	}
	return separated;
}

/*
 * Everything up to the line that ends the block. A BEGIN is left for the next
 * block. A foreign line spoils a block that has an end; without one it is
 * taken as the text behind the block. Without the empty line in front, an
 * empty line later means that a header line was taken for data.
 */
static struct extent
extent_read(struct cursor *cur)
{
	struct extent extent = { 0 };
	bool separated = headers_skip(cur), closed = false, gap = false;
	bool foreign = false;
	struct bytes start = cur->rest;

	while (cursor_has(cur)) {
		struct cursor ahead = *cur;
		struct line line = line_next(&ahead);

		if (line.kind == LINE_BEGIN)
			break;
		if (line.kind == LINE_END) {
			extent.is_bad = foreign;
			*cur = ahead;
			break;
		}
		closed |= line.kind == LINE_CRC;
		if (line.kind == LINE_DATA && !closed && !foreign) {
			extent.is_bad |= gap && !separated;
			extent.text = slice(start, 0, start.n - ahead.rest.n);
		} else if (line.kind == LINE_BLANK) {
			gap = true;
		} else if (line.kind != LINE_CRC) {
			foreign = true;
		}
		*cur = ahead;
	}
	return extent;
}

/* ICS_OK when packets follow each other to the very end. */
static enum ics_err
framing_check(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	enum ics_err err;

	while ((err = pgp_packet_next(&cur, &packet)) == ICS_OK)
		;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Blocks that end in the middle of a packet wait until all whole ones are
 * out, so that they spoil nothing but themselves. */
static enum ics_err
block_put(struct reader *r, struct bytes text)
{
	struct buf packets;
	enum ics_err err;

	buf_init(&packets, r->out->max - r->out->n);
	err = b64_read(text, &packets);
	if (err == ICS_OK && packets.n > 0 && (packets.p[0] & 0x80) != 0) {
		buf_put(framing_check(buf_bytes(&packets)) == ICS_OK
			    ? r->out
			    : &r->broken,
		    buf_bytes(&packets));
		r->blocks++;
	}
	buf_release(&packets);
	return err == ICS_EFORMAT ? ICS_OK : err;
}

/* Labels of what we take; the last is gpg --enarmor's. */
static const char *const usable[] = { "PUBLIC KEY BLOCK", "SIGNATURE",
	"ARMORED FILE" };

static bool
label_is_usable(struct bytes label)
{
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		if (bytes_equal(label, bytes_of_str(usable[i])))
			return true;
	return false;
}

static enum ics_err
blocks_read(struct reader *r)
{
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && cursor_has(&r->cur)) {
		struct line line = line_next(&r->cur);
		struct extent extent;

		if (line.kind != LINE_BEGIN)
			continue;
		if (bytes_starts_with(line.label,
			bytes_of_str("PRIVATE KEY")) ||
		    bytes_starts_with(line.label, bytes_of_str("SECRET KEY")))
			return ICS_ESECRET;
		if (!label_is_usable(line.label))
			continue;
		extent = extent_read(&r->cur);
		if (!extent.is_bad && extent.text.n > 0)
			err = block_put(r, extent.text);
	}
	return err;
}

static bool
is_stream_tag(uint8_t tag)
{
	return tag == PGP_TAG_SIGNATURE || tag == PGP_TAG_SECRET_KEY ||
	       tag == PGP_TAG_PUBLIC_KEY || tag == PGP_TAG_SECRET_SUBKEY ||
	       tag == PGP_TAG_MARKER || tag == PGP_TAG_TRUST ||
	       tag == PGP_TAG_PADDING;
}

/*
 * No text begins with an old-format header; a new-format one may be the first
 * octet of a letter or a byte order mark, but not with the types that begin
 * a stream.
 */
bool
pgp_input_is_binary(struct bytes input)
{
	uint8_t head = input.n == 0 ? 0 : input.p[0];

	if ((head & 0xc0) == 0xc0)
		return is_stream_tag(head & 63) || pgp_text_begins(input);
	return (head & 0x80) != 0;
}

enum ics_err
pgp_input_read(struct bytes input, struct buf *out)
{
	struct reader r = { .cur = cursor_of(input), .out = out };
	enum ics_err err;

	if (pgp_input_is_binary(input)) {
		buf_put(out, input);
		return buf_end(out);
	}
	buf_init(&r.broken, out->max);
	TRY(blocks_read(&r));
	if (r.blocks == 0)
		err = ICS_EFORMAT;
	buf_put(out, buf_bytes(&r.broken));
	if (err == ICS_OK)
		err = buf_end(out);
out:
	buf_release(&r.broken);
	return err;
}
