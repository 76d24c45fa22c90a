/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling replies: texts, errors, ETags. */
#include "base/hex.h"
#include "hkp/page.h"
#include "hkp/query.h"
#include "hkp/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 2048 /* octets of a one-line answer */

void
hkp_reply_text(struct hkp_reply *rp, unsigned status, const char *format, ...)
{
	char line[TEXT_MAX];
	struct buf out;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* cut is fine */
	va_end(args);
	buf_init(&out, TEXT_MAX + 1);
	buf_put_str(&out, line);
	buf_u8(&out, '\n');
	hkp_reply_buf(rp, status, HKP_TYPE_TEXT, &out);
}

void
hkp_reply_buf(struct hkp_reply *rp, unsigned status, const char *type,
    struct buf *out)
{
	if (buf_end(out) != ICS_OK) {
		buf_release(out);
		hkp_reply_text(rp, err_http(ICS_ETOOBIG),
		    "The answer is larger than the limit; ask for less.");
		return;
	}
	free((void *)(uintptr_t)rp->body.p);
	rp->status = status;
	rp->type = type;
	rp->body = buf_take(out);
}

void
hkp_reply_error(struct hkp_reply *rp, enum ics_err err)
{
	hkp_reply_text(rp, err_http(err), "%s", err_words(err));
	if (err_http(err) == 503)
		hkp_reply_extra(rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
}

void
hkp_reply_busy(struct hkp_reply *rp)
{
	hkp_reply_text(rp, 503, "Too much to do just now; try again soon.");
	hkp_reply_extra(rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
}

void
hkp_reply_maintained(struct hkp_request *rq, struct hkp_reply *rp)
{
	static const char words[] = "Closed for maintenance: nothing is taken "
				    "in for now. Reading goes on.",
			  prefix[] = "/ics/";

	if (rq->path.n >= sizeof(prefix) - 1 &&
	    memcmp(rq->path.p, prefix, sizeof(prefix) - 1) == 0)
		hkp_reply_json(rp, 503,
		    json_pack("{s:s, s:s}", "error", words, "help",
			"send it again later: Retry-After says when"));
	else
		hkp_reply_text(rp, 503, "%s", words);
	hkp_reply_extra(rp, "Retry-After", "%d", HKP_MAINTAINED_SECONDS);
}

void
hkp_reply_miss(struct hkp_reply *rp)
{
	rp->status = 404;
	rp->prepared = HKP_PREPARED_MISS;
}

void
hkp_reply_extra(struct hkp_reply *rp, const char *name, const char *value, ...)
{
	char *text;
	va_list args;

	if (rp->extra_n == HKP_EXTRA_MAX)
		return;
	text = rp->extra[rp->extra_n].value;
	rp->extra[rp->extra_n++].name = name;
	va_start(args, value);
	(void)vsnprintf(text, HKP_EXTRA_VALUE_MAX, value, args);
	va_end(args);
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* Spec: RFC 9110 13.1.2, a list of entity tags or "*", compared weakly */
static bool
has_tag(struct bytes list, struct bytes tag)
{
	while (list.n > 0) {
		struct bytes one;

		hkp_split(list, ',', &one, &list);
		while (one.n > 0 && (one.p[0] == ' ' || one.p[0] == '\t'))
			one = bytes_of(&one.p[1], one.n - 1);
		if (bytes_starts_with(one, bytes_of_str("W/")))
			one = bytes_of(&one.p[2], one.n - 2);
		while (one.n > 0 && one.p[one.n - 1] == ' ')
			one.n--;
		if (bytes_equal(one, bytes_of_str("*")) ||
		    bytes_equal(one, tag))
			return true;
	}
	return false;
}

bool
hkp_reply_etag(struct hkp_request *rq, struct hkp_reply *rp,
    const uint8_t digest[32], char form)
{
	const char *known = hkp_request_header(rq, "If-None-Match");

	/* Half of the digest tells bodies apart well enough. */
	rp->etag[0] = '"';
	hex_lower(bytes_of(digest, 16), &rp->etag[1]);
	rp->etag[33] = form;
	rp->etag[34] = '"';
	rp->etag[35] = '\0';
	if (known == NULL ||
	    !has_tag(bytes_of_str(known), bytes_of_str(rp->etag)))
		return false;
	rp->status = 304;
	return true;
}
