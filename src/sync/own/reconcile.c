/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In what a peer and we differ. Equal prints are the end of it; else a sketch
 * of theirs, symbol by symbol, until our members taken out of it leave the
 * difference. Spec: recon.md 18
 */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "sync/own.h"

#define SYMBOLS_AT_ONCE (1u << 16)
#define BEGINS_MAX	3 /* of a comparison, in a round */
#define ANSWER_MAX	(SYMBOLS_AT_ONCE * SKETCH_SYMBOL)

static void
protocol(struct sync *s, struct sync_peer *p, const char *words)
{
	struct sync_result why = { .error = "protocol", .words = words };

	sync_own_fail(s, p, &why);
}

/* ---- the difference --------------------------------------------------------------- */

/* Met are the sets as they were compared, not as they are by now: what has
 * come may have set free what waited for it, and that is to be given. */
static void
settle(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	own->has_met = true;
	own->met_ours = own->ours;
	own->met_theirs = own->theirs;
	own->met_differing = own->differing;
	sync_own_done(s, p);
}

static void
ours_give(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	if (p->conf.push && !sync_own_is_ordered(p))
		sync_give_heads(s, p, &own->to_give, settle);
	else
		settle(s, p);
}

static void
members_copy(struct sync_members *to, const struct sketch_member *from,
    size_t n)
{
	*to = (struct sync_members){ 0 };
	for (size_t i = 0; i < n; i++)
		*sync_members_add(to) = from[i];
}

static void
difference_take(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	const struct sketch_member *theirs, *ours;
	struct sync_members wanted;
	size_t theirs_n, ours_n;

	theirs = sketch_reader_theirs(own->sketch, &theirs_n);
	ours = sketch_reader_ours(own->sketch, &ours_n);
	own->differing = theirs_n + ours_n;
	members_copy(&own->to_give, ours, ours_n);
	members_copy(&wanted, theirs, theirs_n);
	sketch_reader_free(own->sketch);
	own->sketch = NULL;
	if (p->conf.pull) {
		sync_bring_heads(s, p, &wanted, ours_give);
	} else {
		sync_members_release(&wanted);
		ours_give(s, p);
	}
}

/* ---- symbols ------------------------------------------------------------------------ */

static void symbols_ask(struct sync *s, struct sync_peer *p);
static void print_ask(struct sync *s, struct sync_peer *p);

/* The symbols may be of a newer set than the print was. */
static void
print_renew(struct sync_own *own, const struct sync_http_answer *answer)
{
	const char *text = sync_http_header(answer, "ICS-Sketch-Print");
	uint8_t octets[SKETCH_PRINT];
	struct sketch_print print;

	if (text != NULL &&
	    hex_read(bytes_of_str(text), octets, sizeof(octets)) == ICS_OK &&
	    sketch_print_read(bytes_of(octets, sizeof(octets)), &print) ==
		ICS_OK)
		own->theirs = print;
}

/* The peer has forgotten this sketch, or was started anew. */
static void
begin_anew(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(p);

	sketch_reader_free(own->sketch);
	own->sketch = NULL;
	if (own->begun++ < BEGINS_MAX)
		print_ask(s, p);
	else
		sync_own_fail_http(s, p, answer);
}

static void
symbols_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	struct sync_own *own = sync_own_of(p);

	if (answer->status == 410) {
		begin_anew(s, p, answer);
		return;
	}
	if (answer->status != 200) {
		sync_own_fail_http(s, p, answer);
		return;
	}
	print_renew(own, answer);
	if (answer->body.n == 0 ||
	    sketch_reader_feed(own->sketch, answer->body) != ICS_OK) {
		protocol(s, p, "its sketch cannot be read");
	} else if (!sketch_reader_is_done(own->sketch)) {
		symbols_ask(s, p);
	} else if (!sketch_reader_fits(own->sketch, own->theirs.n)) {
		protocol(s, p, "its sketch is not of what it counts");
	} else {
		difference_take(s, p);
	}
}

static void
symbols_ask(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	uint32_t n = sketch_plan(own->sketch, own->theirs.n);
	char path[256];
	const struct sync_own_question q = { .path = path,
		.answer_max = ANSWER_MAX,
		.wait = SYNC_OWN_SECONDS, /* for a sketch to be made */
		.done = symbols_answered };

	if (n == 0) {
		sketch_reader_free(own->sketch);
		own->sketch = NULL;
		sync_listing_start(s, p);
		return;
	}
	(void)snprintf(path, sizeof(path),
	    "/ics/v1/sketch?at=%s&from=%u&count=%u", own->version,
	    sketch_reader_symbols(own->sketch),
	    n < SYMBOLS_AT_ONCE ? n : SYMBOLS_AT_ONCE); /* fits */
	sync_own_ask(s, p, &q);
}

static void
member_add(struct sync_own *own, const uint8_t digest[32])
{
	struct sketch_member member;

	memcpy(member.b, digest, sizeof(member.b));
	sketch_reader_add(own->sketch, &member);
}

/* ---- prints ------------------------------------------------------------------------- */

static bool
is_met(const struct sync_own *own)
{
	return own->has_met &&
	       sketch_print_equal(&own->theirs, &own->met_theirs) &&
	       sketch_print_equal(&own->ours, &own->met_ours);
}

/* What will be needed to ask for symbols of the set that was printed. */
static bool
headers_take(struct sync_own *own, const struct sync_http_answer *answer,
    uint8_t key[SKETCH_KEY])
{
	const char *version = sync_http_header(answer, "ICS-Sketch-At");
	const char *text = sync_http_header(answer, "ICS-Sketch-Key");

	if (version == NULL || text == NULL ||
	    strlen(version) >= sizeof(own->version) ||
	    strspn(version, "0123456789abcdef-") != strlen(version))
		return false;
	memcpy(own->version, version, strlen(version) + 1);
	return hex_read(bytes_of_str(text), key, SKETCH_KEY) == ICS_OK;
}

static void
print_compare(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer)
{
	static const struct sync_walk walk = { member_add, symbols_ask };
	struct sync_own *own = sync_own_of(p);
	uint8_t key[SKETCH_KEY];

	if (sketch_print_equal(&own->theirs, &own->ours)) {
		own->differing = 0;
		sync_own_done(s, p);
	} else if (is_met(own)) {
		own->differing = own->met_differing;
		sync_own_done(s, p);
	} else if (!headers_take(own, answer, key)) {
		protocol(s, p, "its print has no key");
	} else {
		own->sketch = sketch_reader_new(key);
		sync_walk_start(s, p, &walk);
	}
}

static void
print_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	struct sync_own *own = sync_own_of(p);
	struct store_reader *r = sync_reader(s);

	if (sync_own_is_missing(answer)) {
		own->no_sketch = true;
		sync_own_compare(s, p);
	} else if (answer->status != 200) {
		sync_own_fail_http(s, p, answer);
	} else if (sketch_print_read(answer->body, &own->theirs) != ICS_OK) {
		protocol(s, p, "its print cannot be read");
	} else if (r == NULL || store_print_get(r, &own->ours) != ICS_OK) {
		sync_own_fail(s, p,
		    &(struct sync_result){ .error = "store",
			.words = "our print cannot be read" });
	} else {
		print_compare(s, p, answer);
	}
}

static void
print_ask(struct sync *s, struct sync_peer *p)
{
	const struct sync_own_question q = { .path = "/ics/v1/sketch",
		.answer_max = SYNC_FEED_OCTETS,
		.done = print_answered };

	sync_own_ask(s, p, &q);
}

void
sync_reconcile_start(struct sync *s, struct sync_peer *p)
{
	sync_own_of(p)->begun = 0;
	print_ask(s, p);
}
