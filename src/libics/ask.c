/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions: what may stand in one, how it is sent, and what its answer means.
 * Invariant: no octet of the caller's is sent before it was looked at.
 */
#include <string.h>

#include "libics/link.h"

#define PIECE_MAX  1024 /* octets that are sent at once */
#define KIND_MAX   12	/* octets of a kind, with its NUL */
#define NUMBER_MAX 12	/* octets of a length, with its NUL */

/* ---- what may be asked ------------------------------------------------------------ */

/* Octets up to NUL, less than max; 0 when there are more. */
static size_t
length_of(const char *text, size_t max)
{
	const char *end = memchr(text, '\0', max);

	return end == NULL ? 0 : (size_t)(end - text);
}

/* Digits of a key ID or a fingerprint, perhaps with its version before it. */
static bool
is_hex(const char *p, size_t n)
{
	if (n != 16 && n != 40 && n != 42 && n != 64 && n != 66)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= '0' && p[i] <= '9') &&
		    !(p[i] >= 'a' && p[i] <= 'f') &&
		    !(p[i] >= 'A' && p[i] <= 'F'))
			return false;
	return true;
}

/* "KIND:sha256:HEX" has two words before its digits, others less. */
static bool
is_subject(const char *text)
{
	size_t n = length_of(text, ICS_SUBJECT_MAX);

	for (int words = 0; words < 2; words++) {
		const char *colon = memchr(text, ':', n);

		if (colon == NULL)
			break;
		if (!libics_is_word(text, (size_t)(colon - text), KIND_MAX))
			return false;
		n -= (size_t)(colon + 1 - text);
		text = colon + 1;
	}
	return is_hex(text, n);
}

static bool
is_purpose(const char *text)
{
	return libics_is_word(text, length_of(text, ICS_PURPOSE_MAX),
	    ICS_PURPOSE_MAX);
}

static bool
is_question(const struct ics_question *q)
{
	return q->subject != NULL && is_subject(q->subject) &&
	       (q->with == NULL || is_subject(q->with)) &&
	       (q->code == NULL || is_subject(q->code)) &&
	       (q->with == NULL || q->code == NULL) &&
	       (q->purpose == NULL || is_purpose(q->purpose));
}

static bool
is_list(const struct ics_list *list)
{
	if (list->n == 0 || list->n > ICS_LIST_MAX || list->subjects == NULL)
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (!is_question(&(struct ics_question){
			list->subjects[i], list->with, NULL, list->purpose }))
			return false;
	return true;
}

/* ---- how it is sent ---------------------------------------------------------------- */

/* Octets on their way; what goes wrong is remembered. Without a handle they
 * are only counted. */
struct out {
	struct ics *ics;
	bool is_lost;
	size_t total;
	size_t n;
	char p[PIECE_MAX];
};

static void
flush(struct out *out)
{
	if (!out->is_lost && out->n > 0)
		out->is_lost = !libics_link_send(out->ics, out->p, out->n);
	out->n = 0;
}

static void
put(struct out *out, const char *text)
{
	for (; *text != '\0'; text++) {
		out->total++;
		if (out->ics == NULL)
			continue;
		if (out->n == sizeof(out->p))
			flush(out);
		out->p[out->n++] = *text;
	}
}

static void
member_put(struct out *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put(out, name);
	put(out, value);
}

static void
number_put(struct out *out, size_t n)
{
	char digits[NUMBER_MAX], *at = &digits[NUMBER_MAX - 1];

	*at = '\0';
	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	put(out, at);
}

/* One by GET, or many by POST. */
struct request {
	const struct ics_question *question; /* or NULL */
	const struct ics_list *list;
};

static void
lines_put(struct out *out, const struct ics_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->with != NULL)
			put(out, "subject=");
		put(out, list->subjects[i]);
		member_put(out, "&with=", list->with);
		put(out, "\n");
	}
}

static void
target_put(struct out *out, const struct request *rq)
{
	const struct ics_question *q = rq->question;

	if (q == NULL) {
		put(out, "POST /ics/v1/check");
		member_put(out, "?purpose=", rq->list->purpose);
		return;
	}
	put(out, "GET /ics/v1/check");
	member_put(out, "?subject=", q->subject);
	member_put(out, "&with=", q->with);
	member_put(out, "&code=", q->code);
	member_put(out, "&purpose=", q->purpose);
}

static bool
request_send(struct ics *ics, const struct request *rq)
{
	struct out out = { .ics = ics };
	struct out body = { .ics = NULL };

	target_put(&out, rq);
	put(&out, " HTTP/1.1\r\nAccept: text/plain");
	member_put(&out, "\r\nHost: ", ics->server);
	if (rq->list != NULL) {
		lines_put(&body, rq->list);
		put(&out, "\r\nContent-Type: text/plain\r\nContent-Length: ");
		number_put(&out, body.total);
	}
	put(&out, "\r\n\r\n");
	if (rq->list != NULL)
		lines_put(&out, rq->list);
	flush(&out);
	return !out.is_lost;
}

/* ---- what is answered --------------------------------------------------------------- */

/* LIBICS_MORE: none came, or not all of it. */
static enum libics_progress
exchange(struct ics *ics, const struct request *rq, struct libics_reply *reply)
{
	enum libics_progress got = LIBICS_MORE;

	ics->n = 0;
	/* Who refuses a request may answer before he has read all of it. */
	if (!request_send(ics, rq) && !libics_link_receive(ics))
		return LIBICS_MORE;
	while (got == LIBICS_MORE) {
		if (ics->n > 0)
			got = libics_reply_read(ics->in, ics->n, reply);
		if (got == LIBICS_MORE && !libics_link_receive(ics))
			break;
	}
	return got;
}

/* A kept connection may be one that the server gave up meanwhile: then, and
 * when nothing of an answer came, once more on a new one. */
static enum libics_progress
ask(struct ics *ics, const struct request *rq, struct libics_reply *reply)
{
	enum libics_progress got;

	libics_link_start(ics);
	if (libics_link_is_kept(ics)) {
		got = exchange(ics, rq, reply);
		if (got != LIBICS_MORE || ics->n > 0)
			return got;
	}
	if (!libics_link_open(ics))
		return LIBICS_MORE;
	return exchange(ics, rq, reply);
}

/* Too busy, or something in between that does not reach it: as if away. */
static bool
is_away(int status)
{
	return status == 429 || status >= 500;
}

/* n answers alike. */
static bool
answers_fail(struct ics_answer *answers, size_t n, struct ics_answer same)
{
	for (size_t i = 0; i < n; i++)
		answers[i] = same;
	return false;
}

static bool
answers_get(struct ics *ics, const struct request *rq,
    struct ics_answer *answers, size_t n)
{
	struct libics_reply reply = { .closes = true };
	enum libics_progress got = ask(ics, rq, &reply);
	bool is_told = got == LIBICS_DONE && reply.status == 200 &&
		       libics_lines_read(&reply, answers, n);

	if (!is_told || reply.closes)
		libics_link_close(ics);
	if (is_told)
		return true;
	if (got == LIBICS_MORE)
		return answers_fail(answers, n,
		    (struct ics_answer){ .verdict = ICS_UNREACHABLE });
	return answers_fail(answers, n,
	    (struct ics_answer){
		.verdict = got == LIBICS_DONE && is_away(reply.status)
			       ? ICS_UNREACHABLE
			       : ICS_ODD,
		.status = reply.status });
}

bool
ics_is_allowed(enum ics_verdict verdict)
{
	return verdict == ICS_ALLOW || verdict == ICS_ALLOW_STALE;
}

enum ics_verdict
ics_check(struct ics *ics, const struct ics_question *question,
    struct ics_answer *answer)
{
	struct ics_answer own = { .verdict = ICS_MISUSED };

	if (ics != NULL && question != NULL && is_question(question))
		(void)answers_get(ics, &(struct request){ question, NULL },
		    &own, 1); /* its verdict says the same */
	if (answer != NULL)
		*answer = own;
	return own.verdict;
}

bool
ics_check_many(struct ics *ics, const struct ics_list *list,
    struct ics_answer *answers)
{
	if (ics != NULL && is_list(list))
		return answers_get(ics, &(struct request){ NULL, list },
		    answers, list->n);
	return answers_fail(answers, list->n,
	    (struct ics_answer){ .verdict = ICS_MISUSED });
}
