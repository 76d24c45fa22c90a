/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. Policy descriptors as text: libconfuse inside an OpenPGP cleartext
 * signature by the domain's owner. Verified before parsed. And all domains of
 * a server as one immutable snapshot.
 *
 *	text.c       cleartext signatures: what was signed, by whom
 *	read.c ...   keywords.def: text to struct policy_domain
 *	write.c      and back: starting descriptors, differences
 *	set.c        every line that the store has, swapped whole
 *	access.c     who may read what
 */
#ifndef DOMAIN_DOMAIN_H
#define DOMAIN_DOMAIN_H

#include "base/buf.h"
#include "base/net.h"
#include "base/report.h"
#include "policy/policy.h"
#include "store/store.h"

#define DOMAIN_TEXT_MAX (4u << 20) /* octets of a signed descriptor */

/* A complaint about a text: where, what, what would help. */
struct domain_complaints {
	struct buf lines; /* "LINE: what; what would help" */
	size_t n;
};
void domain_complaints_release(struct domain_complaints *c);

/* Parse what was signed (or is to be). NULL with complaints. "${" and
 * everything that names files or programs is refused. */
struct policy_domain *domain_read(struct bytes text,
    struct domain_complaints *c);

/* A cleartext signature taken apart: text as signed, and the signature
 * packets' bodies. ICS_EFORMAT, ICS_ETOOBIG, ICS_ETRUNCATED. */
struct domain_signed {
	struct buf text;    /* owned; canonical, as it is digested */
	struct bytes plain; /* the same with its line ends; owned */
	struct buf packets; /* owned; signature packets */
};
enum ics_err domain_signed_read(struct bytes input, struct domain_signed *s);
void domain_signed_release(struct domain_signed *s);
/* Does owner's certificate vouch for it? Findings in rep. created is the
 * signature's date. */
bool domain_signed_check(const struct domain_signed *s,
    const struct pgp_cert *owner, int64_t now, struct report *rep,
    int64_t *created);

/* A text that domain_read takes, for profiles, `ics policy new`, diffs. */
void domain_write(const struct policy_domain *d, struct buf *out);

/* ---- all of a server ------------------------------------------------------ */

/* Immutable; made on the writer's side, used by all threads. */
struct domain_set;
enum ics_err domain_set_read(struct store_reader *r,
    const struct policy_rights *base, struct domain_set **set);
void domain_set_free(struct domain_set *set);
size_t domain_set_size(const struct domain_set *set);
const struct policy_line *domain_set_line(const struct domain_set *set,
    size_t i);
/* By name, or by virtual host; POLICY_NOBODY. */
size_t domain_set_find(const struct domain_set *set, struct bytes name);
size_t domain_set_host(const struct domain_set *set, struct bytes host);
/* Rights to judge by in a domain; with POLICY_NOBODY those of the server. */
const struct policy_rights *domain_set_rights(const struct domain_set *set,
    size_t i);

/* ---- who asks ------------------------------------------------------------------ */

struct domain_requester {
	struct net_addr addr;
	struct bytes token; /* as sent; n 0 without */
	bool has_pin;
	uint8_t pin[32];
	const char *peer; /* its name, or NULL */
	bool is_operator; /* on the local socket: reads everything */
};
/* Bits of the domains that he may read, in the order of the set; the last
 * bit, DOMAIN_NONE, stands for items of no domain. */
#define DOMAIN_MAX  255
#define DOMAIN_NONE 255
struct domain_bits {
	uint64_t w[4];
};
void domain_access_read(const struct domain_set *set,
    const struct domain_requester *who, bool none_is_public,
    struct domain_bits *bits);
bool domain_bits_meet(const struct domain_bits *a, const struct domain_bits *b);

#endif
