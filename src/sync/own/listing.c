/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where sketches do not help - the peer has none, so much differs that a list
 * is shorter, or a part of it is wanted that it alone can tell - its log is
 * read from the beginning. What was listed in it, and is not ours, comes page
 * by page; what is ours, and was not listed, is given.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/own.h"

static int
member_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sketch_member));
}

static void
unlisted_add(struct sync_own *own, const uint8_t digest[32])
{
	struct sketch_member member;

	memcpy(member.b, digest, sizeof(member.b));
	if (own->listed.n == 0 ||
	    bsearch(&member, own->listed.at, own->listed.n, sizeof(member),
		member_order) == NULL)
		*sync_members_add(&own->to_give) = member;
}

static void
unlisted_give(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	own->differing += own->to_give.n;
	sync_news_skip(s, p);
	sync_give_heads(s, p, &own->to_give, sync_own_done);
}

void
sync_listing_start(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);

	own->is_listing = true;
	own->is_scanning = !p->conf.pull;
	own->listed.n = 0;
	sync_follow_pages(s, p);
}

/* Of a part nobody but the peer can tell what belongs to it, so nothing is
 * given then. */
void
sync_listing_read(struct sync *s, struct sync_peer *p)
{
	static const struct sync_walk walk = { unlisted_add, unlisted_give };
	struct sync_own *own = sync_own_of(p);
	bool is_whole = own->listed.n < SYNC_LISTED_MAX;

	own->listed_at = sync_own_now();
	if (!p->conf.push || sync_own_is_ordered(p) || !is_whole ||
	    p->conf.select[0] != '\0') {
		sync_own_done(s, p);
		return;
	}
	if (own->listed.n > 0)
		qsort(own->listed.at, own->listed.n, sizeof(*own->listed.at),
		    member_order);
	sync_walk_start(s, p, &walk);
}
