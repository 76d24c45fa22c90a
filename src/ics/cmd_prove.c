/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands that prove: what they were told on the line, handed to
 * src/prove.
 */
#include "base/clock.h"
#include "client/out.h"
#include "export/export.h"
#include "ics/ics.h"
#include "prove/survey.h"

static enum ics_err
export_do(const struct ics *ics, struct export *what)
{
	struct prove_anchors anchors;
	const struct prove_namers by = prove_anchors_namers(&anchors);
	const struct judge_how how = { clock_now(), &by.keyring, &by.makers };
	enum ics_err err =
	    prove_anchors_read(ics->opts[ICS_OPT_ANCHOR], &anchors);

	what->how = &how;
	if (err == ICS_OK)
		err = export_run(what);
	prove_anchors_release(&anchors);
	return err;
}

int
cmd_export(struct ics *ics)
{
	static const struct {
		enum ics_option option;
		enum export_form form;
	} forms[] = {
		{ ICS_OPT_SSH, EXPORT_SSH },
		{ ICS_OPT_PEM, EXPORT_PEM },
		{ ICS_OPT_PIN, EXPORT_PIN },
	};
	struct export what = { .typed = ics->args[0],
		.key = ics->opts[ICS_OPT_KEY],
		.output = ics->opts[ICS_OPT_OUTPUT],
		.where = &ics->where };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ics_has(ics, forms[i].option))
			what.forms |= forms[i].form;
	if (what.forms == 0) {
		out_fail("say the form: --ssh, --pem or --pin");
		return ICS_EXIT_USAGE;
	}
	return err_exit(export_do(ics, &what));
}

int
cmd_verify(struct ics *ics)
{
	const struct prove_verify what = { .typed = ics->args[0],
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.bundle = ics->opts[ICS_OPT_BUNDLE],
		.save = ics->opts[ICS_OPT_SAVE_BUNDLE],
		.require = ics->opts[ICS_OPT_REQUIRE],
		.attest = { ics->opts[ICS_OPT_ATTESTATION],
		    ics->opts[ICS_OPT_NONCE], ics->opts[ICS_OPT_WITHIN] },
		.when = { ics->opts[ICS_OPT_AT], ics->opts[ICS_OPT_KNOWN_AT] },
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics),
		.recipe = ics_has(ics, ICS_OPT_RECIPE),
		.where = &ics->where };
	bool yes = false;
	enum ics_err err = prove_verify_run(&what, &yes);

	if (err != ICS_OK)
		return err_exit(err);
	return yes ? ICS_EXIT_YES : ICS_EXIT_NO;
}

static struct prove_survey
survey_of(const struct ics *ics)
{
	return (struct prove_survey){ .where = &ics->where,
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.require = ics->opts[ICS_OPT_REQUIRE],
		.limit = ics->opts[ICS_OPT_LIMIT],
		.when = { ics->opts[ICS_OPT_AT], ics->opts[ICS_OPT_KNOWN_AT] },
		.critical = ics_has(ics, ICS_OPT_CRITICAL),
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics),
		.args = ics->args,
		.args_n = ics->args_n };
}

int
cmd_audit(struct ics *ics)
{
	const struct prove_survey what = survey_of(ics);
	bool complete = false;
	enum ics_err err = prove_survey_run(&what, &complete);

	if (err != ICS_OK)
		return err_exit(err);
	return complete ? ICS_EXIT_YES : ICS_EXIT_NO;
}

/* That somebody has it is no failure: the list is the answer. */
int
cmd_radius(struct ics *ics)
{
	const struct prove_survey what = survey_of(ics);

	return err_exit(prove_radius_run(&what));
}
