/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * look: asks a server on the loopback for answers and judges their bytes.
 *
 *   fetch  asks for every key once, keeps the right answers as a pack
 *   check  asks for random keys for a while, compares every octet
 *   await  starts a server, prints the milliseconds to its first right answer
 *
 * Invariant: an answer is counted as right only if its status is the one
 * wanted and its body is, octet by octet, what the pack says; in fetch, where
 * there is no pack yet, only if the certificate in it has the fingerprint
 * asked for (or the text mentions the key, --mentions).
 */
#include <errno.h>
#include <gcrypt.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "pack.h"
#include "ring.h"
#include "tally.h"

#define HEAD_MAX       8192U
#define AWAIT_SECONDS  60U
#define AWAIT_PAUSE_US 500U
#define KEYS_MAX       16000000U

struct look_options {
	struct client_plan plan;
	const char *path; /* template of the URL */
	const char *keys; /* file of keys; NULL: those of the pack */
	const char *pack;
	unsigned status; /* wanted */
	uint64_t seed;
	bool mentions;
};

/* A request text per slot, so that a slot's bytes live until its answer. */
struct slot {
	char head[HEAD_MAX];
	size_t key;
	bool taken;
};

struct look {
	const struct look_options *opt;
	const char **keys; /* lent by text or by the pack */
	size_t *key_len;
	char *text; /* the file of keys */
	size_t count;
	size_t next;
	uint64_t random;
	struct pack pack;
	struct pack_writer out;
	struct slot *slots;
	struct tally tally;
};

static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static size_t
head_write(const struct look *look, char *head, size_t key)
{
	const struct look_options *opt = look->opt;
	char *path = pack_path(opt->path, look->keys[key], look->key_len[key]);
	int n = snprintf(head, HEAD_MAX,
	    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path,
	    opt->plan.port, opt->plan.keep ? "" : "Connection: close\r\n");

	free(path);
	if (n < 0 || n >= (int)HEAD_MAX)
		abort();
	return (size_t)n;
}

static bool
request_fill(struct look *look, struct client_request *req, size_t key)
{
	size_t i = 0;

	while (look->slots[i].taken)
		i++;
	look->slots[i].taken = true;
	look->slots[i].key = key;
	*req = (struct client_request){ .head = look->slots[i].head, .tag = i };
	req->head_len = head_write(look, look->slots[i].head, key);
	return true;
}

static bool
next_in_order(void *arg, struct client_request *req)
{
	struct look *look = arg;

	if (look->next == look->count)
		return false;
	return request_fill(look, req, look->next++);
}

static bool
next_random(void *arg, struct client_request *req)
{
	struct look *look = arg;

	return request_fill(look, req,
	    random_next(&look->random) % look->count);
}

static int
hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The octet at *at, percent-encoded or not; *at moves behind it. */
static int
octet_take(const char **at, const char *end)
{
	const char *p = *at;
	int hi = end - p > 2 && *p == '%' ? hex_value(p[1]) : -1;
	int lo = hi < 0 ? -1 : hex_value(p[2]);

	*at = lo < 0 ? p + 1 : p + 3;
	return lo < 0 ? (unsigned char)*p : hi << 4 | lo;
}

/* Does the text hold the key? Servers percent-encode more or less of it. */
static bool
body_mentions(const struct client_answer *ans, const char *key, size_t n)
{
	const char *end = ans->body + ans->body_len;

	for (const char *start = ans->body; start < end; start++) {
		const char *at = start;
		size_t same = 0;

		while (same < n && at < end &&
		       octet_take(&at, end) == (unsigned char)key[same])
			same++;
		if (same == n)
			return true;
	}
	return false;
}

static bool
body_is_of(const struct look *look, size_t key, const struct client_answer *ans)
{
	char fpr[RING_FPR_HEX] = "";
	uint8_t *bytes;
	size_t n = 0;

	if (look->opt->mentions)
		return body_mentions(ans, look->keys[key], look->key_len[key]);
	bytes = ring_dearmor(ans->body, ans->body_len, &n);
	if (bytes)
		ring_fpr(bytes, n, fpr);
	free(bytes);
	return look->key_len[key] == 40 &&
	       memcmp(fpr, look->keys[key], 40) == 0;
}

static void
answer_keep(void *arg, const struct client_answer *ans)
{
	struct look *look = arg;
	struct slot *slot = &look->slots[ans->tag];
	size_t key = slot->key;
	bool right =
	    ans->status == look->opt->status && body_is_of(look, key, ans);
	struct pack_entry e = { .key = look->keys[key],
		.key_len = look->key_len[key],
		.body = ans->body,
		.len = ans->body_len };

	slot->taken = false;
	if (right)
		pack_add(&look->out, &e);
	else
		fprintf(stderr, "look: %u for %.*s\n", ans->status,
		    (int)e.key_len, e.key);
	tally_add(&look->tally, right, ans->nanoseconds);
}

static void
answer_compare(void *arg, const struct client_answer *ans)
{
	struct look *look = arg;
	struct slot *slot = &look->slots[ans->tag];
	size_t key = slot->key;
	bool right = ans->status == look->opt->status;

	slot->taken = false;
	if (right && look->opt->pack) {
		const struct pack_entry *e =
		    pack_find(&look->pack, look->keys[key], look->key_len[key]);

		right = e && e->len == ans->body_len &&
			memcmp(e->body, ans->body, e->len) == 0;
	}
	tally_add(&look->tally, right, ans->nanoseconds);
}

static void
key_add(struct look *look, const char *key, size_t len)
{
	if ((look->count & (look->count - 1)) == 0) {
		size_t cap = look->count ? look->count * 2 : 1;

		look->keys = realloc(look->keys, cap * sizeof(*look->keys));
		look->key_len =
		    realloc(look->key_len, cap * sizeof(*look->key_len));
		if (!look->keys || !look->key_len)
			abort();
	}
	look->keys[look->count] = key;
	look->key_len[look->count++] = len;
}

/* The keys to ask for: first words of the lines, or all keys of the pack. */
static bool
keys_read(struct look *look)
{
	size_t len;
	const char *text;

	if (!look->opt->keys) {
		for (size_t i = 0; i < look->pack.count; i++)
			key_add(look, look->pack.entries[i].key,
			    look->pack.entries[i].key_len);
		return look->count > 0;
	}
	look->text = ring_file(look->opt->keys, &len);
	text = look->text;
	while (text && *text && look->count < KEYS_MAX) {
		size_t word = strcspn(text, " \n");

		if (word > 0)
			key_add(look, text, word);
		text += word + strcspn(text + word, "\n");
		text += *text == '\n';
	}
	return look->count > 0;
}

static void
look_release(struct look *look)
{
	free(look->keys);
	free(look->key_len);
	free(look->text);
	pack_release(&look->pack);
}

static int
look_run(struct look *look, const struct client_work *work)
{
	double seconds;

	look->random = look->opt->seed;
	look->slots = calloc(look->opt->plan.conns, sizeof(*look->slots));
	if (!look->slots)
		abort();
	seconds = client_run(&look->opt->plan, work);
	tally_print(&look->tally, seconds);
	free(look->slots);
	return seconds < 0 || look->tally.wrong > 0;
}

static int
run_fetch(const struct look_options *opt)
{
	struct look look = { .opt = opt };
	struct client_work work = { next_in_order, answer_keep, &look };
	int rc;

	if (!keys_read(&look) || !pack_create(&look.out, opt->pack))
		return 2;
	rc = look_run(&look, &work);
	look_release(&look);
	return pack_close(&look.out) ? rc : 2;
}

static int
run_check(const struct look_options *opt)
{
	struct look look = { .opt = opt };
	struct client_work work = { next_random, answer_compare, &look };
	int rc = 2;

	if (opt->pack && !pack_open(&look.pack, opt->pack))
		return 2;
	if (opt->plan.seconds <= 0)
		work.next = next_in_order;
	if (keys_read(&look))
		rc = look_run(&look, &work);
	look_release(&look);
	return rc;
}

static bool
await_done(const struct look_options *opt, const char *head, size_t len)
{
	char answer[64] = "";
	int fd = client_connect(opt->plan.port);
	bool done = false;

	if (fd < 0)
		return false;
	if (send(fd, head, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) > 12)
		done = strtoul(answer + 9, NULL, 10) == opt->status;
	close(fd);
	return done;
}

static pid_t
child_start(char **command)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* Our own output is the caller's to read. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(command[0], command);
		fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

/* Prints `MILLISECONDS PID`; the server is left running for the caller. */
static int
run_await(const struct look_options *opt, char **command)
{
	struct look look = { .opt = opt };
	uint64_t start = client_now(), now = start;
	char head[HEAD_MAX];
	size_t len;
	pid_t pid;

	if (!command[0] || !keys_read(&look))
		return 2;
	len = head_write(&look, head, 0);
	look_release(&look);
	start = client_now();
	pid = child_start(command);
	while (!await_done(opt, head, len)) {
		now = client_now();
		if (pid < 0 || waitpid(pid, NULL, WNOHANG) != 0 ||
		    now - start > AWAIT_SECONDS * UINT64_C(1000000000)) {
			if (pid > 0)
				kill(pid, SIGTERM);
			return 1;
		}
		usleep(AWAIT_PAUSE_US);
	}
	now = client_now();
	printf("%.1f %ld\n", (double)(now - start) / 1e6, (long)pid);
	return 0;
}

static int
usage(void)
{
	fputs("usage: look fetch --port N --path T --keys F --pack OUT\n"
	      "       look check --port N --path T [--pack P] [--keys F]\n"
	      "            [--seconds S] [--status N] [--seed N] [--close]\n"
	      "       look await --port N --path T --keys F -- COMMAND...\n"
	      "common: [--conns N] [--mentions]; T holds {key}, {aa}\n",
	    stderr);
	return 2;
}

static bool
option_take(struct look_options *opt, int word)
{
	switch (word) {
	case 'p':
		opt->plan.port = (uint16_t)strtoul(optarg, NULL, 10);
		return opt->plan.port != 0;
	case 't':
		opt->path = optarg;
		return true;
	case 'k':
		opt->keys = optarg;
		return true;
	case 'P':
		opt->pack = optarg;
		return true;
	case 'c':
		opt->plan.conns = (unsigned)strtoul(optarg, NULL, 10);
		return opt->plan.conns - 1 < CLIENT_CONNS_MAX;
	case 's':
		opt->plan.seconds = strtod(optarg, NULL);
		return opt->plan.seconds > 0;
	case 'S':
		opt->status = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'r':
		opt->seed = strtoull(optarg, NULL, 10);
		return true;
	case 'C':
		opt->plan.keep = false;
		return true;
	case 'm':
		opt->mentions = true;
		return true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	static const struct option words[] = { { "port", 1, NULL, 'p' },
		{ "path", 1, NULL, 't' }, { "keys", 1, NULL, 'k' },
		{ "pack", 1, NULL, 'P' }, { "conns", 1, NULL, 'c' },
		{ "seconds", 1, NULL, 's' }, { "status", 1, NULL, 'S' },
		{ "seed", 1, NULL, 'r' }, { "close", 0, NULL, 'C' },
		{ "mentions", 0, NULL, 'm' }, { NULL, 0, NULL, 0 } };
	struct look_options opt = {
		.plan = { .conns = 1, .keep = true }, .status = 200, .seed = 1
	};
	int word;

	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1)
		if (!option_take(&opt, word))
			return usage();
	if (optind >= argc || opt.plan.port == 0 || !opt.path)
		return usage();
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (strcmp(argv[optind], "fetch") == 0 && opt.keys && opt.pack)
		return run_fetch(&opt);
	if (strcmp(argv[optind], "check") == 0 && (opt.keys || opt.pack))
		return run_check(&opt);
	if (strcmp(argv[optind], "await") == 0 && opt.keys)
		return run_await(&opt, argv + optind + 1);
	return usage();
}
