/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a peer sends to the side that connected and answers. See recon_side.h. */
#include "recon_side.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	side_run(RECON_ANSWERER, data, size);
	return 0;
}
