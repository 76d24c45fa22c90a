/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of answers: what is one, what is none, and what damage makes. */
#include "fixture.h"
#include "libics/reply.h"

#define OK     "HTTP/1.1 200 OK\r\n"
#define TEXT   "Content-Type: text/plain; charset=utf-8\r\n"
#define LENGTH "Content-Length: 6\r\n"
#define ALLOW  "\r\nallow\n"

/* As icsd sends it. */
static const char whole[] = OK "Date: Fri, 27 Nov 2026 03:21:46 GMT\r\n" TEXT
			       "ETag: \"bbe393a2263411019e06635553537765\"\r\n"
			       "Vary: Accept, Authorization, X-ICS-Domain\r\n"
			       "Cache-Control: private, max-age=0, "
			       "stale-if-error=3600\r\n"
			       "Content-Length: 13\r\n\r\ndeny unknown\n";

/* Read a copy of the exact size, and its lines. */
static enum libics_progress
read_exact(const char *p, size_t n, struct libics_reply *r,
    struct ics_answer *answer)
{
	char *exact = alloc_new(n + (n == 0));
	enum libics_progress got;

	memcpy(exact, p, n);
	*answer = (struct ics_answer){ .verdict = ICS_ODD };
	got = libics_reply_read(exact, n, r);
	if (got == LIBICS_DONE && r->status == 200 &&
	    !libics_lines_read(r, answer, 1))
		answer->verdict = ICS_ODD;
	free(exact);
	return got;
}

static const struct {
	const char *text;
	enum libics_progress progress;
	int status;
	uint32_t keep;
} replies[] = {
	{ OK TEXT LENGTH ALLOW, LIBICS_DONE, 200, 0 },
	{ OK "content-TYPE:text/plain\r\n" LENGTH ALLOW, LIBICS_DONE, 200, 0 },
	{ OK TEXT "content-length:\t6 \r\n" ALLOW, LIBICS_DONE, 200, 0 },
	{ "HTTP/1.1 200\r\n" TEXT LENGTH ALLOW, LIBICS_DONE, 200, 0 },
	{ OK TEXT LENGTH "Cache-Control: stale-if-error=7\r\n" ALLOW,
	    LIBICS_DONE, 200, 7 },
	{ OK TEXT LENGTH
	    "Cache-Control: stale-if-error=7,stale-if-error=5\r\n" ALLOW,
	    LIBICS_DONE, 200, 5 },
	{ OK TEXT LENGTH "Cache-Control: no-store\r\nCache-Control: "
			 "stale-if-error=5\r\n" ALLOW,
	    LIBICS_DONE, 200, 0 },
	{ OK TEXT LENGTH "Cache-Control: stale-if-error=9999999999\r\n" ALLOW,
	    LIBICS_DONE, 200, ICS_KEEP_MAX },
	{ "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n", LIBICS_DONE, 503, 0 },
	{ "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n", LIBICS_DONE,
	    400, 0 },
	{ "HTTP/1.1 100 Go on\r\n\r\n", LIBICS_DONE, 100, 0 },
	/* Not yet. */
	{ "", LIBICS_MORE, 0, 0 },
	{ "HTTP/1", LIBICS_MORE, 0, 0 },
	{ OK TEXT LENGTH "\r\nallo", LIBICS_MORE, 200, 0 },
	/* Never. */
	{ "SSH-2.0", LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.0 200 OK\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.1  200 OK\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.1 20 OK\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.1 099 OK\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.1 2x0 OK\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ "HTTP/1.1 200 O\001K\r\n" TEXT LENGTH ALLOW, LIBICS_WRONG, 0, 0 },
	{ OK TEXT LENGTH "\r\nallow\nallow\n", LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH LENGTH ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK LENGTH ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length: -6\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length: \r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length: 0000006\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length: 12289\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length: 99999999999999999999\r\n" ALLOW,
	    LIBICS_WRONG, 200, 0 },
	{ OK TEXT "Content-Length : 6\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "Transfer-Encoding: chunked\r\n" ALLOW, LIBICS_WRONG,
	    200, 0 },
	{ OK TEXT LENGTH "Content-Encoding: gzip\r\n" ALLOW, LIBICS_WRONG, 200,
	    0 },
	{ OK "Content-Type: text/html\r\n" LENGTH ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "Cache-Control: stale-if-error=\r\n" ALLOW,
	    LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "Cache-Control: stale-if-error=99999999999\r\n" ALLOW,
	    LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "X: a\r\n b\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "X: a\nY: b\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "X: a\001\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH ": a\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
	{ OK TEXT LENGTH "X\r\n" ALLOW, LIBICS_WRONG, 200, 0 },
};

START_TEST(heads)
{
	struct ics_answer answer;
	struct libics_reply r;

	ck_assert_int_eq(read_exact(replies[_i].text, strlen(replies[_i].text),
			     &r, &answer),
	    replies[_i].progress);
	ck_assert_int_eq(r.status, replies[_i].status);
	ck_assert_uint_eq(r.keep, replies[_i].keep);
	ck_assert_int_eq(answer.verdict,
	    replies[_i].progress == LIBICS_DONE && r.status == 200 ? ICS_ALLOW
								   : ICS_ODD);
}
END_TEST

START_TEST(a_nul_is_no_word)
{
	static const char nul[] = OK TEXT LENGTH "X: a\0b\r\n" ALLOW;
	struct ics_answer answer;
	struct libics_reply r;

	ck_assert_int_eq(read_exact(nul, sizeof(nul) - 1, &r, &answer),
	    LIBICS_WRONG);
}
END_TEST

START_TEST(who_closes_says_so)
{
	static const char closes[] =
	    OK TEXT LENGTH "Connection: x, Close\r\n" ALLOW;
	struct ics_answer answer;
	struct libics_reply r;

	ck_assert_int_eq(read_exact(closes, strlen(closes), &r, &answer),
	    LIBICS_DONE);
	ck_assert(r.closes);
	ck_assert_int_eq(read_exact(whole, strlen(whole), &r, &answer),
	    LIBICS_DONE);
	ck_assert(!r.closes);
}
END_TEST

static const struct {
	const char *text;
	enum ics_verdict verdict;
	const char *rule;
} lines[] = {
	{ "allow\n", ICS_ALLOW, "" },
	{ "allow stale\n", ICS_ALLOW_STALE, "" },
	{ "deny unknown\n", ICS_DENY, "unknown" },
	{ "deny stale state\n", ICS_DENY_STALE, "state" },
	{ "deny stale\n", ICS_DENY, "stale" },
	{ "deny stale stale\n", ICS_DENY_STALE, "stale" },
	{ "deny 123456789-123456789-123456789-1\n", ICS_DENY,
	    "123456789-123456789-123456789-1" },
	{ "deny 123456789-123456789-123456789-12\n", ICS_ODD, "" },
	{ "deny \n", ICS_ODD, "" },
	{ "deny\n", ICS_ODD, "" },
	{ "deny  state\n", ICS_ODD, "" },
	{ "deny State\n", ICS_ODD, "" },
	{ "allow \n", ICS_ODD, "" },
	{ "allow\r\n", ICS_ODD, "" },
	{ "allowed\n", ICS_ODD, "" },
	{ "Allow\n", ICS_ODD, "" },
	{ "allow", ICS_ODD, "" },
	{ "allow\nallow\n", ICS_ODD, "" },
	{ "\nallow\n", ICS_ODD, "" },
	{ "\n", ICS_ODD, "" },
	{ "", ICS_ODD, "" },
};

START_TEST(bodies)
{
	struct libics_reply r = { .status = 200,
		.keep = 9,
		.body = lines[_i].text,
		.n = strlen(lines[_i].text) };
	struct ics_answer answer;
	bool is_told = libics_lines_read(&r, &answer, 1);

	ck_assert_int_eq(is_told, lines[_i].verdict != ICS_ODD);
	if (!is_told)
		return;
	ck_assert_int_eq(answer.verdict, lines[_i].verdict);
	ck_assert_str_eq(answer.rule, lines[_i].rule);
	ck_assert_uint_eq(answer.keep, 9);
	ck_assert_int_eq(answer.status, 200);
}
END_TEST

START_TEST(as_many_as_were_asked)
{
	struct libics_reply r = { .status = 200,
		.body = "allow\ndeny state\nallow stale\n" };
	struct ics_answer answers[4];

	r.n = strlen(r.body);
	ck_assert(!libics_lines_read(&r, answers, 2));
	ck_assert(!libics_lines_read(&r, answers, 4));
	ck_assert(libics_lines_read(&r, answers, 3));
	ck_assert_int_eq(answers[0].verdict, ICS_ALLOW);
	ck_assert_int_eq(answers[1].verdict, ICS_DENY);
	ck_assert_str_eq(answers[1].rule, "state");
	ck_assert_int_eq(answers[2].verdict, ICS_ALLOW_STALE);
}
END_TEST

START_TEST(a_part_is_no_answer)
{
	struct ics_answer answer;
	struct libics_reply r;

	for (size_t n = 0; n < strlen(whole); n++)
		ck_assert_int_eq(read_exact(whole, n, &r, &answer),
		    LIBICS_MORE);
	ck_assert_int_eq(read_exact(whole, strlen(whole), &r, &answer),
	    LIBICS_DONE);
	ck_assert_int_eq(answer.verdict, ICS_DENY);
	ck_assert_str_eq(answer.rule, "unknown");
	ck_assert_uint_eq(answer.keep, 3600);
}
END_TEST

/* Every bit, every value of every octet: a no is never read as a yes. */
START_TEST(damage_makes_no_yes)
{
	char bad[sizeof(whole)];
	struct ics_answer answer;
	struct libics_reply r;

	for (size_t i = 0; i < strlen(whole); i++) {
		memcpy(bad, whole, sizeof(bad));
		for (int c = 0; c < 256; c++) {
			bad[i] = (char)c;
			(void)read_exact(bad, strlen(whole), &r, &answer);
			ck_assert(!ics_is_allowed(answer.verdict));
			ck_assert_uint_le(r.n, LIBICS_BODY_MAX);
		}
	}
}
END_TEST

START_TEST(a_head_ends)
{
	struct ics_answer answer;
	struct libics_reply r;
	char long_head[LIBICS_HEAD_MAX + 16];
	int n = snprintf(long_head, sizeof(long_head), "%s%s%sX: ", OK, TEXT,
	    LENGTH);

	memset(long_head + n, 'x', sizeof(long_head) - (size_t)n);
	ck_assert_int_eq(read_exact(long_head, LIBICS_HEAD_MAX - 1, &r,
			     &answer),
	    LIBICS_MORE);
	ck_assert_int_eq(read_exact(long_head, LIBICS_HEAD_MAX, &r, &answer),
	    LIBICS_WRONG);
	memcpy(long_head + LIBICS_HEAD_MAX - 4, "\r\n\r\nallow\n", 10);
	ck_assert_int_eq(read_exact(long_head, LIBICS_HEAD_MAX + 6, &r,
			     &answer),
	    LIBICS_DONE);
	ck_assert_int_eq(answer.verdict, ICS_ALLOW);
	long_head[LIBICS_HEAD_MAX - 4] = 'x';
	memcpy(long_head + LIBICS_HEAD_MAX - 3, "\r\n\r\nallow\n", 10);
	ck_assert_int_eq(read_exact(long_head, LIBICS_HEAD_MAX + 7, &r,
			     &answer),
	    LIBICS_WRONG);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, heads, 0, sizeof(replies) / sizeof(replies[0]));
	tcase_add_test(t, a_nul_is_no_word);
	tcase_add_test(t, who_closes_says_so);
	tcase_add_loop_test(t, bodies, 0, sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(t, as_many_as_were_asked);
	tcase_add_test(t, a_part_is_no_answer);
	tcase_add_test(t, damage_makes_no_yes);
	tcase_add_test(t, a_head_ends);
}

int
main(void)
{
	return fixture_run("libics_reply", add);
}
