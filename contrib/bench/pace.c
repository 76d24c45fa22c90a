/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pace: asks at a constant rate, whether the server keeps step or not.
 *
 * A request is due every 1/RATE of a second. When all connections wait for
 * their answers, those that become due meanwhile wait, and their time counts
 * from when they were due: a server that stands still for 100 ms has 100 late
 * answers at 1,000 a second, not one a connection. What this program itself
 * is late by does not count. Every answer is looked at.
 *
 * usage: pace --url URL --keys FILE [--accept TYPE] [--expect WORDS]
 *             [--rate N] [--seconds N] [--conns N]
 *
 * "{key}" in URL is a random line of FILE up to its first space. Prints
 *   pace rate=N asked=N bad=N p50=MS p99=MS max=MS
 */
#include <curl/curl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNS_MAX 256
#define URL_MAX	  512
#define BODY_MAX  64
#define ASKED_MAX 10000000UL
#define KEY_MARK  "{key}"

struct options {
	const char *url, *keys, *accept, *expect;
	unsigned long rate, seconds, conns;
};

struct slot {
	CURL *easy; /* NULL: free */
	double due;
	char body[BODY_MAX];
	size_t n;
};

struct pace {
	const struct options *opt;
	CURLM *multi;
	struct curl_slist *headers;
	struct slot slots[CONNS_MAX];
	CURL *handles[CONNS_MAX];
	char (*keys)[80];
	size_t keys_n, busy;
	double *times; /* ms */
	size_t asked, answered, bad;
	double start;
	bool is_blocked; /* something was due and no connection free */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
body_take(char *data, size_t size, size_t n, void *arg)
{
	struct slot *slot = arg;

	for (size_t i = 0; i < size * n && slot->n < BODY_MAX - 1; i++)
		slot->body[slot->n++] = data[i];
	return size * n;
}

static void
url_make(const struct pace *p, char url[URL_MAX])
{
	const char *mark = strstr(p->opt->url, KEY_MARK);

	if (!mark)
		snprintf(url, URL_MAX, "%s", p->opt->url);
	else
		snprintf(url, URL_MAX, "%.*s%s%s", (int)(mark - p->opt->url),
		    p->opt->url, p->keys[(size_t)random() % p->keys_n],
		    mark + strlen(KEY_MARK));
}

static void
ask(struct pace *p, size_t i, double due)
{
	struct slot *slot = &p->slots[i];
	char url[URL_MAX];

	slot->easy = p->handles[i];
	slot->due = due;
	slot->n = 0;
	url_make(p, url);
	curl_easy_setopt(slot->easy, CURLOPT_URL, url);
	curl_multi_add_handle(p->multi, slot->easy);
	p->busy++;
}

/* Ask what is due, as far as there are connections. */
static void
due_ask(struct pace *p)
{
	double t = now();
	size_t due = (size_t)((t - p->start) * (double)p->opt->rate) + 1;
	size_t most = p->opt->rate * p->opt->seconds;

	if (due > most)
		due = most;
	for (size_t i = 0; i < p->opt->conns && p->asked < due; i++) {
		if (p->slots[i].easy)
			continue;
		ask(p, i,
		    p->is_blocked
			? p->start + (double)p->asked / (double)p->opt->rate
			: t);
		p->asked++;
	}
	p->is_blocked = p->asked < due;
}

static void
answer_take(struct pace *p, struct slot *slot, CURLcode code)
{
	const char *expect = p->opt->expect;
	long status = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	slot->body[slot->n] = '\0';
	if (code != CURLE_OK || status != 200 ||
	    (expect && strncmp(slot->body, expect, strlen(expect)) != 0))
		p->bad++;
	p->times[p->answered++] = (now() - slot->due) * 1e3;
	curl_multi_remove_handle(p->multi, slot->easy);
	slot->easy = NULL;
	p->busy--;
}

/* What was answered; and wait a little for more. */
static void
answers_take(struct pace *p)
{
	int running, left;
	CURLMsg *msg;

	curl_multi_perform(p->multi, &running);
	while ((msg = curl_multi_info_read(p->multi, &left)))
		for (size_t i = 0; i < p->opt->conns; i++)
			if (msg->msg == CURLMSG_DONE &&
			    p->slots[i].easy == msg->easy_handle) {
				answer_take(p, &p->slots[i], msg->data.result);
				break;
			}
	curl_multi_poll(p->multi, NULL, 0, 1, NULL);
}

/* Connect all; then ask at the rate. */
static void
run(struct pace *p)
{
	size_t most = p->opt->rate * p->opt->seconds;

	for (size_t i = 0; i < p->opt->conns; i++)
		ask(p, i, now());
	while (p->busy > 0)
		answers_take(p);
	p->answered = 0;
	p->start = now();
	while (p->answered < most) {
		due_ask(p);
		answers_take(p);
	}
}

static int
time_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
tell(struct pace *p)
{
	size_t n = p->answered;

	qsort(p->times, n, sizeof(p->times[0]), time_order);
	printf("pace rate=%.0f asked=%zu bad=%zu p50=%.3f p99=%.3f max=%.3f\n",
	    (double)n / (now() - p->start), p->asked, p->bad, p->times[n / 2],
	    p->times[n - 1 - n / 100], p->times[n - 1]);
}

static bool
keys_read(struct pace *p)
{
	FILE *f = fopen(p->opt->keys, "r");
	char line[1024];

	while (f && fgets(line, sizeof(line), f)) {
		if (p->keys_n % 1024 == 0)
			p->keys = realloc(p->keys,
			    (p->keys_n + 1024) * sizeof(p->keys[0]));
		if (!p->keys)
			abort();
		snprintf(p->keys[p->keys_n++], sizeof(p->keys[0]), "%.*s",
		    (int)strcspn(line, " \n"), line);
	}
	if (f)
		fclose(f);
	return p->keys_n > 0;
}

static void
handles_make(struct pace *p)
{
	char accept[URL_MAX];

	snprintf(accept, sizeof(accept), "Accept: %s", p->opt->accept);
	p->headers = curl_slist_append(NULL, accept);
	p->multi = curl_multi_init();
	curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, (long)p->opt->conns);
	for (size_t i = 0; i < p->opt->conns; i++) {
		CURL *easy = p->handles[i] = curl_easy_init();

		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, p->headers);
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_take);
		curl_easy_setopt(easy, CURLOPT_WRITEDATA, &p->slots[i]);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
		/* Else it reads all that the system trusts, each time. */
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(easy, CURLOPT_TIMEOUT, 20L);
	}
}

static void
release(struct pace *p)
{
	for (size_t i = 0; i < p->opt->conns; i++)
		curl_easy_cleanup(p->handles[i]);
	curl_multi_cleanup(p->multi);
	curl_slist_free_all(p->headers);
	free(p->keys);
	free(p->times);
}

static bool
options_read(int argc, char **argv, struct options *opt)
{
	static const struct option longs[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "keys", required_argument, NULL, 'k' },
		{ "accept", required_argument, NULL, 'a' },
		{ "expect", required_argument, NULL, 'e' },
		{ "rate", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "conns", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 'u':
			opt->url = optarg;
			break;
		case 'k':
			opt->keys = optarg;
			break;
		case 'a':
			opt->accept = optarg;
			break;
		case 'e':
			opt->expect = optarg;
			break;
		case 'r':
			opt->rate = strtoul(optarg, NULL, 10);
			break;
		case 's':
			opt->seconds = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			opt->conns = strtoul(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	return optind == argc && opt->url && opt->keys && opt->rate > 0 &&
	       opt->rate <= ASKED_MAX && opt->seconds > 0 &&
	       opt->seconds <= ASKED_MAX / opt->rate && opt->conns > 0 &&
	       opt->conns <= CONNS_MAX;
}

int
main(int argc, char **argv)
{
	struct options opt = {
		.accept = "*/*", .rate = 1000, .seconds = 5, .conns = 20
	};
	static struct pace p;

	if (!options_read(argc, argv, &opt)) {
		fputs("usage: pace --url URL --keys FILE [--accept TYPE] "
		      "[--expect WORDS]\n            [--rate N] [--seconds N] "
		      "[--conns N]\n",
		    stderr);
		return 2;
	}
	p.opt = &opt;
	p.times =
	    calloc(opt.rate * opt.seconds + opt.conns, sizeof(p.times[0]));
	if (!p.times || !keys_read(&p)) {
		fputs("pace: no keys\n", stderr);
		return 1;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	handles_make(&p);
	run(&p);
	tell(&p);
	release(&p);
	return p.bad > 0;
}
