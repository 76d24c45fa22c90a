/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration that outlives the one it was copied from. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sync/inside.h"

static const char *
text_copy(const char *text)
{
	return text == NULL ? NULL : alloc_str(text);
}

void
sync_config_copy(const struct sync_config *from, struct sync_config *to)
{
	struct sync_peer_conf *peers =
	    alloc_zero(from->peers_n + 1, sizeof(*peers));

	*to = *from;
	for (size_t i = 0; i < from->peers_n; i++)
		peers[i] = from->peers[i];
	to->peers = peers;
	to->dir = text_copy(from->dir);
	to->filters = text_copy(from->filters == NULL ? SYNC_FILTERS_DEFAULT
						      : from->filters);
	to->tls_cert = text_copy(from->tls_cert);
	to->tls_key = text_copy(from->tls_key);
	to->upstream = text_copy(from->upstream);
}

void
sync_config_release(struct sync_config *c)
{
	free((void *)(uintptr_t)c->peers);
	free((void *)(uintptr_t)c->dir);
	free((void *)(uintptr_t)c->filters);
	free((void *)(uintptr_t)c->tls_cert);
	free((void *)(uintptr_t)c->tls_key);
	free((void *)(uintptr_t)c->upstream);
}
