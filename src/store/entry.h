/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry holds. Private. */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include "store/index.h"
#include "store/says.h"
#include "store/store.h"

struct store_entry {
	struct pgp_fpr fpr;
	uint32_t crc, flags;
	uint8_t digest[32], skshash[16];
	struct buf data, summary; /* owned */
	struct index index;
	struct says says;
};

#endif
