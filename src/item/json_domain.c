/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors of domains as JSON: hkp/schema/domains.json, domain.json. The
 * signed text is the truth; this is for programs that only look.
 */
#include "item/json.h"

static json_t *
roles_json(unsigned roles)
{
	json_t *all = json_array();

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
		if ((roles & NOTATIONS_ROLE_BIT(r)) != 0)
			json_array_append_new(all,
			    json_string(
				notations_role_word((enum notations_role)r)));
	return all;
}

json_t *
item_json_domain_row(const struct domain_set *set, size_t i,
    const struct policy_domain *d)
{
	json_t *row = json_pack("{s:s, s:I, s:o, s:s, s:b, s:I}", "name",
	    d->name, "serial", (json_int_t)d->serial, "owner",
	    item_json_fpr(&d->owner), "level", policy_level_word(d->level),
	    "public", d->read.is_public, "versions",
	    (json_int_t)domain_set_line(set, i)->n);

	item_json_set_time(row, "signed", d->signed_at);
	return row;
}

static json_t *
grant_json(const struct policy_grant *g)
{
	json_t *row = json_pack("{s:o, s:o}", "key", item_json_fpr(&g->fpr),
	    "roles", roles_json(g->roles));

	item_json_set_text(row, "scope", bytes_of_str(g->scope));
	if (g->from != INT64_MIN)
		item_json_set_time(row, "from", g->from);
	if (g->until != INT64_MAX)
		item_json_set_time(row, "until", g->until);
	return row;
}

static json_t *
party_json(const struct policy_named *p)
{
	json_t *row = json_pack("{s:o, s:o}", "name",
	    item_json_text(bytes_of_str(p->name)), "key",
	    item_json_fpr(&p->fpr));

	item_json_set_text(row, "contact", bytes_of_str(p->contact));
	item_json_set_text(row, "contract", bytes_of_str(p->contract));
	return row;
}

/* Every version, oldest first. */
static json_t *
history_json(const struct policy_line *line)
{
	json_t *all = json_array();

	for (size_t i = 0; i < line->n; i++) {
		json_t *row = json_pack("{s:I, s:o}", "serial",
		    (json_int_t)line->at[i]->serial, "owner",
		    item_json_fpr(&line->at[i]->owner));

		item_json_set_time(row, "signed", line->at[i]->signed_at);
		json_array_append_new(all, row);
	}
	return all;
}

json_t *
item_json_domain(const struct domain_set *set, size_t i,
    const struct policy_domain *d)
{
	json_t *all = item_json_domain_row(set, i, d);
	json_t *parties = json_array(), *grants = json_array();

	for (size_t k = 0; k < d->parties_n; k++)
		json_array_append_new(parties, party_json(&d->parties[k]));
	for (size_t k = 0; k < d->grants_n; k++)
		json_array_append_new(grants, grant_json(&d->grants[k]));
	json_object_set_new(all, "parties", parties);
	json_object_set_new(all, "grants", grants);
	json_object_set_new(all, "members",
	    json_integer((json_int_t)d->members_n));
	json_object_set_new(all, "freshness", json_integer(d->freshness));
	json_object_set_new(all, "grace", json_integer(d->grace));
	json_object_set_new(all, "claims", json_boolean(d->takes_claims));
	json_object_set_new(all, "history",
	    history_json(domain_set_line(set, i)));
	return all;
}
