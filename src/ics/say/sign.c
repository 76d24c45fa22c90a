/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of the commands that sign. */
#include "ics/sign.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/out.h"
#include "sign/verb.h"

enum ics_err
sign_passphrase_read(const char *typed, char room[SIGN_PASSPHRASE_MAX])
{
	uint64_t fd;
	size_t n = 0;
	char c;

	if (notations_number_read(bytes_of_str(typed), &fd) != ICS_OK ||
	    fd > 65535) {
		out_fail("--passphrase-fd %s: a number", typed);
		return ICS_EUSAGE;
	}
	while (read((int)fd, &c, 1) == 1 && c != '\n') {
		if (n + 1 == SIGN_PASSPHRASE_MAX) {
			out_fail("the passphrase is longer than %u octets",
			    SIGN_PASSPHRASE_MAX - 1);
			return ICS_ETOOBIG;
		}
		room[n++] = c;
	}
	room[n] = '\0';
	return ICS_OK;
}

enum ics_err
sign_options_read(const struct ics *ics, char passphrase[SIGN_PASSPHRASE_MAX],
    struct sign_act *act)
{
	enum ics_err err;

	*act = (struct sign_act){ .where = &ics->where,
		.who = ics->opts[ICS_OPT_AS],
		.output = ics->opts[ICS_OPT_OUTPUT],
		.how = { .home = ics->opts[ICS_OPT_HOME] },
		.now = clock_now(),
		.dry_run = ics_has(ics, ICS_OPT_DRY_RUN),
		.json = ics_has(ics, ICS_OPT_JSON),
		.binary = ics_has(ics, ICS_OPT_BINARY),
		.quiet = ics_quiet(ics) };
	if (act->who == NULL) {
		out_fail("say who signs: --as KEY");
		return ICS_EUSAGE;
	}
	if (ics_has(ics, ICS_OPT_DATE))
		TRY(sign_time_read(ics->opts[ICS_OPT_DATE], &act->now));
	if (!ics_has(ics, ICS_OPT_PASSPHRASE_FD))
		return ICS_OK;
	act->how.passphrase = passphrase;
	err =
	    sign_passphrase_read(ics->opts[ICS_OPT_PASSPHRASE_FD], passphrase);
out:
	return err;
}

enum ics_err
sign_options_set(const struct ics *ics, struct sign_draft *draft)
{
	const char *list = ics->opts[ICS_OPT_SET];
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && list != NULL) {
		size_t n = strcspn(list, "\n");
		char *one = alloc_str_from_bytes(bytes_of(list, n));

		err = sign_draft_set(draft, one);
		free(one);
		list = list[n] == '\0' ? NULL : list + n + 1;
	}
	return err;
}

enum ics_err
sign_options_expire(const struct ics *ics, int64_t now, uint32_t *expires)
{
	int64_t until;
	enum ics_err err;

	*expires = 0;
	if (!ics_has(ics, ICS_OPT_EXPIRE))
		return ICS_OK;
	TRY(sign_time_read(ics->opts[ICS_OPT_EXPIRE], &until));
	if (until <= now || until - now > UINT32_MAX) {
		out_fail("--expire %s: not behind the statement's date",
		    ics->opts[ICS_OPT_EXPIRE]);
		return ICS_EUSAGE;
	}
	*expires = (uint32_t)(until - now);
out:
	return err;
}
