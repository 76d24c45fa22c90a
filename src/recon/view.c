/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a session shows: a set as it is, or a base with some members more and
 * some fewer, whose sums are products and quotients of what all of them say.
 * Invariant: more and base have nothing in common, and base has all of fewer;
 * who makes an overlay sees to that. Spec: recon.md 19
 */
#include "base/array.h"
#include "recon/recon.h"

/* ---- a set ---- */

static enum ics_err
set_sum(void *arg, const struct recon_prefix *p, struct recon_sum *sum)
{
	return recon_tree_sum(recon_set_backing(arg), p, sum);
}

static enum ics_err
set_each(void *arg, const struct recon_prefix *p, recon_each *call,
    void *call_arg)
{
	const struct recon_backing *b = recon_set_backing(arg);

	return b->each(b->arg, p, call, call_arg);
}

static enum ics_err
set_has(void *arg, const struct recon_hash *hash, bool *has)
{
	*has = recon_set_has(arg, hash);
	return ICS_OK;
}

void
recon_view_of_set(struct recon_set *set, struct recon_view *view)
{
	*view = (struct recon_view){ set_sum, set_each, set_has, set };
}

/* ---- an overlay ---- */

static enum ics_err
overlay_sum(void *arg, const struct recon_prefix *p, struct recon_sum *sum)
{
	const struct recon_overlay *o = arg;
	struct recon_sum part;
	enum ics_err err;

	TRY(o->base->sum(o->base->arg, p, sum));
	if (o->more != NULL) {
		TRY(set_sum(o->more, p, &part));
		recon_sum_join(sum, &part);
	}
	if (o->fewer != NULL) {
		TRY(set_sum(o->fewer, p, &part));
		if (part.n > sum->n)
			return ICS_ECORRUPT;
		recon_sum_part(sum, &part);
	}
out:
	return err;
}

ARRAY_OF(struct recon_hash, hashes);

/* Two ascending walks as one. */
struct merge {
	const struct recon_overlay *o;
	recon_each *call;
	void *call_arg;
	struct hashes more; /* those below the prefix */
	size_t told;	    /* of them */
};

static enum ics_err
more_collect(void *arg, const struct recon_hash *hash)
{
	struct merge *m = arg;

	*hashes_add(&m->more) = *hash;
	return ICS_OK;
}

/* Those of more that come before hash, or (NULL) all that are left. */
static enum ics_err
more_tell(struct merge *m, const struct recon_hash *hash)
{
	enum ics_err err = ICS_OK;

	while (m->told < m->more.n) {
		const struct recon_hash *next = &m->more.at[m->told];

		if (hash != NULL && memcmp(next->b, hash->b, RECON_HASH) > 0)
			break;
		TRY(m->call(m->call_arg, next));
		m->told++;
	}
out:
	return err;
}

static enum ics_err
base_tell(void *arg, const struct recon_hash *hash)
{
	struct merge *m = arg;
	enum ics_err err;

	TRY(more_tell(m, hash));
	if (m->o->fewer == NULL || !recon_set_has(m->o->fewer, hash))
		TRY(m->call(m->call_arg, hash));
out:
	return err;
}

static enum ics_err
overlay_each(void *arg, const struct recon_prefix *p, recon_each *call,
    void *call_arg)
{
	const struct recon_overlay *o = arg;
	struct merge m = { .o = o, .call = call, .call_arg = call_arg };
	enum ics_err err = ICS_OK;

	if (o->more != NULL)
		TRY(set_each(o->more, p, more_collect, &m));
	TRY(o->base->each(o->base->arg, p, base_tell, &m));
	TRY(more_tell(&m, NULL));
out:
	hashes_release(&m.more);
	return err;
}

static enum ics_err
overlay_has(void *arg, const struct recon_hash *hash, bool *has)
{
	const struct recon_overlay *o = arg;

	*has = true;
	if (o->more != NULL && recon_set_has(o->more, hash))
		return ICS_OK;
	*has = false;
	if (o->fewer != NULL && recon_set_has(o->fewer, hash))
		return ICS_OK;
	return o->base->has(o->base->arg, hash, has);
}

void
recon_view_of_overlay(struct recon_overlay *o, struct recon_view *view)
{
	*view =
	    (struct recon_view){ overlay_sum, overlay_each, overlay_has, o };
}
