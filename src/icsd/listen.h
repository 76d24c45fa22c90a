/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets that hkp answers on, and the lines that tell of them. */
#ifndef ICSD_LISTEN_H
#define ICSD_LISTEN_H

#include "hkp/hkp.h"
#include "icsd/conf.h"
#include "sync/sync.h"

#define LISTEN_LOCAL "icsd.sock" /* in the state folder */

struct listen_set {
	struct hkp_listener at[HKP_LISTENERS_MAX];
	size_t n;
	int recon[SYNC_LISTENERS_MAX]; /* for SKS-like peers */
	size_t recon_n;
};

/*
 * Open what the service manager hands over or else the configuration names;
 * what failed has been logged. The caller calls listen_close in any case.
 */
enum ics_err listen_open(const struct conf *c, struct listen_set *set);

/* Add the operator's socket in the state folder; logged likewise. */
enum ics_err listen_local_open(const struct conf *c, struct listen_set *set);

/* Close everything; the operator's socket goes from its folder. */
void listen_close(const struct conf *c, struct listen_set *set);

/* The port that tells others where certificates are: of the first public
 * listener that speaks HTTP, else HTTPS; 0 without any. */
uint16_t listen_http_port(const struct listen_set *set);

/* Print "listening http://ADDR:PORT" for each but the operator's. */
void listen_print(const struct listen_set *set);

#endif
