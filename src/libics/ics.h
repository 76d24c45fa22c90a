/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libics: may this thing talk? What firmware and gateways ask an icsd, over
 * plain HTTP on a way that they trust; ics_check(3) explains it.
 *
 * Needs libc and its sockets alone. Nothing here waits beyond its time, writes
 * or ends the program; memory is allocated in ics_open and nowhere else. A
 * handle belongs to one thread at a time. Link with -lics.
 */
#ifndef LIBICS_ICS_H
#define LIBICS_ICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ICS_SUBJECT_MAX	   96	  /* octets of an id, with its NUL */
#define ICS_PURPOSE_MAX	   64	  /* octets of a purpose, with its NUL */
#define ICS_RULE_MAX	   32	  /* octets of a rule, with its NUL */
#define ICS_LIST_MAX	   256	  /* subjects of one list */
#define ICS_TIMEOUT_MS	   3000	  /* as long as nothing else is set */
#define ICS_TIMEOUT_MS_MAX 600000 /* what may be set */
#define ICS_KEEP_MAX	   0x7fffffffu

/* Only two of them say yes; what was never filled in is none of these two. */
enum ics_verdict {
	ICS_UNREACHABLE, /* no answer within the time: the caller decides */
	ICS_ODD,	 /* an answer, but not of a server of ours */
	ICS_MISUSED,	 /* not a question: nothing was sent */
	ICS_DENY,
	ICS_DENY_STALE, /* no; and the server has not heard its peers lately */
	ICS_ALLOW,
	ICS_ALLOW_STALE /* yes, but by what may be too old */
};

/*
 * An id is hexadecimal (a fingerprint, a key ID) or "sha256:" and hexadecimal,
 * perhaps behind its kind ("dev:04..."). All but subject may be NULL.
 */
struct ics_question {
	const char *subject; /* may it ... */
	const char *with;    /* ... and that one, with each other ... */
	const char *code;    /* ... or with this code on it ... */
	const char *purpose; /* ... do this? NULL: communicate */
};

/* Many subjects, of each of which the same is asked. with may be NULL. */
struct ics_list {
	const char *const *subjects; /* n of them, at most ICS_LIST_MAX */
	size_t n;
	const char *with;
	const char *purpose;
};

struct ics_answer {
	enum ics_verdict verdict;
	char rule[ICS_RULE_MAX]; /* what denies it; "" where nothing does */
	uint32_t keep; /* seconds that it will do where the server is away */
	int status;    /* of HTTP; 0 without an answer */
};

struct ics;

/*
 * "http://10.7.0.1:11371": an IPv4 address, an IPv6 one in brackets, or
 * localhost, since looking up a name takes as long as it likes. Connects to
 * nobody yet. NULL when server is no such text, or there is no memory. The
 * caller ends it with ics_close; server is not kept.
 */
struct ics *ics_open(const char *server);

/* NULL is fine. */
void ics_close(struct ics *ics);

/* For each question from now on, all in all. False when it is out of bounds. */
bool ics_timeout_set(struct ics *ics, int ms);

/* ICS_ALLOW, or ICS_ALLOW_STALE. */
bool ics_is_allowed(enum ics_verdict verdict);

/* Ask. The verdict is that of *answer, which may be NULL. */
enum ics_verdict ics_check(struct ics *ics, const struct ics_question *question,
    struct ics_answer *answer);

/*
 * Ask about many in one go: list->n answers, in this order. False when no
 * answer came; each of the answers then says why.
 */
bool ics_check_many(struct ics *ics, const struct ics_list *list,
    struct ics_answer *answers);

#ifdef __cplusplus
}
#endif

#endif
