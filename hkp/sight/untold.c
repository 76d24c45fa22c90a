/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of a submission, told to somebody who does not see everything.
 * The outcome of what he may not see, or of what was signed by a key that he
 * may not see, would tell whether it had been here: it is "received" instead,
 * whatever it was, and nothing is said of it. Nor are findings about others'
 * signatures told, but where the whole was refused.
 *
 * The result is copied, for intake lends it only to its own thread, and the
 * store is looked at on the worker's, which has a reader.
 */
#include <stdlib.h>

#include "base/log.h"
#include "hkp/server.h"

struct untold {
	struct hkp_conn *c;
	struct intake_result result; /* owned */
};

static void
result_copy(const struct intake_result *from, struct intake_result *to)
{
	*to = (struct intake_result){ .err = from->err, .n = from->n };
	report_merge(&to->rep, &from->rep);
	to->items = alloc_zero(from->n + 1, sizeof(*to->items));
	for (size_t i = 0; i < from->n; i++) {
		to->items[i] = from->items[i];
		to->items[i].rep = (struct report){ 0 };
		report_merge(&to->items[i].rep, &from->items[i].rep);
	}
}

static void
result_release(struct intake_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		report_release(&result->items[i].rep);
	free(result->items);
	report_release(&result->rep);
}

/* ---- what may be told ---------------------------------------------------------- */

/* A certificate is here, and may be seen. */
static bool
sees_held(struct hkp_request *rq, struct store_reader *r,
    const struct pgp_fpr *fpr)
{
	struct bytes summary;
	struct notations_subject subject;

	notations_subject_of_fpr(fpr, &subject);
	return store_summary_get_primary(r, fpr, &summary) == ICS_OK &&
	       hkp_may_see(rq, r, &subject);
}

/* Nothing is known of it. Whoever sees what is of no domain could find that out
 * by any look-up. */
static bool
is_absent(struct hkp_request *rq, struct store_reader *r,
    const struct notations_subject *subject)
{
	static const struct store_bits none;
	struct store_bits bits;
	struct store_hits hits = { .n = 0 };
	struct pgp_fpr fpr;

	if (!rq->sight->none ||
	    store_membership_get(r, subject, &bits) != ICS_OK ||
	    memcmp(&bits, &none, sizeof(none)) != 0)
		return false;
	return !notations_subject_fpr(subject, &fpr) ||
	       (store_find_fpr(r, &fpr, &hits) == ICS_OK && hits.n == 0);
}

static bool
may_tell(struct hkp_request *rq, struct store_reader *r,
    const struct intake_item *item)
{
	struct notations_subject subject = item->subject;

	if (item->is_record && !sees_held(rq, r, &item->fpr))
		return false;
	if (item->is_record && subject.kind == NOTATIONS_SUBJECT_NONE)
		return item->outcome == INTAKE_INVALID;
	if (!item->is_record) {
		if (sees_held(rq, r, &item->fpr))
			return true;
		notations_subject_of_fpr(&item->fpr, &subject);
	} else if (hkp_may_see(rq, r, &subject)) {
		return true;
	}
	return is_absent(rq, r, &subject);
}

static void
result_mask(struct hkp_request *rq, struct store_reader *r,
    struct intake_result *result)
{
	for (size_t i = 0; i < result->n; i++) {
		struct intake_item *item = &result->items[i];
		bool may = item->fpr.version == 0 && !item->is_record;

		/* What has no name was not even compared with anything. */
		may = may || may_tell(rq, r, item);
		if (!may)
			item->outcome = INTAKE_RECEIVED;
		if (!may || item->outcome != INTAKE_INVALID)
			report_release(&item->rep);
	}
}

/* ---- on the worker's thread ------------------------------------------------------ */

static void
untold_tell(void *arg)
{
	struct untold *u = arg;
	struct hkp_conn *c = u->c;
	struct store_reader *r = hkp_request_reader(&c->rq, &c->rp);

	if (r != NULL) {
		result_mask(&c->rq, r, &u->result);
		c->finish(&c->rq, &c->rp, &u->result);
	}
	result_release(&u->result);
	free(u);
	hkp_request_answer(&c->rq);
}

void
hkp_untold_finish(struct hkp_conn *c, const struct intake_result *result)
{
	struct untold *u = alloc_zero(1, sizeof(*u));

	u->c = c;
	result_copy(result, &u->result);
	hkp_worker_call(c->slot->worker, untold_tell, u);
}
