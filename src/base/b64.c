/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base 64 and WKD's base 32. Whole lines go through the widest engine that
 * the processor has; what is left, and everything elsewhere, goes by table.
 */
#include "base/b64.h"

#include "base/b64_wide.h"

static const char letters[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				"qrstuvwxyz0123456789+/";

/* Octets from at on, at most n. */
static struct bytes
part_of(struct bytes data, size_t at, size_t n)
{
	n = data.n - at < n ? data.n - at : n;
	return bytes_of(n == 0 ? NULL : &data.p[at], n);
}

/* Encode by table; returns where the next character goes. */
static uint8_t *
plain_write(struct bytes data, uint8_t *out)
{
	size_t i = 0;
	unsigned v;

	for (; data.n - i >= 3; i += 3) {
		v = (unsigned)data.p[i] << 16 | (unsigned)data.p[i + 1] << 8 |
		    data.p[i + 2];
		*out++ = (uint8_t)letters[v >> 18];
		*out++ = (uint8_t)letters[v >> 12 & 63];
		*out++ = (uint8_t)letters[v >> 6 & 63];
		*out++ = (uint8_t)letters[v & 63];
	}
	if (i == data.n)
		return out;
	v = (unsigned)data.p[i] << 16;
	if (data.n - i == 2)
		v |= (unsigned)data.p[i + 1] << 8;
	*out++ = (uint8_t)letters[v >> 18];
	*out++ = (uint8_t)letters[v >> 12 & 63];
	*out++ = data.n - i == 2 ? (uint8_t)letters[v >> 6 & 63] : '=';
	*out++ = '=';
	return out;
}

void
b64_write_by(enum b64_engine engine, struct bytes data, uint8_t *out)
{
	size_t done = b64_units_write(engine, data, false, out);

	(void)plain_write(part_of(data, done, data.n),
	    out + b64_length(done)); /* no more follows */
}

void
b64_lines_write_by(enum b64_engine engine, struct bytes data, uint8_t *out)
{
	size_t done = b64_units_write(engine, data, true, out);

	out += b64_lines_length(done);
	for (; done < data.n; done += B64_UNIT) {
		out = plain_write(part_of(data, done, B64_UNIT), out);
		*out++ = '\n';
	}
}

void
b64_write(struct bytes data, uint8_t *out)
{
	b64_write_by(b64_engine_best(), data, out);
}

void
b64_lines_write(struct bytes data, uint8_t *out)
{
	b64_lines_write_by(b64_engine_best(), data, out);
}

size_t
b64_lines_length(size_t n)
{
	return b64_length(n) + (n + B64_UNIT - 1) / B64_UNIT;
}

/* What a character means: its value plus one, or one of these; 0 is foreign. */
#define BLANK 65
#define PAD   66

#define L(c, v) [c] = (v) + 1
#define L4(c, v) \
	L(c, v), L((c) + 1, (v) + 1), L((c) + 2, (v) + 2), L((c) + 3, (v) + 3)
#define L8(c, v) L4(c, v), L4((c) + 4, (v) + 4)

static const uint8_t meanings[256] = {
	L8('A', 0),
	L8('I', 8),
	L8('Q', 16),
	L('Y', 24),
	L('Z', 25),
	L8('a', 26),
	L8('i', 34),
	L8('q', 42),
	L('y', 50),
	L('z', 51),
	L8('0', 52),
	L('8', 60),
	L('9', 61),
	L('+', 62),
	L('/', 63),
	[' '] = BLANK,
	['\t'] = BLANK,
	['\n'] = BLANK,
	['\v'] = BLANK,
	['\f'] = BLANK,
	['\r'] = BLANK,
	['='] = PAD,
};

bool
b64_is_digit(uint8_t c)
{
	return meanings[c] != 0 && meanings[c] < BLANK;
}

/* How many characters carry bits, and whether all stand in good order. */
static bool
text_measure(struct bytes text, size_t *n)
{
	size_t pads = 0;

	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t m = meanings[text.p[i]];

		if (m == BLANK)
			continue;
		if (m == PAD)
			pads++;
		else if (m == 0 || pads > 0)
			return false;
		else
			(*n)++;
	}
	/* One character is six bits, no octet; padding fills up to four. */
	return *n % 4 != 1 && (pads == 0 || *n % 4 + pads == 4);
}

enum ics_err
b64_read(struct bytes text, struct buf *out)
{
	size_t n, have = 0;
	uint32_t bits = 0;
	uint8_t *to;

	if (!text_measure(text, &n))
		return ICS_EFORMAT;
	to = buf_grow(out, n / 4 * 3 + n % 4 * 3 / 4);
	if (to == NULL)
		return ICS_ETOOBIG;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t m = meanings[text.p[i]];

		if (m >= BLANK)
			continue;
		bits = bits << 6 | (m - 1u);
		have += 6;
		if (have >= 8) {
			have -= 8;
			*to++ = (uint8_t)(bits >> have);
		}
	}
	return ICS_OK;
}

void
zb32_write(const uint8_t digest[20], char out[33])
{
	static const char zbase[33] = "ybndrfg8ejkmcpqxot1uwisza345h769";
	uint32_t bits = 0;
	size_t have = 0;

	for (size_t i = 0; i < 20; i++) {
		bits = bits << 8 | digest[i];
		for (have += 8; have >= 5; have -= 5)
			*out++ = zbase[bits >> (have - 5) & 31];
	}
	*out = '\0';
}
