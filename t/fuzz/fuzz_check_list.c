/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of questions, the first octet says whether as JSON: never more than
 * may be, a refusal has words, and no text is longer than the body.
 */
#include <stdlib.h>

#include "api/check_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
texts(const struct api_check_question *q)
{
	return q->subject.n + q->with.n + q->code.n + q->claims.n + q->slot.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	size_t octets = 0;
	enum ics_err err;

	if (size > 0) {
		err = api_check_list_read(bytes_of(data + 1, size - 1),
		    data[0] % 2 != 0, list);
		if ((err == ICS_EFORMAT) != (list->why != NULL))
			abort();
		for (size_t i = 0; err == ICS_OK && i < list->n; i++)
			octets += texts(&list->at[i]);
		if (list->n > API_CHECK_LIST_MAX || octets > size)
			abort();
	}
	api_check_list_release(list);
	free(list);
	return 0;
}
