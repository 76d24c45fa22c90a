/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The digests of a set. Of everything: as the store tells them. Of a
 * selection: the certificate of each item of which somebody says all that is
 * asked for, and the records about it; as /ics/v1/changes selects.
 */
#include "api/sketch.h"

#define DIGESTS_AT_ONCE 512
#define ITEMS_AT_ONCE	16

static enum ics_err
is_seen(struct api_set *set, const struct store_digest *at, bool *sees)
{
	const struct domain_sight *sight = &set->scope->sight;
	struct store_record rec;
	enum ics_err err;

	*sees = sight->all;
	if (*sees)
		return ICS_OK;
	if (!at->is_record)
		return domain_sight_sees_cert(sight, set->r, at->id, sees);
	TRY(store_record_get(set->r, at->digest, &rec));
	TRY(domain_sight_sees(sight, set->r, &rec.subject, sees));
out:
	return err;
}

static enum ics_err
everything_step(struct api_set *set, bool *more)
{
	struct store_digest out[DIGESTS_AT_ONCE];
	struct store_digests d = { .out = out, .max = DIGESTS_AT_ONCE };
	bool sees;
	enum ics_err err;

	TRY(store_digest_next(set->r, set->has_after ? set->after : NULL, &d));
	for (size_t i = 0; i < d.n; i++) {
		TRY(is_seen(set, &out[i], &sees));
		if (sees)
			set->each(set->arg, out[i].digest);
	}
	*more = d.n == DIGESTS_AT_ONCE;
	if (d.n > 0) {
		memcpy(set->after, out[d.n - 1].digest, sizeof(set->after));
		set->has_after = true;
	}
out:
	return err;
}

/* ---- selections ---------------------------------------------------------------- */

/* A subkey is no item that has a certificate of its own. */
static enum ics_err
cert_tell(struct api_set *set, const struct notations_subject *subject)
{
	struct pgp_fpr fpr;
	struct store_cert cert;
	enum ics_err err;

	if (!notations_subject_fpr(subject, &fpr))
		return ICS_OK;
	err = store_cert_get_primary(set->r, &fpr, &cert);
	if (err == ICS_OK)
		set->each(set->arg, cert.digest);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
records_tell(struct api_set *set, const struct notations_subject *subject)
{
	struct store_record rec;
	const uint8_t *after = NULL;
	enum ics_err err;

	while ((err = store_record_next(set->r, subject, after, &rec)) ==
	       ICS_OK) {
		set->each(set->arg, rec.digest);
		after = rec.digest;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
item_tell(struct api_set *set, const struct notations_subject *subject)
{
	struct item_source source;
	struct item it = { 0 };
	bool fits;
	enum ics_err err =
	    domain_sight_sees(&set->scope->sight, set->r, subject, &fits);

	if (err != ICS_OK || !fits)
		return err;
	item_source_of_store(set->r, &source);
	err = item_read(&source, subject, &it);
	fits = err == ICS_OK && item_terms_fit(&set->scope->select, &it, NULL);
	item_release(&it);
	if (!fits)
		return err == ICS_ENOTFOUND ? ICS_OK : err;
	TRY(cert_tell(set, subject));
	TRY(records_tell(set, subject));
out:
	return err;
}

static enum ics_err
selection_step(struct api_set *set, bool *more)
{
	struct notations_subject out[ITEMS_AT_ONCE];
	int64_t ids[ITEMS_AT_ONCE];
	struct store_search find = {
		.after = set->item, .max = ITEMS_AT_ONCE, .out = out, .ids = ids
	};
	enum ics_err err;

	for (size_t i = 0; i < set->scope->select.n; i++)
		find.terms[find.terms_n++] =
		    notations_term_hash(item_term_name(&set->scope->select, i),
			item_term_value(&set->scope->select, i));
	TRY(store_search_run(set->r, &find));
	for (size_t i = 0; i < find.n; i++)
		TRY(item_tell(set, &out[i]));
	set->item = find.next;
	*more = find.next != 0;
out:
	return err;
}

enum ics_err
api_set_step(struct api_set *set, bool *more)
{
	return set->scope->select.n == 0 ? everything_step(set, more)
					 : selection_step(set, more);
}
