/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Armor in: whatever is read out of a text is no longer than the text, and
 * armored again it is read as the same octets.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
again(struct bytes packets)
{
	size_t n = pgp_armor_length(packets.n, PGP_ARMOR_CERT, true);
	uint8_t *text = alloc_new(n);
	struct buf out;

	pgp_armor_write(packets, PGP_ARMOR_CERT, pgp_crc24(packets), text);
	buf_init(&out, packets.n);
	if (pgp_input_read(bytes_of(text, n), &out) != ICS_OK ||
	    !bytes_equal(buf_bytes(&out), packets))
		abort();
	buf_release(&out);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct buf out;

	buf_init(&out, PGP_INPUT_MAX);
	if (pgp_input_read(in, &out) == ICS_OK) {
		if (out.n > size)
			abort();
		if (!pgp_input_is_binary(in))
			again(buf_bytes(&out));
	}
	buf_release(&out);
	return 0;
}
