/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking a server, by URL or over its local socket: libcurl and nothing else.
 *
 * A failure of the world (nobody answers, the connection breaks) is told here
 * and comes back as an error; any complete answer is ICS_OK, whatever its
 * status says.
 */
#ifndef CLIENT_HTTP_H
#define CLIENT_HTTP_H

#include <curl/curl.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/where.h"

#define HTTP_ANSWER_MAX	     (256u << 20) /* octets of an answer in memory */
#define HTTP_CONNECT_SECONDS 10L
#define HTTP_STALL_SECONDS   60L /* without an octet in either direction */

struct http;

/* Where to ask; nothing is sent yet. where is lent. The caller frees *h. */
enum ics_err http_new(const struct where *where, struct http **h);
void http_free(struct http *h);

struct http_answer {
	long status;
	struct buf body; /* owned; as JSON or text says */
};
void http_answer_release(struct http_answer *answer);

/* GET path ("/pks/..."); the caller releases *answer in any case. */
enum ics_err http_get(struct http *h, const char *path,
    struct http_answer *answer);

struct http_body {
	const char *type; /* media type */
	struct bytes data;
};
enum ics_err http_post(struct http *h, const char *path,
    const struct http_body *body, struct http_answer *answer);

/*
 * GET a long answer: put is called with each piece as it comes. An answer
 * that is not 200 is kept in *answer instead. When put fails the transfer
 * ends, and its error is returned untold.
 */
struct http_sink {
	enum ics_err (*put)(void *arg, struct bytes piece);
	void *arg;
};
enum ics_err http_stream(struct http *h, const char *path,
    const struct http_sink *sink, struct http_answer *answer);

/*
 * The error that a complete answer stands for; ICS_OK for 200 to 299. Not
 * told: see http_tell.
 */
enum ics_err http_judge(const struct http_answer *answer);

/* Say in one line what the server answered about a thing. */
void http_tell(const struct http_answer *answer, const char *about);

/* The answer as JSON, or NULL (told) when it is none; the caller owns it. */
json_t *http_json(const struct http_answer *answer);
/* A member of it: lent, "" where it is no text; 0 where it is no number. */
const char *http_member_text(const json_t *object, const char *name);
long long http_member_number(const json_t *object, const char *name);

/* Append text percent-encoded for a query or a path's part. */
void http_escape(struct bytes text, struct buf *to);

/*
 * For transfers that run side by side: an easy handle that POSTs body to path
 * and writes its answer to *answer. body and answer must live until it is
 * done; the caller frees it with curl_easy_cleanup.
 */
CURL *http_easy(struct http *h, const char *path, const struct http_body *body,
    struct http_answer *answer);
/* Tell why a transfer failed and give the error that it stands for. */
enum ics_err http_failed(const struct http *h, CURLcode code);

#endif
