/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a service manager does for its service, for scripts that have none:
 *
 *	manager tap SOCKET FILE      append the lines of each notification
 *	manager pass [NAME=ADDR:PORT]... -- PROGRAM [ARG]...
 *	                             run it with these sockets; NAME "udp" is
 *	                             a datagram socket, which is wrong
 *
 * A tap is ready when SOCKET is there, and ends by a signal.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"

#define FDS_FIRST 3
#define NOTE_MAX  4096

static int
tap(const char *path, const char *into)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);
	int out = open(into, O_WRONLY | O_CREAT | O_APPEND, 0600);
	char note[NOTE_MAX + 1];

	if (strlen(path) >= sizeof(un.sun_path))
		return 1;
	memcpy(un.sun_path, path, strlen(path));
	if (out < 0 || bind(sock, (struct sockaddr *)&un, sizeof(un)) != 0)
		return 1;
	for (;;) {
		ssize_t n = recv(sock, note, NOTE_MAX, 0);

		if (n <= 0)
			return 1;
		if (note[n - 1] != '\n')
			note[n++] = '\n';
		if (write(out, note, (size_t)n) != n)
			return 1;
	}
}

/* Opens what text says at descriptor fd; the name's length, 0 if that fails. */
static size_t
socket_place(const char *text, int fd)
{
	const char *is = strchr(text, '=');
	struct net_addr addr;
	int sock;

	if (is == NULL || net_addr_read(is + 1, 0, &addr) != ICS_OK)
		return 0;
	if (strncmp(text, "udp=", 4) == 0) {
		sock = socket(addr.sa.ss_family, SOCK_DGRAM, 0);
		if (bind(sock, (struct sockaddr *)&addr.sa, addr.n) != 0)
			return 0;
	} else if (net_listen(&addr, &sock) != ICS_OK) {
		return 0;
	}
	/* The copy is inherited, and blocks, as a manager's would. */
	if (dup2(sock, fd) < 0 || fcntl(fd, F_SETFD, 0) != 0 ||
	    fcntl(fd, F_SETFL, 0) != 0)
		return 0;
	if (sock != fd)
		close(sock);
	return (size_t)(is - text);
}

static int
pass(char **argv)
{
	char names[NOTE_MAX] = "", number[32];
	int n = 0;

	for (; argv[n] != NULL && strcmp(argv[n], "--") != 0; n++) {
		size_t length = socket_place(argv[n], FDS_FIRST + n);

		if (length == 0)
			return 1;
		(void)snprintf(names + strlen(names),
		    sizeof(names) - strlen(names), "%s%.*s", n == 0 ? "" : ":",
		    (int)length, argv[n]);
	}
	if (argv[n] == NULL || argv[n + 1] == NULL)
		return 2;
	(void)snprintf(number, sizeof(number), "%d", n);
	(void)setenv("LISTEN_FDS", number, 1);
	(void)setenv("LISTEN_FDNAMES", names, 1);
	(void)snprintf(number, sizeof(number), "%ld", (long)getpid());
	(void)setenv("LISTEN_PID", number, 1);
	execv(argv[n + 1], argv + n + 1);
	return 127;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "tap") == 0)
		return tap(argv[2], argv[3]);
	if (argc > 3 && strcmp(argv[1], "pass") == 0)
		return pass(argv + 2);
	return 2;
}
