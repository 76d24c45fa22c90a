/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as people type them. */
#include "prove/when.h"

#include "base/clock.h"
#include "client/out.h"

bool
prove_number_read(const char *text, int64_t *n)
{
	uint64_t v;

	if (notations_number_read(bytes_of_str(text), &v) != ICS_OK ||
	    v > INT64_MAX)
		return false;
	*n = (int64_t)v;
	return true;
}

/* A day alone is its first second. */
static bool
at_read(const char *text, int64_t *t)
{
	char full[CLOCK_TEXT_MAX];

	if (text[0] == '@')
		return prove_number_read(text + 1, t);
	if (strlen(text) != 10)
		return notations_time_read(bytes_of_str(text), t) == ICS_OK;
	(void)snprintf(full, sizeof(full), "%sT00:00:00Z", text); /* fits */
	return notations_time_read(bytes_of_str(full), t) == ICS_OK;
}

enum ics_err
prove_when_read(const struct prove_when_said *said, struct policy_time *when)
{
	*when = (struct policy_time){ .at = clock_now(), .skew = POLICY_SKEW };
	if (said->at != NULL) {
		when->skew = 0;
		if (!at_read(said->at, &when->at)) {
			out_fail("--at takes a day as 2026-11-26, a time as "
				 "2026-11-26T10:00:00Z, or @SECONDS");
			return ICS_EUSAGE;
		}
	}
	if (said->known_at != NULL &&
	    (!prove_number_read(said->known_at, &when->known_at) ||
		when->known_at == 0)) {
		out_fail("--known-at takes a position of the server's log");
		return ICS_EUSAGE;
	}
	return ICS_OK;
}

void
prove_when_query(const struct prove_when_said *said,
    const struct policy_time *when, struct buf *path)
{
	char text[CLOCK_TEXT_MAX];
	const char *lead = "?";

	if (said->at != NULL) {
		clock_rfc3339(when->at, text);
		buf_printf(path, "%sat=%s", lead, text);
		lead = "&";
	}
	if (said->known_at != NULL)
		buf_printf(path, "%sknown-at=%lld", lead,
		    (long long)when->known_at);
}
