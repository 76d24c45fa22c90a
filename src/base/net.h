/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses, listening sockets, and who is at the other end. */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NET_TEXT_MAX 72 /* room for "[address%scope]:port" */

/* A socket address with its length. */
struct net_addr {
	struct sockaddr_storage sa;
	socklen_t n;
};

/*
 * Read "ADDR:PORT", "[v6]:PORT", ":PORT" (every address) or a bare ADDR
 * (with default_port). Numbers only, but "localhost". ICS_EUSAGE. Where the
 * text means an IPv4 and an IPv6 address, this is the IPv4 one.
 */
enum ics_err net_addr_read(const char *text, uint16_t default_port,
    struct net_addr *addr);

#define NET_BOTH 2 /* addresses that one text can mean */

/*
 * The same, but all that text means: "localhost" and an empty or "*" host
 * are IPv4 and IPv6, in this order. Fills *n of out.
 */
enum ics_err net_addrs_read(const char *text, uint16_t default_port,
    struct net_addr out[NET_BOTH], size_t *n);

/* "127.0.0.1:11371" or "[::1]:11371". */
void net_addr_write(const struct net_addr *addr, char out[NET_TEXT_MAX]);

/*
 * A non-blocking, close-on-exec listening TCP socket; an IPv6 socket takes
 * IPv6 only. The caller closes *fd. ICS_EBUSY when another program listens
 * there, ICS_ENOTFOUND when this machine has no such address, ICS_EUNSUPPORTED
 * when it has none of this kind, else as err_from_errno says.
 */
enum ics_err net_listen(const struct net_addr *addr, int *fd);

/*
 * A non-blocking, listening Unix socket at path (mode 0600), an old one
 * removed (ICS_EEXISTS when path is something else). The caller closes *fd.
 * ICS_ETOOBIG when path does not fit an address.
 */
enum ics_err net_listen_local(const char *path, int *fd);

/* Connect to a Unix socket; the caller closes *fd. */
enum ics_err net_connect_local(const char *path, int *fd);

/* The address a socket is bound to (the port the system chose). */
enum ics_err net_addr_of(int fd, struct net_addr *addr);

/* The port of an address, host order; 0 for a Unix socket. */
uint16_t net_addr_port(const struct net_addr *addr);
/* Give an IPv4 or IPv6 address another port. */
void net_addr_port_set(struct net_addr *addr, uint16_t port);

/* True for 127.0.0.0/8 and ::1. */
bool net_addr_is_loopback(const struct net_addr *addr);

#endif
