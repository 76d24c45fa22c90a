/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose key this is, for threads that ask about a client's certificate; and
 * when a peer was last heard of, for those that tell how old data are. A
 * list never changes but for those times: a newer one takes its place, and
 * the older stay until the end, since somebody may be reading them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sync/inside.h"

#define HEARD	      "heard" /* the kept text */
#define HEARD_SECONDS 60      /* written no more often than that */

struct sync_pins {
	struct sync_pins *before;
	size_t n;
	struct sync_pinned {
		uint8_t pin[SYNC_PIN];
		bool has_pin, is_operators, may_alter;
		char name[SYNC_NAME_MAX];
		_Atomic int64_t heard;
	} at[SYNC_PEERS_MAX];
};

static bool
is_same(const struct sync_pins *a, const struct sync_pins *b)
{
	if (a == NULL || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i].has_pin != b->at[i].has_pin ||
		    a->at[i].is_operators != b->at[i].is_operators ||
		    a->at[i].may_alter != b->at[i].may_alter ||
		    memcmp(a->at[i].pin, b->at[i].pin, SYNC_PIN) != 0 ||
		    strcmp(a->at[i].name, b->at[i].name) != 0)
			return false;
	return true;
}

static int64_t
heard_find(const struct sync_pins *pins, const char *name)
{
	for (size_t i = 0; pins != NULL && i < pins->n; i++)
		if (strcmp(pins->at[i].name, name) == 0)
			return atomic_load(&pins->at[i].heard);
	return 0;
}

static void
pinned_fill(struct sync_pinned *to, const struct sync_peer *p, int64_t heard)
{
	memcpy(to->pin, p->conf.pin, SYNC_PIN);
	to->has_pin = p->conf.has_pin;
	to->is_operators = p->conf.domain[0] == '\0';
	to->may_alter = p->conf.may_alter && !p->priv->rests;
	atomic_init(&to->heard, heard);
	memcpy(to->name, p->conf.name, SYNC_NAME_MAX);
}

void
sync_pins_take(struct sync *s)
{
	struct sync_pins *now = atomic_load(&s->pins);
	struct sync_pins *next = alloc_zero(1, sizeof(*next));

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		const struct sync_peer *p = s->peers[i];

		if (p != NULL && p->conf.kind == SYNC_ICS)
			pinned_fill(&next->at[next->n++], p,
			    heard_find(now, p->conf.name));
	}
	next->before = now;
	if (is_same(now, next))
		free(next);
	else
		atomic_store(&s->pins, next);
}

/* One more row of the same key. */
static void
client_add(struct sync_client *who, const struct sync_pinned *row)
{
	who->may_alter = who->may_alter || row->may_alter;
	if (who->name[0] != '\0' && (who->is_operators || !row->is_operators))
		return;
	who->is_operators = row->is_operators;
	memcpy(who->name, row->name, SYNC_NAME_MAX);
}

bool
sync_pin_is_peer(const struct sync *s, const uint8_t pin[SYNC_PIN],
    struct sync_client *who)
{
	const struct sync_pins *pins = atomic_load(&s->pins);
	struct sync_client found = { .name = "" };

	for (size_t i = 0; pins != NULL && i < pins->n; i++) {
		if (!pins->at[i].has_pin)
			continue;
		if (pin == NULL)
			return true;
		if (memcmp(pins->at[i].pin, pin, SYNC_PIN) == 0)
			client_add(&found, &pins->at[i]);
	}
	if (found.name[0] != '\0')
		*who = found;
	return found.name[0] != '\0';
}

/* ---- when -------------------------------------------------------------------- */

int64_t
sync_heard(const struct sync *s, const char *name)
{
	return heard_find(atomic_load(&s->pins), name);
}

static void
heard_store(struct sync *s, const char *name, int64_t at)
{
	struct sync_pins *pins = atomic_load(&s->pins);

	for (size_t i = 0; pins != NULL && i < pins->n; i++)
		if (strcmp(pins->at[i].name, name) == 0)
			atomic_store(&pins->at[i].heard, at);
}

static int64_t
heard_kept(const struct sync *s, const struct sync_peer *p)
{
	const char *text = sync_keep_get(s, p, HEARD);
	uint64_t at;

	if (text == NULL ||
	    notations_number_read(bytes_of_str(text), &at) != ICS_OK ||
	    at > INT64_MAX)
		return 0;
	return (int64_t)at;
}

void
sync_heard_now(struct sync *s, struct sync_peer *p)
{
	int64_t now = clock_now(), kept = heard_kept(s, p);
	char text[24];

	heard_store(s, p->conf.name, now);
	if (now >= kept && now - kept < HEARD_SECONDS)
		return;
	(void)snprintf(text, sizeof(text), "%lld", (long long)now); /* fits */
	sync_keep_set(s, p, HEARD, text);
}

void
sync_heard_load(struct sync *s)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL)
			heard_store(s, s->peers[i]->conf.name,
			    heard_kept(s, s->peers[i]));
}

void
sync_pins_free(struct sync *s)
{
	struct sync_pins *pins = atomic_load(&s->pins), *before;

	for (; pins != NULL; pins = before) {
		before = pins->before;
		free(pins);
	}
}
