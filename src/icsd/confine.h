/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this server gives up, by its configuration. */
#ifndef ICSD_CONFINE_H
#define ICSD_CONFINE_H

#include "icsd/conf.h"

/*
 * Limits, then the user's rights instead of root's. Sockets are open by now.
 * What failed has been logged.
 */
enum ics_err confine_user(const struct conf *c);

/* True when nobody is to be connected to: no recon, no peer in the
 * configuration, and none that was added by hand. */
bool confine_is_mute(const struct conf *c);

/*
 * Leave only the files and system calls that are needed; a mute server makes
 * no connections any more. Before there is a second thread; what failed has
 * been logged.
 */
enum ics_err confine_reach(const struct conf *c, bool is_mute);

#endif
