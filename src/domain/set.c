/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All domains as one value. Invariant: nothing of a set changes after it was
 * read; versions that two sets have in common are one, and go with the last.
 */
#include <stdatomic.h>
#include <strings.h>

#include "base/array.h"
#include "base/log.h"
#include "domain/domain.h"

/* One version of one descriptor. */
struct version {
	atomic_uint holds; /* sets that have it */
	uint8_t digest[32];
	struct policy_domain *domain; /* owned */
};
ARRAY_OF(struct version *, versions);
ARRAY_OF(const struct policy_domain *, domains);

struct domain {
	char name[STORE_DOMAIN_NAME_MAX];
	struct versions versions; /* each held */
	struct domains line;	  /* the same, as policy sees them */
	struct policy_rights rights;
};

struct domain_set {
	atomic_uint holds;
	uint64_t generation;
	struct domain *domains;	   /* owned, n of them */
	struct policy_line *lines; /* owned, n of them */
	size_t n;
	struct policy_rights base, all;
};

/* ---- the server's own rights ----------------------------------------------- */

static void
base_copy(const struct policy_rights *from, struct policy_rights *to)
{
	struct policy_right *at = alloc_zero(from->n + 1, sizeof(*at));
	struct policy_state_rule *states =
	    alloc_zero(from->states_n + 1, sizeof(*states));

	for (size_t i = 0; i < from->n; i++) {
		at[i] = from->at[i];
		at[i].scope = alloc_bytes(from->at[i].scope);
	}
	for (size_t i = 0; i < from->states_n; i++)
		states[i] = from->states[i];
	*to = *from;
	to->at = at;
	to->states = states;
}

static void
base_release(struct policy_rights *base)
{
	for (size_t i = 0; i < base->n; i++)
		alloc_bytes_free(base->at[i].scope);
	policy_rights_release(base);
}

/* ---- versions -------------------------------------------------------------- */

static void
version_drop(struct version *v)
{
	if (atomic_fetch_sub(&v->holds, 1) > 1)
		return;
	policy_domain_free(v->domain);
	free(v);
}

struct policy_domain *
domain_of_descriptor(const struct store_descriptor *d)
{
	struct domain_complaints complaints = { 0 };
	struct policy_domain *out = NULL;
	struct domain_signed text;

	if (domain_signed_read(d->text, &text) == ICS_OK)
		out = domain_read(buf_bytes(&text.plain), &complaints);
	domain_complaints_release(&complaints);
	domain_signed_release(&text);
	if (out != NULL)
		out->signed_at = d->signed_at;
	return out;
}

/* What stands for a version that cannot be read. */
static struct policy_domain *
closed_new(const struct store_descriptor *d)
{
	struct policy_domain *out = alloc_zero(1, sizeof(*out));

	log_event(LOG_LEVEL_ERROR, "descriptor",
	    "domain=%s serial=%lld words=\"cannot be read; it counts as one "
	    "that lets nobody read\"",
	    d->name, (long long)d->serial);
	memcpy(out->name, d->name, sizeof(out->name));
	out->serial = d->serial;
	out->owner = d->owner;
	out->signed_at = d->signed_at;
	out->level = POLICY_LEVEL_STANDARD;
	return out;
}

static struct version *
version_find(const struct domain_set *former, const struct store_descriptor *d)
{
	const struct versions *all;

	if (former == NULL || d->domain >= former->n)
		return NULL;
	all = &former->domains[d->domain].versions;
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i]->domain->serial == d->serial &&
		    memcmp(all->at[i]->digest, d->digest, 32) == 0)
			return all->at[i];
	return NULL;
}

static struct version *
version_hold(const struct domain_set *former, const struct store_descriptor *d)
{
	struct version *v = version_find(former, d);

	if (v != NULL) {
		atomic_fetch_add(&v->holds, 1);
		return v;
	}
	v = alloc_zero(1, sizeof(*v));
	atomic_init(&v->holds, 1);
	memcpy(v->digest, d->digest, 32);
	v->domain = domain_of_descriptor(d);
	if (v->domain == NULL)
		v->domain = closed_new(d);
	return v;
}

/* ---- a set ----------------------------------------------------------------- */

static struct domain_set *
set_new(const struct policy_rights *base, size_t n)
{
	struct domain_set *set = alloc_zero(1, sizeof(*set));

	atomic_init(&set->holds, 1);
	set->n = n;
	set->domains = alloc_zero(n + 1, sizeof(*set->domains));
	set->lines = alloc_zero(n + 1, sizeof(*set->lines));
	base_copy(base, &set->base);
	return set;
}

static enum ics_err
versions_read(struct store_reader *r, const struct domain_set *former,
    struct domain_set *set)
{
	struct store_descriptor d = { .serial = 0 };
	char name[STORE_DOMAIN_NAME_MAX] = "";
	int64_t serial = 0;
	enum ics_err err;

	while ((err = store_descriptor_next(r, name, serial, &d)) == ICS_OK) {
		struct domain *domain;

		if (d.domain >= set->n)
			return ICS_ECORRUPT;
		domain = &set->domains[d.domain];
		memcpy(domain->name, d.name, sizeof(domain->name));
		memcpy(name, d.name, sizeof(name));
		serial = d.serial;
		*versions_add(&domain->versions) = version_hold(former, &d);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Everything that is made of the versions. */
static enum ics_err
set_finish(struct domain_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct domain *d = &set->domains[i];

		if (d->versions.n == 0)
			return ICS_ECORRUPT; /* numbers have no gaps */
		for (size_t k = 0; k < d->versions.n; k++)
			*domains_add(&d->line) = d->versions.at[k]->domain;
		set->lines[i] = (struct policy_line){ d->line.at, d->line.n };
		policy_line_rights(&set->lines[i], &set->base, &d->rights);
	}
	policy_lines_rights(set->lines, set->n, &set->base, &set->all);
	return ICS_OK;
}

enum ics_err
domain_set_renew(struct store_reader *r, const struct policy_rights *base,
    const struct domain_set *former, struct domain_set **out)
{
	struct domain_set *set = NULL;
	unsigned n;
	enum ics_err err;

	TRY(store_domains_count(r, &n));
	set = set_new(base, n);
	TRY(store_descriptor_generation(r, &set->generation));
	TRY(versions_read(r, former, set));
	TRY(set_finish(set));
out:
	if (err != ICS_OK) {
		domain_set_drop(set);
		set = NULL;
	}
	*out = set;
	return err;
}

enum ics_err
domain_set_read(struct store_reader *r, const struct policy_rights *base,
    struct domain_set **set)
{
	return domain_set_renew(r, base, NULL, set);
}

struct domain_set *
domain_set_none(const struct policy_rights *base)
{
	struct domain_set *set = set_new(base, 0);

	policy_lines_rights(NULL, 0, &set->base, &set->all);
	return set;
}

struct domain_set *
domain_set_hold(struct domain_set *set)
{
	atomic_fetch_add(&set->holds, 1);
	return set;
}

void
domain_set_drop(struct domain_set *set)
{
	if (set == NULL || atomic_fetch_sub(&set->holds, 1) > 1)
		return;
	for (size_t i = 0; i < set->n; i++) {
		struct domain *d = &set->domains[i];

		for (size_t k = 0; k < d->versions.n; k++)
			version_drop(d->versions.at[k]);
		versions_release(&d->versions);
		domains_release(&d->line);
		policy_rights_release(&d->rights);
	}
	policy_rights_release(&set->all);
	base_release(&set->base);
	free(set->domains);
	free(set->lines);
	free(set);
}

/* ---- asking ---------------------------------------------------------------- */

uint64_t
domain_set_generation(const struct domain_set *set)
{
	return set->generation;
}

size_t
domain_set_size(const struct domain_set *set)
{
	return set->n;
}

const char *
domain_set_name(const struct domain_set *set, size_t i)
{
	return set->domains[i].name;
}

const struct policy_line *
domain_set_line(const struct domain_set *set, size_t i)
{
	return &set->lines[i];
}

const struct policy_domain *
domain_set_newest(const struct domain_set *set, size_t i)
{
	return set->lines[i].at[set->lines[i].n - 1];
}

size_t
domain_set_find(const struct domain_set *set, struct bytes name)
{
	for (size_t i = 0; i < set->n; i++)
		if (bytes_equal(name, bytes_of_str(set->domains[i].name)))
			return i;
	return POLICY_NOBODY;
}

static bool
has_host(const struct policy_domain *d, struct bytes host)
{
	for (size_t i = 0; i < d->read.hosts_n; i++)
		if (strlen(d->read.hosts[i]) == host.n &&
		    strncasecmp(d->read.hosts[i], (const char *)host.p,
			host.n) == 0)
			return true;
	return false;
}

size_t
domain_set_host(const struct domain_set *set, struct bytes host)
{
	for (size_t i = 0; i < set->n; i++)
		if (has_host(domain_set_newest(set, i), host))
			return i;
	return POLICY_NOBODY;
}

const struct policy_rights *
domain_set_rights(const struct domain_set *set, size_t i)
{
	return i == POLICY_NOBODY ? &set->base : &set->domains[i].rights;
}

const struct policy_rights *
domain_set_all(const struct domain_set *set)
{
	return &set->all;
}
