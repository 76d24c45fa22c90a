/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A foreign server's index, and a summary: each text a row lends lies within
 * what the list owns. */
#include <stdlib.h>
#include <unistd.h>

#include "client/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(struct find_list *list)
{
	volatile uint8_t sum = 0;

	index_list_settle(list);
	for (size_t i = 0; i < list->rows.n; i++)
		for (size_t k = 0; k < list->rows.at[i].uid.n; k++)
			sum = (uint8_t)(sum + list->rows.at[i].uid.p[k]);
	find_list_release(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct find_list list;
	struct bytes all = bytes_of(data, size);

	/* What is no index is told on standard error, and is no finding. */
	if (size > 0 && data[0] != '<') {
		index_list_init(&list);
		(void)!index_read(all, &list);
		use(&list);
	}
	index_list_init(&list);
	(void)!index_summary_read(all, &list);
	use(&list);
	return 0;
}
