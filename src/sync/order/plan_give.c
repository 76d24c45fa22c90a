/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What would be sent to a peer, of what is here and not there. */
#include "sync/own.h"
#include "sync/plan.h"

/* Of a part that somebody asks for nobody but the other side can tell what
 * belongs to it; whom a descriptor orders is given what is in its domain. */
bool
plan_gives(const struct sync_peer_conf *conf)
{
	return conf->push &&
	       (conf->select[0] == '\0' || conf->gives == SYNC_GIVES_STATUS ||
		   conf->domain[0] != '\0');
}

static enum ics_err
has_status(struct store_reader *r, const struct notations_subject *subject,
    bool *has)
{
	struct item_source source;
	struct item it = { 0 };
	enum ics_err err;

	*has = false;
	item_source_of_store(r, &source);
	TRY(item_read(&source, subject, &it));
	for (size_t i = 0; i < it.about_n && !*has; i++)
		*has = it.statements[i].st.status != NOTATIONS_STATUS_NONE ||
		       it.statements[i].st.code_status != NOTATIONS_STATUS_NONE;
out:
	item_release(&it);
	return err;
}

static bool
is_member(const struct planning *pl, struct store_reader *r,
    const struct notations_subject *subject)
{
	struct store_bits bits;

	return store_membership_get(r, subject, &bits) == ICS_OK &&
	       pl->domain != POLICY_NOBODY &&
	       store_bits_has(&bits, (unsigned)pl->domain);
}

enum sync_why
plan_give_why(struct planning *pl, const struct notations_subject *subject,
    const uint8_t *digest)
{
	const struct sync_peer_conf *conf = &pl->p->conf;
	struct store_reader *r = sync_reader(pl->s);
	struct sync_own *own = sync_own_of(pl->p);
	bool has;

	if (!plan_gives(conf))
		return SYNC_WHY_NOT_PUSHED;
	if (r == NULL || !sync_sight_sees(r, &pl->sight, subject))
		return SYNC_WHY_NOT_READABLE;
	if (conf->domain[0] != '\0' && !is_member(pl, r, subject))
		return SYNC_WHY_NOT_MEMBER;
	if (conf->gives == SYNC_GIVES_STATUS &&
	    (has_status(r, subject, &has) != ICS_OK || !has))
		return SYNC_WHY_NO_STATUS;
	if (own != NULL && digest != NULL &&
	    !sync_own_wants(own->given, digest))
		return SYNC_WHY_NOT_TAKEN;
	return SYNC_WHY_GOES;
}

static enum ics_err
part_judge(struct planning *pl, struct store_reader *r,
    const struct plan_part *part)
{
	struct sync_plan *out = plan_of(pl);
	const struct sync_feed_row *last = &part->at[part->n - 1].row;
	struct notations_subject subject;
	enum sync_why why;
	bool is;
	enum ics_err err;

	for (size_t i = 0; i < part->n; i++)
		if (part->at[i].row.event == SYNC_FEED_PUT)
			last = &part->at[i].row;
	if (!notations_subject_read(bytes_of_str(last->item), &subject))
		return ICS_OK;
	TRY(plan_is_here(r, &subject, &is));
	if (!is)
		return ICS_OK;
	out->push.ours++;
	if (plan_is_there(&pl->theirs, last->item)) {
		out->push.there++;
		return ICS_OK;
	}
	why = plan_give_why(pl, &subject, last->digest);
	if (why == SYNC_WHY_GOES) {
		out->push.go++;
		return ICS_OK;
	}
	out->push.left++;
	(void)plan_row_add(pl, last->item, why); /* counted in any case */
out:
	return err;
}

void
plan_give_judge(struct planning *pl)
{
	struct store_reader *r = sync_reader(pl->s);
	enum ics_err err = r == NULL ? ICS_EDB : ICS_OK;

	for (size_t i = 0; i < PLAN_SLICE && pl->next < pl->ours.n; i++) {
		struct plan_part part = plan_part_next(&pl->ours, &pl->next);

		if (err == ICS_OK)
			err = part_judge(pl, r, &part);
	}
	if (err != ICS_OK)
		plan_fail(pl, "store", err_words(err));
	else if (pl->next < pl->ours.n)
		plan_go(pl, plan_give_judge);
	else
		plan_peer_end(pl);
}

void
plan_give_ready(struct planning *pl)
{
	sync_sight_read(pl->s, pl->p, &pl->sight);
}

void
plan_give_start(struct planning *pl)
{
	plan_give_ready(pl);
	if (plan_of(pl)->gives)
		plan_ours_start(pl);
	else
		plan_peer_end(pl);
}
