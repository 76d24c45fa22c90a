/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer has and we lack comes here, through intake like any upload.
 * That something came is seen in the store, not in what the peer says: what
 * we refuse, or keep in another form, is not asked for again for hours.
 *
 * Some wait for others (a record for its issuer), so what did not come is
 * asked for once more as long as others did.
 */
#include <stdio.h>
#include <string.h>

#include "sync/own.h"

#define HEAD	    8 /* octets of a digest in a question */
#define BATCH_FIRST 64
#define BATCH_MAX   512
#define PASSES_MAX  4
#define ANSWER_MAX  (16u << 20)
#define ITEM_OCTETS (1u << 20) /* of items, then they are submitted */
#define ITEMS_MAX   64

void
sync_bring_release(struct sync_bring *b)
{
	sync_members_release(&b->todo);
	sync_members_release(&b->now);
	sync_members_release(&b->missing);
	sync_feed_rows_release(&b->items);
	buf_release(&b->octets);
	*b = (struct sync_bring){ 0 };
}

static enum ics_err
is_here(struct sync *s, const uint8_t head[SKETCH_MEMBER], bool *is)
{
	struct store_reader *r = sync_reader(s);
	struct store_digest one;
	struct store_digests found = { .out = &one, .max = 1 };
	enum ics_err err = ICS_EDB;

	if (r != NULL)
		err =
		    store_digest_find(r, bytes_of(head, SKETCH_MEMBER), &found);
	*is = found.n > 0;
	return err;
}

enum ics_err
sync_bring_wants(struct sync *s, struct sync_own *own,
    const uint8_t head[SKETCH_MEMBER], bool *wants)
{
	bool is;
	enum ics_err err = is_here(s, head, &is);

	*wants = !is && sync_own_wants(own->useless, head);
	return err;
}

static void
end(struct sync *s, struct sync_peer *p)
{
	struct sync_bring *b = &sync_own_of(p)->bring;
	sync_then *then = b->then;

	sync_bring_release(b);
	then(s, p);
}

static void
useless_put(struct sync_own *own, const struct sync_members *heads)
{
	for (size_t i = 0; i < heads->n; i++)
		sync_own_note(own->useless, heads->at[i].b);
}

/* ---- submitting ------------------------------------------------------------------- */

/* Which of now are here; the others are missing. */
static enum ics_err
now_settle(struct sync *s, struct sync_own *own)
{
	struct sync_bring *b = &own->bring;
	bool is;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < b->now.n; i++) {
		TRY(is_here(s, b->now.at[i].b, &is));
		if (!is) {
			*sync_members_add(&b->missing) = b->now.at[i];
			continue;
		}
		b->came++;
		/* Our news will not be news to it. */
		if (own->no_sketch)
			sync_own_note(own->given, b->now.at[i].b);
	}
	b->now.n = 0;
out:
	return err;
}

/* False: the round has failed. What cannot be read is the peer's fault alone,
 * and counts as not having come. */
static bool
submitted_count(struct sync *s, struct sync_peer *p,
    const struct sync_submitted *result)
{
	size_t new = result->inserted + result->updated;

	/* Any other says what was wrong with the octets. */
	static const enum ics_err worldly[] = { ICS_ENOSPACE, ICS_EDB, ICS_EIO,
		ICS_ECORRUPT, ICS_ECLOSED };

	for (size_t i = 0; i < sizeof(worldly) / sizeof(worldly[0]); i++)
		if (result->err == worldly[i]) {
			sync_own_fail_store(s, p, result->err);
			return false;
		}
	sync_untaken_note(p, result);
	p->row.fetched += new;
	p->row.useless += result->n - new - result->waiting;
	return true;
}

static void
octets_submit(struct sync *s, struct sync_peer *p, struct bytes octets,
    void (*done)(struct sync *s, struct sync_peer *p, void *arg,
	const struct sync_submitted *result))
{
	const struct sync_submit submit = {
		.peer = p, .input = octets, .done = done
	};

	sync_submit_start(s, &submit);
}

/* ---- by heads --------------------------------------------------------------------- */

static void heads_next(struct sync *s, struct sync_peer *p);

static void
heads_submitted(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_submitted *result)
{
	enum ics_err err;

	(void)arg;
	if (!submitted_count(s, p, result))
		return;
	err = now_settle(s, sync_own_of(p));
	if (err != ICS_OK)
		sync_own_fail_store(s, p, err);
	else
		heads_next(s, p);
}

/* The last n of now are to be asked for again. They came from todo, so there
 * is room for them before next. */
static void
put_back(struct sync_bring *b, size_t n)
{
	b->next -= n;
	b->now.n -= n;
	memcpy(&b->todo.at[b->next], &b->now.at[b->now.n],
	    n * sizeof(*b->now.at));
}

/* Ask for fewer at a time; false when it is one already. */
static bool
fewer(struct sync_bring *b)
{
	if (b->now.n <= 1)
		return false;
	b->batch = b->now.n / 2;
	put_back(b, b->now.n);
	return true;
}

/* How many heads at the end of the question the peer had no room for. */
static size_t
left_read(const struct sync_http_answer *answer)
{
	const char *text = sync_http_header(answer, "ICS-Left");
	size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
	size_t n = 0;

	for (size_t i = 0; i < digits && i < 6; i++)
		n = n * 10 + (size_t)(text[i] - '0');
	return n;
}

/* An older server: by items, which only a page of its log names. */
static void
otherwise(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	own->no_fetch = true;
	sync_bring_release(&own->bring);
	if (own->feed.next > own->since)
		sync_follow_again(s, p);
	else
		sync_listing_start(s, p);
}

static void
heads_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	struct sync_own *own = sync_own_of(p);
	struct sync_submitted nothing = { .err = ICS_OK };
	bool is_large =
	    answer->status == 413 ||
	    (answer->status == 0 && strcmp(answer->error, "answer-size") == 0);
	size_t left;

	buf_release(&own->body);
	if (is_large && fewer(&own->bring)) {
		heads_next(s, p);
	} else if (is_large || (answer->status == 200 && answer->body.n == 0)) {
		heads_submitted(s, p, NULL, &nothing);
	} else if (answer->status == 200) {
		left = left_read(answer);
		if (left < own->bring.now.n)
			put_back(&own->bring, left);
		if (left == 0 && own->bring.batch < BATCH_MAX)
			own->bring.batch *= 2;
		octets_submit(s, p, alloc_bytes(answer->body), heads_submitted);
	} else if (sync_own_is_missing(answer)) {
		otherwise(s, p);
	} else {
		sync_own_fail_http(s, p, answer);
	}
}

/* Everything has been asked for. True: once more, for what did not come. */
static bool
pass_end(struct sync_own *own)
{
	struct sync_bring *b = &own->bring;
	struct sync_members todo = b->todo;

	if (b->missing.n == 0 || b->came == 0 || ++b->pass == PASSES_MAX) {
		useless_put(own, &b->missing);
		return false;
	}
	b->todo = b->missing;
	b->missing = todo;
	b->missing.n = b->next = b->came = 0;
	return true;
}

/* The next heads that are wanted still. */
static enum ics_err
now_fill(struct sync *s, struct sync_own *own)
{
	struct sync_bring *b = &own->bring;
	bool wants;
	enum ics_err err = ICS_OK;

	while (b->now.n < b->batch && b->next < b->todo.n) {
		struct sketch_member head = b->todo.at[b->next++];

		TRY(sync_bring_wants(s, own, head.b, &wants));
		if (wants)
			*sync_members_add(&b->now) = head;
	}
out:
	return err;
}

static void
heads_next(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_bring *b = &own->bring;
	struct sync_own_question q = { .path = "/ics/v1/fetch?head=8",
		.answer_max = ANSWER_MAX,
		.done = heads_answered };
	enum ics_err err;

	do
		err = now_fill(s, own);
	while (err == ICS_OK && b->now.n == 0 && pass_end(own));
	if (err != ICS_OK) {
		sync_own_fail_store(s, p, err);
		return;
	}
	if (b->now.n == 0) {
		end(s, p);
		return;
	}
	buf_init(&own->body, b->now.n * HEAD);
	for (size_t i = 0; i < b->now.n; i++)
		buf_put(&own->body, bytes_of(b->now.at[i].b, HEAD));
	q.body = buf_bytes(&own->body);
	sync_own_ask(s, p, &q);
}

void
sync_bring_heads(struct sync *s, struct sync_peer *p,
    struct sync_members *heads, sync_then *then)
{
	struct sync_bring *b = &sync_own_of(p)->bring;

	*b = (struct sync_bring){
		.todo = *heads, .batch = BATCH_FIRST, .then = then
	};
	*heads = (struct sync_members){ 0 };
	heads_next(s, p);
}

/* ---- by items --------------------------------------------------------------------- */

static void items_next(struct sync *s, struct sync_peer *p);

static void
items_submitted(struct sync *s, struct sync_peer *p, void *arg,
    const struct sync_submitted *result)
{
	(void)arg;
	if (submitted_count(s, p, result))
		items_next(s, p);
}

static void
items_submit(struct sync *s, struct sync_peer *p)
{
	struct sync_bring *b = &sync_own_of(p)->bring;

	b->gathered = 0;
	octets_submit(s, p, buf_take(&b->octets), items_submitted);
}

static void
item_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_bring *b = &sync_own_of(h->peer)->bring;

	if (answer->status != 200 && answer->status != 404) {
		sync_own_fail_http(s, h->peer, answer);
		return;
	}
	if (answer->status == 200) {
		buf_put(&b->octets, answer->body);
		b->gathered++;
	}
	if (b->octets.n >= ITEM_OCTETS || b->gathered == ITEMS_MAX)
		items_submit(s, h->peer);
	else
		items_next(s, h->peer);
}

/* The next item that none before it is. */
static const char *
item_take(struct sync_bring *b)
{
	while (b->next < b->items.n) {
		const char *item = b->items.at[b->next++].item;
		size_t i = 0;

		while (strcmp(b->items.at[i].item, item) != 0)
			i++;
		if (i + 1 == b->next)
			return item;
	}
	return NULL;
}

/* Whoever asks for a part lacks the certificates of those who spoke. */
static void
item_ask(struct sync *s, struct sync_peer *p, const char *item)
{
	char path[NOTATIONS_SUBJECT_TEXT_MAX + 64];
	const struct sync_own_question q = {
		.path = path, .answer_max = ANSWER_MAX, .done = item_answered
	};

	(void)snprintf(path, sizeof(path), "/ics/v1/items/%s%s", item,
	    p->conf.select[0] == '\0' ? ".pgp" : "/evidence.pgp"); /* fits */
	sync_own_ask(s, p, &q);
}

static void
items_end(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_bring *b = &own->bring;
	enum ics_err err;

	for (size_t i = 0; i < b->items.n; i++)
		memcpy(sync_members_add(&b->now)->b, b->items.at[i].digest,
		    SKETCH_MEMBER);
	err = now_settle(s, own);
	if (err != ICS_OK) {
		sync_own_fail_store(s, p, err);
		return;
	}
	useless_put(own, &b->missing);
	end(s, p);
}

static void
items_next(struct sync *s, struct sync_peer *p)
{
	struct sync_bring *b = &sync_own_of(p)->bring;
	const char *item = item_take(b);

	if (item != NULL)
		item_ask(s, p, item);
	else if (b->octets.n > 0)
		items_submit(s, p);
	else
		items_end(s, p);
}

void
sync_bring_items(struct sync *s, struct sync_peer *p,
    struct sync_feed_rows *rows, sync_then *then)
{
	struct sync_bring *b = &sync_own_of(p)->bring;

	*b = (struct sync_bring){ .items = *rows, .then = then };
	*rows = (struct sync_feed_rows){ 0 };
	buf_init(&b->octets, ITEM_OCTETS + ANSWER_MAX);
	items_next(s, p);
}
