/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks, against the read blocks of all domains. */
#include <netinet/in.h>

#include "base/b64.h"
#include "domain/domain.h"

#define MAPPED_OCTETS 12 /* of an IPv6 address, before the IPv4 one */

/* ---- who asks -------------------------------------------------------------- */

/* As descriptors have networks: IPv4 mapped. False: it is neither. */
static bool
address_read(const struct net_addr *from, uint8_t out[16])
{
	static const uint8_t mapped[MAPPED_OCTETS] = {
		[10] = 0xff, [11] = 0xff
	};
	const struct sockaddr *sa = (const void *)&from->sa;

	if (from->n == 0)
		return false;
	if (sa->sa_family == AF_INET6) {
		memcpy(out,
		    &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr,
		    16);
		return true;
	}
	memcpy(out, mapped, sizeof(mapped));
	memcpy(&out[MAPPED_OCTETS],
	    &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	return sa->sa_family == AF_INET;
}

static bool
network_has(const struct policy_network *net, const uint8_t addr[16])
{
	size_t whole = net->bits / 8;
	unsigned rest = net->bits % 8;

	if (whole > 16 || memcmp(net->addr, addr, whole) != 0)
		return false;
	return rest == 0 || whole == 16 ||
	       (net->addr[whole] ^ addr[whole]) >> (8 - rest) == 0;
}

static bool
is_from(const struct policy_read *read, const struct net_addr *from)
{
	uint8_t addr[16];

	if (read->networks_n == 0 || !address_read(from, addr))
		return false;
	for (size_t i = 0; i < read->networks_n; i++)
		if (network_has(&read->networks[i], addr))
			return true;
	return false;
}

/* All of them are looked at, whichever fits. */
static bool
digest_among(uint8_t (*const at)[32], size_t n, const uint8_t *digest)
{
	unsigned found = 0;

	for (size_t i = 0; digest != NULL && i < n; i++) {
		unsigned differs = 0;

		for (size_t j = 0; j < 32; j++)
			differs |= (unsigned)(at[i][j] ^ digest[j]);
		found |= differs == 0;
	}
	return found != 0;
}

/* Is it this key, as sync blocks have it: "sha256//" and base64? */
static bool
is_pin(const char *text, const uint8_t *pin)
{
	static const char scheme[] = "sha256//";
	struct buf octets;
	bool is;

	if (strncmp(text, scheme, sizeof(scheme) - 1) != 0)
		return false;
	buf_init(&octets, DOMAIN_PIN + 2);
	is = b64_read(bytes_of_str(&text[sizeof(scheme) - 1]), &octets) ==
		 ICS_OK &&
	     buf_end(&octets) == ICS_OK && octets.n == DOMAIN_PIN &&
	     memcmp(octets.p, pin, DOMAIN_PIN) == 0;
	buf_release(&octets);
	return is;
}

/* Is it the server that the domain itself calls by this name? */
static bool
is_own_peer(const struct policy_domain *d, const char *name, const uint8_t *pin)
{
	for (size_t i = 0; pin != NULL && i < d->syncs_n; i++)
		if (strcmp(d->syncs[i].name, name) == 0 &&
		    is_pin(d->syncs[i].pin, pin))
			return true;
	return false;
}

/* A name means the operator's peer, or the domain's own: never another
 * domain's, or its owner could let himself in. */
static bool
is_peer(const struct policy_domain *d, const struct domain_requester *who)
{
	for (size_t i = 0; i < d->read.peers_n; i++) {
		const char *name = d->read.peers[i];

		if ((who->peer != NULL && strcmp(name, who->peer) == 0) ||
		    is_own_peer(d, name, who->pin))
			return true;
	}
	return false;
}

/* token: its hash, or NULL. */
static bool
may_read(const struct policy_domain *d, const struct domain_requester *who,
    const uint8_t *token)
{
	const struct policy_read *read = &d->read;

	return who->is_operator || read->is_public ||
	       is_from(read, &who->addr) ||
	       digest_among(read->tokens, read->tokens_n, token) ||
	       digest_among(read->clients, read->clients_n, who->pin) ||
	       is_peer(d, who);
}

void
domain_access_read(const struct domain_set *set,
    const struct domain_requester *who, bool is_public,
    struct domain_sight *sight)
{
	const uint8_t *token = NULL;
	uint8_t hash[32];

	memset(sight, 0, sizeof(*sight));
	if (who->token.n > 0 && who->token.n <= DOMAIN_TOKEN_MAX) {
		domain_token_hash(who->token, hash);
		token = hash;
	}
	sight->none = is_public || who->is_operator;
	sight->all = sight->none;
	for (size_t i = 0; i < domain_set_size(set); i++) {
		const struct policy_domain *d = domain_set_newest(set, i);

		if (who->is_operator || (d != NULL && may_read(d, who, token)))
			store_bits_set(&sight->bits, (unsigned)i);
		else
			sight->all = false;
	}
}

void
domain_sight_narrow(struct domain_sight *sight, size_t domain)
{
	bool may = domain_sight_reads(sight, domain);

	memset(sight, 0, sizeof(*sight));
	if (may)
		store_bits_set(&sight->bits, (unsigned)domain);
}

bool
domain_sight_reads(const struct domain_sight *sight, size_t domain)
{
	return domain < STORE_DOMAINS_MAX &&
	       store_bits_has(&sight->bits, (unsigned)domain);
}

bool
domain_access_wants_clients(const struct domain_set *set)
{
	for (size_t i = 0; i < domain_set_size(set); i++) {
		const struct policy_domain *d = domain_set_newest(set, i);

		if (d != NULL && d->read.clients_n > 0)
			return true;
	}
	return false;
}

/* ---- what he sees ---------------------------------------------------------- */

static bool
bits_are_none(const struct store_bits *bits)
{
	static const struct store_bits none;

	return memcmp(bits, &none, sizeof(none)) == 0;
}

/* ICS_ENOTFOUND is an answer: there is none. */
static enum ics_err
settle(enum ics_err err, bool *is)
{
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
domain_primary_read(struct store_reader *r, int64_t id,
    struct notations_subject *out)
{
	struct store_row row;
	struct bytes summary;
	struct cursor cur;
	enum ics_err err;

	TRY(store_summary_get(r, id, &summary));
	cur = cursor_of(summary);
	TRY(store_summary_next(&cur, &row));
	notations_subject_of_fpr(&row.fpr, out);
out:
	return err;
}

static bool
bits_see(const struct domain_sight *sight, const struct store_bits *bits)
{
	return bits_are_none(bits) ? sight->none
				   : store_bits_meet(bits, &sight->bits);
}

enum ics_err
domain_sight_sees_cert(const struct domain_sight *sight, struct store_reader *r,
    int64_t id, bool *sees)
{
	struct notations_subject primary;
	struct store_bits bits = { 0 };
	enum ics_err err;

	*sees = sight->all;
	if (*sees)
		return ICS_OK;
	TRY(domain_primary_read(r, id, &primary));
	if (primary.kind != NOTATIONS_SUBJECT_NONE)
		TRY(store_membership_get(r, &primary, &bits));
	*sees = bits_see(sight, &bits);
out:
	return err;
}

struct held {
	bool is_primary;      /* of a certificate that is here */
	bool is_key, is_open; /* of any; all of those may be seen */
	bool is_said;	      /* somebody spoke about it */
};

/* Subkeys are seen when every certificate that has them is; what is a primary
 * key costs no more than what is not here. */
static enum ics_err
key_look(const struct domain_sight *sight, struct store_reader *r,
    const struct pgp_fpr *fpr, struct held *held)
{
	struct store_hits hits;
	struct bytes summary;
	enum ics_err err;

	TRY(settle(store_summary_get_primary(r, fpr, &summary),
	    &held->is_primary));
	TRY(store_find_fpr(r, fpr, &hits));
	held->is_key = held->is_open = hits.n > 0;
	for (size_t i = 0; !held->is_primary && held->is_open && i < hits.n;
	     i++)
		TRY(domain_sight_sees_cert(sight, r, hits.ids[i],
		    &held->is_open));
out:
	return err;
}

/*
 * An item of no domain is seen while it is held: what was held once may have
 * been of any. Whether it is there or not, or of which domain, the same is
 * asked.
 */
static enum ics_err
loose_sees(const struct domain_sight *sight, struct store_reader *r,
    const struct notations_subject *subject, bool *sees)
{
	struct held held = { 0 };
	struct store_statement st;
	struct pgp_fpr fpr;
	enum ics_err err;

	*sees = false;
	if (notations_subject_fpr(subject, &fpr))
		TRY(key_look(sight, r, &fpr, &held));
	TRY(settle(store_statement_next(r, subject, NULL, &st), &held.is_said));
	*sees = held.is_primary || (held.is_key ? held.is_open : held.is_said);
out:
	return err;
}

enum ics_err
domain_sight_sees(const struct domain_sight *sight, struct store_reader *r,
    const struct notations_subject *subject, bool *sees)
{
	struct notations_subject item = *subject;
	struct store_bits bits;
	bool is_loose;
	enum ics_err err;

	*sees = sight->all;
	if (*sees)
		return ICS_OK;
	if (subject->kind == NOTATIONS_SUBJECT_NONE) {
		*sees = sight->none;
		return ICS_OK;
	}
	err = store_statement_settle(r, &item);
	if (err != ICS_OK)
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	TRY(store_membership_get(r, &item, &bits));
	if (!bits_are_none(&bits) && store_bits_meet(&bits, &sight->bits)) {
		*sees = true;
		return ICS_OK;
	}
	TRY(loose_sees(sight, r, &item, &is_loose));
	*sees = is_loose && sight->none && bits_are_none(&bits);
out:
	return err;
}

/* ---- tokens ---------------------------------------------------------------- */

void
domain_token_hash(struct bytes token, uint8_t hash[32])
{
	pgp_sha256(token, hash);
}

/* Spec: RFC 4648 5 */
void
domain_token_write(const uint8_t octets[DOMAIN_TOKEN],
    char text[DOMAIN_TOKEN_TEXT])
{
	uint8_t plain[(DOMAIN_TOKEN + 2) / 3 * 4];

	b64_write(bytes_of(octets, DOMAIN_TOKEN), plain);
	for (size_t i = 0; i < DOMAIN_TOKEN_TEXT - 1; i++)
		text[i] = (char)(plain[i] == '+'   ? '-'
				 : plain[i] == '/' ? '_'
						   : plain[i]);
	text[DOMAIN_TOKEN_TEXT - 1] = '\0';
}
