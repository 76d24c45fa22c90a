/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Framing: packets tile the stream, blocks tile it too, what is written is
 * read again, and the listing and the hash take anything.
 */
#include <stdlib.h>

#include "pgp/pgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
packet_again(const struct pgp_packet *packet)
{
	struct pgp_packet twin;
	struct cursor cur;
	struct buf out;

	buf_init(&out, PGP_INPUT_MAX);
	pgp_packet_write(&out, packet->tag, packet->body);
	cur = cursor_of(buf_bytes(&out));
	if (out.n != pgp_packet_length(packet->body.n) ||
	    pgp_packet_next(&cur, &twin) != ICS_OK || twin.tag != packet->tag ||
	    !bytes_equal(twin.body, packet->body) || cur.rest.n != 0)
		abort();
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor cur = cursor_of(bytes_of(data, size));
	struct pgp_packet packet;
	struct pgp_block block;
	uint8_t digest[16];
	size_t whole = 0;
	struct buf text;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		whole += packet.whole.n;
		packet_again(&packet);
	}
	if (!cur.failed && whole != size)
		abort();
	cur = cursor_of(bytes_of(data, size));
	for (whole = 0; pgp_block_next(&cur, &block) == ICS_OK;)
		whole += block.data.n;
	if (whole > size)
		abort();
	buf_init(&text, PGP_INPUT_MAX);
	(void)!pgp_dump(bytes_of(data, size), &text); /* any status will do */
	(void)!pgp_skshash_packets(bytes_of(data, size), digest);
	buf_release(&text);
	return 0;
}
