/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: peers that policy descriptors order.
 *
 *	block.c   sync blocks to peers, beside those of the operator; pure
 *	renew.c   rows that are described anew
 *	take.c    the table follows the set of domains that is in force
 *	pin.c     keys as texts
 *	pins.c    who shows which key, for other threads
 *
 * A block NAME of a domain is the row NAME@DOMAIN. Where the operator has a
 * peer NAME its address and key count, and it rests: what is done with it is
 * what blocks say.
 */
#ifndef SYNC_RULE_H
#define SYNC_RULE_H

#include "base/array.h"
#include "domain/domain.h"
#include "sync/sync.h"

enum sync_refusal {
#define X(id, followed, why, help) SYNC_REFUSAL_##id,
#include "sync/refusals.def"
#undef X
};

ARRAY_OF(struct sync_peer_conf, sync_confs);
ARRAY_OF(struct sync_refused, sync_refusals);

/* What all descriptors order; zero is nothing. */
struct sync_rules {
	struct sync_confs confs;
	struct sync_refusals refused;
};
void sync_rules_release(struct sync_rules *rules);

struct sync_rule_ask {
	const struct domain_set *set;	   /* lent */
	const struct sync_peer_conf *rows; /* the operator's; lent */
	size_t rows_n;
	const uint8_t *own; /* SYNC_PIN octets, our key: a block about
	                     * ourselves is for others; NULL without */
	bool is_mute;
};
/* The newest version of each domain, by the numbers of domains, then by lines:
 * where there are too many those before go before. *rules is empty. */
void sync_rules_read(const struct sync_rule_ask *ask, struct sync_rules *rules);

/* Is it what a block of this name orders? "acme", "acme@plant" */
bool sync_rule_is_of(const struct sync_peer_conf *conf, const char *name);

/* ---- parts of texts: peer.c ----------------------------------------------- */

bool sync_url_read(const char *text, struct sync_peer_conf *p);
bool sync_name_is(const char *text);
bool sync_text_is_plain(const char *text);

#endif
