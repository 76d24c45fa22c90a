/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that ics prints.
 *
 * Answers go to standard output, remarks and failures to standard error, a
 * line each. What strangers wrote (User IDs, reasons) reaches a terminal
 * only through here: malformed UTF-8 and control characters become U+FFFD.
 */
#ifndef CLIENT_OUT_H
#define CLIENT_OUT_H

#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/bytes.h"

#define OUT_LINE_MAX 8192 /* octets of a printed line; longer ones are cut */

/* One line of an answer; format has no newline. */
void out_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on standard error, "ics: ...", that says what went wrong. */
void out_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a remark; nothing when quiet (-q). */
void out_note(bool quiet, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An answer as JSON; takes over doc, which must not be NULL. */
void out_json(json_t *doc);

/* A JSON string of octets that need not be UTF-8; the caller owns it. */
json_t *out_json_text(struct bytes text);

/* RFC 3339 text, or null for 0; the caller owns it. */
json_t *out_json_time(int64_t t);

/* Append text that is fit for a terminal: see above. */
void out_clean(struct bytes text, struct buf *to);

/*
 * A file that is there whole or not at all: written aside, renamed at the
 * end. path NULL or "-" is standard output.
 */
struct out_file {
	FILE *to;
	const char *path; /* lent; NULL for standard output */
	char *aside;	  /* owned */
};
enum ics_err out_open(struct out_file *file, const char *path);
enum ics_err out_put(struct out_file *file, struct bytes data);
/* Finish (on disk when it is a file); on failure nothing is left behind. */
enum ics_err out_close(struct out_file *file);
/* Give up; nothing is left behind. Harmless after out_close. */
void out_abandon(struct out_file *file);
/* All of it at once. Failures are told. */
enum ics_err out_write(const char *path, struct bytes data);

#endif
