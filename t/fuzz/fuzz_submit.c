/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A submission taken apart as the door does it, without a store: armor,
 * blocks, certificates with what their signatures say, bare signatures, texts.
 * Invariant: blocks are whole packets in their order, a bare signature is one
 * packet, and a certificate that was cut out of the stream is cut out again.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "notations/notations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
statement_read(const struct pgp_sig *sig, const struct notations_place *place)
{
	struct notations_statement st;
	struct report rep = { 0 };

	(void)notations_statement_read(sig, place, &rep, &st);
	notations_statement_release(&st);
	report_release(&rep);
}

static void
cert_take(struct bytes data)
{
	struct report rep = { 0 };
	struct pgp_cert *cert;

	if (pgp_cert_parse(data, &rep, &cert) == ICS_OK) {
		struct notations_place place = {
			.carrier = NOTATIONS_CERTIFICATION,
			.certified = &pgp_cert_primary(cert)->fpr,
		};

		for (size_t i = 0; i < cert->sigs_n; i++)
			statement_read(&cert->sigs[i], &place);
		pgp_cert_free(cert);
	} else if (rep.n == 0) {
		abort();
	}
	report_release(&rep);
}

static void
sig_take(struct bytes data)
{
	const struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct cursor cur = cursor_of(data);
	struct pgp_packet packet;
	struct pgp_sig sig;

	if (pgp_packet_next(&cur, &packet) != ICS_OK || cursor_has(&cur) ||
	    packet.tag != PGP_TAG_SIGNATURE)
		abort();
	if (pgp_sig_parse(packet.body, &sig) == ICS_OK &&
	    pgp_record_unfit(&sig) == NULL)
		statement_read(&sig, &place);
}

static void
text_take(struct bytes data)
{
	struct bytes text;

	if (pgp_text_read(data, &text) != ICS_OK || text.n >= data.n)
		abort();
}

static void
block_check(const struct pgp_block *block)
{
	struct cursor cur = cursor_of(block->data);
	struct pgp_block again;

	if (pgp_block_text_next(&cur, &again) != ICS_OK ||
	    again.kind != block->kind || !bytes_equal(again.data, block->data))
		abort();
	switch (block->kind) {
	case PGP_BLOCK_CERT:
		cert_take(block->data);
		break;
	case PGP_BLOCK_SIG:
		sig_take(block->data);
		break;
	case PGP_BLOCK_TEXT:
		text_take(block->data);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pgp_block block;
	struct cursor cur;
	struct buf packets;

	buf_init(&packets, PGP_CERT_RAW_MAX);
	if (pgp_input_read(bytes_of(data, size), &packets) == ICS_OK) {
		cur = cursor_of(buf_bytes(&packets));
		while (pgp_block_text_next(&cur, &block) == ICS_OK)
			block_check(&block);
	}
	buf_release(&packets);
	return 0;
}
