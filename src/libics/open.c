/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handle, from the text of a server's address until it is closed. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "libics/link.h"

static const struct {
	const char *scheme;
	uint16_t port;
} schemes[] = {
	{ "http://", 80 },
	{ "hkp://", 11371 },
};

/* Behind the scheme, and its port; NULL when it has none of ours. */
static const char *
scheme_read(const char *server, uint16_t *port)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i].scheme);

		if (strncmp(server, schemes[i].scheme, n) != 0)
			continue;
		*port = schemes[i].port;
		return server + n;
	}
	return NULL;
}

/* "", "/", ":PORT" or ":PORT/" */
static bool
port_read(const char *text, uint16_t *port)
{
	unsigned n = 0;

	if (text[0] == ':') {
		do {
			text++;
			if (*text < '0' || *text > '9')
				return false;
			n = n * 10 + (unsigned)(*text - '0');
			if (n > 65535)
				return false;
		} while (text[1] != '\0' && text[1] != '/');
		if (n == 0)
			return false;
		*port = (uint16_t)n;
		text++;
	}
	return text[0] == '\0' || strcmp(text, "/") == 0;
}

static bool
v4_set(struct ics *ics, const char *host, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &sin.sin_addr) != 1)
		return false;
	memcpy(&ics->addr, &sin, sizeof(sin));
	ics->addr_n = sizeof(sin);
	return true;
}

static bool
v6_set(struct ics *ics, const char *host, uint16_t port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	if (inet_pton(AF_INET6, host, &sin6.sin6_addr) != 1)
		return false;
	memcpy(&ics->addr, &sin6, sizeof(sin6));
	ics->addr_n = sizeof(sin6);
	return true;
}

static bool
server_read(struct ics *ics, const char *server)
{
	uint16_t port;
	const char *at = scheme_read(server, &port);
	bool is_v6 = at != NULL && at[0] == '[';
	char host[LIBICS_SERVER_MAX];
	size_t n;

	if (at == NULL || strlen(at) >= sizeof(ics->server))
		return false;
	memcpy(ics->server, at, strcspn(at, "/"));
	at += is_v6;
	n = strcspn(at, is_v6 ? "]" : ":/");
	memcpy(host, at, n);
	host[n] = '\0';
	at += n;
	if (is_v6 && *at++ != ']')
		return false;
	if (!port_read(at, &port))
		return false;
	return is_v6 ? v6_set(ics, host, port) : v4_set(ics, host, port);
}

struct ics *
ics_open(const char *server)
{
	struct ics *ics = calloc(1, sizeof(*ics));

	if (ics == NULL)
		return NULL;
	ics->fd = -1;
	ics->timeout_ms = ICS_TIMEOUT_MS;
	if (server != NULL && server_read(ics, server))
		return ics;
	free(ics);
	return NULL;
}

void
ics_close(struct ics *ics)
{
	if (ics == NULL)
		return;
	libics_link_close(ics);
	free(ics);
}

bool
ics_timeout_set(struct ics *ics, int ms)
{
	if (ms <= 0 || ms > ICS_TIMEOUT_MS_MAX)
		return false;
	ics->timeout_ms = ms;
	return true;
}
