/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers to orders: copies of rows, as of now. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sync/inside.h"
#include "sync/schedule.h"

void
sync_tell_row(const struct sync *s, const struct sync_peer *p,
    struct sync_row *row)
{
	const struct sync_peer_private *priv = p->priv;

	*row = p->row;
	row->is_active = priv->is_running || priv->is_visited;
	row->rests = priv->rests;
	row->next = 0;
	if (priv->rests)
		return;
	if (priv->due > s->now)
		row->next =
		    clock_now() + (int64_t)((priv->due - s->now) / SYNC_SECOND);
	else if (priv->due != 0)
		row->next = clock_now();
}

void
sync_tell_rows(struct sync *s, const struct sync_order *order, uint64_t slots)
{
	struct sync_row *rows = alloc_zero(SYNC_PEERS_MAX, sizeof(*rows));
	struct sync_answer answer = { .err = ICS_OK,
		.rows = rows,
		.refused = s->rules.refused.at,
		.refused_n = s->rules.refused.n };

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL && (slots >> i & 1) != 0)
			sync_tell_row(s, s->peers[i], &rows[answer.n++]);
	order->done(order->arg, &answer);
	free(rows);
}

void
sync_tell_error(const struct sync_order *order, enum ics_err err,
    const char *why)
{
	struct sync_answer answer = { .err = err, .why = why };

	order->done(order->arg, &answer);
}
