/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer's hash query: never more hashes than octets pay for. */
#include <stdlib.h>

#include "hkp/lookup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hkp_hash *hashes;
	size_t n;

	if (hkp_hashquery_read(bytes_of(data, size), 1000, &hashes, &n) ==
		ICS_OK &&
	    n * (4 + HKP_HASH_OCTETS) + 4 > size)
		abort();
	free(hashes);
	return 0;
}
