/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy: descriptors, signed or not, before they are handed to anybody. */
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "domain/domain.h"
#include "ics/ics.h"
#include "sign/signer.h"

/* A descriptor from a file, and what it says. */
struct policy_file {
	struct buf data;		/* owned: as it stands there */
	struct domain_signed cleartext; /* owned */
	bool is_signed;
	struct policy_domain *domain; /* owned; NULL: it is wrong */
};

static void
file_release(struct policy_file *f)
{
	policy_domain_free(f->domain);
	domain_signed_release(&f->cleartext);
	buf_release(&f->data);
}

static struct bytes
file_text(const struct policy_file *f)
{
	return buf_bytes(f->is_signed ? &f->cleartext.plain : &f->data);
}

/* "FILE:LINE: what" each. */
static void
complaints_tell(const char *path, struct domain_complaints *c)
{
	char *all = c->n == 0 ? NULL : alloc_str(buf_str(&c->lines));

	for (char *line = all; line != NULL && *line != '\0';) {
		size_t n = strcspn(line, "\n");

		out_fail("%s:%.*s", path, (int)n, line);
		line += n + (line[n] == '\n');
	}
	free(all);
}

/* Complaints are told. ICS_EFORMAT: it is wrong. Release *f in any case. */
static enum ics_err
file_read(const char *path, struct policy_file *f)
{
	struct domain_complaints c = { 0 };
	enum ics_err err;

	*f = (struct policy_file){ 0 };
	buf_init(&f->data, DOMAIN_TEXT_MAX);
	TRY(sign_file_read(path, &f->data));
	f->is_signed = domain_is_signed(buf_bytes(&f->data));
	if (f->is_signed) {
		err = domain_signed_read(buf_bytes(&f->data), &f->cleartext);
		if (err != ICS_OK) {
			out_fail("%s: no good cleartext signature: %s", path,
			    err_words(err));
			return err;
		}
	}
	f->domain = domain_read(file_text(f), &c);
	complaints_tell(path, &c);
	domain_complaints_release(&c);
	err = f->domain == NULL ? ICS_EFORMAT : ICS_OK;
out:
	return err;
}

/* ---- the verbs --------------------------------------------------------------------- */

static int
check_do(struct ics *ics)
{
	struct policy_file f;
	enum ics_err err = file_read(ics->args[1], &f);

	if (err == ICS_OK)
		out_note(ics_quiet(ics), "%s: domain %s, version %lld, %s",
		    ics->args[1], f.domain->name, (long long)f.domain->serial,
		    f.is_signed ? "with a signature that is not looked at here"
				: "not signed");
	file_release(&f);
	return err == ICS_EFORMAT ? ICS_EXIT_NO : err_exit(err);
}

static int
show_do(struct ics *ics)
{
	struct out_file to;
	struct policy_file f;
	struct buf text;
	enum ics_err err;

	buf_init(&text, 2 * DOMAIN_TEXT_MAX);
	TRY(file_read(ics->args[1], &f));
	domain_write(f.domain, &text);
	TRY(out_open(&to, ics->opts[ICS_OPT_OUTPUT]));
	err = out_put(&to, buf_bytes(&text));
	if (err == ICS_OK)
		err = out_close(&to);
	else
		out_abandon(&to);
out:
	file_release(&f);
	buf_release(&text);
	return err == ICS_EFORMAT ? ICS_EXIT_NO : err_exit(err);
}

int
cmd_policy(struct ics *ics)
{
	if (strcmp(ics->args[0], "check") == 0)
		return check_do(ics);
	if (strcmp(ics->args[0], "show") == 0)
		return show_do(ics);
	out_fail("policy %s: check or show", ics->args[0]);
	return ICS_EXIT_USAGE;
}
