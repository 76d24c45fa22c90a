/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy new: a descriptor to begin with, explained word by word. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/policy.h"
#include "sign/gpg.h"
#include "sign/signer.h"

ARRAY_OF(struct policy_grant, grants);

static char empty[] = "";

enum ics_err
policy_profile_read(const char *word, enum domain_profile *profile)
{
	if (domain_profile_find(bytes_of_str(word), profile))
		return ICS_OK;
	out_fail("%s: no such profile; there are", word);
	for (int i = 0; i < DOMAIN_PROFILES; i++)
		out_fail("  %-12s  %s",
		    domain_profile_word((enum domain_profile)i),
		    domain_profile_words((enum domain_profile)i));
	return ICS_EUSAGE;
}

/* ---- keys ------------------------------------------------------------------------ */

static enum ics_err
key_read(const char *typed, struct pgp_fpr *fpr)
{
	struct notations_subject s;

	if (notations_subject_guess(bytes_of_str(typed), &s) &&
	    notations_subject_fpr(&s, fpr))
		return ICS_OK;
	out_fail("%s: not a fingerprint", typed);
	return ICS_EUSAGE;
}

/* Whom the keyring knows by that name. */
static enum ics_err
key_look_up(const struct ics *ics, const char *who, struct pgp_fpr *fpr)
{
	struct sign_cert cert = { NULL, NULL };
	struct buf data;
	enum ics_err err;

	buf_init(&data, 2 * (size_t)PGP_CERT_RAW_MAX);
	TRY(sign_gpg_secret(ics->opts[ICS_OPT_HOME], who, &data));
	TRY(sign_cert_read(buf_bytes(&data), who, clock_now(), &cert));
	*fpr = pgp_cert_primary(cert.clean)->fpr;
out:
	sign_cert_release(&cert);
	buf_release(&data);
	return err;
}

static enum ics_err
owner_read(const struct ics *ics, struct pgp_fpr *fpr)
{
	if (ics_has(ics, ICS_OPT_OWNER))
		return key_read(ics->opts[ICS_OPT_OWNER], fpr);
	if (ics_has(ics, ICS_OPT_AS))
		return key_look_up(ics, ics->opts[ICS_OPT_AS], fpr);
	out_fail("say whose domain it is: --owner FINGERPRINT, or --as KEY of "
		 "your keyring");
	return ICS_EUSAGE;
}

/* ---- grants ------------------------------------------------------------------------ */

/* "integrator=04..." */
static enum ics_err
grant_read(char *one, struct grants *all)
{
	struct policy_grant *g = grants_add(all);
	char *is = strchr(one, '=');
	enum notations_role role = NOTATIONS_ROLE_NONE;

	*g = (struct policy_grant){
		.scope = empty, .from = INT64_MIN, .until = INT64_MAX
	};
	if (is != NULL)
		role = notations_role_find(bytes_of(one, (size_t)(is - one)));
	if (role == NOTATIONS_ROLE_NONE) {
		out_fail("--grant %s: a role, = and a fingerprint", one);
		return ICS_EUSAGE;
	}
	g->roles = NOTATIONS_ROLE_BIT(role);
	return key_read(is + 1, &g->fpr);
}

static enum ics_err
grants_read(const struct ics *ics, struct grants *all)
{
	const char *list = ics->opts[ICS_OPT_GRANT];
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && list != NULL) {
		size_t n = strcspn(list, ",");
		char *one = alloc_str_from_bytes(bytes_of(list, n));

		err = grant_read(one, all);
		free(one);
		list = list[n] == '\0' ? NULL : list + n + 1;
	}
	return err;
}

/* ---- the verb ------------------------------------------------------------------------ */

static enum ics_err
start_write(const struct ics *ics, const struct domain_start *start)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_start(start, &c);
	struct buf text;
	enum ics_err err = ICS_EUSAGE;

	buf_init(&text, DOMAIN_TEXT_MAX);
	if (d == NULL) {
		policy_complaints_tell(start->name, &c);
	} else {
		buf_printf(&text,
		    "# The domain of a server of profile %s: %s.\n",
		    domain_profile_word(start->profile),
		    domain_profile_words(start->profile));
		buf_put_str(&text,
		    "# ics-policy(5) is about every word. Then: ics policy "
		    "check, ics policy sign.\n");
		domain_write_explained(d, &text);
		err = out_write(ics->opts[ICS_OPT_OUTPUT], buf_bytes(&text));
	}
	policy_domain_free(d);
	domain_complaints_release(&c);
	buf_release(&text);
	return err;
}

int
policy_do_new(struct ics *ics)
{
	const char *word = ics->args[0];
	struct domain_start start = { .name = ics->opts[ICS_OPT_NAME] };
	struct grants grants = { 0 };
	enum ics_err err;

	TRY(policy_profile_read(word, &start.profile));
	if (start.name == NULL)
		start.name = word;
	TRY(owner_read(ics, &start.owner));
	TRY(grants_read(ics, &grants));
	start.grants = grants.at;
	start.grants_n = grants.n;
	err = start_write(ics, &start);
out:
	grants_release(&grants);
	return err_exit(err);
}
