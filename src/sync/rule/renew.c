/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows that are described anew, by a reload or by a descriptor: what is the
 * same goes on, what differs begins again and keeps what was kept of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "sync/inside.h"

static bool
is_same(const struct sync_peer_conf *a, const struct sync_peer_conf *b)
{
	char texts[2][SYNC_TEXT_MAX];

	sync_peer_write(a, texts[0]);
	sync_peer_write(b, texts[1]);
	return strcmp(texts[0], texts[1]) == 0 &&
	       strcmp(a->domain, b->domain) == 0 && a->gives == b->gives &&
	       a->may_alter == b->may_alter;
}

static bool
is_among(const struct sync_peer_conf *confs, size_t n,
    const struct sync_peer_conf *conf)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(&confs[i], conf))
			return true;
	return false;
}

/* What one takes over who is described anew. */
static void
kept_move(const struct sync_peer *from, struct sync_peer *to)
{
	memcpy(to->priv->kept, from->priv->kept, sizeof(to->priv->kept));
	to->priv->kept_n = from->priv->kept_n;
}

/* A row in place of the one of its name; NULL: there is no room (told). */
static struct sync_peer *
peer_renew(struct sync *s, const struct sync_peer_conf *conf, bool is_added)
{
	struct sync_peer *before = sync_table_find(s, conf->name), *p = NULL;
	struct sync_peer kept = { 0 };

	if (before != NULL) {
		kept.priv = alloc_zero(1, sizeof(*kept.priv));
		kept_move(before, &kept);
		sync_table_remove(s, before);
	}
	if (sync_table_add(s, conf, is_added, &p) != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "peer-refused",
		    "name=%s why=\"at most %d peers\"", conf->name,
		    SYNC_PEERS_MAX);
	else if (before != NULL)
		kept_move(&kept, p);
	free(kept.priv);
	return p;
}

static void
conf_take(struct sync *s, const struct sync_peer_conf *conf)
{
	struct sync_peer *before = sync_table_find(s, conf->name);

	if (before != NULL && is_same(&before->conf, conf))
		before->row.is_added = false;
	else
		(void)peer_renew(s, conf, false);
}

void
sync_table_take(struct sync *s, const struct sync_peer_conf *confs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		conf_take(s, &confs[i]);
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		struct sync_peer *p = s->peers[i];

		if (p != NULL && !p->row.is_added &&
		    p->conf.domain[0] == '\0' && !is_among(confs, n, &p->conf))
			sync_table_remove(s, p);
	}
}

/* ---- what descriptors order ---------------------------------------------------------------- */

static void
order_take(struct sync *s, const struct sync_peer_conf *conf)
{
	struct sync_peer *before = sync_table_find(s, conf->name), *p;

	if (before != NULL && is_same(&before->conf, conf))
		return;
	p = peer_renew(s, conf, false);
	if (p == NULL)
		return;
	log_event(LOG_LEVEL_NOTE, "sync-block", "peer=%s words=\"%s\"",
	    conf->name, before == NULL ? "ordered" : "ordered anew");
	if (conf->every != 0)
		p->priv->due = s->now;
}

static bool
is_named(const struct sync_peer_conf *confs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(confs[i].name, name) == 0)
			return true;
	return false;
}

/* The operator's peer rests while blocks say what is done with it; what goes
 * on with it ends. */
static void
rest_set(struct sync *s, const struct sync_peer *p,
    const struct sync_peer_conf *confs, size_t n)
{
	struct sync_peer_conf conf = p->conf;
	struct sync_peer *again;
	bool rests = false;

	for (size_t i = 0; i < n; i++)
		rests = rests || sync_rule_is_of(&confs[i], conf.name);
	if (rests == p->priv->rests)
		return;
	again = peer_renew(s, &conf, p->row.is_added);
	if (again != NULL)
		again->priv->rests = rests;
	sync_pins_take(s);
}

void
sync_table_order(struct sync *s, const struct sync_peer_conf *confs, size_t n)
{
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++) {
		struct sync_peer *p = s->peers[i];

		if (p == NULL)
			continue;
		if (p->conf.domain[0] == '\0') {
			rest_set(s, p, confs, n);
		} else if (!is_named(confs, n, p->conf.name)) {
			log_event(LOG_LEVEL_NOTE, "sync-block",
			    "peer=%s words=\"no longer ordered\"",
			    p->conf.name);
			sync_table_remove(s, p);
		}
	}
	for (size_t i = 0; i < n; i++)
		order_take(s, &confs[i]);
}
