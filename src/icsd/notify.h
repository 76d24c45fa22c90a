/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service manager is told, and what it hands over. Without one, and
 * in a build without libsystemd, all of this does nothing.
 */
#ifndef ICSD_NOTIFY_H
#define ICSD_NOTIFY_H

#include <stdint.h>

#include "hkp/hkp.h"

enum notify_state {
	NOTIFY_READY,
	NOTIFY_RELOADING,
	NOTIFY_STOPPING,
	NOTIFY_ALIVE /* the watchdog's ping */
};

void notify_send(enum notify_state state);

/* Nanoseconds within which the manager wants a ping; 0 means never. */
uint64_t notify_watchdog_ns(void);

/* A listening socket handed over, with the name it has in its unit. */
struct notify_socket {
	int fd; /* ours to close */
	char name[32];
};

/*
 * Take the sockets over, at most HKP_LISTENERS_MAX; *n is 0 without any.
 * ICS_EUSAGE when one of them is no listening stream socket.
 */
enum ics_err notify_sockets_take(struct notify_socket out[HKP_LISTENERS_MAX],
    size_t *n);

#endif
