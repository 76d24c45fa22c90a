/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a server: start, run until told to stop, stop. */
#ifndef ICSD_SERVER_H
#define ICSD_SERVER_H

#include "icsd/args.h"

/*
 * Serve by this configuration, which is given away, until a signal stops us.
 * What failed has been logged.
 */
enum ics_err server_run(const struct args *args, struct conf *conf);

#endif
