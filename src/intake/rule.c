/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May a descriptor follow what is here? On the writer, inside the transaction:
 * so two of them never both follow the same one. Invariant: serials and dates
 * of a domain ascend, and each version was signed by whom the one before names
 * as its owner; so nobody else can take a domain, and nobody can change what
 * was said.
 */
#include "base/clock.h"
#include "intake/writer.h"

struct ruling {
	struct writer *wr;
	const struct intake_job *job;
	struct intake_item *item;
	struct descriptor *d;
	struct store_reader *r;
};

static const struct descriptor_signer *
signer_get(const struct descriptor *d, const struct pgp_fpr *fpr)
{
	for (size_t i = 0; i < d->signers_n; i++)
		if (pgp_fpr_equal(&d->signers[i].fpr, fpr))
			return &d->signers[i];
	return NULL;
}

/* Trusted without limits, by the operator. */
static bool
is_root(struct writer *wr, const struct pgp_fpr *fpr)
{
	struct domain_set *set = domain_live_hold(wr->in->live);
	const struct policy_rights *own = domain_set_rights(set, POLICY_NOBODY);
	bool is = false;

	for (size_t i = 0; i < own->n && !is; i++)
		is = own->at[i].role == NOTATIONS_ROLE_NONE &&
		     own->at[i].scope.n == 0 &&
		     pgp_fpr_equal(&own->at[i].fpr, fpr);
	domain_set_drop(set);
	return is;
}

/* NULL: it may begin a domain. */
static const struct reason *
first_unfit(const struct ruling *r, int64_t *signed_at)
{
	const struct descriptor_signer *by = signer_get(r->d, &r->d->owner);

	if (by == NULL)
		return INTAKE_REASON(not_by_owner);
	*signed_at = by->created;
	if (r->job->origin != INTAKE_OPERATOR && !is_root(r->wr, &by->fpr))
		return INTAKE_REASON(not_a_root);
	return NULL;
}

/* NULL: it may follow. */
static const struct reason *
next_unfit(const struct ruling *r, const struct store_descriptor *newest,
    int64_t *signed_at)
{
	const struct descriptor_signer *by = signer_get(r->d, &newest->owner);

	if (by == NULL)
		return INTAKE_REASON(not_by_former_owner);
	*signed_at = by->created;
	if (r->d->serial <= newest->serial)
		return INTAKE_REASON(old_serial);
	return by->created < newest->signed_at ? INTAKE_REASON(back_dated)
					       : NULL;
}

/* The serial is here: with these words, maybe signed once more? */
static enum ics_err
known_check(const struct ruling *r, bool *is_same)
{
	struct store_descriptor row;
	struct domain_signed text;
	enum ics_err err =
	    store_descriptor_get(r->r, r->d->name, r->d->serial, &row);

	*is_same = false;
	if (err != ICS_OK)
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	*is_same = domain_signed_read(row.text, &text) == ICS_OK &&
		   bytes_equal(buf_bytes(&text.plain), r->d->plain);
	domain_signed_release(&text);
	return ICS_OK;
}

static void
refuse(const struct ruling *r, const struct reason *reason,
    const struct store_descriptor *newest)
{
	r->item->outcome = INTAKE_INVALID;
	if (newest == NULL)
		report_add(&r->item->rep, reason, "domain %s", r->d->name);
	else
		report_add(&r->item->rep, reason, "domain %s, serial %lld",
		    r->d->name, (long long)newest->serial);
}

static enum ics_err
put(const struct ruling *r, int64_t signed_at)
{
	static const struct pgp_fpr all = { .version = 0 };
	struct store_descriptor row = { .serial = r->d->serial,
		.owner = r->d->owner,
		.signed_at = signed_at,
		.text = r->d->text };
	enum ics_err err;

	memcpy(row.name, r->d->name, sizeof(row.name));
	err = store_descriptor_put(r->wr->store, &row, clock_now());
	if (err == ICS_ETOOBIG) {
		refuse(r, INTAKE_REASON(too_many_descriptors), NULL);
		return ICS_OK;
	}
	TRY(err);
	/* Whatever is here may belong elsewhere now. */
	TRY(store_walk_put(r->wr->store, &all, STORE_WALK_NEAR));
	r->wr->has_descriptor = true;
	r->item->outcome = INTAKE_INSERTED;
out:
	return err;
}

enum ics_err
descriptor_put(struct writer *wr, const struct intake_job *job,
    struct intake_item *item, struct change *change)
{
	struct ruling r = {
		.wr = wr, .job = job, .item = item, .d = change->descriptor
	};
	const struct reason *unfit;
	struct store_descriptor newest;
	int64_t signed_at = 0;
	bool is_first, is_same;
	enum ics_err err;

	TRY(store_peek_reader(wr->store, &r.r));
	TRY(known_check(&r, &is_same));
	item->outcome = INTAKE_IGNORED;
	if (is_same)
		return ICS_OK;
	err = store_descriptor_get(r.r, r.d->name, 0, &newest);
	is_first = err == ICS_ENOTFOUND;
	if (!is_first)
		TRY(err);
	unfit = is_first ? first_unfit(&r, &signed_at)
			 : next_unfit(&r, &newest, &signed_at);
	if (unfit != NULL)
		refuse(&r, unfit, is_first ? NULL : &newest);
	else
		TRY(put(&r, signed_at));
	err = ICS_OK;
out:
	return err;
}
