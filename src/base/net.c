/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses are numbers: nothing here asks a name server, so that a start
 * does not hang where there is none.
 */
#include "base/net.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG	  4096 /* connections that wait to be accepted */
#define HOST_MAX  64   /* "address%scope" and its NUL */
#define HOST_BOTH "*"  /* what an empty host stands for */

/* Hosts that are no number; both addresses of each. */
static const struct {
	const char *host, *v4, *v6;
} named[] = {
	{ HOST_BOTH, "0.0.0.0", "::" },
	{ "localhost", "127.0.0.1", "::1" },
};

static enum ics_err
port_read(const char *text, uint16_t *port)
{
	unsigned value = 0;

	if (text[0] == '\0')
		return ICS_EUSAGE;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return ICS_EUSAGE;
		value = value * 10 + (unsigned)(*c - '0');
		if (value > UINT16_MAX)
			return ICS_EUSAGE;
	}
	*port = (uint16_t)value;
	return ICS_OK;
}

/* Split text; *port stays where the text has none. */
static enum ics_err
host_split(const char *text, char host[HOST_MAX], uint16_t *port)
{
	const char *end = strrchr(text, ':');
	const char *tail = end;
	size_t n;

	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return ICS_EUSAGE;
		tail = end[1] == ':' ? end + 1 : NULL;
	} else if (end == NULL || strchr(text, ':') != end) {
		/* No colon, or a bare IPv6 address. */
		end = text + strlen(text);
		tail = NULL;
	}
	n = (size_t)(end - text);
	if (n >= HOST_MAX || (n == 0 && tail == NULL))
		return ICS_EUSAGE;
	memcpy(host, text, n);
	host[n] = '\0';
	if (n == 0)
		memcpy(host, HOST_BOTH, sizeof(HOST_BOTH));
	return tail == NULL ? ICS_OK : port_read(tail + 1, port);
}

static bool
v4_read(const char *host, uint16_t port, struct net_addr *addr)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		return false;
	memset(addr, 0, sizeof(*addr));
	memcpy(&addr->sa, &in, sizeof(in));
	addr->n = sizeof(in);
	return true;
}

static bool
v6_read(const char *host, uint16_t port, struct net_addr *addr)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	const char *scope = strchr(host, '%');
	size_t n = scope == NULL ? strlen(host) : (size_t)(scope - host);
	char number[HOST_MAX];

	if (n >= sizeof(number))
		return false;
	memcpy(number, host, n);
	number[n] = '\0';
	if (inet_pton(AF_INET6, number, &in.sin6_addr) != 1)
		return false;
	if (scope != NULL) {
		in.sin6_scope_id = if_nametoindex(scope + 1);
		if (in.sin6_scope_id == 0)
			return false;
	}
	memset(addr, 0, sizeof(*addr));
	memcpy(&addr->sa, &in, sizeof(in));
	addr->n = sizeof(in);
	return true;
}

enum ics_err
net_addrs_read(const char *text, uint16_t default_port,
    struct net_addr out[NET_BOTH], size_t *n)
{
	char host[HOST_MAX];
	uint16_t port = default_port;
	enum ics_err err = host_split(text, host, &port);

	if (err != ICS_OK)
		return err;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (strcmp(host, named[i].host) != 0)
			continue;
		*n = NET_BOTH;
		return v4_read(named[i].v4, port, &out[0]) &&
			       v6_read(named[i].v6, port, &out[1])
			   ? ICS_OK
			   : ICS_EUSAGE;
	}
	*n = 1;
	if (v4_read(host, port, out) || v6_read(host, port, out))
		return ICS_OK;
	return ICS_EUSAGE;
}

enum ics_err
net_addr_read(const char *text, uint16_t default_port, struct net_addr *addr)
{
	struct net_addr both[NET_BOTH];
	size_t n;
	enum ics_err err = net_addrs_read(text, default_port, both, &n);

	if (err == ICS_OK)
		*addr = both[0];
	return err;
}

static void
v6_write(const struct sockaddr_in6 *in, char out[NET_TEXT_MAX])
{
	char number[INET6_ADDRSTRLEN] = "?";
	char scope[IF_NAMESIZE] = "";

	(void)inet_ntop(AF_INET6, &in->sin6_addr, number, sizeof(number));
	if (in->sin6_scope_id == 0 ||
	    if_indextoname(in->sin6_scope_id, scope) == NULL)
		scope[0] = '\0';
	(void)snprintf(out, NET_TEXT_MAX, "[%s%s%s]:%u", number,
	    scope[0] == '\0' ? "" : "%", scope, ntohs(in->sin6_port));
}

void
net_addr_write(const struct net_addr *addr, char out[NET_TEXT_MAX])
{
	char number[INET_ADDRSTRLEN] = "?";
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (addr->sa.ss_family) {
	case AF_INET:
		memcpy(&in, &addr->sa, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, number, sizeof(number));
		(void)snprintf(out, NET_TEXT_MAX, "%s:%u", number,
		    ntohs(in.sin_port)); /* fits */
		return;
	case AF_INET6:
		memcpy(&in6, &addr->sa, sizeof(in6));
		v6_write(&in6, out);
		return;
	case AF_UNIX:
		(void)snprintf(out, NET_TEXT_MAX, "local"); /* fits */
		return;
	default:
		(void)snprintf(out, NET_TEXT_MAX, "?"); /* fits */
	}
}

static enum ics_err
socket_listen(int sock, const void *addr, socklen_t n)
{
	if (bind(sock, addr, n) == 0 && listen(sock, BACKLOG) == 0)
		return ICS_OK;
	if (errno == EADDRINUSE)
		return ICS_EBUSY;
	return errno == EADDRNOTAVAIL ? ICS_ENOTFOUND : err_from_errno(errno);
}

enum ics_err
net_listen(const struct net_addr *addr, int *fd)
{
	int on = 1;
	enum ics_err err;
	int sock = socket(addr->sa.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return errno == EAFNOSUPPORT ? ICS_EUNSUPPORTED
					     : err_from_errno(errno);
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (addr->sa.ss_family == AF_INET6 &&
		setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) !=
		    0))
		err = err_from_errno(errno);
	else
		err = socket_listen(sock, &addr->sa, addr->n);
	if (err != ICS_OK) {
		close(sock);
		return err;
	}
	*fd = sock;
	return ICS_OK;
}

static enum ics_err
local_addr(const char *path, struct sockaddr_un *un)
{
	size_t n = strlen(path);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (n >= sizeof(un->sun_path))
		return ICS_ETOOBIG;
	memcpy(un->sun_path, path, n);
	return ICS_OK;
}

/* Only a socket is ever removed. */
static enum ics_err
local_clear(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ICS_OK : err_from_errno(errno);
	if (!S_ISSOCK(st.st_mode))
		return ICS_EEXISTS;
	return unlink(path) == 0 ? ICS_OK : err_from_errno(errno);
}

enum ics_err
net_listen_local(const char *path, int *fd)
{
	struct sockaddr_un un;
	enum ics_err err;
	int sock = -1;

	TRY(local_addr(path, &un));
	TRY(local_clear(path));
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return err_from_errno(errno);
	/* The mode is right before anybody can connect: listen comes last. */
	if (bind(sock, (const struct sockaddr *)&un, sizeof(un)) != 0 ||
	    chmod(path, S_IRUSR | S_IWUSR) != 0 || listen(sock, BACKLOG) != 0)
		TRY(err_from_errno(errno));
	*fd = sock;
	return ICS_OK;
out:
	if (sock >= 0)
		close(sock);
	return err;
}

enum ics_err
net_connect_local(const char *path, int *fd)
{
	struct sockaddr_un un;
	enum ics_err err = local_addr(path, &un);
	int sock;

	if (err != ICS_OK)
		return err;
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return err_from_errno(errno);
	if (connect(sock, (const struct sockaddr *)&un, sizeof(un)) != 0) {
		err = err_from_errno(errno);
		close(sock);
		return err;
	}
	*fd = sock;
	return ICS_OK;
}

enum ics_err
net_addr_of(int fd, struct net_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->n = sizeof(addr->sa);
	if (getsockname(fd, (struct sockaddr *)&addr->sa, &addr->n) != 0)
		return err_from_errno(errno);
	return ICS_OK;
}

uint16_t
net_addr_port(const struct net_addr *addr)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (addr->sa.ss_family) {
	case AF_INET:
		memcpy(&in, &addr->sa, sizeof(in));
		return ntohs(in.sin_port);
	case AF_INET6:
		memcpy(&in6, &addr->sa, sizeof(in6));
		return ntohs(in6.sin6_port);
	default:
		return 0;
	}
}

void
net_addr_port_set(struct net_addr *addr, uint16_t port)
{
	/* Both kinds keep it at the same place. */
	_Static_assert(offsetof(struct sockaddr_in, sin_port) ==
			   offsetof(struct sockaddr_in6, sin6_port),
	    "ports");
	port = htons(port);
	memcpy((char *)&addr->sa + offsetof(struct sockaddr_in, sin_port),
	    &port, sizeof(port));
}

bool
net_addr_is_loopback(const struct net_addr *addr)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (addr->sa.ss_family) {
	case AF_INET:
		memcpy(&in, &addr->sa, sizeof(in));
		return ntohl(in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		memcpy(&in6, &addr->sa, sizeof(in6));
		return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
	default:
		return false;
	}
}
