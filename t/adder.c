/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adds certificates over many connections at a time, and looks them up again.
 *
 *	adder add PORT RING FIRST COUNT CONNS [PID AFTER]
 *	    POST each of COUNT certificates of RING from number FIRST on; print
 *	    "STATUS FINGERPRINT" for each answer, 0 for none. When AFTER of
 *	    them were 200, KILL process PID.
 *	adder find PORT CONNS
 *	    Read fingerprints from standard input; print those that the server
 *	    does not give back. The exit status says whether there were any.
 */
#include <sys/types.h>

#include <gcrypt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "contrib/bench/client.h"
#include "contrib/bench/ring.h"

struct item {
	char fpr[RING_FPR_HEX];
	struct buf head, body;
	bool found;
};

struct adder {
	struct client_plan plan;
	struct item *items;
	size_t n, next;
	size_t good, kill_after; /* 0: never */
	pid_t victim;
};

static bool
item_next(void *arg, struct client_request *req)
{
	struct adder *a = arg;
	struct item *item = &a->items[a->next];

	if (a->next == a->n)
		return false;
	*req =
	    (struct client_request){ (const char *)item->head.p, item->head.n,
		    (const char *)item->body.p, item->body.n, a->next++ };
	return true;
}

static void
add_answered(void *arg, const struct client_answer *ans)
{
	struct adder *a = arg;

	(void)printf("%u %s\n", ans->status, a->items[ans->tag].fpr);
	if (ans->status == 200 && ++a->good == a->kill_after)
		(void)kill(a->victim, SIGKILL); /* the test sees if not */
}

static void
find_answered(void *arg, const struct client_answer *ans)
{
	struct item *item = &((struct adder *)arg)->items[ans->tag];
	char fpr[RING_FPR_HEX] = "";
	uint8_t *octets = NULL;
	size_t n;

	if (ans->status == 200)
		octets = ring_dearmor(ans->body, ans->body_len, &n);
	if (octets != NULL && ring_fpr(octets, n, fpr))
		item->found = strcmp(fpr, item->fpr) == 0;
	free(octets);
}

static void
add_prepare(struct item *item, const struct ring_cert *cert, uint16_t port)
{
	size_t n, text_n;
	char *armor = ring_armor(cert->p, cert->n, &n);
	char *text = ring_urlencode(armor, n, &text_n);

	memcpy(item->fpr, cert->fpr, sizeof(item->fpr));
	buf_init(&item->body, 1u << 20);
	buf_printf(&item->body, "keytext=%s", text);
	buf_init(&item->head, 4096);
	buf_printf(&item->head,
	    "POST /pks/add HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    port, item->body.n);
	free(armor);
	free(text);
}

static void
find_prepare(struct item *item, uint16_t port)
{
	buf_init(&item->body, 1);
	buf_init(&item->head, 4096);
	buf_printf(&item->head,
	    "GET /pks/lookup?op=get&options=mr&search=0x%s HTTP/1.1\r\n"
	    "Host: 127.0.0.1:%u\r\n\r\n",
	    item->fpr, port);
}

static void
items_release(struct adder *a)
{
	for (size_t i = 0; i < a->n; i++) {
		buf_release(&a->items[i].head);
		buf_release(&a->items[i].body);
	}
	free(a->items);
}

static int
add(struct adder *a, const char *path, size_t first, size_t count)
{
	struct client_work work = { item_next, add_answered, a };
	struct ring ring;
	double seconds;

	if (!ring_read(&ring, path) || first + count > ring.count)
		return 2;
	a->items = alloc_zero(count, sizeof(*a->items));
	a->n = count;
	for (size_t i = 0; i < count; i++)
		add_prepare(&a->items[i], &ring.certs[first + i], a->plan.port);
	seconds = client_run(&a->plan, &work);
	items_release(a);
	ring_release(&ring);
	return seconds < 0;
}

static int
find(struct adder *a)
{
	struct client_work work = { item_next, find_answered, a };
	char line[128];
	size_t missing = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct item *item;

		a->items = alloc_resize(a->items, a->n + 1, sizeof(*item));
		item = &a->items[a->n++];
		memset(item, 0, sizeof(*item));
		memcpy(item->fpr, line, sizeof(item->fpr) - 1);
		find_prepare(item, a->plan.port);
	}
	if (client_run(&a->plan, &work) < 0)
		return 2;
	for (size_t i = 0; i < a->n; i++)
		if (!a->items[i].found && ++missing > 0)
			(void)printf("%s\n", a->items[i].fpr);
	items_release(a);
	return missing > 0;
}

static size_t
number(const char *text)
{
	return strtoul(text, NULL, 10);
}

int
main(int argc, char **argv)
{
	struct adder a = { .plan = { .keep = true } };

	if (gcry_check_version(NULL) == NULL)
		return 2;
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (argc == 4 && strcmp(argv[1], "find") == 0) {
		a.plan.port = (uint16_t)number(argv[2]);
		a.plan.conns = (unsigned)number(argv[3]);
		return find(&a);
	}
	if ((argc != 7 && argc != 9) || strcmp(argv[1], "add") != 0)
		return 2;
	a.plan.port = (uint16_t)number(argv[2]);
	a.plan.conns = (unsigned)number(argv[6]);
	if (argc == 9) {
		a.victim = (pid_t)number(argv[7]);
		a.kill_after = number(argv[8]);
	}
	return add(&a, argv[3], number(argv[4]), number(argv[5]));
}
