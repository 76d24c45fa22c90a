/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose key this is, for threads that ask about a client's certificate. A
 * list never changes: a newer one takes its place, and the older stay until
 * the end, since somebody may be reading them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/inside.h"

struct sync_pins {
	struct sync_pins *before;
	size_t n;
	struct {
		uint8_t pin[SYNC_PIN];
		char name[SYNC_NAME_MAX];
	} at[SYNC_PEERS_MAX];
};

static bool
is_same(const struct sync_pins *a, const struct sync_pins *b)
{
	if (a == NULL || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (memcmp(a->at[i].pin, b->at[i].pin, SYNC_PIN) != 0 ||
		    strcmp(a->at[i].name, b->at[i].name) != 0)
			return false;
	return true;
}

void
sync_pins_take(struct sync *s)
{
	struct sync_pins *now = atomic_load(&s->pins);
	struct sync_pins *next = alloc_zero(1, sizeof(*next));

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		const struct sync_peer *p = s->peers[i];

		if (p == NULL || p->conf.kind != SYNC_ICS || !p->conf.has_pin)
			continue;
		memcpy(next->at[next->n].pin, p->conf.pin, SYNC_PIN);
		(void)snprintf(next->at[next->n++].name, SYNC_NAME_MAX, "%s",
		    p->conf.name); /* it fits */
	}
	next->before = now;
	if (is_same(now, next))
		free(next);
	else
		atomic_store(&s->pins, next);
}

bool
sync_pin_is_peer(const struct sync *s, const uint8_t pin[SYNC_PIN],
    char name[SYNC_NAME_MAX])
{
	const struct sync_pins *pins = atomic_load(&s->pins);

	if (pin == NULL)
		return pins != NULL && pins->n > 0;
	for (size_t i = 0; pins != NULL && i < pins->n; i++)
		if (memcmp(pins->at[i].pin, pin, SYNC_PIN) == 0) {
			memcpy(name, pins->at[i].name, SYNC_NAME_MAX);
			return true;
		}
	return false;
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
