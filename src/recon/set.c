/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree in memory: sorted members, and nodes that hang where their prefixes
 * say. Invariant: what recon_tree puts is there, nothing else; a place without
 * a node is there for those below it only.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "recon/members.h"
#include "recon/tree.h"

struct place {
	struct recon_node node;
	bool has_node;
	struct place *child[RECON_CHILDREN];
};

struct recon_set {
	struct recon_members members;
	struct place *root;
	struct recon_backing backing;
};

/* ---- nodes ---- */

/* Where p's place hangs; NULL where none of those above it is. */
static struct place **
place_find(struct recon_set *set, const struct recon_prefix *p)
{
	struct place **at = &set->root;

	for (unsigned bits = 0; bits < p->bits; bits += RECON_QUANTUM) {
		if (*at == NULL)
			return NULL;
		at = &(*at)->child[recon_prefix_index(p, bits)];
	}
	return at;
}

static enum ics_err
node_get(void *arg, const struct recon_prefix *p, struct recon_node *node)
{
	struct recon_set *set = arg;
	struct place **at = place_find(set, p);

	if (at == NULL || *at == NULL || !(*at)->has_node)
		return ICS_ENOTFOUND;
	*node = (*at)->node;
	return ICS_OK;
}

static struct place *
place_need(struct place **at)
{
	if (*at == NULL)
		*at = alloc_zero(1, sizeof(**at));
	return *at;
}

static enum ics_err
node_put(void *arg, const struct recon_node *node)
{
	struct recon_set *set = arg;
	const struct recon_prefix *p = &node->prefix;
	struct place *place = place_need(&set->root);

	for (unsigned bits = 0; bits < p->bits; bits += RECON_QUANTUM)
		place = place_need(&place->child[recon_prefix_index(p, bits)]);
	place->node = *node;
	place->has_node = true;
	return ICS_OK;
}

static bool
place_is_used(const struct place *place)
{
	for (size_t i = 0; i < RECON_CHILDREN; i++)
		if (place->child[i] != NULL)
			return true;
	return false;
}

static enum ics_err
node_drop(void *arg, const struct recon_prefix *p)
{
	struct recon_set *set = arg;
	struct place **at = place_find(set, p);

	if (at == NULL || *at == NULL)
		return ICS_ENOTFOUND;
	(*at)->has_node = false;
	if (!place_is_used(*at)) {
		free(*at);
		*at = NULL;
	}
	return ICS_OK;
}

/* ---- members ---- */

static enum ics_err
each(void *arg, const struct recon_prefix *p, recon_each *call, void *call_arg)
{
	const struct recon_set *set = arg;
	const struct recon_members *m = &set->members;
	const struct recon_hash *hash;
	struct recon_hash least, greatest;
	struct recon_at at;
	enum ics_err err = ICS_OK;

	recon_prefix_range(p, &least, &greatest);
	at = recon_members_from(m, &least);
	while ((hash = recon_members_get(m, at)) != NULL &&
	       memcmp(hash->b, greatest.b, RECON_HASH) <= 0) {
		TRY(call(call_arg, hash));
		at = recon_members_after(m, at);
	}
out:
	return err;
}

/* ---- the set ---- */

struct recon_set *
recon_set_new(void)
{
	struct recon_set *set = alloc_zero(1, sizeof(*set));

	set->backing =
	    (struct recon_backing){ node_get, node_put, node_drop, each, set };
	return set;
}

static void
place_free(struct place *place)
{
	for (size_t i = 0; i < RECON_CHILDREN; i++)
		if (place->child[i] != NULL)
			place_free(place->child[i]);
	free(place);
}

void
recon_set_free(struct recon_set *set)
{
	if (set == NULL)
		return;
	if (set->root != NULL)
		place_free(set->root);
	recon_members_release(&set->members);
	free(set);
}

bool
recon_set_add(struct recon_set *set, const struct recon_hash *hash)
{
	enum ics_err err;

	if (!recon_hash_fits(hash) || !recon_members_add(&set->members, hash))
		return false;
	err = recon_tree_add(&set->backing, hash);
	assert(err == ICS_OK);
	(void)err; /* memory does not fail */
	return true;
}

bool
recon_set_remove(struct recon_set *set, const struct recon_hash *hash)
{
	enum ics_err err;

	if (!recon_members_remove(&set->members, hash))
		return false;
	err = recon_tree_remove(&set->backing, hash);
	assert(err == ICS_OK);
	(void)err;
	return true;
}

bool
recon_set_has(const struct recon_set *set, const struct recon_hash *hash)
{
	const struct recon_hash *there = recon_members_get(&set->members,
	    recon_members_from(&set->members, hash));

	return there != NULL && memcmp(there->b, hash->b, RECON_HASH) == 0;
}

size_t
recon_set_size(const struct recon_set *set)
{
	return set->members.n;
}

const struct recon_backing *
recon_set_backing(struct recon_set *set)
{
	return &set->backing;
}
