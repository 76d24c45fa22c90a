/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy sign: the owner's word under a descriptor that reads. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/policy.h"
#include "sign/verb.h"

/* A text on its way. */
struct signing {
	const struct ics *ics;
	struct policy_file f;
	struct buf text; /* with its serial */
	int64_t serial;
	struct policy_signer signer;
};

/* The version that the output has already; 0: none, or another domain's. */
static int64_t
serial_before(const struct signing *s)
{
	const char *path = s->ics->opts[ICS_OPT_OUTPUT];
	struct policy_file old;
	int64_t serial = 0;

	if (path == NULL || strcmp(path, "-") == 0 || access(path, F_OK) != 0)
		return 0;
	if (policy_file_read(path, &old) == ICS_OK && old.is_signed &&
	    strcmp(old.domain->name, s->f.domain->name) == 0)
		serial = old.domain->serial;
	policy_file_release(&old);
	return serial;
}

/* The text that is signed: the next version with --bump. */
static enum ics_err
text_choose(struct signing *s)
{
	int64_t before = serial_before(s);
	int64_t serial = s->f.domain->serial;

	s->serial = serial;
	if (!ics_has(s->ics, ICS_OPT_BUMP)) {
		buf_put(&s->text, policy_file_text(&s->f));
		if (before < serial)
			return buf_end(&s->text);
		out_fail("%s has version %lld already, and this is %lld: a "
			 "server takes what is newer; say --bump",
		    s->ics->opts[ICS_OPT_OUTPUT], (long long)before,
		    (long long)serial);
		return ICS_EDENIED;
	}
	if (before > serial)
		serial = before;
	if (serial == INT64_MAX) {
		out_fail("the serial cannot grow any more");
		return ICS_EDENIED;
	}
	s->serial = serial + 1;
	return domain_serial_set(policy_file_text(&s->f), s->serial, &s->text);
}

enum ics_err
policy_signer_read(const struct ics *ics, const struct policy_domain *d,
    struct policy_signer *s)
{
	enum ics_err err;

	notations_vfp_text(&d->owner, s->owner);
	s->domain = d;
	s->serial = d->serial;
	s->what =
	    (struct policy_signing){ .how = { .home = ics->opts[ICS_OPT_HOME] },
		    .who = ics_has(ics, ICS_OPT_AS) ? ics->opts[ICS_OPT_AS]
						    : s->owner + 2,
		    .owner = &d->owner,
		    .now = clock_now() };
	if (ics_has(ics, ICS_OPT_DATE))
		TRY(sign_time_read(ics->opts[ICS_OPT_DATE], &s->what.now));
	if (!ics_has(ics, ICS_OPT_PASSPHRASE_FD))
		return ICS_OK;
	s->what.how.passphrase = s->passphrase;
	err = sign_passphrase_read(ics->opts[ICS_OPT_PASSPHRASE_FD],
	    s->passphrase);
out:
	return err;
}

void
policy_signer_wipe(struct policy_signer *s)
{
	explicit_bzero(s->passphrase, sizeof(s->passphrase));
}

enum ics_err
policy_signer_sign(struct policy_signer *s, struct bytes text, struct buf *out)
{
	char about[256];
	enum ics_err err;

	(void)snprintf(about, sizeof(about),
	    "ics: sign the policy of domain %s, version %lld", s->domain->name,
	    (long long)s->serial); /* fits */
	s->what.about = about;
	err = policy_text_sign(&s->what, text, out);
	s->what.about = NULL;
	return err;
}

static enum ics_err
text_sign(struct signing *s)
{
	struct buf made;
	enum ics_err err;

	buf_init(&made, DOMAIN_TEXT_MAX);
	s->signer.serial = s->serial;
	TRY(policy_signer_sign(&s->signer, buf_bytes(&s->text), &made));
	TRY(out_write(s->ics->opts[ICS_OPT_OUTPUT], buf_bytes(&made)));
	out_note(ics_quiet(s->ics), "domain %s, version %lld, signed",
	    s->f.domain->name, (long long)s->serial);
out:
	buf_release(&made);
	return err;
}

int
policy_do_sign(struct ics *ics)
{
	struct signing s = { .ics = ics };
	enum ics_err err;

	buf_init(&s.text, DOMAIN_TEXT_MAX);
	TRY(policy_file_read(ics->args[0], &s.f));
	TRY(text_choose(&s));
	TRY(policy_signer_read(ics, s.f.domain, &s.signer));
	err = text_sign(&s);
out:
	policy_signer_wipe(&s.signer);
	policy_file_release(&s.f);
	buf_release(&s.text);
	return policy_exit(err);
}
