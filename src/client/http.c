/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libcurl, bent to one purpose: short requests to one server. */
#include "client/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "client/out.h"

struct http {
	const struct where *where;    /* lent */
	CURL *easy;		      /* reused, so that connections stay */
	struct curl_slist *headers;   /* owned; of the running request */
	const struct http_sink *sink; /* of the running request, or NULL */
	struct http_answer *answer;   /* of the running request */
	enum ics_err sink_err;
};

enum ics_err
http_new(const struct where *where, struct http **h)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		out_fail("libcurl cannot be used");
		return ICS_EIO;
	}
	*h = alloc_zero(1, sizeof(**h));
	(*h)->where = where;
	(*h)->easy = curl_easy_init();
	if ((*h)->easy == NULL) {
		out_fail("libcurl cannot be used");
		http_free(*h);
		*h = NULL;
		return ICS_EIO;
	}
	return ICS_OK;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_slist_free_all(h->headers);
	curl_easy_cleanup(h->easy);
	free(h);
}

void
http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->body);
	answer->status = 0;
}

/* foreign signature: CURLOPT_WRITEFUNCTION */
static size_t
body_write(char *p, size_t size, size_t n, void *arg)
{
	struct http_answer *answer = arg;

	buf_put(&answer->body, bytes_of(p, size * n));
	return buf_end(&answer->body) == ICS_OK ? size * n : 0;
}

/* foreign signature: CURLOPT_WRITEFUNCTION */
static size_t
piece_write(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;
	long status = 0;

	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return body_write(p, size, n, h->answer);
	h->sink_err = h->sink->put(h->sink->arg, bytes_of(p, size * n));
	return h->sink_err == ICS_OK ? size * n : 0;
}

/* Who vouches for the server, for those whose CA the system does not know;
 * named as for curl. */
static void
easy_trust(CURL *easy)
{
	const char *file = getenv("CURL_CA_BUNDLE");

	if (file == NULL || file[0] == '\0')
		file = getenv("SSL_CERT_FILE");
	if (file != NULL && file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, file);
}

/* Who asks, where a server tells some more than others. The operator's socket
 * needs none. */
static void
easy_token(const struct http *h, CURL *easy)
{
	const char *token = getenv("ICS_TOKEN");

	if (token == NULL || token[0] == '\0' || h->where->kind == WHERE_SOCKET)
		return;
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
	curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, token); /* copied */
}

/* What every request has; the URL is base and path. */
static void
easy_prepare(const struct http *h, CURL *easy, const char *path)
{
	struct buf url;

	buf_init(&url, 65536);
	buf_put_str(&url, h->where->url);
	buf_put_str(&url, path);
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, buf_str(&url)); /* copied */
	buf_release(&url);
	if (h->where->kind == WHERE_SOCKET)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH,
		    h->where->socket);
	else
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 2L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "ics/" PACKAGE_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, HTTP_CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	easy_trust(easy);
	easy_token(h, easy);
}

static void
answer_init(struct http_answer *answer)
{
	answer->status = 0;
	buf_init(&answer->body, HTTP_ANSWER_MAX);
}

static void
easy_post(CURL *easy, const struct http_body *body)
{
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)body->data.p);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)body->data.n);
}

/* The slowest fsck says nothing for long, so only other hosts may stall. */
static enum ics_err
easy_run(struct http *h, struct http_answer *answer)
{
	CURLcode code;

	if (h->where->kind == WHERE_URL) {
		curl_easy_setopt(h->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(h->easy, CURLOPT_LOW_SPEED_TIME,
		    HTTP_STALL_SECONDS);
	}
	code = curl_easy_perform(h->easy);
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_slist_free_all(h->headers);
	h->headers = NULL;
	if (code == CURLE_OK)
		return ICS_OK;
	if (h->sink_err != ICS_OK)
		return h->sink_err;
	return http_failed(h, code);
}

enum ics_err
http_failed(const struct http *h, CURLcode code)
{
	out_fail("%s: %s", where_name(h->where), curl_easy_strerror(code));
	return code == CURLE_OPERATION_TIMEDOUT ? ICS_ETIMEOUT : ICS_ENET;
}

enum ics_err
http_get(struct http *h, const char *path, struct http_answer *answer)
{
	answer_init(answer);
	easy_prepare(h, h->easy, path);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, body_write);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, answer);
	return easy_run(h, answer);
}

static struct curl_slist *
type_header(const char *type)
{
	struct buf line;
	struct curl_slist *list;

	buf_init(&line, 256);
	buf_printf(&line, "Content-Type: %s", type);
	list = curl_slist_append(NULL, buf_str(&line));
	/* Do not wait for a "100 Continue" that only costs a round trip. */
	list = curl_slist_append(list, "Expect:");
	buf_release(&line);
	return list;
}

enum ics_err
http_post(struct http *h, const char *path, const struct http_body *body,
    struct http_answer *answer)
{
	answer_init(answer);
	easy_prepare(h, h->easy, path);
	easy_post(h->easy, body);
	h->headers = type_header(body->type);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, body_write);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, answer);
	return easy_run(h, answer);
}

enum ics_err
http_stream(struct http *h, const char *path, const struct http_sink *sink,
    struct http_answer *answer)
{
	enum ics_err err;

	answer_init(answer);
	easy_prepare(h, h->easy, path);
	h->sink = sink;
	h->sink_err = ICS_OK;
	h->answer = answer;
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, piece_write);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
	err = easy_run(h, answer);
	h->sink = NULL;
	h->answer = NULL;
	h->sink_err = ICS_OK;
	return err;
}

CURL *
http_easy(struct http *h, const char *path, const struct http_body *body,
    struct http_answer *answer)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		return NULL;
	answer_init(answer);
	easy_prepare(h, easy, path);
	easy_post(easy, body);
	if (h->headers == NULL)
		h->headers = type_header(body->type);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_write);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	return easy;
}

/* ---- answers ------------------------------------------------------------------ */

static const struct {
	long status;
	enum ics_err err;
} judgements[] = {
	{ 401, ICS_EPERM },
	{ 403, ICS_EDENIED },
	{ 404, ICS_ENOTFOUND },
	{ 409, ICS_EEXISTS },
	{ 410, ICS_EGONE },
	{ 413, ICS_ETOOBIG },
	{ 422, ICS_EFORMAT },
	{ 429, ICS_EBUSY },
	{ 501, ICS_EUNSUPPORTED },
	{ 503, ICS_EBUSY },
	{ 504, ICS_ETIMEOUT },
	{ 507, ICS_ENOSPACE },
};

enum ics_err
http_judge(const struct http_answer *answer)
{
	if (answer->status >= 200 && answer->status < 300)
		return ICS_OK;
	for (size_t i = 0; i < sizeof(judgements) / sizeof(judgements[0]); i++)
		if (judgements[i].status == answer->status)
			return judgements[i].err;
	return answer->status < 500 ? ICS_EUSAGE : ICS_EIO;
}

/* The words of an error: a JSON member "error" or the first line. */
static void
words_find(const struct http_answer *answer, struct buf *to)
{
	struct bytes body = buf_bytes(&answer->body);
	json_t *doc = json_loadb((const char *)body.p, body.n, 0, NULL);
	const char *text = json_string_value(json_object_get(doc, "error"));
	const uint8_t *end;

	if (text != NULL) {
		buf_put_str(to, text);
	} else if (body.n > 0 && body.p[0] != '<' && body.p[0] != '{') {
		end = memchr(body.p, '\n', body.n);
		buf_put(to, bytes_of(body.p,
				end == NULL ? body.n : (size_t)(end - body.p)));
	}
	json_decref(doc);
}

void
http_tell(const struct http_answer *answer, const char *about)
{
	struct buf words;

	buf_init(&words, OUT_LINE_MAX / 2);
	words_find(answer, &words);
	if (words.n == 0)
		buf_put_str(&words, err_words(http_judge(answer)));
	out_fail("%s: %s (HTTP %ld)", about, buf_str(&words), answer->status);
	buf_release(&words);
}

json_t *
http_json(const struct http_answer *answer)
{
	struct bytes body = buf_bytes(&answer->body);
	json_error_t why;
	json_t *doc = json_loadb((const char *)body.p, body.n, 0, &why);

	if (doc == NULL)
		out_fail("the server's answer is not JSON: %s", why.text);
	return doc;
}

void
http_escape(struct bytes text, struct buf *to)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != 0 && strchr(plain, text.p[i]) != NULL)
			buf_u8(to, text.p[i]);
		else
			buf_printf(to, "%%%02X", text.p[i]);
	}
}

const char *
http_member_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

long long
http_member_number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}
