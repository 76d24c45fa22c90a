/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between tree.c and build.c.
 */
#ifndef RECON_TREE_H
#define RECON_TREE_H

#include "recon/recon.h"

/* As recon_tree_build; sum becomes what lies below p. */
enum ics_err recon_tree_build_sum(const struct recon_backing *b,
    const struct recon_prefix *p, struct recon_sum *sum);

#endif
