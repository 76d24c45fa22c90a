/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy check, show: what is wrong with a descriptor, what it says. */
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"

#define DIGITS "0123456789"

/* "LINE: what" each, as an object. */
static json_t *
complaints_json(struct domain_complaints *c)
{
	json_t *list = json_array();
	char *all = c->n == 0 ? NULL : alloc_str(buf_str(&c->lines));

	for (char *line = all; line != NULL && *line != '\0';) {
		size_t n = strcspn(line, "\n"), digits = strspn(line, DIGITS);
		size_t at = digits + strspn(line + digits, ": ");
		uint64_t number = 0;

		(void)notations_number_read(bytes_of(line, digits),
		    &number); /* ours: a number */
		json_array_append_new(list,
		    json_pack("{s:I, s:o}", "line", (json_int_t)number, "words",
			out_json_text(bytes_of(line + at, n - at))));
		line += n + (line[n] == '\n');
	}
	free(all);
	return list;
}

static void
check_json(const struct policy_file *f, struct domain_complaints *c)
{
	const struct policy_domain *d = f->domain;

	out_json(json_pack("{s:b, s:b, s:o, s:o, s:o}", "reads",
	    (int)(d != NULL), "signed", (int)f->is_signed, "domain",
	    d == NULL ? json_null() : json_string(d->name), "version",
	    d == NULL ? json_null() : json_integer(d->serial), "complaints",
	    complaints_json(c)));
}

int
policy_do_check(struct ics *ics)
{
	struct domain_complaints c = { 0 };
	const char *path = ics->args[0];
	bool json = ics_has(ics, ICS_OPT_JSON);
	struct policy_file f;
	enum ics_err err = policy_file_judge(path, &f, &c);

	if (json && (err == ICS_OK || c.n > 0))
		check_json(&f, &c);
	else
		policy_complaints_tell(path, &c);
	if (err == ICS_OK)
		out_note(ics_quiet(ics) || json,
		    "%s: domain %s, version %lld, %s", path, f.domain->name,
		    (long long)f.domain->serial,
		    f.is_signed ? "with a signature that is not looked at here"
				: "not signed");
	policy_file_release(&f);
	domain_complaints_release(&c);
	return policy_exit(err);
}

/* Text of strangers that is no UTF-8 is made some. */
static enum ics_err
show_json(const struct policy_domain *d)
{
	json_t *doc;
	struct buf text, clean;

	buf_init(&text, 4 * DOMAIN_TEXT_MAX);
	buf_init(&clean, 16 * DOMAIN_TEXT_MAX);
	domain_write_json(d, &text);
	out_clean(buf_bytes(&text), &clean);
	doc = json_loadb((const char *)clean.p, clean.n, 0, NULL);
	buf_release(&text);
	buf_release(&clean);
	if (doc == NULL)
		return ICS_ETOOBIG;
	out_json(doc);
	return ICS_OK;
}

int
policy_do_show(struct ics *ics)
{
	struct policy_file f;
	struct buf text;
	enum ics_err err;

	buf_init(&text, 2 * DOMAIN_TEXT_MAX);
	TRY(policy_file_read(ics->args[0], &f));
	if (ics_has(ics, ICS_OPT_JSON)) {
		err = show_json(f.domain);
		goto out;
	}
	domain_write(f.domain, &text);
	err = out_write(ics->opts[ICS_OPT_OUTPUT], buf_bytes(&text));
out:
	policy_file_release(&f);
	buf_release(&text);
	return policy_exit(err);
}
