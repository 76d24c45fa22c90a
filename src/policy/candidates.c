/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which statements count at a time: rules e4.1, e4.2 and e4.6.
 *
 * A withdrawal works as long as it is itself known, well dated and unexpired;
 * that somebody withdrew the withdrawal does not matter, so the question
 * never turns in a circle. Copies, signatures of one issuer over the same
 * content, are one statement under many digests: whatever names one of them
 * names all. Sorting keeps the work near n log n.
 */
#include <assert.h>

#include "policy/inside.h"

/* A time from which statements of a party up to created are taken back. */
struct taking {
	size_t party;
	int64_t at;
};

static bool
is_unseen(const struct policy_time *when, int64_t position)
{
	return when->known_at != 0 && position > when->known_at;
}

/* e4.1 and e4.6 without copies and withdrawals; AUTHORISED when it may. */
static enum policy_standing
statement_judge(const struct policy_pile *pile,
    const struct policy_statement *s)
{
	const struct policy_time *when = &pile->q->when;
	const struct policy_party *p;
	bool is_revoked;

	if (is_unseen(when, s->position))
		return POLICY_UNSEEN;
	if (s->party == POLICY_NOBODY || !pile->q->parties[s->party].is_known)
		return POLICY_UNKNOWN_ISSUER;
	p = &pile->q->parties[s->party];
	is_revoked = p->revoked != PGP_NOT_REVOKED &&
		     !is_unseen(when, p->revoked_position);
	if (s->is_fallen || (is_revoked && p->revoked == PGP_HARD_REVOKED))
		return POLICY_FALLEN;
	if (s->st->created - when->skew > when->at)
		return POLICY_QUARANTINED;
	if (s->st->created < p->created || s->st->created < pile->born)
		return POLICY_EARLY;
	if (s->is_late || (p->expires != 0 && s->st->created >= p->expires))
		return POLICY_LATE;
	if (is_revoked && s->st->created >= p->revoked_at)
		return POLICY_LATE;
	return POLICY_AUTHORISED;
}

static bool
is_expired(const struct policy_pile *pile, size_t i)
{
	int64_t expires = pile->at[i].st->expires;

	return expires != 0 && expires <= pile->q->when.at;
}

/* ---- copies ------------------------------------------------------------------ */

static int
content_order(const void *a, const void *b)
{
	const struct policy_statement *x = ((const struct policy_ranked *)a)->s,
				      *y = ((const struct policy_ranked *)b)->s;
	int c = (x->party > y->party) - (x->party < y->party);

	if (c == 0)
		c = memcmp(x->st->content, y->st->content, 32);
	return c != 0 ? c : memcmp(x->st->digest, y->st->digest, 32);
}

static int
digest_order(const void *a, const void *b)
{
	const struct policy_ranked *x = a, *y = b;

	return memcmp(x->s->st->digest, y->s->st->digest, 32);
}

/* The smallest digest of each (issuer, content) stays. */
static void
copies_mark(struct policy_pile *pile, struct policy_ranked *known, size_t n)
{
	qsort(known, n, sizeof(*known), content_order);
	for (size_t i = 0, first = 0; i < n; i++) {
		const struct policy_statement *a = known[first].s,
					      *b = known[i].s;

		if (a->party != b->party ||
		    memcmp(a->st->content, b->st->content, 32) != 0)
			first = i;
		pile->facts[known[i].i].original = known[first].i;
		pile->facts[known[i].i].is_sound = i == first;
	}
}

static void
digests_sort(struct policy_pile *pile, struct policy_ranked *known, size_t n)
{
	qsort(known, n, sizeof(*known), digest_order);
	pile->by_digest = alloc_zero(n + 1, sizeof(*pile->by_digest));
	pile->by_digest_n = n;
	for (size_t i = 0; i < n; i++)
		pile->by_digest[i] = known[i].i;
}

size_t
policy_pile_find(const struct policy_pile *pile, const uint8_t digest[32])
{
	size_t low = 0, high = pile->by_digest_n;

	while (low < high) {
		size_t mid = low + (high - low) / 2, i = pile->by_digest[mid];
		int c = memcmp(pile->at[i].st->digest, digest, 32);

		if (c == 0)
			return pile->facts[i].original;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return POLICY_NOBODY;
}

/* ---- withdrawals --------------------------------------------------------------- */

static void
take_back(struct policy_pile *pile, size_t i, int64_t when)
{
	struct policy_fact *fact = &pile->facts[i];

	if (pile->at[i].st->kind == NOTATIONS_KIND_WITHDRAWAL)
		return; /* withdrawals are final */
	if (when < pile->at[i].st->created)
		when = pile->at[i].st->created;
	if (when < fact->withdrawn)
		fact->withdrawn = when;
	pile->withdrew[pile->at[i].party] = true;
}

/* revokes@ of records: by digest. */
static void
revokes_follow(struct policy_pile *pile, size_t by)
{
	const struct policy_statement *s = &pile->at[by];

	for (size_t i = 0; i < s->st->set.n; i++) {
		const struct notations_entry *e = &s->st->set.at[i];
		struct notations_digest d;
		size_t target;

		if (e->name != NOTATIONS_NAME_REVOKES ||
		    notations_digest_read(e->value, &d) != ICS_OK || d.n != 32)
			continue;
		target = policy_pile_find(pile, d.b);
		if (target != POLICY_NOBODY && target != by &&
		    pile->at[target].party == s->party)
			take_back(pile, target, s->st->created);
	}
}

static int
taking_order(const void *a, const void *b)
{
	const struct taking *x = a, *y = b;
	int c = (x->party > y->party) - (x->party < y->party);

	return c != 0 ? c : (x->at > y->at) - (x->at < y->at);
}

/* The first of the party that is not older than the certification. */
static const struct taking *
taking_find(const struct taking *all, size_t n, const struct taking *least)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (taking_order(&all[mid], least) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && all[low].party == least->party ? &all[low] : NULL;
}

/*
 * 0x30 on certifications: one takes back all that its issuer certified of the
 * subject until then, whatever the User ID.
 */
static void
withdrawals_follow(struct policy_pile *pile)
{
	struct taking *all = alloc_zero(pile->n + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < pile->n; i++)
		if (pile->facts[i].is_sound && pile->facts[i].is_about &&
		    pile->at[i].st->kind == NOTATIONS_KIND_WITHDRAWAL &&
		    !is_expired(pile, i))
			all[n++] = (struct taking){ pile->at[i].party,
				pile->at[i].st->created };
	qsort(all, n, sizeof(*all), taking_order);
	for (size_t i = 0; n > 0 && i < pile->n; i++) {
		const struct policy_statement *s = &pile->at[i];
		struct taking least = { s->party, s->st->created };
		const struct taking *found;

		if (!pile->facts[i].is_sound || !pile->facts[i].is_about ||
		    s->st->carrier != NOTATIONS_CERTIFICATION)
			continue;
		found = taking_find(all, n, &least);
		if (found != NULL)
			take_back(pile, i, found->at);
	}
	free(all);
}

/* ---- the pile ---------------------------------------------------------------------- */

static void
facts_read(struct policy_pile *pile)
{
	struct policy_ranked *known = alloc_zero(pile->n + 1, sizeof(*known));
	size_t n = 0;

	for (size_t i = 0; i < pile->n; i++) {
		struct policy_fact *fact = &pile->facts[i];
		const struct policy_statement *s = &pile->at[i];

		assert(s->party == POLICY_NOBODY ||
		       s->party < pile->q->parties_n);
		fact->original = i;
		fact->withdrawn = POLICY_NEVER;
		fact->is_about =
		    notations_subject_equal(&s->st->subject, &pile->subject);
		fact->now = statement_judge(pile, s);
		if (fact->now == POLICY_AUTHORISED)
			known[n++] = (struct policy_ranked){ s, i };
	}
	copies_mark(pile, known, n);
	digests_sort(pile, known, n);
	free(known);
}

static void
fact_settle(struct policy_pile *pile, size_t i)
{
	struct policy_fact *fact = &pile->facts[i];
	int64_t expires = pile->at[i].st->expires;

	fact->end = fact->withdrawn;
	if (expires != 0 && expires < fact->end)
		fact->end = expires;
	if (fact->now != POLICY_AUTHORISED)
		return;
	if (!fact->is_sound)
		fact->now = POLICY_COPY;
	else if (fact->withdrawn != POLICY_NEVER)
		fact->now = POLICY_WITHDRAWN;
	else if (is_expired(pile, i))
		fact->now = POLICY_EXPIRED;
}

void
policy_pile_judge(struct policy_pile *pile)
{
	pile->facts = alloc_zero(pile->n + 1, sizeof(*pile->facts));
	pile->withdrew = alloc_zero(pile->q->parties_n + 1, sizeof(bool));
	facts_read(pile);
	for (size_t i = 0; i < pile->n; i++)
		if (pile->facts[i].is_sound && !is_expired(pile, i))
			revokes_follow(pile, i);
	withdrawals_follow(pile);
	for (size_t i = 0; i < pile->n; i++)
		fact_settle(pile, i);
}

void
policy_pile_release(struct policy_pile *pile)
{
	free(pile->facts);
	free(pile->by_digest);
	free(pile->withdrew);
}
