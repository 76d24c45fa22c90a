/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor in a file, signed or not. */
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"
#include "sign/signer.h"

void
policy_file_release(struct policy_file *f)
{
	policy_domain_free(f->domain);
	domain_signed_release(&f->cleartext);
	buf_release(&f->data);
}

struct bytes
policy_file_text(const struct policy_file *f)
{
	return buf_bytes(f->is_signed ? &f->cleartext.plain : &f->data);
}

void
policy_complaints_tell(const char *path, struct domain_complaints *c)
{
	char *all = c->n == 0 ? NULL : alloc_str(buf_str(&c->lines));

	for (char *line = all; line != NULL && *line != '\0';) {
		size_t n = strcspn(line, "\n"), number = strcspn(line, ":");

		if (path != NULL)
			out_fail("%s:%.*s", path, (int)n, line);
		else
			out_fail("%.*s", (int)(n - number - 2),
			    line + number + 2);
		line += n + (line[n] == '\n');
	}
	free(all);
}

enum ics_err
policy_file_judge(const char *path, struct policy_file *f,
    struct domain_complaints *c)
{
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
	f->domain = domain_read(policy_file_text(f), c);
	err = f->domain == NULL ? ICS_EFORMAT : ICS_OK;
out:
	return err;
}

enum ics_err
policy_file_read(const char *path, struct policy_file *f)
{
	struct domain_complaints c = { 0 };
	enum ics_err err = policy_file_judge(path, f, &c);

	policy_complaints_tell(path, &c);
	domain_complaints_release(&c);
	return err;
}
