/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server answers, read strictly: HTTP/1.1, a body of the length that
 * was announced, lines of ours. Looks at nothing but what it is given.
 */
#ifndef LIBICS_REPLY_H
#define LIBICS_REPLY_H

#include "libics/ics.h"

#define LIBICS_HEAD_MAX 4096 /* octets up to the empty line, with it */
#define LIBICS_LINE_MAX 48   /* octets of a line of the body, with its end */
#define LIBICS_BODY_MAX (ICS_LIST_MAX * LIBICS_LINE_MAX)

enum libics_progress {
	LIBICS_MORE, /* so far, so good */
	LIBICS_DONE, /* all of it is there */
	LIBICS_WRONG /* and nothing that follows makes it right */
};

struct libics_reply {
	int status;	  /* the body is read of a 200 alone */
	bool closes;	  /* the connection is of no more use */
	uint32_t keep;	  /* seconds */
	const char *body; /* n octets, lent of what was read */
	size_t n;
};

/* Read the n octets that came so far. *out is whole with LIBICS_DONE. */
enum libics_progress libics_reply_read(const char *p, size_t n,
    struct libics_reply *out);

/* Its body as n lines; verdict, rule and keep of each answer are filled in.
 * False when it is not n lines of ours. */
bool libics_lines_read(const struct libics_reply *reply,
    struct ics_answer *answers, size_t n);

/* A word of small letters, digits and "-", of less than max octets. */
bool libics_is_word(const char *p, size_t n, size_t max);

#endif
