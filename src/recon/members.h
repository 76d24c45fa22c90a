/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hashes in ascending order, private to recon: short sorted runs behind one
 * another, so that a change moves some thousand octets however many there are.
 */
#ifndef RECON_MEMBERS_H
#define RECON_MEMBERS_H

#include "recon/recon.h"

struct recon_run;
struct recon_members {
	struct recon_run **run; /* none is empty */
	size_t runs, cap;
	size_t n; /* members in all */
};

void recon_members_release(struct recon_members *m);
/* False when it is there already; is not there. */
bool recon_members_add(struct recon_members *m, const struct recon_hash *hash);
bool recon_members_remove(struct recon_members *m,
    const struct recon_hash *hash);

/* A place among them. */
struct recon_at {
	size_t run, i;
};
/* The first that is no less than hash; it need not be there. */
struct recon_at recon_members_from(const struct recon_members *m,
    const struct recon_hash *hash);
/* What stands there, lent until a change; NULL behind the last. */
const struct recon_hash *recon_members_get(const struct recon_members *m,
    struct recon_at at);
struct recon_at recon_members_after(const struct recon_members *m,
    struct recon_at at);

#endif
