/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer's answer to a hash query: what is kept lies inside of it, and put
 * behind each other it is as many certificates. */
#include <stdlib.h>

#include "pgp/pgp.h"
#include "sync/delivery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sync_delivery answer;
	size_t octets = 4;

	if (sync_delivery_read(bytes_of(data, size), &answer) != ICS_OK)
		return 0;
	for (size_t i = 0; i < answer.certs.n; i++) {
		octets += 4 + answer.certs.at[i].octets.n;
		if (!sync_delivery_has(&answer, &answer.certs.at[i].hash))
			abort();
	}
	if (octets + 4 * answer.passed_over > size)
		abort();
	sync_delivery_release(&answer);
	return 0;
}
