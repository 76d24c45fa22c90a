/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is trusted with what: the operator's roots and rights, and those of all
 * domains, as the set in force has them. Asked by all threads; replaced whole,
 * by a reload or when a descriptor came.
 */
#include <limits.h>
#include <stdlib.h>

#include "base/log.h"
#include "intake/work.h"

/* A set over these rights, or over those of the set in force, from what is
 * stored now. One at a time, so that the last one is the newest. */
static enum ics_err
set_renew(struct intake *in, const struct policy_rights *rights)
{
	struct domain_set *former = domain_live_hold(in->live), *set;
	enum ics_err err;

	if (rights == NULL)
		rights = domain_set_rights(former, POLICY_NOBODY);
	TRY(store_reader_begin(in->descriptors));
	TRY(domain_set_renew(in->descriptors, rights, former, &set));
	domain_live_set(in->live, set);
out:
	store_reader_end(in->descriptors);
	domain_set_drop(former);
	return err;
}

enum ics_err
rights_renew(struct intake *in, const struct policy_rights *rights)
{
	enum ics_err err;

	/* A lock of our own, never taken twice: these cannot fail. */
	(void)pthread_mutex_lock(&in->renewing);
	err = set_renew(in, rights);
	(void)pthread_mutex_unlock(&in->renewing);
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "domains",
		    "words=\"the former ones stay in force\" error=%s",
		    err_name(err));
	return err;
}

void
intake_rights_set(struct intake *in, const struct policy_rights *rights)
{
	if (rights_renew(in, rights) != ICS_OK)
		return; /* told */
	atomic_store(&in->rederives, true);
	intake_tick(in);
}

struct domain_set *
intake_domains_hold(struct intake *in)
{
	return domain_live_hold(in->live);
}

struct domain_live *
intake_live(struct intake *in)
{
	return in->live;
}

#define ROLES_ANY UINT_MAX

bool
rights_has_role(struct intake *in, const struct pgp_fpr *fpr, unsigned roles)
{
	struct domain_set *set = domain_live_hold(in->live);
	const struct policy_rights *all = domain_set_all(set);
	size_t n, first = policy_rights_of(all, fpr, &n);
	bool found = false;

	for (size_t i = first; i < first + n && !found; i++)
		found = ((roles | NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_NONE)) >>
				all->at[i].role &
			    1u) != 0 &&
			pgp_fpr_equal(&all->at[i].fpr, fpr);
	domain_set_drop(set);
	return found;
}

bool
rights_has_any(struct intake *in, const struct pgp_fpr *fpr)
{
	return rights_has_role(in, fpr, ROLES_ANY);
}

enum ics_err
rights_welcome(struct intake *in, struct store_reader *r,
    const struct notations_subject *subject, bool *is)
{
	struct domain_set *set = domain_live_hold(in->live);
	struct store_bits bits;
	enum ics_err err;

	*is = false;
	TRY(store_membership_get(r, subject, &bits));
	for (size_t i = 0; i < domain_set_size(set) && !*is; i++)
		*is = store_bits_has(&bits, (unsigned)i) &&
		      domain_set_newest(set, i)->takes_claims;
out:
	domain_set_drop(set);
	return err;
}

bool
rights_knows(void *arg, const struct pgp_fpr *fpr)
{
	return rights_has_any(arg, fpr);
}

bool
rights_has_maker(void *arg, const struct pgp_fpr *fpr)
{
	return rights_has_role(arg, fpr,
	    NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER));
}
