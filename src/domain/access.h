/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Read rights: from who asks to what he may see. Others include
 * domain/domain.h.
 *
 * Rights are those of the newest version of each descriptor. An item may be
 * seen by whoever may read one of its domains; what is of no domain is public
 * or not, as the server's operator says. Invariant: whatever cannot be
 * settled is not seen.
 */
#ifndef DOMAIN_ACCESS_H
#define DOMAIN_ACCESS_H

#include "base/net.h"
#include "domain/set.h"

#define DOMAIN_TOKEN	  32  /* random octets of a bearer token */
#define DOMAIN_TOKEN_TEXT 44  /* as base64url without padding, with its NUL */
#define DOMAIN_TOKEN_MAX  512 /* octets of what is presented as one */
#define DOMAIN_PIN	  32  /* SHA-256 of a SubjectPublicKeyInfo */

/* Who asks; all of it is lent. */
struct domain_requester {
	struct net_addr addr; /* n 0: unknown */
	struct bytes token;   /* the characters that were presented; n 0 */
	const uint8_t *pin;   /* DOMAIN_PIN octets; NULL: no TLS client */
	const char *peer;     /* the operator's name for the peer; NULL */
	bool is_operator;     /* on the local socket */
};

/* What he may see. Plain data: copied freely, compared by its octets. */
struct domain_sight {
	struct store_bits bits; /* the domains that he may read */
	bool none;		/* and what is of no domain */
	bool all;		/* simply everything */
	uint8_t zero[6];	/* there is no padding whose octets differ */
};

/* is_public: everybody may see what is of no domain. Pure. */
void domain_access_read(const struct domain_set *set,
    const struct domain_requester *who, bool is_public,
    struct domain_sight *sight);
/* What of it is in this domain; POLICY_NOBODY, a domain that there is not: no
 * thing is. */
void domain_sight_narrow(struct domain_sight *sight, size_t domain);
/* May he read the domain itself, that is its descriptor? */
bool domain_sight_reads(const struct domain_sight *sight, size_t domain);
/* Is any domain read by TLS clients that it names? */
bool domain_access_wants_clients(const struct domain_set *set);

/*
 * Does he see an item? What is said about a statement is seen by who sees the
 * item of that statement. Keys of versions 3 and 5 (kind NONE) are of no
 * domain. Errors are the store's; then *sees is false.
 */
enum ics_err domain_sight_sees(const struct domain_sight *sight,
    struct store_reader *r, const struct notations_subject *subject,
    bool *sees);

/* The same for a certificate by its id. ICS_ENOTFOUND, too. */
enum ics_err domain_sight_sees_cert(const struct domain_sight *sight,
    struct store_reader *r, int64_t id, bool *sees);

/* How many certificates he sees. The members of his domains, or of all others,
 * are gone through: ICS_EBUSY when that takes beyond until (monotonic ns). */
enum ics_err domain_sight_count(const struct domain_sight *sight,
    struct store_reader *r, uint64_t until, int64_t *certs);

/* The hash of a token, as a descriptor has it: of its characters. */
void domain_token_hash(struct bytes token, uint8_t hash[32]);
/* A token of random octets, as text. */
void domain_token_write(const uint8_t octets[DOMAIN_TOKEN],
    char text[DOMAIN_TOKEN_TEXT]);

/* The primary key of a certificate by its id; NONE for versions 3 and 5. */
enum ics_err domain_primary_read(struct store_reader *r, int64_t id,
    struct notations_subject *out);

#endif
