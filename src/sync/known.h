/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to sync: what is known of one peer's set, so that the same things
 * are not found, fetched and refused in every round. Pure: no sockets, no
 * store; times are monotonic nanoseconds and given. Spec: recon.md 15, 16, 19
 *
 *	negative  not to be asked for: it was refused, came out as another
 *	          hash, or did not come
 *	ghost     a negative one that the peer has and we do not take: this
 *	          peer, and nobody else, is shown it as if it were ours
 *	hidden    what we have and this peer is not shown
 *
 * Negative ones and ghosts expire, for peers and policies change. They are
 * lost with the process: a round finds them again.
 */
#ifndef SYNC_KNOWN_H
#define SYNC_KNOWN_H

#include "recon/recon.h"

#define SYNC_KNOWN_MAX	   100000     /* negative, ghosts among them; hidden */
#define SYNC_KNOWN_SECONDS (6 * 3600) /* how long they are remembered */
#define SYNC_KNOWN_AGAIN   20	/* seconds; each time four times as long */
#define SYNC_KNOWN_GHOSTS  1000 /* or a tenth of the set if that is more */

struct sync_known;
struct sync_known *sync_known_new(void);
void sync_known_free(struct sync_known *k); /* NULL is fine; no view is out */

/* How many the peer has, or we, about: it bounds ghosts. */
void sync_known_size(struct sync_known *k, size_t members);

/*
 * Do not ask for it again for SYNC_KNOWN_SECONDS from now on. is_ghost: and
 * show it, which needs that we do not have it; without room for one more ghost
 * it is only negative. When there are too many the oldest go.
 */
void sync_known_note(struct sync_known *k, const struct recon_hash *hash,
    bool is_ghost, uint64_t now);
/* The same as a ghost, for what came and came out as another hash: once the
 * issuers of its signatures are here it may not. So it is worth asking for
 * again, and no ghost, after SYNC_KNOWN_AGAIN seconds, and then more and more
 * rarely. */
void sync_known_note_other(struct sync_known *k, const struct recon_hash *hash,
    uint64_t now);
/* A negative one was found with the peer again, so it has it: show it from
 * now on, if there is room; it expires when it did. Others stay. */
void sync_known_show(struct sync_known *k, const struct recon_hash *hash);
/* Whether it is worth asking for. */
bool sync_known_wants(struct sync_known *k, const struct recon_hash *hash,
    uint64_t now);
/* It is neither negative nor a ghost any more: we have it by now, or the peer
 * has it no longer (it asked us for it, say). */
void sync_known_forget(struct sync_known *k, const struct recon_hash *hash);
/* All of these: our policy has changed, or the peer is another. */
void sync_known_clear(struct sync_known *k);

/* Hide something that we have, or do so no more; nothing when it is so already
 * or SYNC_KNOWN_MAX are hidden. What leaves our set is forgotten by itself. */
void sync_known_hide(struct sync_known *k, const struct recon_hash *hash,
    bool is_hidden);

/* Is a view out? */
bool sync_known_is_out(const struct sync_known *k);

/* Hide nothing any more. No view is out. */
void sync_known_hide_none(struct sync_known *k);

/*
 * What a session with this peer shows: base and ghosts without what is hidden.
 * One at a time: ICS_EBUSY while another is out. base is copied, what it
 * points to is lent until the view is given back; it stays as it is although
 * more is noted in the meantime. Other errors are those of base.
 */
enum ics_err sync_known_view_take(struct sync_known *k,
    const struct recon_view *base, uint64_t now, struct recon_view *view);
void sync_known_view_give(struct sync_known *k);

struct sync_known_counts {
	size_t negative, ghosts, hidden; /* ghosts are negative, too */
};
struct sync_known_counts sync_known_count(const struct sync_known *k);

#endif
