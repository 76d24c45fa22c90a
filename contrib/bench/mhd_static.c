/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mhd_static: the least libmicrohttpd program that serves a pack from memory.
 *
 * A yardstick: what is left to gain for a server built on libmicrohttpd once
 * looking up and encoding cost nothing. It looks the search argument up in a
 * hash table and sends the bytes that are there; anything else is a 404.
 *
 * usage: mhd_static PORT PACK
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

#define THREADS 2U

static enum MHD_Result
send_bytes(struct MHD_Connection *c, unsigned status,
    const struct pack_entry *e)
{
	/* PERSISTENT only reads the bytes. */
	struct MHD_Response *r = MHD_create_response_from_buffer(e->len,
	    (void *)(uintptr_t)e->body, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result sent = MHD_NO;

	if (r) {
		MHD_add_response_header(r, "Content-Type",
		    "application/pgp-keys");
		sent = MHD_queue_response(c, status, r);
		MHD_destroy_response(r);
	}
	return sent;
}

/* foreign signature: MHD_AccessHandlerCallback */
static enum MHD_Result
answer(void *arg, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **state)
{
	static const char none[] = "not found\n";
	const struct pack_entry nothing = { .body = none,
		.len = sizeof(none) - 1 };
	const struct pack *pack = arg;
	const struct pack_entry *e = NULL;
	const char *search;

	(void)url, (void)method, (void)version, (void)upload, (void)upload_size;
	if (!*state) {
		/* An answer in the first call costs the connection. */
		*state = arg;
		return MHD_YES;
	}
	search =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "search");
	if (search && strncmp(search, "0x", 2) == 0)
		e = pack_find(pack, search + 2, strlen(search + 2));
	return e ? send_bytes(c, MHD_HTTP_OK, e)
		 : send_bytes(c, MHD_HTTP_NOT_FOUND, &nothing);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct MHD_Daemon *daemon;
	struct pack pack;
	sigset_t set;
	int got;

	if (argc != 3 || !pack_open(&pack, argv[2])) {
		fputs("usage: mhd_static PORT PACK\n", stderr);
		return 2;
	}
	addr.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
	    answer, &pack, MHD_OPTION_SOCK_ADDR, &addr,
	    MHD_OPTION_THREAD_POOL_SIZE, THREADS, MHD_OPTION_CONNECTION_TIMEOUT,
	    60U, MHD_OPTION_END);
	if (!daemon) {
		fputs("mhd_static: cannot listen\n", stderr);
		return 1;
	}
	sigwait(&set, &got);
	MHD_stop_daemon(daemon);
	pack_release(&pack);
	return 0;
}
