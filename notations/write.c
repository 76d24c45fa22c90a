/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notations into subpackets (RFC 9580 5.2.3.7 and 5.2.3.24). */
#include <assert.h>

#include "notations/value.h"

#define HUMAN_READABLE 0x80000000u
#define CRITICAL       0x80u

/* One, two or five octets, as for packets of the new format. */
static void
length_write(size_t n, struct buf *out)
{
	if (n < 192) {
		buf_u8(out, (uint8_t)n);
	} else if (n < 8384) {
		buf_be16(out, (uint16_t)(n - 192 + (192u << 8)));
	} else {
		buf_u8(out, 255);
		buf_be32(out, (uint32_t)n);
	}
}

void
notations_write_raw(const struct notations_raw *raw, struct buf *hashed)
{
	assert(raw->name.n <= UINT16_MAX && raw->value.n <= UINT16_MAX);
	length_write(1 + 8 + raw->name.n + raw->value.n, hashed);
	buf_u8(hashed, PGP_SUB_NOTATION | (raw->is_critical ? CRITICAL : 0));
	buf_be32(hashed, raw->is_readable ? HUMAN_READABLE : 0);
	buf_be16(hashed, (uint16_t)raw->name.n);
	buf_be16(hashed, (uint16_t)raw->value.n);
	buf_put(hashed, raw->name);
	buf_put(hashed, raw->value);
}

void
notations_write(enum notations_name name, struct bytes value,
    struct buf *hashed)
{
	enum notations_syntax syntax = notations_row(name)->syntax;
	struct notations_raw raw = {
		.name = bytes_of_str(notations_name_text(name)),
		.value = value,
		.is_readable = notations_syntax_is_readable(syntax),
	};

	notations_write_raw(&raw, hashed);
}
