/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what an ICS peer answers in JSON; pages never go back. */
#include <stdint.h>
#include <stdlib.h>

#include "sync/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes body = bytes_of(data, n);
	struct sync_head from, to;
	struct sync_feed feed;
	struct sync_taken taken;

	if (sync_feed_read(body, 3, &feed) == ICS_OK &&
	    (feed.next < 3 || feed.size < feed.next ||
		feed.rows.n > SYNC_FEED_ROWS))
		abort();
	sync_feed_release(&feed);
	(void)sync_head_read(body, &from);
	if (sync_grown_read(body, &from, &to) == ICS_OK && to.size < from.size)
		abort();
	if (sync_taken_read(body, &taken) == ICS_OK &&
	    taken.taken + taken.known > n)
		abort();
	return 0;
}
