/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One item, both ways: as the peer has it, and as it is here. */
#include <stdio.h>

#include "base/clock.h"
#include "sync/plan.h"

void
plan_item_path(const char *item, char out[PLAN_PATH])
{
	(void)snprintf(out, PLAN_PATH, "/ics/v1/items/%s/evidence.pgp",
	    item); /* fits */
}

enum ics_err
plan_item_read(struct bytes evidence, const struct notations_subject *subject,
    struct item_pool **pool, struct item *it)
{
	struct report ignored = { 0 };
	struct item_source source;
	enum ics_err err;

	*it = (struct item){ 0 };
	*pool = item_pool_new();
	TRY(item_pool_add(*pool, evidence));
	TRY(item_pool_settle(*pool, clock_now(), &ignored));
	item_source_of_pool(*pool, &source);
	err = item_read(&source, subject, it);
out:
	report_release(&ignored);
	return err;
}

/* Is all that the peer has said of it here? */
static bool
is_alike(struct store_reader *r, const struct item *it)
{
	struct notations_subject subject;
	struct store_statement st;
	bool is = false;

	if (r == NULL || plan_is_here(r, &it->subject, &is) != ICS_OK)
		return false;
	for (size_t i = 0; i < it->about_n && is; i++)
		is = store_statement_get(r, it->statements[i].st.digest,
			 &subject, &st) == ICS_OK;
	return is;
}

static enum sync_why
take_why(struct planning *pl, const struct item *it, struct sync_plan_row *row)
{
	if (!plan_of(pl)->pulls)
		return SYNC_WHY_NOT_PULLED;
	if (it == NULL)
		return SYNC_WHY_NOT_SHOWN;
	if (plan_terms_tell(pl->p->conf.select, it, row->detail,
		sizeof(row->detail)))
		return SYNC_WHY_NOT_SELECTED;
	if (is_alike(sync_reader(pl->s), it))
		return SYNC_WHY_HERE;
	return plan_lack_why(pl, &it->subject, row);
}

/* The digest by which it would be sent: of its certificate, or of a record. */
static bool
digest_find(struct store_reader *r, const struct notations_subject *subject,
    uint8_t digest[32])
{
	struct store_statement st;
	struct store_cert cert;
	struct pgp_fpr fpr;

	if (notations_subject_fpr(subject, &fpr) &&
	    store_cert_get_primary(r, &fpr, &cert) == ICS_OK) {
		memcpy(digest, cert.digest, 32);
		return true;
	}
	if (store_statement_next(r, subject, NULL, &st) != ICS_OK)
		return false;
	memcpy(digest, st.digest, 32);
	return true;
}

static enum sync_why
give_why(struct planning *pl, bool is_there)
{
	const struct notations_subject *subject = &pl->m->order.item;
	struct store_reader *r = sync_reader(pl->s);
	uint8_t digest[32];

	if (r == NULL || !digest_find(r, subject, digest))
		return SYNC_WHY_NOT_OURS;
	if (is_there)
		return SYNC_WHY_THERE;
	return plan_give_why(pl, subject, digest);
}

/* it NULL: the peer shows none. */
static void
both_tell(struct planning *pl, const struct item *it)
{
	struct sync_plan *out = plan_of(pl);
	struct sync_plan_row take = { .at = 0 };
	struct sync_plan_row *row;
	char name[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(&pl->m->order.item, name);
	pl->m->order.limit = 2;
	take.why = take_why(pl, it, &take);
	row = plan_row_add(pl, name, take.why);
	row->at = take.at;
	memcpy(row->detail, take.detail, sizeof(row->detail));
	plan_give_ready(pl);
	(void)plan_row_add(pl, name, give_why(pl, it != NULL));
	out->pull.shown = it != NULL;
	plan_peer_end(pl);
}

static void
item_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct planning *pl = h->arg;
	struct item_pool *pool = NULL;
	struct item it;

	(void)s;
	if (answer->status == 404)
		both_tell(pl, NULL);
	else if (answer->status != 200)
		plan_fail_http(pl, answer);
	else if (plan_item_read(answer->body, &pl->m->order.item, &pool, &it) ==
		 ICS_OK)
		both_tell(pl, &it);
	else
		plan_fail(pl, "protocol", "what it sent of it cannot be read");
	if (pool != NULL)
		item_release(&it); /* it was read into */
	item_pool_free(pool);
}

void
plan_item_start(struct planning *pl)
{
	char name[NOTATIONS_SUBJECT_TEXT_MAX], path[PLAN_PATH];

	notations_subject_text(&pl->m->order.item, name);
	plan_item_path(name, path);
	plan_ask(pl, path, PLAN_OCTETS, item_answered);
}
