/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To which domains an item belongs. Invariant: the answer is a function of
 * what is stored, of the set, and of the time; and until `next` of the time no
 * more.
 */
#include <stdlib.h>

#include "item/item.h"

/* One item under one set. */
struct belonging {
	const struct item_where *where;
	struct item it;
	struct policy_party *parties; /* owned; of q */
	struct policy_question q;
	struct policy_facts said; /* all that anybody says: sets owned */
};

static void
sooner(int64_t at, int64_t now, int64_t *next)
{
	if (at > now && at < *next)
		*next = at;
}

/* When a statement begins or ends to count, and a descriptor to be in force. */
static int64_t
next_find(const struct belonging *b)
{
	int64_t now = b->where->now, next = INT64_MAX;

	for (size_t i = 0; i < b->it.statements_n; i++) {
		const struct notations_statement *st = &b->it.statements[i].st;

		sooner(st->created - POLICY_SKEW, now, &next);
		sooner(st->expires, now, &next);
	}
	for (size_t i = 0; i < domain_set_size(b->where->set); i++) {
		const struct policy_line *line =
		    domain_set_line(b->where->set, i);

		for (size_t k = 0; k < line->n; k++)
			sooner(line->at[k]->signed_at, now, &next);
	}
	return next;
}

/* Whoever said it: what no member rule can want is not folded. */
static void
said_read(struct belonging *b)
{
	const struct notations_set **sets =
	    alloc_zero(b->it.about_n + 1, sizeof(const void *));

	for (size_t i = 0; i < b->it.about_n; i++)
		sets[i] = &b->it.statements[i].st.set;
	b->said = (struct policy_facts){ .subject = &b->it.subject,
		.is_code = b->it.subject.kind == NOTATIONS_SUBJECT_CODE,
		.sets = sets,
		.sets_n = b->it.about_n };
}

static bool
domain_takes(struct belonging *b, size_t i)
{
	const struct policy_domain *d =
	    policy_line_at(domain_set_line(b->where->set, i), b->where->now);
	struct policy_state state;
	struct policy_facts facts;
	bool takes;

	if (!policy_domain_may_take(d, &b->said))
		return false;
	b->q.rights = domain_set_rights(b->where->set, i);
	policy_fold(&b->q, &state);
	policy_facts_read(&b->q, &state, &facts);
	takes = policy_domain_takes(d, &facts) != POLICY_NOBODY;
	policy_facts_release(&facts);
	policy_state_release(&state);
	return takes;
}

enum ics_err
item_membership(const struct item_where *where,
    const struct notations_subject *subject, struct item_membership *out)
{
	struct belonging b = { .where = where };
	struct item_source source;
	enum ics_err err;

	*out = (struct item_membership){ .next = INT64_MAX };
	/* What is said about a statement belongs where its item does. */
	if (domain_set_size(where->set) == 0 ||
	    subject->kind == NOTATIONS_SUBJECT_RECORD)
		return ICS_OK;
	item_source_of_store(where->reader, &source);
	source.rights = domain_set_all(where->set);
	TRY(item_read(&source, subject, &b.it));
	b.parties = alloc_zero(b.it.parties_n + 1, sizeof(*b.parties));
	item_question(&b.it, b.parties, &b.q);
	b.q.when =
	    (struct policy_time){ .at = where->now, .skew = POLICY_SKEW };
	said_read(&b);
	for (size_t i = 0; i < domain_set_size(where->set); i++)
		if (domain_takes(&b, i))
			store_bits_set(&out->bits, (unsigned)i);
	out->next = next_find(&b);
out:
	free(b.parties);
	policy_facts_release(&b.said);
	item_release(&b.it);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* ---- fsck ------------------------------------------------------------------ */

static enum ics_err
descriptor_judge(void *arg, struct store_reader *r,
    const struct store_descriptor *d, bool *is_right)
{
	struct policy_domain *domain = domain_of_descriptor(d);

	(void)arg; /* a text says what it says */
	(void)r;
	*is_right = domain != NULL && strcmp(domain->name, d->name) == 0 &&
		    domain->serial == d->serial &&
		    pgp_fpr_equal(&domain->owner, &d->owner);
	policy_domain_free(domain);
	return ICS_OK;
}

static enum ics_err
member_judge(void *arg, struct store_reader *r,
    const struct notations_subject *subject, bool *is_right)
{
	struct item_where where = *(const struct item_where *)arg;
	struct item_membership want;
	struct store_bits have;
	enum ics_err err;

	where.reader = r;
	TRY(store_membership_get(r, subject, &have));
	TRY(item_membership(&where, subject, &want));
	*is_right = memcmp(&have, &want.bits, sizeof(have)) == 0;
out:
	return err;
}

void
item_fsck_judge(const struct item_where *where, struct store_judge *judge)
{
	*judge = (struct store_judge){ .descriptor = descriptor_judge,
		.member = where == NULL ? NULL : member_judge,
		.arg = (void *)(uintptr_t)where };
}
