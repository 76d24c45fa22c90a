/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle from anywhere: what is taken is written and read again as the
 * same. */
#include <stdlib.h>

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bundle_take(bytes_of(data, size));
	return 0;
}
