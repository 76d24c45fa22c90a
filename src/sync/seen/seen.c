/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What leaves this server by itself, by read rights: SKS-like peers are shown
 * and sent what everybody may see, own peers what the domains that name them
 * let them see besides. Invariant: when that cannot be found out nothing goes.
 */
#include "base/log.h"
#include "domain/domain.h"
#include "sync/inside.h"
#include "sync/known.h"

static bool
is_open(const struct sync *s)
{
	return !s->config.is_closed &&
	       domain_live_is_empty(intake_live(s->config.in));
}

void
sync_sight_read(struct sync *s, const struct sync_peer *p,
    struct domain_sight *sight)
{
	struct domain_requester who = {
		.peer = p->conf.kind == SYNC_ICS ? p->conf.name : NULL,
		.pin = p->conf.kind == SYNC_ICS && p->conf.has_pin ? p->conf.pin
								   : NULL,
	};
	struct domain_set *set;

	memset(sight, 0, sizeof(*sight));
	sight->all = sight->none = is_open(s);
	if (sight->all)
		return;
	set = intake_domains_hold(s->config.in);
	domain_access_read(set, &who, !s->config.is_closed, sight);
	domain_set_drop(set);
}

bool
sync_sight_sees(struct store_reader *r, const struct domain_sight *sight,
    const struct notations_subject *subject)
{
	bool sees;
	enum ics_err err = domain_sight_sees(sight, r, subject, &sees);

	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "sync-sight",
		    "why=\"%s\" words=\"an item is kept back\"",
		    err_words(err));
	return sees;
}

/* ---- recon --------------------------------------------------------------------- */

struct hiding {
	struct store_reader *r;
	const struct domain_sight *sight;
	struct sync_known *k;
	size_t n;
};

static enum ics_err
member_hide(struct hiding *h, const struct notations_subject *subject)
{
	struct store_cert cert;
	struct recon_hash hash;
	struct pgp_fpr fpr;
	bool sees;
	enum ics_err err;

	if (!notations_subject_fpr(subject, &fpr))
		return ICS_OK;
	err = store_cert_get_primary(h->r, &fpr, &cert);
	if (err == ICS_ENOTFOUND)
		return ICS_OK;
	if (err != ICS_OK || (cert.flags & STORE_CERT_HIDDEN) != 0)
		return err;
	memcpy(hash.b, cert.skshash, sizeof(hash.b));
	TRY(domain_sight_sees_cert(h->sight, h->r, cert.id, &sees));
	if (sees)
		return ICS_OK;
	if (h->n++ == SYNC_KNOWN_MAX)
		return ICS_ETOOBIG;
	sync_known_hide(h->k, &hash, true);
out:
	return err;
}

static enum ics_err
domain_hide(struct hiding *h, unsigned domain)
{
	struct notations_subject subject, *after = NULL;
	enum ics_err err;

	while ((err = store_membership_next(h->r, domain, after, &subject)) ==
	       ICS_OK) {
		TRY(member_hide(h, &subject));
		after = &subject;
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
sync_sight_hide(struct sync *s, const struct sync_peer *p,
    struct store_reader *r, struct sync_known *k)
{
	struct domain_sight sight;
	struct hiding h = { .r = r, .sight = &sight, .k = k };
	unsigned n;
	enum ics_err err;

	sync_sight_read(s, p, &sight);
	sync_known_hide_none(k);
	if (sight.all)
		return ICS_OK;
	if (!sight.none)
		return ICS_EDENIED;
	TRY(store_domains_count(r, &n));
	for (unsigned i = 0; i < n; i++)
		if (!store_bits_has(&sight.bits, i))
			TRY(domain_hide(&h, i));
out:
	return err;
}
