/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A round with an ICS peer. Its log is a cursor's worth of speed: as long as
 * it is the log that we know, news are all there is to bring. The truth is
 * what is compared.
 *
 *	no cursor, or another log   compare everything, then follow from there
 *	the log we know             compare; equal prints are the end of it
 *	a selection, or an older    pages of the log from the cursor, and a list
 *	peer without sketches	    from its beginning at times
 */
#include "sync/own.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"

#define SECOND	     UINT64_C(1000000000)
#define KEPT_CURSOR  "cursor" /* position, a blank, and the root there */
#define KEPT_SELECT  "select" /* the selection that the cursor is of */
#define LIST_SECONDS (6 * 3600u)

uint64_t
sync_own_now(void)
{
	return clock_mono_ns() / SECOND + 1;
}

/* ---- cursors ------------------------------------------------------------------- */

static bool
cursor_read(const char *text, struct sync_head *head)
{
	const char *root = strchr(text, ' ');
	size_t digits = strspn(text, "0123456789");

	if (root == NULL || digits == 0 || digits > 18 ||
	    &text[digits] != root ||
	    hex_read(bytes_of_str(&root[1]), head->root, MERKLE_OCTETS) !=
		ICS_OK)
		return false;
	head->size = 0;
	for (size_t i = 0; i < digits; i++)
		head->size = head->size * 10 + (text[i] - '0');
	return true;
}

static void
cursor_load(struct sync *s, struct sync_peer *p, struct sync_own *own)
{
	const char *select = sync_keep_get(s, p, KEPT_SELECT);
	const char *cursor = sync_keep_get(s, p, KEPT_CURSOR);

	if (strcmp(select == NULL ? "" : select, p->conf.select) == 0 &&
	    cursor != NULL)
		own->has_cursor = cursor_read(cursor, &own->cursor);
}

void
sync_own_cursor_set(struct sync *s, struct sync_peer *p,
    const struct sync_head *head)
{
	struct sync_own *own = sync_own_of(p);
	char root[2 * MERKLE_OCTETS + 1];
	char text[sizeof(root) + 32];

	own->cursor = *head;
	own->has_cursor = true;
	hex_lower(bytes_of(head->root, MERKLE_OCTETS), root);
	(void)snprintf(text, sizeof(text), "%" PRId64 " %s", head->size,
	    root); /* fits */
	sync_keep_set(s, p, KEPT_SELECT, p->conf.select);
	sync_keep_set(s, p, KEPT_CURSOR, text);
}

void
sync_own_distrust(struct sync *s, struct sync_peer *p, const char *why)
{
	struct sync_own *own = sync_own_of(p);

	(void)s;
	log_event(LOG_LEVEL_WARN, "peer-log",
	    "peer=%s position=%" PRId64 " why=\"%s\" help=\"everything is "
	    "compared; was it restored from a backup?\"",
	    p->conf.name, own->cursor.size, why);
	own->has_cursor = own->is_trusted = false;
	/* What it had, or would not have, was another's. */
	sync_known_clear(own->given);
	sync_known_clear(own->useless);
}

void
sync_own_note(struct sync_known *k, const uint8_t head[SKETCH_MEMBER])
{
	struct recon_hash hash;

	memcpy(hash.b, head, sizeof(hash.b));
	sync_known_note(k, &hash, false, clock_mono_ns());
}

bool
sync_own_wants(struct sync_known *k, const uint8_t head[SKETCH_MEMBER])
{
	struct recon_hash hash;

	memcpy(hash.b, head, sizeof(hash.b));
	return sync_known_wants(k, &hash, clock_mono_ns());
}

/* ---- asking -------------------------------------------------------------------- */

void
sync_own_ask(struct sync *s, struct sync_peer *p,
    const struct sync_own_question *q)
{
	const struct sync_http http = {
		.peer = p,
		.path = q->path,
		.type = q->body.n > 0 ? "application/octet-stream" : NULL,
		.body = q->body,
		.answer_max = q->answer_max,
		.seconds = SYNC_OWN_SECONDS + q->wait,
		.stall_seconds = SYNC_OWN_STALL + q->wait,
		.done = q->done,
	};

	sync_http_start(s, &http);
}

/* Spec: RFC 9110 15.5.5, 15.5.6, 15.6.2 */
bool
sync_own_is_missing(const struct sync_http_answer *answer)
{
	return answer->status == 404 || answer->status == 405 ||
	       answer->status == 501;
}

/* ---- ends ---------------------------------------------------------------------- */

static void begin(struct sync *s, struct sync_peer *p);

static void
let_go(struct sync *s, struct sync_own *own)
{
	sync_bring_release(&own->bring);
	sync_give_release(&own->give);
	sync_members_release(&own->to_give);
	sync_members_release(&own->listed);
	sync_feed_release(&own->feed);
	sync_walk_end(s, own);
	sketch_reader_free(own->sketch);
	own->sketch = NULL;
	sync_rulings_release(&own->rulings);
	own->ruling = 0;
	buf_release(&own->body);
	own->is_listing = own->is_scanning = own->has_candidate = false;
	own->is_busy = own->is_round = own->is_more = false;
}

/* A round that was wanted while a page came begins now. */
static bool
wanted_begin(struct sync *s, struct sync_peer *p)
{
	if (!sync_own_of(p)->is_wanted)
		return false;
	begin(s, p);
	return true;
}

void
sync_own_fail(struct sync *s, struct sync_peer *p,
    const struct sync_result *why)
{
	struct sync_own *own = sync_own_of(p);
	bool is_round = own->is_round;

	let_go(s, own);
	own->is_trusted = false; /* who was away may have been restored */
	if (is_round)
		sync_round_end(s, p, why);
	if (!wanted_begin(s, p))
		sync_follow_later(p);
}

void
sync_own_fail_store(struct sync *s, struct sync_peer *p, enum ics_err err)
{
	const struct sync_result why = { .error = "store",
		.words = err_words(err) };

	sync_own_fail(s, p, &why);
}

void
sync_own_fail_http(struct sync *s, struct sync_peer *p,
    const struct sync_http_answer *answer)
{
	char name[32], words[128];
	struct sync_result why = { .error = name,
		.words = words,
		.retry_after = answer->retry_after };

	(void)snprintf(name, sizeof(name), "http-%ld", answer->status);
	(void)snprintf(words, sizeof(words), "it answered with status %ld",
	    answer->status); /* both fit */
	if (answer->status == 0) {
		why.error = answer->error;
		why.words = answer->words;
	} else if (answer->status == 503) {
		why.error = "busy";
		why.words = "it asks to try again later";
	} else if (answer->status == 403) {
		why.error = "stranger";
		why.words =
		    "it does not know our key; icsd logs it as tls-pin, "
		    "and its row of us wants it";
	}
	sync_own_fail(s, p, &why);
}

void
sync_own_done(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_result well = {
		.error = "", .words = "", .again = own->is_more
	};
	bool is_round = own->is_round;

	/* What was fetched is here: then orders, which may change it all. */
	if ((is_round && sync_ordered_start(s, p)) || sync_rulings_start(s, p))
		return;
	if (own->has_candidate && !own->is_trusted) {
		sync_own_cursor_set(s, p, &own->candidate);
		own->is_trusted = true;
	}
	if (is_round) {
		p->row.differing = own->differing;
		p->row.lag = p->conf.pull ? 0 : -1;
	}
	let_go(s, own);
	if (is_round) {
		own->polls_failed = 0;
		sync_round_end(s, p, &well);
	}
	if (!wanted_begin(s, p))
		sync_follow_start(s, p);
}

/* ---- is it the log that we know ------------------------------------------------- */

void
sync_own_compare(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	bool is_due = own->listed_at == 0
			  ? !own->is_trusted
			  : sync_own_now() - own->listed_at >= LIST_SECONDS;

	own->differing = 0;
	if (p->conf.select[0] == '\0' && !own->no_sketch)
		sync_reconcile_start(s, p);
	else if (is_due || !own->is_trusted)
		sync_listing_start(s, p);
	else if (p->conf.pull)
		sync_follow_pages(s, p);
	else
		sync_own_give_news(s, p);
}

void
sync_own_give_news(struct sync *s, struct sync_peer *p)
{
	if (p->conf.push && !sync_own_is_ordered(p) &&
	    p->conf.select[0] == '\0' && sync_own_of(p)->no_sketch)
		sync_news_give(s, p);
	else
		sync_own_done(s, p);
}

static void
trusted(struct sync *s, struct sync_peer *p)
{
	sync_own_of(p)->is_trusted = true;
	if (sync_own_of(p)->is_round)
		sync_own_compare(s, p);
	else
		sync_own_done(s, p);
}

static void
head_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(h->peer);
	struct sync_result none = { .error = "no-api",
		.words = "this is no ICS, or too old: kind=hkp would push to "
			 "it" };
	struct sync_result odd = { .error = "protocol",
		.words = "the head of its log cannot be read" };

	if (sync_own_is_missing(answer)) {
		sync_own_fail(s, h->peer, &none);
	} else if (answer->status != 200) {
		sync_own_fail_http(s, h->peer, answer);
	} else if (sync_head_read(answer->body, &own->candidate) != ICS_OK) {
		sync_own_fail(s, h->peer, &odd);
	} else if (own->has_cursor && own->candidate.size >= own->cursor.size) {
		/* It has these rows but no proof of them: an older server. */
		own->no_proof = true;
		trusted(s, h->peer);
	} else {
		if (own->has_cursor)
			sync_own_distrust(s, h->peer, "it is shorter now");
		/* Between rounds nothing is compared, so nothing is known. */
		own->has_candidate = own->is_round;
		if (own->is_round)
			sync_own_compare(s, h->peer);
		else
			sync_own_done(s, h->peer);
	}
}

static void
head_ask(struct sync *s, struct sync_peer *p)
{
	const struct sync_own_question q = { .path = "/ics/v1/log",
		.answer_max = SYNC_FEED_OCTETS,
		.done = head_answered };

	sync_own_ask(s, p, &q);
}

static bool
is_same(const struct sync_head *a, const struct sync_head *b)
{
	return a->size == b->size &&
	       memcmp(a->root, b->root, MERKLE_OCTETS) == 0;
}

static void
proof_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_own *own = sync_own_of(h->peer);
	struct sync_head from, to;

	if (!sync_own_is_missing(answer) && answer->status != 200) {
		sync_own_fail_http(s, h->peer, answer);
		return;
	}
	if (answer->status == 200) {
		if (sync_grown_read(answer->body, &from, &to) == ICS_OK &&
		    is_same(&from, &own->cursor)) {
			trusted(s, h->peer);
			return;
		}
		sync_own_distrust(s, h->peer, "it is another one now");
	}
	head_ask(s, h->peer);
}

void
sync_own_trust(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	char path[128];
	const struct sync_own_question q = { .path = path,
		.answer_max = SYNC_FEED_OCTETS,
		.done = proof_answered };

	own->is_busy = true;
	if (!own->has_cursor) {
		head_ask(s, p);
		return;
	}
	(void)snprintf(path, sizeof(path),
	    "/ics/v1/log/proof/consistency?from=%" PRId64 "&to=%" PRId64,
	    own->cursor.size, own->cursor.size); /* fits */
	sync_own_ask(s, p, &q);
}

/* ---- the method ------------------------------------------------------------------ */

/* Nothing is taken from its log: it may be any. */
static bool
is_log_idle(struct sync_peer *p)
{
	return !p->conf.pull && !sync_own_of(p)->no_sketch;
}

static void
begin(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_result nowhere = { .error = "no-url",
		.words = "its row has no url: it comes to us" };

	own->is_wanted = false;
	own->is_busy = own->is_round = true;
	own->ordered.is_asked = own->wants_rulings = true;
	if (p->conf.url[0] == '\0')
		sync_own_fail(s, p, &nowhere);
	else if (!p->conf.pull && sync_own_is_ordered(p))
		sync_own_done(s, p);
	else if (own->is_trusted || is_log_idle(p))
		sync_own_compare(s, p);
	else
		sync_own_trust(s, p);
}

static void
own_new(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = alloc_zero(1, sizeof(*own));

	own->useless = sync_known_new();
	own->given = sync_known_new();
	cursor_load(s, p, own);
	p->own = own;
	sync_ordered_open(p);
}

static void
own_start(struct sync *s, struct sync_peer *p)
{
	if (p->own == NULL)
		own_new(s, p);
	if (sync_own_of(p)->is_busy)
		sync_own_of(p)->is_wanted = true;
	else
		begin(s, p);
}

static void
own_cancel(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	if (own == NULL)
		return;
	let_go(s, own);
	own->is_wanted = own->is_polling = own->is_trusted = false;
}

static void
own_forget(struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	if (own == NULL)
		return;
	sync_known_free(own->useless);
	sync_known_free(own->given);
	free(own);
	p->own = NULL;
}

const struct sync_method sync_own_method = { own_start, own_cancel, own_forget,
	NULL };
