/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All domains of a server as one value: immutable, counted, read from the
 * store, swapped whole. Who holds a set judges by it however long; what is
 * swapped in meanwhile is for whoever holds next. Any thread. Others include
 * domain/domain.h.
 */
#ifndef DOMAIN_SET_H
#define DOMAIN_SET_H

#include "policy/policy.h"
#include "store/store.h"

struct domain_set;

/*
 * From the descriptors as r sees them, over the server's own rights (copied).
 * What former has read already is shared with it; NULL is fine. A descriptor
 * that cannot be read any more is logged, and counts as one that takes
 * nothing, lets nobody read and grants nothing. The caller drops *set.
 */
enum ics_err domain_set_renew(struct store_reader *r,
    const struct policy_rights *base, const struct domain_set *former,
    struct domain_set **set);
enum ics_err domain_set_read(struct store_reader *r,
    const struct policy_rights *base, struct domain_set **set);
/* No domain at all: the server's own rights, copied. */
struct domain_set *domain_set_none(const struct policy_rights *base);

struct domain_set *domain_set_hold(struct domain_set *set);
void domain_set_drop(struct domain_set *set); /* the last one frees; NULL */

/* store_descriptor_generation of what it was read from. */
uint64_t domain_set_generation(const struct domain_set *set);
/* Domains have the numbers 0 to size - 1, as in the store. */
size_t domain_set_size(const struct domain_set *set);
/* All that follows is lent by the set. */
const char *domain_set_name(const struct domain_set *set, size_t i);
const struct policy_line *domain_set_line(const struct domain_set *set,
    size_t i);
const struct policy_domain *domain_set_newest(const struct domain_set *set,
    size_t i);
/* By name; by virtual host, without its port. POLICY_NOBODY: there is none. */
size_t domain_set_find(const struct domain_set *set, struct bytes name);
size_t domain_set_host(const struct domain_set *set, struct bytes host);
/* What a domain judges by: its own over the server's. POLICY_NOBODY: the
 * server's. */
const struct policy_rights *domain_set_rights(const struct domain_set *set,
    size_t i);
/* Those of the server and of all domains together: who may say anything. */
const struct policy_rights *domain_set_all(const struct domain_set *set);

/* The policy in a signed text as the store has it; NULL when it cannot be
 * read. Its signature is not looked at. The caller frees it. */
struct policy_domain *domain_of_descriptor(const struct store_descriptor *d);

/* ---- the set in force (live.c) --------------------------------------------------- */

struct domain_live;
struct domain_live *domain_live_new(void);    /* with no domain, no right */
void domain_live_free(struct domain_live *l); /* NULL is fine */
/* The caller drops what he holds. */
struct domain_set *domain_live_hold(struct domain_live *l);
/* Has it no domain? At no cost. */
bool domain_live_is_empty(const struct domain_live *l);
/* Takes over the caller's reference. */
void domain_live_set(struct domain_live *l, struct domain_set *set);

#endif
