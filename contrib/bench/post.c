/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * post: submits certificates one by one to /pks/add and looks each up again.
 *
 * Prints two lines, `add ...` and `found ...` (see tally.h). An add counts
 * only if it was answered 200 *and* the certificate is there afterwards: the
 * rate on the add line is over the adds that the second pass found again.
 *
 * The form is `keytext=` first and alone, percent-encoded, Content-Length
 * given, which sks wants and every other server takes.
 */
#include <gcrypt.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "ring.h"
#include "tally.h"

#define HEAD_MAX 512U

struct post_cert {
	const struct ring_cert *cert;
	char *body; /* percent-encoded form */
	size_t body_len;
	char head[HEAD_MAX];
	size_t head_len;
	uint64_t nanoseconds; /* of the add; 0: not answered 200 */
};

struct post {
	struct client_plan plan;
	struct ring ring;
	struct post_cert *certs;
	size_t first;
	size_t count;
	size_t next;
	size_t refused;
	struct tally found;
	unsigned shown; /* refusals told on stderr */
};

static size_t
head_fill(struct post_cert *pc, int n)
{
	if (n < 0 || n >= (int)sizeof(pc->head))
		abort();
	return (size_t)n;
}

static void
form_write(struct post *post, struct post_cert *pc)
{
	size_t armor_len, text_len;
	char *armor = ring_armor(pc->cert->p, pc->cert->n, &armor_len);
	char *text = ring_urlencode(armor, armor_len, &text_len);
	const char *closing = post->plan.keep ? "" : "Connection: close\r\n";

	pc->body_len = text_len + 8;
	pc->body = malloc(pc->body_len + 1);
	if (!pc->body)
		abort();
	memcpy(pc->body, "keytext=", 8);
	memcpy(pc->body + 8, text, text_len + 1);
	free(armor);
	free(text);
	pc->head_len = head_fill(pc,
	    snprintf(pc->head, sizeof(pc->head),
		"POST /pks/add HTTP/1.1\r\n"
		"Host: 127.0.0.1:%u\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n"
		"Content-Length: %zu\r\n%s\r\n",
		post->plan.port, pc->body_len, closing));
}

static void
lookup_write(struct post *post, struct post_cert *pc)
{
	free(pc->body);
	pc->body = NULL;
	pc->body_len = 0;
	pc->head_len = head_fill(pc,
	    snprintf(pc->head, sizeof(pc->head),
		"GET /pks/lookup?op=get&options=mr&search=0x%s HTTP/1.1\r\n"
		"Host: 127.0.0.1:%u\r\n\r\n",
		pc->cert->fpr, post->plan.port));
}

static bool
next_cert(void *arg, struct client_request *req)
{
	struct post *post = arg;
	const struct post_cert *pc;

	if (post->next == post->count)
		return false;
	pc = &post->certs[post->next];
	*req = (struct client_request){ .head = pc->head,
		.head_len = pc->head_len,
		.body = pc->body,
		.body_len = pc->body_len,
		.tag = post->next++ };
	return true;
}

static void
answer_add(void *arg, const struct client_answer *ans)
{
	struct post *post = arg;

	if (ans->status == 200) {
		post->certs[ans->tag].nanoseconds = ans->nanoseconds;
		return;
	}
	post->refused++;
	if (post->shown++ < 3)
		fprintf(stderr, "post: %u for %s: %.*s\n", ans->status,
		    post->certs[ans->tag].cert->fpr,
		    ans->body_len < 200 ? (int)ans->body_len : 200,
		    ans->body ? ans->body : "");
}

static void
answer_lookup(void *arg, const struct client_answer *ans)
{
	struct post *post = arg;
	struct post_cert *pc = &post->certs[ans->tag];
	char fpr[RING_FPR_HEX] = "";
	uint8_t *bytes = NULL;
	size_t n;

	if (ans->status == 200)
		bytes = ring_dearmor(ans->body, ans->body_len, &n);
	if (bytes)
		ring_fpr(bytes, n, fpr);
	free(bytes);
	if (strcmp(fpr, pc->cert->fpr) != 0)
		pc->nanoseconds = 0;
	tally_add(&post->found, strcmp(fpr, pc->cert->fpr) == 0,
	    ans->nanoseconds);
}

static int
post_run(struct post *post)
{
	struct client_work add = { next_cert, answer_add, post };
	struct client_work find = { next_cert, answer_lookup, post };
	struct tally added = { .right = 0 };
	double add_seconds, find_seconds;
	size_t missing;

	for (size_t i = 0; i < post->count; i++) {
		post->certs[i].cert = &post->ring.certs[post->first + i];
		form_write(post, &post->certs[i]);
	}
	add_seconds = client_run(&post->plan, &add);
	for (size_t i = 0; i < post->count; i++)
		lookup_write(post, &post->certs[i]);
	post->next = 0;
	find_seconds = client_run(&post->plan, &find);
	for (size_t i = 0; i < post->count; i++)
		tally_add(&added, post->certs[i].nanoseconds != 0,
		    post->certs[i].nanoseconds);
	missing = added.wrong;
	printf("add ");
	tally_print(&added, add_seconds);
	printf("found ");
	tally_print(&post->found, find_seconds);
	free(post->certs);
	ring_release(&post->ring);
	return add_seconds < 0 || find_seconds < 0 || missing > 0;
}

static int
usage(void)
{
	fputs("usage: post --port N --ring FILE [--conns N] [--first N]\n"
	      "            [--count N] [--close]\n",
	    stderr);
	return 2;
}

static bool
option_take(struct post *post, int word, const char **path)
{
	switch (word) {
	case 'p':
		post->plan.port = (uint16_t)strtoul(optarg, NULL, 10);
		return post->plan.port != 0;
	case 'r':
		*path = optarg;
		return true;
	case 'c':
		post->plan.conns = (unsigned)strtoul(optarg, NULL, 10);
		return post->plan.conns - 1 < CLIENT_CONNS_MAX;
	case 'f':
		post->first = strtoul(optarg, NULL, 10);
		return true;
	case 'n':
		post->count = strtoul(optarg, NULL, 10);
		return post->count > 0;
	case 'C':
		post->plan.keep = false;
		return true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	static const struct option words[] = { { "port", 1, NULL, 'p' },
		{ "ring", 1, NULL, 'r' }, { "conns", 1, NULL, 'c' },
		{ "first", 1, NULL, 'f' }, { "count", 1, NULL, 'n' },
		{ "close", 0, NULL, 'C' }, { NULL, 0, NULL, 0 } };
	struct post post = { .plan = { .conns = 16, .keep = true } };
	const char *path = NULL;
	int word;

	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1)
		if (!option_take(&post, word, &path))
			return usage();
	if (optind != argc || post.plan.port == 0 || !path)
		return usage();
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (!ring_read(&post.ring, path) || post.ring.count <= post.first)
		return 2;
	if (post.count == 0 || post.count > post.ring.count - post.first)
		post.count = post.ring.count - post.first;
	post.certs = calloc(post.count, sizeof(*post.certs));
	if (!post.certs)
		abort();
	return post_run(&post);
}
