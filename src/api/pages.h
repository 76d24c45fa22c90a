/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to src/api/pages: pages for people about what src/api tells as JSON.
 * A page is made from the document that a program gets, so both say the same,
 * and every text in it is UTF-8.
 *
 *	page_item.c  /item/ID           state.c parties.c entries.c keys.c
 *	                                check.c qr.c belongs.c decision.c
 *	page_search.c /search                   asked.c
 *	page_peers.c /peers
 *	page_domain.c /domains, /domain/NAME    rules.c
 *	refuse.c     what did not go, as a page
 *	put.c        times, digits, names and values
 *	words.c      what page_*.def say
 *
 * Invariant: what others wrote reaches a page through hkp_page_put alone.
 */
#ifndef API_PAGES_H
#define API_PAGES_H

#include <jansson.h>

#include "api/query.h"
#include "api/view.h"
#include "hkp/page.h"

/* Append a page of hkp/pages with the values in braces. */
#define API_PUT(out, page, ...)                                      \
	hkp_page_put(out, page,                                      \
	    (const struct hkp_page_value[]){ __VA_ARGS__ },          \
	    sizeof((const struct hkp_page_value[]){ __VA_ARGS__ }) / \
		sizeof(struct hkp_page_value))

#define API_PAGE_URL_MAX 768 /* octets of an address, with its NUL */

/* ---- words.c: what tables say; never NULL ------------------------------ */

struct api_page_state {
	const char *word, *sign, *tone, *title, *verdict, *words;
};
/* The row of a state; unknown for a word that is none. */
const struct api_page_state *api_page_state_find(const char *word);
/* Number i, for lists of choices; NULL behind the last. */
const struct api_page_state *api_page_state_at(size_t i);
const char *api_page_title(const char *kind);
const char *api_page_sort(const char *kind);
/* Number i of the kinds that a search may ask for; NULL behind the last. */
const char *api_page_sort_asked(size_t i);
const char *api_page_basis(const char *basis);
const char *api_page_level(const char *level);
struct api_page_label {
	const char *word, *label; /* label "": it is not shown */
};
/* Number i of the names of the vocabulary; NULL behind the last. */
const struct api_page_label *api_page_label_at(size_t i);
bool api_page_is_label(const char *name);

/* ---- put.c ----------------------------------------------------------------- */

/* A member that is a text, lent; "" without. */
const char *api_page_text(const json_t *object, const char *member);

/* Make the first letter of a text a capital. */
void api_page_begin(struct buf *text);

/* "26 November 2026, 10:00 UTC" of "2026-11-26T10:00:00Z". */
void api_page_put_time(struct buf *out, const char *time);
/* Groups of four, without the version of a fingerprint. */
void api_page_put_fpr(struct buf *out, const char *vfpr);
/* "sha256:..." as SHA-256 and groups, "dev:..." as its fingerprint, a time as
 * one; anything else as it is. */
void api_page_put_named(struct buf *out, const char *text);
/* A role as people write it; text, not rendered. */
void api_page_put_role(struct buf *out, const char *role);
/* A heading and its body, which is emptied; nothing where that is empty. */
void api_page_put_section(struct buf *out, const char *title, struct buf *body);
/* A text as a pair of a list, unless it is empty. */
void api_page_put_pair(struct buf *out, const char *label, const char *text);
/* {"manu": "Acme", "hash": [{...}]}: a list of pairs, or nothing. */
void api_page_put_values(struct buf *out, const json_t *values);
/* Who, linked to his page where it is known here. */
struct api_page_who {
	const char *fpr;  /* "04..." */
	const char *name; /* "" unknown */
	bool is_known;	  /* has a page */
};
void api_page_put_who(struct buf *out, const struct api_page_who *who);
/* A party of a list; his fingerprint stands below his name. */
struct api_page_party {
	struct api_page_who who;
	struct bytes words; /* a sentence about him; empty without */
	struct bytes notes; /* a page's; empty without */
};
void api_page_put_party(struct buf *out, const struct api_page_party *party);

/* By which scheme, name and port the reader got here: "https://host:port", into
 * out, which is the result. */
const char *api_page_base(struct hkp_request *rq, char out[API_PAGE_URL_MAX]);
/* "3 days", "15 minutes"; text, not rendered. */
void api_page_put_span(struct buf *out, int64_t seconds);
/* What stands in paths for "dev:04..." or "code:sha256:...": lent by it. */
const char *api_page_id(const char *item);
/* Have every text in a document end at its first NUL, and say so. */
void api_page_close(json_t *doc);
/* How an item is called, of its document: by name, else by what it is. */
void api_page_name(const json_t *doc, struct buf *out);
/* ": Acme T1000 000123", of its document; nothing where nobody says it. */
void api_page_put_what(const json_t *doc, struct buf *out);

/* ---- refuse.c -------------------------------------------------------------- */

/* What src/api has refused in a reply, in words. */
void api_page_put_refusal(struct buf *out, const struct hkp_reply *rp);
/* Make the whole reply a page of it. */
void api_page_refuse(struct hkp_request *rq, struct hkp_reply *rp);
/* As if nothing had been answered yet. */
void api_page_forget(struct hkp_reply *rp);

/* ---- parts of the page of an item ------------------------------------------ */

struct api_page_item {
	struct hkp_request *rq;
	const json_t *doc;	   /* item_json_descriptor */
	const char *id;		   /* in paths */
	const char *fpr;	   /* "04...", "" of code */
	struct store_bits domains; /* that it belongs to */
	size_t from; /* so many of the newest statements are not shown */
	char base[API_PAGE_URL_MAX]; /* "https://host:port" */
};
void api_page_put_state(struct buf *out, const struct api_page_item *it);
/* As of when it is asked, and of which state of the store. */
struct api_page_asking {
	struct store_reader *r;
	const struct policy_time *when;
	bool is_now;
};
enum ics_err api_page_put_decision(struct buf *out,
    const struct api_page_item *it, const struct api_page_asking *by);
void api_page_put_domains(struct buf *out, const struct api_page_item *it);
void api_page_put_parties(struct buf *out, const struct api_page_item *it);
void api_page_put_entries(struct buf *out, const struct api_page_item *it);
void api_page_put_keys(struct buf *out, const struct api_page_item *it);
void api_page_put_check(struct buf *out, const struct api_page_item *it);
void api_page_put_address(struct buf *out, const struct api_page_item *it);

/* ---- asked.c --------------------------------------------------------------- */

/* What was asked, and the query of the API that it comes to. */
struct api_page_asked {
	struct api_query q;  /* of the page */
	struct bytes text;   /* q= */
	struct bytes id;     /* the same without 0x */
	struct buf words;    /* of it, what is no name=value */
	struct api_query to; /* its values are lent by q and words */
};
/* From a query that was read into a->q. Release it. */
void api_page_asked_read(struct api_page_asked *a);
void api_page_asked_release(struct api_page_asked *a);

/* ---- rules.c --------------------------------------------------------------- */

/* A section for each sort of rule that a descriptor has. */
struct policy_domain;
struct api_page_reading {
	const struct policy_domain *d;
	struct hkp_request *rq;
	struct store_reader *r; /* for names */
};
void api_page_put_rules(struct buf *out, const struct api_page_reading *k);

/* ---- qr.c ------------------------------------------------------------------ */

/* A QR code of a text as a drawing; nothing where this was built without. */
void api_page_put_qr(struct buf *out, const char *text);

#endif
