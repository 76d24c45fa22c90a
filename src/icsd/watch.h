/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does the HTTP front still answer? For the service manager's watchdog. */
#ifndef ICSD_WATCH_H
#define ICSD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "icsd/conf.h"

/*
 * Ask over the operator's socket; false when nothing happens within ns. A
 * closed connection is an answer too: a front that is full is not stuck.
 */
bool watch_answers(const struct conf *c, uint64_t ns);

#endif
