/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HUP reloads, TERM and INT stop, PIPE is an error of write. */
#include "icsd/signals.h"

#include <sys/signalfd.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum ics_err
signals_open(int *fd)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these four cannot fail */
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_from_errno(errno);
	*fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return *fd < 0 ? err_from_errno(errno) : ICS_OK;
}

static enum signals_event
event_read(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return SIGNALS_NONE;
	return info.ssi_signo == SIGHUP ? SIGNALS_RELOAD : SIGNALS_STOP;
}

enum signals_event
signals_wait(int fd, uint64_t ns)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	uint64_t ms = ns / 1000000;

	(void)poll(&ready, 1,
	    ns == 0	   ? -1
	    : ms > INT_MAX ? INT_MAX
			   : (int)ms); /* event_read tells what happened */
	return event_read(fd);
}

void
signals_reload(void *unused)
{
	(void)unused; /* a hook has an argument */
	/* To the process: blocked in every thread, so the descriptor gets it. */
	(void)kill(getpid(), SIGHUP); /* to ourselves: cannot fail */
}
