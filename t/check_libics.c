/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handle: what may be asked, how it is sent, and servers that are slow,
 * silent, dying, or not ours.
 */
#include "base/buf.h"
#include "fixture.h"
#include "libics/link.h"
#include "libics_server.h"

#define FPR "0123456789abcdef0123456789ABCDEF01234567"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOLD(length, body)                                         \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"          \
	"Cache-Control: private, max-age=0, stale-if-error=60\r\n" \
	"Content-Length: " length "\r\n\r\n" body
#define ALLOW TOLD("6", "allow\n")
#define DENY  TOLD("11", "deny state\n")

#define SHORT_MS 150   /* where nothing comes */
#define LONG_MS	 10000 /* where something does */
#define SOON_NS	 5000000000ull

static const struct ics_question plain = { .subject = FPR };

static enum ics_verdict
asked(struct ics *ics, struct ics_answer *answer)
{
	return ics_check(ics, &plain, answer);
}

/* ---- servers ------------------------------------------------------------------- */

static const struct {
	struct server_step script[2];
	enum ics_verdict verdict;
	int status;
	int ms;
} servers[] = {
	{ { { ALLOW, SERVER_KEEP } }, ICS_ALLOW, 200, LONG_MS },
	{ { { ALLOW, SERVER_CLOSE } }, ICS_ALLOW, 200, LONG_MS },
	{ { { DENY, SERVER_KEEP } }, ICS_DENY, 200, LONG_MS },
	{ { { TOLD("12", "allow stale\n"), SERVER_KEEP } }, ICS_ALLOW_STALE,
	    200, LONG_MS },
	{ { { TOLD("17", "deny stale state\n"), SERVER_KEEP } }, ICS_DENY_STALE,
	    200, LONG_MS },
	{ { { ALLOW, SERVER_DRIP } }, ICS_ALLOW, 200, LONG_MS },
	/* Silent, slow, dying. */
	{ { { "", SERVER_KEEP } }, ICS_UNREACHABLE, 0, SHORT_MS },
	{ { { ALLOW, SERVER_DRIP } }, ICS_UNREACHABLE, 0, SHORT_MS },
	{ { { "HTTP/1.1 200 OK\r\n", SERVER_KEEP } }, ICS_UNREACHABLE, 0,
	    SHORT_MS },
	{ { { TOLD("6", "allow"), SERVER_KEEP } }, ICS_UNREACHABLE, 0,
	    SHORT_MS },
	{ { { TOLD("6", "allow"), SERVER_CLOSE } }, ICS_UNREACHABLE, 0,
	    LONG_MS },
	{ { { "", SERVER_CLOSE } }, ICS_UNREACHABLE, 0, LONG_MS },
	{ { { "HTTP/1.1 503 Busy\r\n\r\n", SERVER_KEEP } }, ICS_UNREACHABLE,
	    503, LONG_MS },
	{ { { "HTTP/1.1 429 Slowly\r\n\r\n", SERVER_KEEP } }, ICS_UNREACHABLE,
	    429, LONG_MS },
	/* Not ours, or lying. */
	{ { { "HTTP/1.1 404 Not Found\r\n\r\n", SERVER_KEEP } }, ICS_ODD, 404,
	    LONG_MS },
	{ { { "HTTP/1.1 302 There\r\nLocation: /\r\n\r\n", SERVER_KEEP } },
	    ICS_ODD, 302, LONG_MS },
	{ { { "220 mail.example ESMTP\r\n", SERVER_KEEP } }, ICS_ODD, 0,
	    LONG_MS },
	{ { { TOLD("3", "yes"), SERVER_KEEP } }, ICS_ODD, 200, LONG_MS },
	{ { { TOLD("12", "allow\nallow\n"), SERVER_KEEP } }, ICS_ODD, 200,
	    LONG_MS },
	{ { { ALLOW ALLOW, SERVER_KEEP } }, ICS_ODD, 200, LONG_MS },
	{ { { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	      "6\r\nallow\n\r\n0\r\n\r\n",
	      SERVER_KEEP } },
	    ICS_ODD, 200, LONG_MS },
	{ { { "HTTP/1.1 200 OK and so on and on and on", SERVER_FLOOD } },
	    ICS_ODD, 0, LONG_MS },
};

START_TEST(one_server)
{
	struct server *s = alloc_new(sizeof(*s));
	uint64_t began = clock_mono_ns();
	struct ics_answer answer;
	struct ics *ics;

	server_start(s, servers[_i].script);
	ics = ics_open(s->url);
	ck_assert_ptr_nonnull(ics);
	ck_assert(ics_timeout_set(ics, servers[_i].ms));
	ck_assert_int_eq(asked(ics, &answer), servers[_i].verdict);
	ck_assert_int_eq(answer.verdict, servers[_i].verdict);
	ck_assert_int_eq(answer.status, servers[_i].status);
	if (ics_is_allowed(answer.verdict))
		ck_assert_str_eq(answer.rule, "");
	ck_assert_uint_eq(answer.keep, answer.verdict >= ICS_DENY ? 60 : 0);
	ck_assert_uint_lt(clock_mono_ns() - began, SOON_NS);
	ics_close(ics);
	server_end(s);
	ck_assert_int_eq(s->connections, 1); /* a new one is not tried twice */
	free(s);
}
END_TEST

START_TEST(nobody_listens)
{
	static const struct server_step script[] = { { NULL, SERVER_KEEP } };
	struct server *s = alloc_new(sizeof(*s));
	struct ics_answer answer;
	struct ics *ics;

	server_start(s, script);
	ics = ics_open(s->url);
	server_end(s);
	ck_assert_int_eq(asked(ics, &answer), ICS_UNREACHABLE);
	ck_assert_int_eq(answer.status, 0);
	ics_close(ics);
	free(s);
}
END_TEST

/* ---- a connection that is kept ------------------------------------------------- */

#define ASKED_MAX 3

static const struct {
	struct server_step script[5];
	enum ics_verdict verdicts[ASKED_MAX];
	int ms, connections;
} kept[] = {
	/* One is enough. */
	{ { { ALLOW, SERVER_KEEP }, { DENY, SERVER_KEEP },
	      { ALLOW, SERVER_KEEP } },
	    { ICS_ALLOW, ICS_DENY, ICS_ALLOW }, LONG_MS, 1 },
	/* The server goes after its answer. */
	{ { { ALLOW, SERVER_CLOSE }, { DENY, SERVER_CLOSE },
	      { ALLOW, SERVER_KEEP } },
	    { ICS_ALLOW, ICS_DENY, ICS_ALLOW }, LONG_MS, 3 },
	/* It goes as the next question arrives: asked again, once. */
	{ { { ALLOW, SERVER_KEEP }, { "", SERVER_CLOSE }, { DENY, SERVER_KEEP },
	      { ALLOW, SERVER_KEEP } },
	    { ICS_ALLOW, ICS_DENY, ICS_ALLOW }, LONG_MS, 2 },
	{ { { ALLOW, SERVER_KEEP }, { "", SERVER_CLOSE }, { "", SERVER_CLOSE },
	      { ALLOW, SERVER_KEEP } },
	    { ICS_ALLOW, ICS_UNREACHABLE, ICS_ALLOW }, LONG_MS, 3 },
	/* It says that it goes. */
	{ { { "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	      "Connection: close\r\nContent-Length: 11\r\n\r\ndeny state\n",
		SERVER_KEEP },
	      { ALLOW, SERVER_KEEP }, { DENY, SERVER_KEEP } },
	    { ICS_DENY, ICS_ALLOW, ICS_DENY }, LONG_MS, 2 },
	/* What is odd is not asked again on the same one. */
	{ { { TOLD("3", "yes"), SERVER_KEEP }, { ALLOW, SERVER_KEEP },
	      { DENY, SERVER_KEEP } },
	    { ICS_ODD, ICS_ALLOW, ICS_DENY }, LONG_MS, 2 },
	/* An answer that comes late is not taken for the next. */
	{ { { ALLOW ALLOW ALLOW ALLOW ALLOW ALLOW ALLOW, SERVER_DRIP },
	      { DENY, SERVER_KEEP }, { DENY, SERVER_KEEP } },
	    { ICS_UNREACHABLE, ICS_DENY, ICS_DENY }, SHORT_MS, 2 },
};

START_TEST(a_connection_is_kept)
{
	struct server *s = alloc_new(sizeof(*s));
	struct ics *ics;

	server_start(s, kept[_i].script);
	ics = ics_open(s->url);
	ck_assert(ics_timeout_set(ics, kept[_i].ms));
	for (size_t i = 0; i < ASKED_MAX; i++) {
		ck_assert_int_eq(asked(ics, NULL), kept[_i].verdicts[i]);
		ck_assert(ics_timeout_set(ics, LONG_MS));
	}
	ics_close(ics);
	server_end(s);
	ck_assert_int_eq(s->connections, kept[_i].connections);
	free(s);
}
END_TEST

START_TEST(one_that_rested_is_not_used)
{
	static const struct server_step script[] = { { ALLOW, SERVER_KEEP },
		{ DENY, SERVER_KEEP }, { ALLOW, SERVER_KEEP },
		{ NULL, SERVER_KEEP } };
	struct server *s = alloc_new(sizeof(*s));
	struct ics *ics;

	server_start(s, script);
	ics = ics_open(s->url);
	ck_assert(ics_timeout_set(ics, LONG_MS));
	ck_assert_int_eq(asked(ics, NULL), ICS_ALLOW);
	ics->heard -= LIBICS_REST_MS;
	ck_assert_int_eq(asked(ics, NULL), ICS_DENY);
	ck_assert_int_eq(asked(ics, NULL), ICS_ALLOW);
	ics_close(ics);
	server_end(s);
	ck_assert_int_eq(s->connections, 2);
	free(s);
}
END_TEST

/* ---- questions ------------------------------------------------------------------ */

static const struct {
	struct ics_question question;
	const char *target; /* NULL: it is none, and is not sent */
} questions[] = {
	{ { .subject = FPR },
	    "GET /ics/v1/check?subject=" FPR " HTTP/1.1\r\n" },
	{ { .subject = "sha256:" HEX, .purpose = "install" },
	    "GET /ics/v1/check?subject=sha256:" HEX "&purpose=install " },
	{ { .subject = "dev:04" FPR, .with = "0123456789abcdef" },
	    "GET /ics/v1/check?subject=dev:04" FPR "&with=0123456789abcdef " },
	{ { .subject = HEX, .code = "code:sha256:" HEX, .purpose = "own-1" },
	    "GET /ics/v1/check?subject=" HEX "&code=code:sha256:" HEX
	    "&purpose=own-1 " },
	{ { .subject = NULL }, NULL },
	{ { .subject = "" }, NULL },
	{ { .subject = "0123456789abcde" }, NULL },
	{ { .subject = FPR "0" }, NULL },
	{ { .subject = FPR "&purpose=join" }, NULL },
	{ { .subject = FPR " HTTP/1.1\r\nX: y" }, NULL },
	{ { .subject = "0123456789abcde\n" }, NULL },
	{ { .subject = "0123456789abcdeg" }, NULL },
	{ { .subject = "0123456789abcde\xe9" }, NULL },
	{ { .subject = "sha256:" }, NULL },
	{ { .subject = ":" FPR }, NULL },
	{ { .subject = "a:b:c:0123456789abcdef" }, NULL },
	{ { .subject = "de v:0123456789abcdef" }, NULL },
	{ { .subject = "a-long-kind-x:0123456789abcdef" }, NULL },
	{ { .subject = HEX HEX }, NULL },
	{ { .subject = FPR, .with = "x" }, NULL },
	{ { .subject = FPR, .code = "x" }, NULL },
	{ { .subject = FPR, .with = FPR, .code = FPR }, NULL },
	{ { .subject = FPR, .purpose = "" }, NULL },
	{ { .subject = FPR, .purpose = "Join" }, NULL },
	{ { .subject = FPR, .purpose = "join x" }, NULL },
	{ { .subject = FPR, .purpose = "join&at=2020-01-01" }, NULL },
	{ { .subject = FPR, .purpose = HEX }, NULL },
};

START_TEST(one_question)
{
	static const struct server_step script[] = { { ALLOW, SERVER_KEEP },
		{ NULL, SERVER_KEEP } };
	const char *want = questions[_i].target;
	struct server *s = alloc_new(sizeof(*s));
	struct ics_answer answer;
	struct ics *ics;
	char host[80];

	server_start(s, script);
	ics = ics_open(s->url);
	ck_assert_int_eq(ics_check(ics, &questions[_i].question, &answer),
	    want == NULL ? ICS_MISUSED : ICS_ALLOW);
	ics_close(ics);
	server_end(s);
	ck_assert_int_eq(s->requests, want != NULL);
	(void)snprintf(host, sizeof(host), "\r\nHost: %s\r\n",
	    s->url + strlen("http://")); /* fits */
	if (want != NULL) {
		ck_assert_mem_eq(s->request, want, strlen(want));
		ck_assert_ptr_nonnull(strstr(s->request, host));
		ck_assert_ptr_nonnull(strstr(s->request,
		    "\r\nAccept: text/plain\r\n"));
	}
	free(s);
}
END_TEST

static const struct {
	const char *server;
	bool is_one;
} addresses[] = {
	{ "http://10.7.0.1:11371", true },
	{ "http://10.7.0.1", true },
	{ "http://10.7.0.1/", true },
	{ "http://10.7.0.1:65535/", true },
	{ "hkp://10.7.0.1", true },
	{ "http://localhost:80", true },
	{ "http://[::1]:11371", true },
	{ "http://[fe80::1]", true },
	{ NULL, false },
	{ "", false },
	{ "10.7.0.1:11371", false },
	{ "https://10.7.0.1:11371", false },
	{ "http://keys.example:11371", false },
	{ "http://10.7.0.1:0", false },
	{ "http://10.7.0.1:65536", false },
	{ "http://10.7.0.1:", false },
	{ "http://10.7.0.1:/", false },
	{ "http://10.7.0.1:1x", false },
	{ "http://10.7.0.1:80/ics", false },
	{ "http://10.7.0.1\r\nX: y", false },
	{ "http://10.7.0.1:80\r\n", false },
	{ "http://user@10.7.0.1", false },
	{ "http://[::1", false },
	{ "http://[::1]x", false },
	{ "http://[10.7.0.1]", false },
	{ "http://::1", false },
	{ "http://", false },
	{ "http://[]", false },
	{ "http://" HEX, false },
	{ "http://10.7.0.1:"
	  "00000000000000000000000000000000000000000000000000000000080",
	    false },
};

START_TEST(one_address)
{
	struct ics *ics = ics_open(addresses[_i].server);

	ck_assert_int_eq(ics != NULL, addresses[_i].is_one);
	ics_close(ics);
}
END_TEST

START_TEST(bounds)
{
	struct ics *ics = ics_open("http://127.0.0.1:9");
	struct ics_answer answer;

	ck_assert(!ics_timeout_set(ics, 0));
	ck_assert(!ics_timeout_set(ics, -1));
	ck_assert(!ics_timeout_set(ics, ICS_TIMEOUT_MS_MAX + 1));
	ck_assert(ics_timeout_set(ics, ICS_TIMEOUT_MS_MAX));
	ck_assert_int_eq(ics_check(NULL, &plain, &answer), ICS_MISUSED);
	ck_assert_int_eq(answer.verdict, ICS_MISUSED);
	ck_assert_int_eq(ics_check(ics, NULL, NULL), ICS_MISUSED);
	for (int v = ICS_UNREACHABLE; v <= ICS_ALLOW_STALE; v++)
		ck_assert_int_eq(ics_is_allowed((enum ics_verdict)v),
		    v == ICS_ALLOW || v == ICS_ALLOW_STALE);
	ics_close(ics);
}
END_TEST

/* ---- lists ----------------------------------------------------------------------- */

START_TEST(a_list)
{
	static const struct server_step script[] = {
		{ TOLD("29", "allow\ndeny state\nallow stale\n"), SERVER_KEEP },
		{ TOLD("17", "allow\ndeny state\n"), SERVER_KEEP },
		{ "HTTP/1.1 413 Too much\r\n\r\n", SERVER_CLOSE },
		{ NULL, SERVER_KEEP }
	};
	static const char *const three[] = { FPR, "0123456789abcdef",
		("sha256:" HEX) };
	struct ics_list list = { three, 3, NULL, "join" };
	struct server *s = alloc_new(sizeof(*s));
	struct ics_answer answers[3];
	struct ics *ics;

	server_start(s, script);
	ics = ics_open(s->url);
	ck_assert(ics_timeout_set(ics, LONG_MS));
	ck_assert(ics_check_many(ics, &list, answers));
	ck_assert_int_eq(answers[0].verdict, ICS_ALLOW);
	ck_assert_int_eq(answers[1].verdict, ICS_DENY);
	ck_assert_str_eq(answers[1].rule, "state");
	ck_assert_int_eq(answers[2].verdict, ICS_ALLOW_STALE);
	ck_assert_uint_eq(answers[2].keep, 60);
	ck_assert(!ics_check_many(ics, &list, answers)); /* one too few */
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(answers[i].verdict, ICS_ODD);
	list.with = FPR;
	ck_assert(!ics_check_many(ics, &list, answers));
	ck_assert_int_eq(answers[0].status, 413);
	ics_close(ics);
	server_end(s);
	ck_assert_ptr_nonnull(strstr(s->request,
	    "\r\n\r\nsubject=" FPR "&with=" FPR "\n"
	    "subject=0123456789abcdef&with=" FPR "\n"
	    "subject=sha256:" HEX "&with=" FPR "\n"));
	ck_assert_mem_eq(s->request, "POST /ics/v1/check?purpose=join HTTP/1.1",
	    40);
	free(s);
}
END_TEST

/* The longest that may be: questions of every octet, answers of every rule. */
START_TEST(the_longest_list)
{
	static const char line[] =
	    "deny stale 123456789-123456789-1234567890-\n";
	struct server_step script[] = { { NULL, SERVER_KEEP },
		{ NULL, SERVER_KEEP } };
	const char *subjects[ICS_LIST_MAX + 1];
	struct ics_answer answers[ICS_LIST_MAX + 1];
	struct ics_list list = { subjects, ICS_LIST_MAX, "code:sha256:" HEX,
		NULL };
	struct server *s = alloc_new(sizeof(*s));
	struct buf told;
	struct ics *ics;

	buf_init(&told, 1u << 20);
	buf_printf(&told,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    strlen(line) * ICS_LIST_MAX);
	for (size_t i = 0; i <= ICS_LIST_MAX; i++)
		subjects[i] = "code:sha256:" HEX;
	for (size_t i = 0; i < ICS_LIST_MAX; i++)
		buf_put_str(&told, line);
	script[0].say = buf_str(&told);
	server_start(s, script);
	ics = ics_open(s->url);
	ck_assert(ics_timeout_set(ics, LONG_MS));
	ck_assert(ics_check_many(ics, &list, answers));
	for (size_t i = 0; i < ICS_LIST_MAX; i++)
		ck_assert_int_eq(answers[i].verdict, ICS_DENY_STALE);
	list.n = ICS_LIST_MAX + 1;
	ck_assert(!ics_check_many(ics, &list, answers));
	ck_assert_int_eq(answers[ICS_LIST_MAX].verdict, ICS_MISUSED);
	list.n = 0;
	ck_assert(!ics_check_many(ics, &list, answers));
	list.n = 3;
	subjects[2] = FPR "\n" FPR;
	ck_assert(!ics_check_many(ics, &list, answers));
	ck_assert_int_eq(answers[0].verdict, ICS_MISUSED);
	ics_close(ics);
	server_end(s);
	ck_assert_int_eq(s->requests, 1);
	buf_release(&told);
	free(s);
}
END_TEST

#define ROWS(of) (int)(sizeof(of) / sizeof((of)[0]))

static void
add(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, one_server, 0, ROWS(servers));
	tcase_add_test(t, nobody_listens);
	tcase_add_loop_test(t, a_connection_is_kept, 0, ROWS(kept));
	tcase_add_test(t, one_that_rested_is_not_used);
	tcase_add_loop_test(t, one_question, 0, ROWS(questions));
	tcase_add_loop_test(t, one_address, 0, ROWS(addresses));
	tcase_add_test(t, bounds);
	tcase_add_test(t, a_list);
	tcase_add_test(t, the_longest_list);
}

int
main(void)
{
	return fixture_run("libics", add);
}
