/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as events of the main thread; other threads never see them. */
#ifndef ICSD_SIGNALS_H
#define ICSD_SIGNALS_H

#include <stdint.h>

#include "base/err.h"

enum signals_event {
	SIGNALS_NONE, /* the time was over */
	SIGNALS_RELOAD,
	SIGNALS_STOP
};

/* Called before there is a second thread. The caller closes *fd. */
enum ics_err signals_open(int *fd);

/* Wait for the next event, at most ns nanoseconds; 0 waits for ever. */
enum signals_event signals_wait(int fd, uint64_t ns);

/* Make the main thread see a RELOAD; may be called by any thread. */
void signals_reload(void *unused);

#endif
