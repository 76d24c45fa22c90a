/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What only we have goes to the peer as any upload would, certificates first.
 * What it did not take is not sent again for hours: it has its reasons.
 */
#include <string.h>

#include "sync/own.h"

#define BATCH_FIRST  64
#define BATCH_MAX    256
#define BATCH_OCTETS (1u << 20) /* no more once there are so many */
#define BODY_MAX     (16u << 20)

void
sync_give_release(struct sync_give *g)
{
	sync_members_release(&g->todo);
	sync_members_release(&g->sent);
	*g = (struct sync_give){ 0 };
}

/* May the peer see it? */
static bool
may_give(struct store_reader *r, const struct domain_sight *sight,
    const struct store_digest *digest)
{
	struct store_record record;
	bool sees = false;

	if (sight->all)
		return true;
	if (!digest->is_record)
		return domain_sight_sees_cert(sight, r, digest->id, &sees) ==
			   ICS_OK &&
		       sees;
	return store_record_get(r, digest->digest, &record) == ICS_OK &&
	       sync_sight_sees(r, sight, &record.subject);
}

/* Append the octets of one of ours. */
static enum ics_err
octets_put(struct store_reader *r, const struct store_digest *digest,
    struct buf *out)
{
	struct store_record record;
	struct store_cert cert;
	enum ics_err err;

	if (digest->is_record) {
		TRY(store_record_get(r, digest->digest, &record));
		pgp_packet_write(out, PGP_TAG_SIGNATURE, record.body);
	} else {
		TRY(store_cert_get(r, digest->id, &cert));
		buf_put(out, cert.data);
	}
out:
	return err;
}

/* One head: appended when it is of this turn's kind, is here still, and was
 * not sent lately. */
static enum ics_err
head_put(struct sync *s, struct sync_own *own, const struct sketch_member *head)
{
	struct store_reader *r = sync_reader(s);
	struct store_digest one;
	struct store_digests found = { .out = &one, .max = 1 };
	enum ics_err err;

	if (r == NULL)
		return ICS_EDB;
	if (!sync_own_wants(own->given, head->b))
		return ICS_OK;
	TRY(store_digest_find(r, bytes_of(head->b, SKETCH_MEMBER), &found));
	if (found.n > 0 && one.is_record == own->give.records &&
	    may_give(r, &own->give.sight, &one)) {
		TRY(octets_put(r, &one, &own->body));
		*sync_members_add(&own->give.sent) = *head;
	}
out:
	return err;
}

static void give_next(struct sync *s, struct sync_peer *p);

/* What a batch was of is not sent again soon. */
static void
batch_remember(struct sync_own *own)
{
	struct sync_give *g = &own->give;

	for (size_t i = 0; i < g->sent.n; i++)
		sync_own_note(own->given, g->sent.at[i].b);
}

static void
given_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct sync_peer *p = h->peer;
	struct sync_own *own = sync_own_of(p);
	struct sync_give *g = &own->give;
	struct sync_taken taken;

	buf_release(&own->body);
	if (answer->status == 413 && g->sent.n > 1) {
		g->batch = g->sent.n / 2;
		g->next = g->from;
		give_next(s, p);
	} else if (answer->status == 200 || answer->status == 413 ||
		   answer->status == 422) {
		if (g->batch < BATCH_MAX && answer->status != 413)
			g->batch *= 2;
		(void)sync_taken_read(answer->body, &taken); /* else none */
		p->row.pushed += taken.taken;
		/* What it has now, and lacks again, it has lost. */
		if (taken.taken + taken.known < g->sent.n ||
		    sync_own_is_ordered(p))
			batch_remember(own);
		give_next(s, p);
	} else {
		sync_own_fail_http(s, p, answer);
	}
}

/* True: records come after the certificates. */
static bool
turn_end(struct sync_give *g)
{
	if (g->records)
		return false;
	g->records = true;
	g->next = 0;
	return true;
}

static enum ics_err
batch_fill(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_give *g = &own->give;
	enum ics_err err = ICS_OK;

	sync_sight_read(s, p, &g->sight);
	/* A push clause says itself what goes. */
	if (sync_own_is_ordered(p))
		g->sight.all = true;
	g->from = g->next;
	g->sent.n = 0;
	while (g->next < g->todo.n && g->sent.n < g->batch &&
	       own->body.n < BATCH_OCTETS)
		TRY(head_put(s, own, &g->todo.at[g->next++]));
out:
	return err;
}

static void
give_next(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	struct sync_give *g = &own->give;
	struct sync_own_question q = { .path = "/ics/v1/submit",
		.answer_max = SYNC_FEED_OCTETS,
		.done = given_answered };
	sync_then *then = g->then;
	enum ics_err err;

	buf_init(&own->body, BODY_MAX);
	do
		err = batch_fill(s, p);
	while (err == ICS_OK && own->body.n == 0 &&
	       (g->next < g->todo.n || turn_end(g)));
	if (err == ICS_OK)
		err = buf_end(&own->body);
	if (err != ICS_OK) {
		sync_own_fail_store(s, p, err);
	} else if (own->body.n == 0) {
		sync_give_release(g);
		then(s, p);
	} else {
		q.body = buf_bytes(&own->body);
		sync_own_ask(s, p, &q);
	}
}

void
sync_give_heads(struct sync *s, struct sync_peer *p, struct sync_members *heads,
    sync_then *then)
{
	struct sync_give *g = &sync_own_of(p)->give;

	*g = (struct sync_give){
		.todo = *heads, .batch = BATCH_FIRST, .then = then
	};
	*heads = (struct sync_members){ 0 };
	give_next(s, p);
}
