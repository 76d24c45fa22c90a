/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle from anywhere, a server's head, a row of its log: what is taken is
 * written and read again as the same. */
#include <stdlib.h>

#include "audit/head.h"
#include "audit/look.h"
#include "prove/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
bundle_take(struct bytes text)
{
	struct prove_bundle bundle, again;
	struct buf out;

	prove_bundle_init(&bundle);
	prove_bundle_init(&again);
	buf_init(&out, PROVE_BUNDLE_MAX);
	if (prove_bundle_read(text, &bundle) == ICS_OK &&
	    (prove_bundle_write(&bundle, &out) != ICS_OK ||
		prove_bundle_read(buf_bytes(&out), &again) != ICS_OK ||
		!bytes_equal(buf_bytes(&bundle.packets),
		    buf_bytes(&again.packets))))
		abort();
	buf_release(&out);
	prove_bundle_release(&bundle);
	prove_bundle_release(&again);
}

static void
head_take(struct bytes text)
{
	struct audit_head head, again;
	struct buf out;

	if (audit_head_read(text, &head) != ICS_OK)
		return;
	buf_init(&out, AUDIT_HEAD_TEXT_MAX);
	audit_head_write(&head, &out);
	if (audit_head_read(buf_bytes(&out), &again) != ICS_OK ||
	    again.size != head.size)
		abort();
	buf_release(&out);
}

static void
row_take(struct bytes text)
{
	json_t *doc = json_loadb((const char *)text.p, text.n, 0, NULL);
	struct audit_row row;
	uint8_t leaf[32];

	if (doc != NULL && audit_row_read(doc, &row) == ICS_OK)
		audit_row_leaf(&row, leaf);
	json_decref(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = bytes_of(data, size);

	bundle_take(text);
	head_take(text);
	if (size > 0)
		row_take(text);
	return 0;
}
