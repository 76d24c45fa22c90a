/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Steps along a prefix, private to recon.
 */
#ifndef RECON_PREFIX_H
#define RECON_PREFIX_H

#include "recon/recon.h"

/* Which child of the node at depth bits leads to p; bits < p->bits. */
unsigned recon_prefix_index(const struct recon_prefix *p, unsigned bits);

#endif
