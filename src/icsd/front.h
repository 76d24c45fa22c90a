/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In front (-d) the server logs to standard error and leaves its terminal
 * alone. Else it goes to the background once it is ready, and logs to a file.
 */
#ifndef ICSD_FRONT_H
#define ICSD_FRONT_H

#include "base/err.h"
#include "icsd/conf.h"

#define FRONT_LOG "icsd.log" /* in the state folder */

struct front {
	int waiting; /* where the parent waits for us, or -1 in front */
	int nothing; /* the null device */
};

/* How the log looks, by what standard error is. */
enum log_form front_log_form(void);

/*
 * Go on in a child; the parent leaves when the child is ready or dead, with
 * 0 or the child's exit status. Returns in the child.
 */
enum ics_err front_leave(struct front *f);

/* Before the sandbox: what front_ready will need. */
enum ics_err front_prepare(struct front *f);

/* Ready: in the background let the parent go and log to the file. */
enum ics_err front_ready(struct front *f, const struct conf *c);

/* Begin the log file anew when it was moved away; nothing in front. */
enum ics_err front_log_reopen(const struct front *f, const struct conf *c);

#endif
