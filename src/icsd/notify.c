/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sd_notify(3), sd_listen_fds(3) and sd_watchdog_enabled(3). */
#include "icsd/notify.h"

#ifdef HAVE_SYSTEMD

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"

static const char *const states[] = {
	[NOTIFY_READY] = "READY=1",
	[NOTIFY_RELOADING] = "RELOADING=1",
	[NOTIFY_STOPPING] = "STOPPING=1",
	[NOTIFY_ALIVE] = "WATCHDOG=1",
};

/* A manager that does not listen is not our trouble: results are dropped. */
void
notify_send(enum notify_state state)
{
	/* The time belongs to RELOADING (sd_notify(3)); others ignore it. */
	(void)sd_notifyf(0, "%s\nMONOTONIC_USEC=%" PRIu64, states[state],
	    clock_mono_ns() / 1000);
}

uint64_t
notify_watchdog_ns(void)
{
	uint64_t usec = 0;

	return sd_watchdog_enabled(0, &usec) > 0 ? usec * 1000 : 0;
}

static enum ics_err
socket_ready(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
		return ICS_EUSAGE;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_from_errno(errno);
	return ICS_OK;
}

enum ics_err
notify_sockets_take(struct notify_socket out[HKP_LISTENERS_MAX], size_t *n)
{
	char **names = NULL;
	enum ics_err err = ICS_OK;
	int count = sd_listen_fds_with_names(1, &names);

	*n = 0;
	if (count > HKP_LISTENERS_MAX)
		err = ICS_EUSAGE;
	for (int i = 0; i < count; i++) {
		int fd = SD_LISTEN_FDS_START + i;

		if (err == ICS_OK) {
			err = socket_ready(fd);
			out[*n].fd = fd;
			(void)snprintf(out[*n].name, sizeof(out[*n].name), "%s",
			    names[i]); /* long names mean nothing */
			++*n;
		}
		free(names[i]);
	}
	free(names);
	return err;
}

#else

void
notify_send(enum notify_state state)
{
	(void)state; /* nobody to tell */
}

uint64_t
notify_watchdog_ns(void)
{
	return 0;
}

enum ics_err
notify_sockets_take(struct notify_socket out[HKP_LISTENERS_MAX], size_t *n)
{
	(void)out; /* stays as it is */
	*n = 0;
	return ICS_OK;
}

#endif
