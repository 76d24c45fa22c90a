/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer brought and this server did not take: the last thousand, in a
 * ring of the peer's, so that whoever asks why something is missing is told.
 */
#include "base/clock.h"
#include "sync/plan.h"

struct sync_untakens {
	size_t n, next; /* next: the oldest, once n has reached the end */
	struct sync_untaken at[SYNC_PLAN_REFUSED];
};

void
sync_untakens_free(struct sync_untakens *all)
{
	free(all);
}

static struct sync_untaken *
find(struct sync_untakens *all, const struct notations_subject *subject)
{
	for (size_t i = 0; all != NULL && i < all->n; i++)
		if (notations_subject_equal(&all->at[i].subject, subject))
			return &all->at[i];
	return NULL;
}

const struct sync_untaken *
sync_untaken_find(const struct sync_peer *p,
    const struct notations_subject *subject)
{
	return find(p->priv->untaken, subject);
}

static struct sync_untaken *
place(struct sync_peer *p, const struct notations_subject *subject)
{
	struct sync_untakens *all = p->priv->untaken;
	struct sync_untaken *one = find(all, subject);

	if (one != NULL)
		return one;
	if (all == NULL)
		all = p->priv->untaken = alloc_zero(1, sizeof(*all));
	one = &all->at[all->next];
	all->next = (all->next + 1) % SYNC_PLAN_REFUSED;
	if (all->n < SYNC_PLAN_REFUSED)
		all->n++;
	return one;
}

static bool
subject_of(const struct intake_item *item, struct notations_subject *subject)
{
	if (item->is_record)
		*subject = item->subject;
	else
		notations_subject_of_fpr(&item->fpr, subject);
	return !item->is_descriptor && subject->kind != NOTATIONS_SUBJECT_NONE;
}

void
sync_untaken_note(struct sync_peer *p, const struct sync_submitted *result)
{
	struct notations_subject subject;

	for (size_t i = 0; i < result->n; i++) {
		const struct intake_item *item = &result->items[i];
		const struct finding *worst = report_worst(&item->rep);

		if ((item->outcome != INTAKE_INVALID &&
			item->outcome != INTAKE_DENIED &&
			item->outcome != INTAKE_WAITING) ||
		    !subject_of(item, &subject))
			continue;
		*place(p, &subject) = (struct sync_untaken){ .subject = subject,
			.reason = worst == NULL ? NULL : worst->reason,
			.at = clock_now(),
			.is_waiting = item->outcome == INTAKE_WAITING };
	}
}
