/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpg-agent, the holder of secret keys: over GPGME's Assuan engine. What
 * comes and goes here are keygrips, digests and public values; no secret is
 * ever in this process.
 *
 * Failures are told.
 */
#ifndef SIGN_AGENT_H
#define SIGN_AGENT_H

#include "base/buf.h"
#include "compose/compose.h"

#define SIGN_SEXP_MAX 65536u /* octets of an s-expression of the agent's */

struct sign_agent_how {
	const char *home;	/* a GnuPG home, or NULL: the user's */
	const char *passphrase; /* answers the agent instead of pinentry, where
	                         * the agent allows that; NULL: pinentry */
};

struct sign_agent;

/*
 * The agent of a home, started when none runs. how is lent as long as the
 * agent lives. ICS_ENET when there is none. The caller frees *agent.
 */
enum ics_err sign_agent_new(const struct sign_agent_how *how,
    struct sign_agent **agent);
void sign_agent_free(struct sign_agent *agent);

/* The home that was asked for, or NULL; lent. */
const char *sign_agent_home(const struct sign_agent *agent);

/* Does the agent hold the secret key (or know the card that does)? */
bool sign_agent_has(struct sign_agent *agent,
    const uint8_t grip[COMPOSE_KEYGRIP_SIZE]);

struct sign_agent_order {
	uint8_t grip[COMPOSE_KEYGRIP_SIZE];
	uint8_t hash;
	struct bytes digest;
	const char *about; /* what pinentry shows above its entry; or NULL */
};

/*
 * Sign a digest; append the canonical s-expression "(sig-val ...)". The user
 * may be asked. ICS_ENOTFOUND: no such secret key; ICS_EPERM: a wrong
 * passphrase, or the user said no; ICS_EUNSUPPORTED.
 */
enum ics_err sign_agent_sign(struct sign_agent *agent,
    const struct sign_agent_order *order, struct buf *sexp);

/*
 * Make a key that no passphrase protects; append "(public-key ...)". param
 * is libgcrypt's "(genkey ...)".
 */
enum ics_err sign_agent_generate(struct sign_agent *agent, const char *param,
    struct buf *sexp);

#endif
