/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By whose rules a thing is judged: by those of the domain that was named, or
 * of the only one that there is. Where there are several and none is named, by
 * those of every domain that it belongs to: all have to allow it. What belongs
 * to none is refused, since nobody here answers for it. A server without
 * domains judges by its own rights.
 */
#include "api/check.h"

static void
scope_add(const struct api_check_request *c, size_t number,
    struct api_check_scopes *scopes)
{
	struct api_check_scope *scope = &scopes->at[scopes->n++];

	*scope = (struct api_check_scope){ .number = number,
		.rights = domain_set_rights(c->set, number) };
	if (number == POLICY_NOBODY)
		return;
	scope->domain =
	    policy_line_at(domain_set_line(c->set, number), c->when.at);
	scope->data_at = api_check_data_at(c, scope->domain);
}

/* A peer of a block has the name of the domain in its own; the operator's
 * peer may be older. */
static int64_t
heard_of(const struct api_check_request *c, const struct policy_domain *domain,
    const char *name)
{
	char row[2 * POLICY_NAME_MAX];
	int64_t at = c->heard(c->heard_arg, name), by_block;
	int n = snprintf(row, sizeof(row), "%s@%s", name, domain->name);

	if (n < 0 || (size_t)n >= sizeof(row))
		return at;
	by_block = c->heard(c->heard_arg, row);
	return by_block > at ? by_block : at;
}

int64_t
api_check_data_at(const struct api_check_request *c,
    const struct policy_domain *domain)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < domain->syncs_n; i++) {
		int64_t at;

		if (domain->syncs[i].pull[0] == '\0' || c->heard == NULL)
			continue;
		at = heard_of(c, domain, domain->syncs[i].name);
		if (at < API_CHECK_NEVER)
			at = API_CHECK_NEVER;
		if (oldest == 0 || at < oldest)
			oldest = at;
	}
	return oldest;
}

/* The one that is meant whatever the thing is. */
static size_t
only_one(const struct api_check_request *c)
{
	if (c->domain != POLICY_NOBODY)
		return c->domain;
	return domain_set_size(c->set) == 1 && api_check_may_read(c, 0)
		   ? 0
		   : POLICY_NOBODY;
}

enum ics_err
api_check_bits_read(const struct api_check_request *c,
    const struct api_check_part *part, struct store_bits *bits)
{
	*bits = (struct store_bits){ { 0 } };
	if (domain_set_size(c->set) == 0 || only_one(c) != POLICY_NOBODY)
		return ICS_OK;
	return store_membership_get(c->r, &part->subject, bits);
}

/* Membership is kept as it is now; of another time it is computed. */
static enum ics_err
belonged(const struct api_check_request *c, const struct api_check_part *part,
    size_t number, bool *is)
{
	const struct policy_domain *domain =
	    policy_line_at(domain_set_line(c->set, number), c->when.at);
	struct api_check_look l;
	enum ics_err err = api_check_look_read(c,
	    domain_set_rights(c->set, number), &part->subject, &l);

	*is = err == ICS_OK &&
	      policy_domain_takes(domain, &l.facts) != POLICY_NOBODY;
	api_check_look_release(&l);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
members_find(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_scopes *scopes)
{
	struct store_bits bits;
	enum ics_err err;

	TRY(api_check_bits_read(c, part, &bits));
	for (size_t i = 0; i < domain_set_size(c->set); i++) {
		bool is = store_bits_has(&bits, (unsigned)i);

		if (!api_check_may_read(c, i))
			continue;
		if (!c->is_now)
			TRY(belonged(c, part, i, &is));
		if (is)
			scope_add(c, i, scopes);
	}
out:
	return err;
}

enum ics_err
api_check_scopes_find(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_scopes *scopes)
{
	size_t only = only_one(c);
	enum ics_err err = ICS_OK;

	scopes->n = 0;
	if (only != POLICY_NOBODY)
		scope_add(c, only, scopes);
	else if (domain_set_size(c->set) > 0 && part->found == API_CHECK_FOUND)
		err = members_find(c, part, scopes);
	scopes->is_outside = scopes->n == 0 && domain_set_size(c->set) > 0;
	if (scopes->n == 0)
		scope_add(c, POLICY_NOBODY, scopes);
	return err;
}
