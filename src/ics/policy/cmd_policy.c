/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy: finds the verb, and runs it. */
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"

#define OPTIONS_MAX 16

static const struct verb {
	const char *word;
	int (*run)(struct ics *ics);
	size_t least, most;
	const char *arguments;
	enum ics_option options[OPTIONS_MAX];
} verbs[] = {
#define X(word, function, least, most, arguments, ...) \
	{ word, policy_do_##function, least, most, arguments, { __VA_ARGS__ } },
#include "ics/policy.def"
#undef X
};
#define VERBS_N (sizeof(verbs) / sizeof(verbs[0]))

int
policy_exit(enum ics_err err)
{
	return err == ICS_EFORMAT ? ICS_EXIT_NO : err_exit(err);
}

/* ---- the verb -------------------------------------------------------------------- */

static bool
is_general(enum ics_option option)
{
	return option == ICS_OPT_SERVER || option == ICS_OPT_STATE_DIR ||
	       option == ICS_OPT_QUIET;
}

static bool
takes(const struct verb *verb, enum ics_option option)
{
	for (size_t i = 0; verb->options[i] != ICS_OPT_COUNT; i++)
		if (verb->options[i] == option)
			return true;
	return is_general(option);
}

static bool
verb_check(const struct verb *verb, const struct ics *ics)
{
	for (int i = 0; i < ICS_OPT_COUNT; i++)
		if (ics->opts[i] != NULL && !takes(verb, (enum ics_option)i)) {
			out_fail(
			    "policy %s does not take all of these options; "
			    "see ics(1)",
			    verb->word);
			return false;
		}
	if (ics->args_n >= verb->least && ics->args_n <= verb->most)
		return true;
	out_fail("usage: ics policy %s [OPTION...] %s", verb->word,
	    verb->arguments);
	return false;
}

int
cmd_policy(struct ics *ics)
{
	const char *word = ics->args[0];

	ics->args++;
	ics->args_n--;
	for (size_t i = 0; i < VERBS_N; i++)
		if (strcmp(verbs[i].word, word) == 0)
			return verb_check(&verbs[i], ics) ? verbs[i].run(ics)
							  : ICS_EXIT_USAGE;
	out_fail("policy %s: no such verb; \"ics help policy\" lists them",
	    word);
	return ICS_EXIT_USAGE;
}
