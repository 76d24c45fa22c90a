/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many certificates somebody sees: members of domains are gone through. */
#include "base/clock.h"
#include "domain/domain.h"

struct count {
	const struct domain_sight *sight;
	struct store_reader *r;
	struct store_bits among; /* the domains that are gone through */
	int64_t certs;
};

/* Each is counted with the first of its domains that are gone through. */
static bool
is_first(const struct count *c, const struct store_bits *bits, unsigned domain)
{
	for (unsigned i = 0; i < domain; i++)
		if (store_bits_has(bits, i) && store_bits_has(&c->among, i))
			return false;
	return true;
}

static enum ics_err
member_count(struct count *c, unsigned domain,
    const struct notations_subject *subject)
{
	struct store_bits bits;
	struct bytes summary;
	struct pgp_fpr fpr;
	enum ics_err err;

	if (!notations_subject_fpr(subject, &fpr))
		return ICS_OK;
	TRY(store_membership_get(c->r, subject, &bits));
	if (!is_first(c, &bits, domain) ||
	    (c->sight->none && store_bits_meet(&bits, &c->sight->bits)))
		return ICS_OK;
	err = store_summary_get_primary(c->r, &fpr, &summary);
	c->certs += err == ICS_OK;
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	return err;
}

static enum ics_err
domain_count(struct count *c, unsigned domain, uint64_t until)
{
	struct notations_subject subject, *after = NULL;
	enum ics_err err;

	while ((err = store_membership_next(c->r, domain, after, &subject)) ==
	       ICS_OK) {
		TRY(member_count(c, domain, &subject));
		if (clock_mono_ns() > until)
			return ICS_EBUSY;
		after = &subject;
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
domain_sight_count(const struct domain_sight *sight, struct store_reader *r,
    uint64_t until, int64_t *certs)
{
	struct count c = { .sight = sight, .r = r };
	struct store_stats stats;
	unsigned n;
	enum ics_err err;

	*certs = 0;
	TRY(store_stats(r, &stats));
	TRY(store_domains_count(r, &n));
	for (unsigned i = 0; i < n; i++)
		if (store_bits_has(&sight->bits, i) != sight->none)
			store_bits_set(&c.among, i);
	for (unsigned i = 0; i < n && !sight->all; i++)
		if (store_bits_has(&c.among, i))
			TRY(domain_count(&c, i, until));
	*certs = sight->none ? stats.certs - c.certs : c.certs;
out:
	return err;
}
