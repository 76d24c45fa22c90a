/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client with bad manners, for the scripts about limits. It speaks to
 * 127.0.0.1 and reads what to send from its arguments, where \r and \n mean
 * what they do in C.
 *
 *	hold PORT N TEXT    open N connections, send TEXT on each, say "held",
 *	                    wait for the end of standard input, then say how
 *	                    many are still open
 *	drip PORT TEXT MS   send TEXT octet by octet, MS milliseconds apart, then
 *	                    nothing; say when the other side has closed it
 *	talk PORT TEXT...   send each TEXT after the answer to the one before (on
 *	                    one connection; a line of standard input in
 *	                    between), print the status lines
 *	pipe PORT TEXT      send TEXT at once, read until the other side closes,
 *	                    print the status lines
 *	leave PORT TEXT     send TEXT at once and close
 *
 * Invariant: every verb ends by itself after PATIENCE seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

#define PATIENCE 30
#define SECOND	 UINT64_C(1000000000)

static int
dial(const char *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Escapes resolved; free it. */
static char *
text_read(const char *arg)
{
	char *out = alloc_str(arg);
	char *to = out;

	for (; *arg != '\0'; arg++) {
		if (arg[0] == '\\' && (arg[1] == 'r' || arg[1] == 'n'))
			*to++ = *++arg == 'r' ? '\r' : '\n';
		else
			*to++ = *arg;
	}
	*to = '\0';
	return out;
}

/* The other side has closed it (what it said before that is thrown away). */
static bool
is_closed(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char room[4096];
	ssize_t n;

	while (poll(&p, 1, ms) == 1) {
		n = recv(fd, room, sizeof(room), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return true;
	}
	return false;
}

static int
hold(char **argv)
{
	size_t n = strtoul(argv[3], NULL, 10);
	struct rlimit files = { n + 64, n + 64 };
	int *fds = alloc_zero(n + 1, sizeof(*fds));
	char *text = text_read(argv[4]);
	size_t open = 0;

	(void)setrlimit(RLIMIT_NOFILE, &files); /* dial tells */
	for (size_t i = 0; i < n; i++) {
		fds[i] = dial(argv[2]);
		if (fds[i] >= 0)
			(void)send(fds[i], text, strlen(text), MSG_NOSIGNAL);
	}
	puts("held");
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (size_t i = 0; i < n; i++)
		open += fds[i] >= 0 && !is_closed(fds[i], 0);
	printf("open %zu\n", open);
	free(text);
	free(fds);
	return 0;
}

static int
drip(char **argv)
{
	uint64_t start = clock_mono_ns();
	char *text = text_read(argv[3]);
	const char *at = text;
	int ms = (int)strtol(argv[4], NULL, 10);
	int fd = dial(argv[2]);
	bool closed = fd < 0;

	while (!closed && clock_mono_ns() - start < PATIENCE * SECOND) {
		if (*at != '\0')
			closed = send(fd, at++, 1, MSG_NOSIGNAL) != 1;
		closed = closed || is_closed(fd, ms);
	}
	printf("%s after %llu s\n", closed ? "closed" : "open",
	    (unsigned long long)((clock_mono_ns() - start) / SECOND));
	free(text);
	return 0;
}

static int
leave(char **argv)
{
	char *text = text_read(argv[3]);
	int fd = dial(argv[2]);
	bool sent = send(fd, text, strlen(text), MSG_NOSIGNAL) > 0;

	free(text);
	return close(fd) == 0 && sent ? 0 : 1;
}

#define ANSWER_MAX 65536

static void
status_lines_print(const char *text)
{
	while ((text = strstr(text, "HTTP/1.1 ")) != NULL) {
		size_t n = strcspn(text, "\r\n");

		printf("%.*s\n", (int)n, text);
		text += n;
	}
	fflush(stdout);
}

/* One more piece of an answer behind the n octets in room. */
static size_t
answer_read(int fd, char room[ANSWER_MAX], size_t n)
{
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t got = 0;

	if (n < ANSWER_MAX - 1 && poll(&p, 1, PATIENCE * 1000) == 1)
		got = recv(fd, &room[n], ANSWER_MAX - 1 - n, 0);
	n += got > 0 ? (size_t)got : 0;
	room[n] = '\0';
	return n;
}

static int
pipe_all(char **argv)
{
	char *room = alloc_new(ANSWER_MAX);
	char *text = text_read(argv[3]);
	int fd = dial(argv[2]);
	size_t n = 0, before;

	(void)send(fd, text, strlen(text), MSG_NOSIGNAL); /* reading tells */
	do {
		before = n;
		n = answer_read(fd, room, n);
	} while (n > before);
	status_lines_print(room);
	free(text);
	free(room);
	return 0;
}

static int
talk(int argc, char **argv)
{
	char *room = alloc_new(ANSWER_MAX);
	int fd = dial(argv[2]);
	bool good = true;

	for (int i = 3; i < argc && good; i++) {
		char *text = text_read(argv[i]);

		good = send(fd, text, strlen(text), MSG_NOSIGNAL) > 0 &&
		       answer_read(fd, room, 0) > 0;
		if (good)
			status_lines_print(room);
		free(text);
		while (good && i + 1 < argc && getchar() != '\n')
			;
	}
	free(room);
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "hold") == 0)
		return hold(argv);
	if (argc == 5 && strcmp(argv[1], "drip") == 0)
		return drip(argv);
	if (argc == 4 && strcmp(argv[1], "leave") == 0)
		return leave(argv);
	if (argc == 4 && strcmp(argv[1], "pipe") == 0)
		return pipe_all(argv);
	if (argc >= 4 && strcmp(argv[1], "talk") == 0)
		return talk(argc, argv);
	return 2;
}
