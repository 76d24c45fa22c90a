/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One peer's negative ones, ghosts and hidden ones. Invariant: items stand in
 * a list in the order in which they were noted, which is that in which they
 * expire, and in a balanced tree by hash: a peer that chooses hashes gains
 * nothing. Sets are what is shown; while a view is out they lag behind the
 * items, by what `late` says.
 */
#include "sync/known.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>

#include "base/array.h"

#define SECOND	  UINT64_C(1000000000)
#define LIFE	  (SYNC_KNOWN_SECONDS * SECOND)
#define TRIES_MAX 6 /* beyond which the wait is LIFE */

struct item {
	struct recon_hash hash; /* first: what the tree compares */
	uint64_t until;
	uint64_t again; /* from then on it is worth asking for once more */
	unsigned tries; /* how often it came out otherwise */
	bool is_ghost;
	struct item *prev, *next; /* older, younger */
};

/* What is to be put into a set or taken out, once no view is out. */
struct change {
	struct recon_hash hash;
	bool is_hidden; /* to hidden, else to ghosts */
	bool is_in;
};

ARRAY_OF(struct change, changes);
ARRAY_OF(struct recon_hash, hashes);

struct sync_known {
	void *tree; /* tsearch's */
	struct item *oldest, *youngest;
	size_t items_n;
	size_t ghosts_n, ghosts_max; /* of the items */
	struct recon_set *ghosts, *hidden;
	struct changes late;
	struct recon_view base;
	struct recon_overlay overlay;
	struct recon_sum checked; /* the base that the sets fit */
	bool is_checked, is_out;
};

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, RECON_HASH);
}

struct sync_known *
sync_known_new(void)
{
	struct sync_known *k = alloc_zero(1, sizeof(*k));

	k->ghosts = recon_set_new();
	k->hidden = recon_set_new();
	k->ghosts_max = SYNC_KNOWN_GHOSTS;
	return k;
}

void
sync_known_size(struct sync_known *k, size_t members)
{
	k->ghosts_max = members / 10;
	if (k->ghosts_max < SYNC_KNOWN_GHOSTS)
		k->ghosts_max = SYNC_KNOWN_GHOSTS;
	if (k->ghosts_max > SYNC_KNOWN_MAX)
		k->ghosts_max = SYNC_KNOWN_MAX;
}

/* ---- sets ---- */

static void
change_apply(struct sync_known *k, const struct change *c)
{
	struct recon_set *set = c->is_hidden ? k->hidden : k->ghosts;

	/* It may be so already. */
	if (!c->is_in)
		(void)recon_set_remove(set, &c->hash);
	else if (recon_set_size(set) < SYNC_KNOWN_MAX &&
		 recon_set_add(set, &c->hash))
		k->is_checked = false;
}

static void
set_change(struct sync_known *k, const struct change *c)
{
	if (k->is_out)
		*changes_add(&k->late) = *c;
	else
		change_apply(k, c);
}

/* ---- items ---- */

static struct item *
item_find(const struct sync_known *k, const struct recon_hash *hash)
{
	void *node = tfind(hash, &k->tree, compare);

	return node == NULL ? NULL : *(struct item **)node;
}

static void
list_remove(struct sync_known *k, struct item *item)
{
	if (item->prev == NULL)
		k->oldest = item->next;
	else
		item->prev->next = item->next;
	if (item->next == NULL)
		k->youngest = item->prev;
	else
		item->next->prev = item->prev;
}

static void
list_append(struct sync_known *k, struct item *item)
{
	item->prev = k->youngest;
	item->next = NULL;
	if (k->youngest == NULL)
		k->oldest = item;
	else
		k->youngest->next = item;
	k->youngest = item;
}

static void
ghost_set(struct sync_known *k, struct item *item, bool is_ghost)
{
	struct change c = { item->hash, false, is_ghost };

	if (item->is_ghost == is_ghost)
		return;
	item->is_ghost = is_ghost;
	if (is_ghost)
		k->ghosts_n++;
	else
		k->ghosts_n--;
	set_change(k, &c);
}

static void
item_drop(struct sync_known *k, struct item *item)
{
	ghost_set(k, item, false);
	list_remove(k, item);
	tdelete(&item->hash, &k->tree, compare);
	k->items_n--;
	free(item);
}

static struct item *
item_new(struct sync_known *k, const struct recon_hash *hash)
{
	struct item *item = alloc_zero(1, sizeof(*item));

	if (k->items_n == SYNC_KNOWN_MAX)
		item_drop(k, k->oldest);
	item->hash = *hash;
	if (tsearch(item, &k->tree, compare) == NULL)
		abort(); /* no memory */
	list_append(k, item);
	k->items_n++;
	return item;
}

static void
expire(struct sync_known *k, uint64_t now)
{
	while (k->oldest != NULL && k->oldest->until <= now)
		item_drop(k, k->oldest);
}

void
sync_known_note(struct sync_known *k, const struct recon_hash *hash,
    bool is_ghost, uint64_t now)
{
	struct item *item;

	expire(k, now);
	item = item_find(k, hash);
	if (item == NULL)
		item = item_new(k, hash);
	list_remove(k, item);
	list_append(k, item);
	item->until = item->again = now + LIFE;
	ghost_set(k, item,
	    is_ghost && recon_hash_fits(hash) &&
		(item->is_ghost || k->ghosts_n < k->ghosts_max));
}

void
sync_known_note_other(struct sync_known *k, const struct recon_hash *hash,
    uint64_t now)
{
	struct item *item;
	uint64_t wait = SYNC_KNOWN_AGAIN * SECOND;

	sync_known_note(k, hash, true, now);
	item = item_find(k, hash);
	if (item == NULL || item->tries == TRIES_MAX)
		return;
	wait <<= 2 * item->tries++;
	if (wait < LIFE)
		item->again = now + wait;
}

void
sync_known_show(struct sync_known *k, const struct recon_hash *hash)
{
	struct item *item = item_find(k, hash);

	if (item != NULL && recon_hash_fits(hash) &&
	    k->ghosts_n < k->ghosts_max)
		ghost_set(k, item, true);
}

bool
sync_known_wants(struct sync_known *k, const struct recon_hash *hash,
    uint64_t now)
{
	const struct item *item;

	expire(k, now);
	item = item_find(k, hash);
	return item == NULL || item->again <= now;
}

void
sync_known_forget(struct sync_known *k, const struct recon_hash *hash)
{
	struct item *item = item_find(k, hash);

	if (item != NULL)
		item_drop(k, item);
}

void
sync_known_clear(struct sync_known *k)
{
	while (k->oldest != NULL)
		item_drop(k, k->oldest);
}

void
sync_known_free(struct sync_known *k)
{
	if (k == NULL)
		return;
	assert(!k->is_out);
	sync_known_clear(k);
	recon_set_free(k->ghosts);
	recon_set_free(k->hidden);
	changes_release(&k->late);
	free(k);
}

void
sync_known_hide(struct sync_known *k, const struct recon_hash *hash,
    bool is_hidden)
{
	struct change c = { *hash, true, is_hidden };

	set_change(k, &c);
}

bool
sync_known_is_out(const struct sync_known *k)
{
	return k->is_out;
}

void
sync_known_hide_none(struct sync_known *k)
{
	assert(!k->is_out);
	if (recon_set_size(k->hidden) == 0)
		return;
	recon_set_free(k->hidden);
	k->hidden = recon_set_new();
	k->is_checked = false;
}

/* What is to be asked for once more must be found again. */
static void
again_unshow(struct sync_known *k, uint64_t now)
{
	for (struct item *item = k->oldest; item != NULL; item = item->next)
		if (item->again <= now)
			ghost_set(k, item, false);
}

/* ---- views ---- */

struct look {
	struct sync_known *k;
	bool keep; /* those that base has, else those that it has not */
	struct hashes drop;
};

static enum ics_err
look_at(void *arg, const struct recon_hash *hash)
{
	struct look *look = arg;
	const struct recon_view *base = &look->k->base;
	bool has;
	enum ics_err err;

	TRY(base->has(base->arg, hash, &has));
	if (has != look->keep)
		*hashes_add(&look->drop) = *hash;
out:
	return err;
}

/* Members of a set that it must not have with this base. */
static enum ics_err
misfits_find(struct look *look, struct recon_set *set)
{
	static const struct recon_prefix all;
	const struct recon_backing *b = recon_set_backing(set);

	return b->each(b->arg, &all, look_at, look);
}

/* What has come is no ghost; what has gone need not be hidden. */
static enum ics_err
fit(struct sync_known *k)
{
	struct look came = { .k = k, .keep = false };
	struct look went = { .k = k, .keep = true };
	enum ics_err err;

	TRY(misfits_find(&came, k->ghosts));
	TRY(misfits_find(&went, k->hidden));
	for (size_t i = 0; i < came.drop.n; i++)
		sync_known_forget(k, &came.drop.at[i]);
	for (size_t i = 0; i < went.drop.n; i++)
		sync_known_hide(k, &went.drop.at[i], false);
out:
	hashes_release(&came.drop);
	hashes_release(&went.drop);
	return err;
}

enum ics_err
sync_known_view_take(struct sync_known *k, const struct recon_view *base,
    uint64_t now, struct recon_view *view)
{
	static const struct recon_prefix all;
	struct recon_sum sum;
	enum ics_err err;

	if (k->is_out)
		return ICS_EBUSY;
	expire(k, now);
	again_unshow(k, now);
	k->base = *base;
	TRY(base->sum(base->arg, &all, &sum));
	/* A look for each of them is much, and most rounds find no change. */
	if (!k->is_checked || !recon_sum_is_equal(&sum, &k->checked))
		TRY(fit(k));
	k->checked = sum;
	k->is_checked = true;
	k->is_out = true;
	k->overlay = (struct recon_overlay){ &k->base, k->ghosts, k->hidden };
	recon_view_of_overlay(&k->overlay, view);
out:
	return err;
}

void
sync_known_view_give(struct sync_known *k)
{
	assert(k->is_out);
	k->is_out = false;
	for (size_t i = 0; i < k->late.n; i++)
		change_apply(k, &k->late.at[i]);
	k->late.n = 0;
}

struct sync_known_counts
sync_known_count(const struct sync_known *k)
{
	return (struct sync_known_counts){ k->items_n, k->ghosts_n,
		recon_set_size(k->hidden) };
}
