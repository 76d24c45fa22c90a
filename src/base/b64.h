/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base 64 (RFC 4648 section 4), both ways. Encoding takes wide instructions
 * where the processor has them: armoring is the cost of a large answer.
 */
#ifndef BASE_B64_H
#define BASE_B64_H

#include "base/buf.h"

/* Characters that n octets become, padding counted, line ends not. */
static inline size_t
b64_length(size_t n)
{
	return (n + 2) / 3 * 4;
}

/* Encode into exactly b64_length(data.n) characters at out, no NUL. */
void b64_write(struct bytes data, uint8_t *out);

#define B64_LINE 64 /* characters of a full line, as gpg writes it */

/* Characters that b64_lines_write writes, line ends counted. */
size_t b64_lines_length(size_t n);

/* Encode as lines of B64_LINE characters, each ended by LF, into out. */
void b64_lines_write(struct bytes data, uint8_t *out);

/*
 * Append the octets that text stands for. White space between characters is
 * skipped; padding is optional. ICS_EFORMAT on any other character or after
 * padding, ICS_ETOOBIG when out is full.
 */
enum ics_err b64_read(struct bytes text, struct buf *out);

/* True for the 64 characters that stand for bits. */
bool b64_is_digit(uint8_t c);

/* z-base-32 of a SHA-1 (20 octets, 32 characters and a NUL), as WKD uses. */
void zb32_write(const uint8_t digest[20], char out[33]);

#endif
