/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What our peers are asked for, told to intake when a round has gone well: so
 * a server that lets go of what nobody wants does it behind what it was to
 * bring, and never while it is cut off.
 */
#include "sync/inside.h"

/* NULL: it is asked for nothing. */
static const char *
select_of(const struct sync_peer *p)
{
	if (p == NULL || p->priv->rests || !p->conf.pull ||
	    p->conf.kind == SYNC_HKP)
		return NULL;
	if (p->conf.kind != SYNC_ICS)
		return "";
	return p->conf.url[0] == '\0' ? NULL : p->conf.select;
}

void
sync_wants_tell(struct sync *s)
{
	const char *selects[SYNC_PEERS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		const char *select = select_of(s->peers[i]);

		if (select != NULL)
			selects[n++] = select;
	}
	intake_wants_set(s->config.in, selects, n);
}
