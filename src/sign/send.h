/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handing statements and certificates to a server, and what it said about
 * each. A server without the ICS API takes them by HKP v2.
 */
#ifndef SIGN_SEND_H
#define SIGN_SEND_H

#include "client/http.h"

enum sign_fate {
	SIGN_TAKEN,   /* new there */
	SIGN_KNOWN,   /* there before */
	SIGN_WAITING, /* kept aside until its issuer's certificate comes */
	SIGN_REFUSED
};

struct sign_outcome {
	enum sign_fate fate;
	char word[16];	      /* the server's: "inserted" */
	char fingerprint[72]; /* or "" */
	bool waits; /* a signature in it waits for its issuer's certificate */
	char why[640]; /* gravest finding: "about: words; help", or "" */
};

struct sign_answer {
	struct sign_outcome *at; /* owned; one for each block, in order */
	size_t n;
};

/*
 * POST packets. What the server says about the whole (it is full, it takes
 * nothing) is told and comes back as its error. Release *answer in any case.
 */
enum ics_err sign_send(struct http *h, struct bytes packets,
    struct sign_answer *answer);
void sign_answer_release(struct sign_answer *answer);

/* Read an answer; ICS_EFORMAT when it has no outcomes. */
enum ics_err sign_answer_read(const struct http_answer *http,
    struct sign_answer *answer);

/* The gravest of all outcomes. */
enum sign_fate sign_answer_fate(const struct sign_answer *answer);

/* Say what became of each, a line each on standard error; when quiet only of
 * those refused. */
void sign_answer_tell(const struct sign_answer *answer, bool quiet);

#endif
