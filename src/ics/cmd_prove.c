/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands that prove: what they were told on the line, handed to
 * src/prove.
 */
#include "client/out.h"
#include "ics/ics.h"
#include "prove/export.h"

int
cmd_export(struct ics *ics)
{
	static const struct {
		enum ics_option option;
		enum prove_export_form form;
	} forms[] = {
		{ ICS_OPT_SSH, PROVE_EXPORT_SSH },
		{ ICS_OPT_PEM, PROVE_EXPORT_PEM },
		{ ICS_OPT_PIN, PROVE_EXPORT_PIN },
	};
	struct prove_export what = { .typed = ics->args[0],
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
	return err_exit(prove_export_run(&what));
}
