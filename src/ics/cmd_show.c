/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands that show what is so: options in, src/prove does the rest. */
#include "audit/audit.h"
#include "ics/ics.h"
#include "prove/show.h"
#include "prove/watch.h"

static struct prove_show
show_of(const struct ics *ics)
{
	return (struct prove_show){ .where = &ics->where,
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.when = { ics->opts[ICS_OPT_AT], ics->opts[ICS_OPT_KNOWN_AT] },
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics) };
}

static int
answer(enum ics_err err, bool yes)
{
	if (err != ICS_OK)
		return err_exit(err);
	return yes ? ICS_EXIT_YES : ICS_EXIT_NO;
}

int
cmd_history(struct ics *ics)
{
	const struct prove_show show = show_of(ics);
	const struct audit audit = {
		.where = &ics->where, .json = show.json, .quiet = show.quiet
	};

	bool same = false;
	enum ics_err err;

	if (ics_has(ics, ICS_OPT_VERIFY)) {
		err = audit_item(&audit, ics->args[0], &same);
		return answer(err, same);
	}
	return err_exit(prove_show_history(&show, ics->args[0]));
}

int
cmd_who(struct ics *ics)
{
	const struct prove_show show = show_of(ics);

	return err_exit(prove_show_who(&show, ics->args[0]));
}

int
cmd_explain(struct ics *ics)
{
	const struct prove_show show = show_of(ics);

	return err_exit(prove_show_explain(&show, ics->args[0]));
}

int
cmd_log(struct ics *ics)
{
	const struct audit audit = { .where = &ics->where,
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics),
		.whole = ics_has(ics, ICS_OPT_VERIFY) };

	bool same = false;
	enum ics_err err = audit_log(&audit, &same);

	return answer(err, same);
}

int
cmd_watch(struct ics *ics)
{
	const struct prove_watch watch = { .where = &ics->where,
		.from = ics->opts[ICS_OPT_FROM],
		.limit = ics->opts[ICS_OPT_LIMIT],
		.args = ics->args,
		.args_n = ics->args_n,
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics) };

	return err_exit(prove_watch_run(&watch));
}
