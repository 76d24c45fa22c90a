/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is refused before a body is looked at. A request that a proxy in front
 * of us may have cut in another place than libmicrohttpd does is not
 * answered but for its refusal, and its connection ends: behind it may stand
 * what somebody wants us to take for another client's request.
 */
#include "hkp/query.h"
#include "hkp/server.h"

/* ---- framing --------------------------------------------------------------------- */

struct framing {
	unsigned lengths, codings, hosts;
	bool odd; /* a coding or a name that is read differently elsewhere */
};

/* Names with blanks or control characters are a header to some. */
static bool
is_odd_name(const char *name)
{
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~')
			return true;
	return false;
}

static enum MHD_Result
header_look(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct framing *f = arg;
	struct bytes word = bytes_of_str(name);

	(void)kind;
	if (hkp_word_is(word, "content-length"))
		f->lengths++;
	else if (hkp_word_is(word, "host"))
		f->hosts++;
	else if (hkp_word_is(word, "transfer-encoding")) {
		f->codings++;
		if (value == NULL ||
		    !hkp_word_is(bytes_of_str(value), "chunked"))
			f->odd = true;
	} else if (is_odd_name(name))
		f->odd = true;
	return MHD_YES;
}

/* Spec: RFC 9112 5.1, 6.1, 6.3; RFC 9110 7.2 */
static bool
is_ambiguous(struct hkp_conn *c)
{
	struct framing f = { 0 };

	(void)MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, header_look,
	    &f); /* how many there are does not matter */
	return f.odd || f.hosts > 1 || f.lengths + f.codings > 1;
}

/* ---- limits and methods ------------------------------------------------------------ */

static void
allow(struct hkp_conn *c)
{
	char methods[HKP_ALLOW_MAX];

	hkp_route_allow(c->rq.match.allowed, methods);
	hkp_reply_extra(&c->rp, "Allow", "%s", methods);
}

static void
answer_options(struct hkp_conn *c)
{
	const struct hkp_route_match *match = &c->rq.match;
	char methods[HKP_ALLOW_MAX];

	if (match->is_rest)
		hkp_unsupported(&c->rq, &c->rp);
	else
		c->rp.status = 200;
	hkp_route_allow(match->allowed, methods);
	hkp_reply_extra(&c->rp, "Allow", "%s", methods);
	if (match->allowed & (1u << HKP_POST | 1u << HKP_PUT))
		hkp_reply_extra(&c->rp, "Accept",
		    "application/pgp-keys, application/pgp");
	hkp_reply_extra(&c->rp, "Access-Control-Allow-Methods", "%s", methods);
	hkp_reply_extra(&c->rp, "Access-Control-Allow-Headers",
	    "Content-Type, Authorization, If-None-Match");
}

bool
hkp_conn_refused(struct hkp_conn *c)
{
	const struct hkp_limits *limits = &c->rq.config->limits;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct hkp_route_match *match = &c->rq.match;

	hkp_route_find(c->rq.face, c->rq.method, c->rq.path, match);
	c->broken = is_ambiguous(c);
	if (c->broken) {
		hkp_reply_text(&c->rp, 400,
		    "Two headers disagree on where this request ends.");
	} else if (c->over) {
		hkp_reply_text(&c->rp, 429,
		    "Too many connections from your address.");
		hkp_reply_extra(&c->rp, "Retry-After", "%d", HKP_RETRY_SECONDS);
	} else if (buf_end(&c->uri) != ICS_OK ||
		   (info != NULL && info->header_size > limits->header_octets))
		hkp_reply_text(&c->rp, 431,
		    "Request line and headers exceed %zu octets.",
		    limits->header_octets);
	else if (match->allowed == 0)
		hkp_reply_text(&c->rp, 404, "There is no such page here.");
	else if (c->rq.method == HKP_OPTIONS)
		answer_options(c);
	else if (match->route == NULL) {
		hkp_reply_text(&c->rp, 405, "This page takes other methods.");
		allow(c);
	} else
		return false;
	return true;
}
