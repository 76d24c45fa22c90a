/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which key of a certificate speaks for the device in other protocols. */
#include "base/hex.h"
#include "export/keyout.h"

/* Spec: RFC 9580 5.2.3.29 */
#define FLAG_SIGN	  0x02u
#define FLAG_AUTHENTICATE 0x20u

static bool
key_holds(const struct pgp_key_facts *facts, int64_t now)
{
	return facts->revoked == PGP_NOT_REVOKED &&
	       (int64_t)facts->key->created <= now &&
	       (facts->expires == 0 || facts->expires > now);
}

/* The better the larger; 0: not at all. */
static unsigned
key_worth(const struct pgp_key_facts *facts)
{
	if (!pgp_algo_can_sign(facts->key->algo))
		return 0;
	if ((facts->flags & FLAG_AUTHENTICATE) != 0)
		return 3;
	if ((facts->flags & FLAG_SIGN) != 0)
		return 2;
	return facts->flags == 0 ? 1 : 0; /* nothing is said */
}

static bool
ends_with(const struct pgp_fpr *fpr, struct bytes typed)
{
	char hex[PGP_FPR_TEXT_MAX];
	size_t n = (size_t)fpr->n * 2;

	hex_upper(pgp_fpr_bytes(fpr), hex);
	if (typed.n > n + 2 || typed.n < 8)
		return false;
	if (typed.n == n + 2) /* with its version in front */
		typed = bytes_of(typed.p + 2, n);
	for (size_t i = 0; i < typed.n; i++) {
		int want = hex_digit(typed.p[i]);
		int is = hex_digit((uint8_t)hex[n - typed.n + i]);

		if (want < 0 || want != is)
			return false;
	}
	return true;
}

/* The primary key is the last: subkeys are the ones in use. */
static const struct pgp_key_facts *
facts_at(const struct pgp_facts *facts, size_t i)
{
	return i < facts->subkeys_n ? &facts->subkeys[i] : &facts->primary;
}

static enum ics_err
typed_find(const struct pgp_facts *facts, const struct export_key_wish *wish,
    const struct pgp_key **key)
{
	for (size_t i = 0; i <= facts->subkeys_n; i++) {
		const struct pgp_key_facts *at = facts_at(facts, i);

		if (!ends_with(&at->key->fpr, wish->typed))
			continue;
		*key = at->key;
		return key_holds(at, wish->now) ? ICS_OK : ICS_EDENIED;
	}
	return ICS_ENOTFOUND;
}

enum ics_err
export_key_choose(const struct pgp_facts *facts,
    const struct export_key_wish *wish, const struct pgp_key **key)
{
	unsigned best = 0, worth;
	bool fits = false;

	*key = NULL;
	if (!key_holds(&facts->primary, wish->now))
		return ICS_EDENIED;
	if (wish->typed.n > 0)
		return typed_find(facts, wish, key);
	for (size_t i = 0; i <= facts->subkeys_n; i++) {
		const struct pgp_key_facts *at = facts_at(facts, i);

		worth = key_worth(at);
		fits = fits || worth > 0;
		if (worth <= best || !key_holds(at, wish->now))
			continue;
		best = worth;
		*key = at->key;
	}
	if (*key != NULL)
		return ICS_OK;
	return fits ? ICS_EDENIED : ICS_ENOTFOUND;
}
