/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watchdog's question: who answers, who is stuck, who is not there. */
#include <sys/socket.h>

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/net.h"
#include "icsd/listen.h"
#include "icsd/watch.h"

#define SHORT 50000000ull    /* ns: for who will not answer */
#define LONG  60000000000ull /* ns: for who will */

static char dir[] = "/tmp/check_watch.XXXXXX";
static char path[128];

/* Accepts one connection, reads, says something or nothing, and closes. */
struct answerer {
	int fd;
	const char *words;
	char asked[128];
};

static void *
answer(void *arg)
{
	struct answerer *a = arg;
	int c;
	ssize_t n;

	/* The socket does not block; the asker connects at once. */
	while ((c = accept(a->fd, NULL, NULL)) < 0)
		;
	n = recv(c, a->asked, sizeof(a->asked) - 1, 0);
	a->asked[n < 0 ? 0 : n] = '\0';
	if (a->words != NULL)
		(void)send(c, a->words, strlen(a->words), MSG_NOSIGNAL);
	close(c);
	return NULL;
}

static bool
ask(uint64_t ns)
{
	struct conf c = { .state_dir = dir };

	return watch_answers(&c, ns);
}

START_TEST(test_answer)
{
	static const char *const words[] = { "HTTP/1.0 200 OK\r\n\r\n", NULL };
	struct answerer a = { .words = words[_i] };
	pthread_t thread;

	ck_assert_int_eq(net_listen_local(path, &a.fd), ICS_OK);
	ck_assert_int_eq(pthread_create(&thread, NULL, answer, &a), 0);
	ck_assert(ask(LONG));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_str_eq(a.asked, "GET /healthz HTTP/1.0\r\n\r\n");
	close(a.fd);
	unlink(path);
}
END_TEST

START_TEST(test_stuck)
{
	uint64_t start = clock_mono_ns();
	int fd;

	ck_assert_int_eq(net_listen_local(path, &fd), ICS_OK);
	ck_assert(!ask(SHORT));
	ck_assert_uint_ge(clock_mono_ns() - start, SHORT);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(test_nobody)
{
	ck_assert(!ask(LONG));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");
	SRunner *runner;
	int failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, LISTEN_LOCAL);
	tcase_add_loop_test(tcase, test_answer, 0, 2);
	tcase_add_test(tcase, test_stuck);
	tcase_add_test(tcase, test_nobody);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	rmdir(dir);
	return failed != 0;
}
