/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing summaries; store.h reads them. Private. sql/README has the octets.
 */
#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

#include "base/buf.h"
#include "pgp/pgp.h"

#define SUMMARY_MAX (2u << 20) /* as the table has it */

/* Append the summary of a clean certificate. Never depends on the time. */
void summary_write(const struct pgp_cert *cert, struct buf *out);

#endif
