/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy: its verbs. */
#include "ics/policy.h"

int
policy_exit(enum ics_err err)
{
	return err == ICS_EFORMAT ? ICS_EXIT_NO : err_exit(err);
}

int
cmd_policy(struct ics *ics)
{
	static const struct ics_verb_row verbs[] = {
#define X(word, function, least, most, arguments, ...) \
	{ word, policy_do_##function, least, most, arguments, { __VA_ARGS__ } },
#include "ics/policy.def"
#undef X
	};

	return ics_verb_pick(ics, verbs, sizeof(verbs) / sizeof(verbs[0]));
}
