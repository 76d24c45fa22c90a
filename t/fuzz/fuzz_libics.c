/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server answers, the first octet says to how many questions: each is
 * a verdict with a rule that fits, and what came so far is never whole when it
 * is cut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libics/reply.h"

#define CUT_MAX 1024 /* octets of what is cut everywhere */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lines(const struct libics_reply *reply, size_t n)
{
	struct ics_answer answers[ICS_LIST_MAX];

	if (!libics_lines_read(reply, answers, n))
		return;
	for (size_t i = 0; i < n; i++) {
		size_t octets = strnlen(answers[i].rule, ICS_RULE_MAX);

		if (octets == ICS_RULE_MAX || answers[i].verdict < ICS_DENY ||
		    ics_is_allowed(answers[i].verdict) != (octets == 0))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct libics_reply reply, part;
	const char *p;

	if (size == 0)
		return 0;
	p = (const char *)data + 1;
	if (libics_reply_read(p, size - 1, &reply) != LIBICS_DONE ||
	    reply.status != 200)
		return 0;
	if (reply.n > LIBICS_BODY_MAX || reply.body + reply.n != p + size - 1)
		abort();
	lines(&reply, (size_t)data[0] + 1);
	for (size_t n = 0; n < size - 1 && size < CUT_MAX; n++)
		if (libics_reply_read(p, n, &part) != LIBICS_MORE)
			abort();
	return 0;
}
