/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the operator orders. A list is answered at once; an order for rounds
 * waits until each peer it names has had a whole one that began after it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/inside.h"

_Static_assert(SYNC_PEERS_MAX <= 64, "a bit for each slot");

/* An order for rounds, by the slots of its peers. */
struct wait {
	struct sync_ring ring; /* first; of struct sync's waits */
	struct sync_order_message *m;
	uint64_t todo;	/* whose round is to begin */
	uint64_t goes;	/* whose round goes on */
	uint64_t named; /* whose rows are the answer */
};

enum ics_err
sync_order(struct sync *s, const struct sync_order *order)
{
	struct sync_order_message *m = alloc_zero(1, sizeof(*m));
	enum ics_err err;

	m->head.kind = SYNC_MESSAGE_ORDER;
	m->order = *order;
	err = sync_message_put(s, &m->head, false);
	if (err != ICS_OK)
		free(m);
	return err;
}

/* ---- waiting for rounds ---------------------------------------------------------- */

static uint64_t
bit(const struct sync_peer *p)
{
	return UINT64_C(1) << p->priv->slot;
}

static struct wait *
wait_from(struct sync_ring *r)
{
	return (struct wait *)(void *)r;
}

static void
wait_end(struct wait *w)
{
	sync_ring_remove(&w->ring);
	free(w->m);
	free(w);
}

static void
waits_look(struct sync *s)
{
	struct sync_ring *r = s->waits.next, *next;

	for (; r != &s->waits; r = next) {
		struct wait *w = wait_from(r);

		next = r->next;
		if (w->todo != 0 || w->goes != 0)
			continue;
		if (w->named == 0)
			sync_tell_error(&w->m->order, ICS_ENOTFOUND,
			    "the peer was removed");
		else
			sync_tell_rows(s, &w->m->order, w->named);
		wait_end(w);
	}
}

void
sync_orders_begin(struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->waits.next; r != &s->waits; r = r->next) {
		struct wait *w = wait_from(r);

		w->goes |= w->todo & bit(p);
		w->todo &= ~bit(p);
	}
}

void
sync_orders_end(struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->waits.next; r != &s->waits; r = r->next)
		wait_from(r)->goes &= ~bit(p);
	waits_look(s);
}

void
sync_orders_drop(struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->waits.next; r != &s->waits; r = r->next) {
		struct wait *w = wait_from(r);

		w->todo &= ~bit(p);
		/* All are told of those that are left. */
		if (w->named != SYNC_SLOTS_ALL)
			w->named &= ~bit(p);
	}
	sync_orders_end(s, p);
	sync_plan_drop(s, p);
}

bool
sync_orders_want(const struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->waits.next; r != &s->waits; r = r->next)
		if (wait_from(r)->todo & bit(p))
			return true;
	return false;
}

bool
sync_orders_wait(const struct sync *s, const struct sync_peer *p)
{
	for (struct sync_ring *r = s->waits.next; r != &s->waits; r = r->next)
		if (wait_from(r)->goes & bit(p))
			return true;
	return false;
}

void
sync_orders_close(struct sync *s)
{
	while (s->waits.next != &s->waits) {
		struct wait *w = wait_from(s->waits.next);

		sync_tell_error(&w->m->order, ICS_ECLOSED,
		    "the server is stopping");
		wait_end(w);
	}
	sync_plans_close(s);
}

/* ---- the orders -------------------------------------------------------------------- */

uint64_t
sync_orders_named(const struct sync *s, const char *name)
{
	uint64_t slots = 0;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		const struct sync_peer *p = s->peers[i];

		if (p == NULL || p->priv->rests)
			continue;
		if (name[0] == '\0' || strcmp(p->conf.name, name) == 0 ||
		    sync_rule_is_of(&p->conf, name))
			slots |= bit(p);
	}
	return slots;
}

static void
now(struct sync *s, struct sync_order_message *m)
{
	uint64_t slots = sync_orders_named(s, m->order.text);
	struct wait *w;

	if (slots == 0 && m->order.text[0] != '\0') {
		sync_tell_error(&m->order, ICS_ENOTFOUND,
		    "there is no peer of this name");
		free(m);
		return;
	}
	w = alloc_zero(1, sizeof(*w));
	w->m = m;
	w->todo = slots;
	w->named = m->order.text[0] == '\0' ? SYNC_SLOTS_ALL : slots;
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if ((slots >> i & 1) != 0 && s->peers[i]->priv->is_running)
			sync_peer_hurry(s, s->peers[i]);
	sync_ring_append(&s->waits, &w->ring);
	waits_look(s);
}

static void
add(struct sync *s, const struct sync_order *order)
{
	struct sync_peer_conf conf;
	struct sync_peer *p;
	const char *why;
	enum ics_err err;

	if (!sync_peer_read(order->text, &conf, &why)) {
		sync_tell_error(order, ICS_EUSAGE, why);
		return;
	}
	if (s->config.is_mute) {
		sync_tell_error(order, ICS_EDENIED,
		    "the server had no recon and no peers when it started, "
		    "and gave up making connections: name this one in its "
		    "configuration, and restart it");
		return;
	}
	err = sync_table_add(s, &conf, true, &p);
	if (err != ICS_OK) {
		sync_tell_error(order, err,
		    err == ICS_EEXISTS ? "there is a peer of this name"
				       : "there are 64 peers already");
		return;
	}
	/* Where blocks have its name it is another row now. */
	sync_rules_take(s);
	p = sync_table_find(s, conf.name);
	sync_state_touch(s);
	sync_state_save(s);
	sync_tell_rows(s, order, p == NULL ? 0 : bit(p));
}

static void
drop(struct sync *s, const struct sync_order *order)
{
	struct sync_peer *p = sync_table_find(s, order->text);

	if (p == NULL) {
		sync_tell_error(order, ICS_ENOTFOUND,
		    "there is no peer of this name");
		return;
	}
	if (p->conf.domain[0] != '\0') {
		sync_tell_error(order, ICS_EDENIED,
		    "a policy descriptor orders it: its owner takes it out "
		    "there");
		return;
	}
	if (!p->row.is_added) {
		sync_tell_error(order, ICS_EDENIED,
		    "the configuration names it: take it out there, and "
		    "reload");
		return;
	}
	sync_table_remove(s, p);
	sync_rules_take(s);
	sync_state_touch(s);
	sync_state_save(s);
	sync_tell_rows(s, order, SYNC_SLOTS_ALL);
}

void
sync_order_take(struct sync *s, struct sync_order_message *m)
{
	if (s->is_stopping) {
		sync_tell_error(&m->order, ICS_ECLOSED,
		    "the server is stopping");
		free(m);
		return;
	}
	switch (m->order.what) {
	case SYNC_LIST:
		sync_tell_rows(s, &m->order, SYNC_SLOTS_ALL);
		break;
	case SYNC_ADD:
		add(s, &m->order);
		break;
	case SYNC_REMOVE:
		drop(s, &m->order);
		break;
	case SYNC_NOW:
		now(s, m); /* frees it */
		return;
	case SYNC_PLAN:
		sync_plan_take(s, m); /* likewise */
		return;
	}
	free(m);
}
