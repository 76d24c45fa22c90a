/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy check, show: what is wrong with a descriptor, what it says. */
#include "client/out.h"
#include "ics/policy.h"

int
policy_do_check(struct ics *ics)
{
	struct policy_file f;
	enum ics_err err = policy_file_read(ics->args[0], &f);

	if (err == ICS_OK)
		out_note(ics_quiet(ics), "%s: domain %s, version %lld, %s",
		    ics->args[0], f.domain->name, (long long)f.domain->serial,
		    f.is_signed ? "with a signature that is not looked at here"
				: "not signed");
	policy_file_release(&f);
	return policy_exit(err);
}

int
policy_do_show(struct ics *ics)
{
	struct policy_file f;
	struct buf text;
	enum ics_err err;

	buf_init(&text, 2 * DOMAIN_TEXT_MAX);
	TRY(policy_file_read(ics->args[0], &f));
	domain_write(f.domain, &text);
	err = out_write(ics->opts[ICS_OPT_OUTPUT], buf_bytes(&text));
out:
	policy_file_release(&f);
	buf_release(&text);
	return policy_exit(err);
}
