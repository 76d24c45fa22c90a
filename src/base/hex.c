/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal by table. */
#include "base/hex.h"

static void
write_with(const char digits[16], struct bytes b, char *out)
{
	for (size_t i = 0; i < b.n; i++) {
		*out++ = digits[b.p[i] >> 4];
		*out++ = digits[b.p[i] & 15];
	}
	*out = '\0';
}

void
hex_lower(struct bytes b, char *out)
{
	write_with("0123456789abcdef", b, out);
}

void
hex_upper(struct bytes b, char *out)
{
	write_with("0123456789ABCDEF", b, out);
}

int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum ics_err
hex_read(struct bytes text, uint8_t *out, size_t n)
{
	if (text.n != 2 * n)
		return ICS_EFORMAT;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(text.p[2 * i]);
		int lo = hex_digit(text.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return ICS_EFORMAT;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return ICS_OK;
}

bool
hex_is(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (hex_digit(text.p[i]) < 0)
			return false;
	return text.n > 0;
}
