/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which handler answers which path on which face: the rows of routes.def, and
 * behind them those that the program adds.
 *
 * Invariant: what a path allows (405, OPTIONS) comes from the same rows that
 * route it.
 */
#ifndef HKP_ROUTE_H
#define HKP_ROUTE_H

#include "base/bytes.h"
#include "hkp/hkp.h"

#define HKP_ROUTE_ARGS_MAX 3

struct hkp_request;
struct hkp_reply;

/* HEAD travels as GET; the body is left out when it is sent. */
enum hkp_method {
	HKP_GET,
	HKP_POST,
	HKP_PUT,
	HKP_OPTIONS,
	HKP_OTHER
};

typedef void hkp_handler(struct hkp_request *rq, struct hkp_reply *rp);

#define X(method, pattern, handler, faces, words) hkp_handler hkp_##handler;
#include "hkp/routes.def"
#undef X

struct hkp_route {
	enum hkp_method method;
	const char *pattern; /* "*" is one segment, a final "**" any rest */
	hkp_handler *handler;
	unsigned faces; /* bits 1 << enum hkp_face */
	const char *words;
};

/* Rows; those of whoever starts the server are looked at after our own. */
struct hkp_route_table {
	const struct hkp_route *at;
	size_t n;
};

struct hkp_route_asked {
	enum hkp_face face;
	enum hkp_method method;
	struct bytes path;		    /* raw, no query */
	const struct hkp_route_table *more; /* NULL: only our own */
};

struct hkp_route_match {
	const struct hkp_route *route; /* NULL: no such path, or method */
	struct bytes args[HKP_ROUTE_ARGS_MAX]; /* raw segments, lent */
	unsigned allowed; /* bits 1 << enum hkp_method for this path */
	bool is_rest;	  /* only a "**" row has it */
};

/* The method of a request line's word; *head tells HEAD from GET. */
enum hkp_method hkp_method_from_word(const char *word, bool *head);

/*
 * Find the row for a path. match->allowed is 0 when no row has this path;
 * else it names the methods, all of them when route is NULL.
 */
void hkp_route_find(const struct hkp_route_asked *asked,
    struct hkp_route_match *match);

/* "GET, HEAD, OPTIONS" for match->allowed, into out. */
#define HKP_ALLOW_MAX 40
void hkp_route_allow(unsigned allowed, char out[HKP_ALLOW_MAX]);

/* Our own rows, of routes.def. */
extern const struct hkp_route_table hkp_routes;

#endif
