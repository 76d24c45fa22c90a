/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What would come from a peer: item by item of its log, as far as it shows it.
 * Of those that are not selected the peer is asked what is said of them, and
 * the first term that does not fit is the reason.
 */
#include <stdio.h>

#include "sync/own.h"
#include "sync/plan.h"

/* ---- what is here ------------------------------------------------------------- */

enum ics_err
plan_is_here(struct store_reader *r, const struct notations_subject *subject,
    bool *is)
{
	struct store_statement st;
	struct store_cert cert;
	struct pgp_fpr fpr;
	enum ics_err err = ICS_ENOTFOUND;

	if (notations_subject_fpr(subject, &fpr))
		err = store_cert_get_primary(r, &fpr, &cert);
	if (err == ICS_ENOTFOUND)
		err = store_statement_next(r, subject, NULL, &st);
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Is this statement, or certificate as it is there, here; or is there no use
 * in having it come? */
static enum ics_err
is_known(struct planning *pl, struct store_reader *r,
    const struct sync_feed_row *row, bool *is)
{
	struct sync_own *own = sync_own_of(pl->p);
	struct notations_subject subject;
	struct store_statement st;
	struct store_digest one;
	struct store_digests found = { .out = &one, .max = 1 };
	enum ics_err err = ICS_ENOTFOUND;

	if (row->event == SYNC_FEED_STATE)
		err = store_statement_get(r, row->digest, &subject, &st);
	*is = err == ICS_OK;
	if (err != ICS_ENOTFOUND)
		return err;
	err = store_digest_find(r, bytes_of(row->digest, 32), &found);
	*is = found.n > 0;
	if (err != ICS_OK || *is || row->event != SYNC_FEED_PUT || own == NULL)
		return err;
	/* It came, and is here in another form. */
	if (!sync_own_wants(own->useless, row->digest) &&
	    notations_subject_read(bytes_of_str(row->item), &subject))
		err = plan_is_here(r, &subject, is);
	return err;
}

/* Of all rows of an item those that still hold: the last certificate, and
 * statements that were not forgotten. */
static bool
is_past(const struct plan_part *part, size_t i)
{
	const struct sync_feed_row *row = &part->at[i].row;

	for (size_t k = i + 1; k < part->n; k++) {
		const struct sync_feed_row *later = &part->at[k].row;

		if (part->at[k].is_selected)
			continue;
		if (row->event == SYNC_FEED_PUT &&
		    later->event == SYNC_FEED_PUT)
			return true;
		if (later->event == SYNC_FEED_GONE &&
		    memcmp(later->digest, row->digest, 32) == 0)
			return true;
	}
	return false;
}

static enum ics_err
lacks(struct planning *pl, struct store_reader *r, const struct plan_part *part,
    bool *does)
{
	bool is = true;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < part->n && is; i++)
		if (!part->at[i].is_selected &&
		    part->at[i].row.event != SYNC_FEED_GONE &&
		    !is_past(part, i))
			TRY(is_known(pl, r, &part->at[i].row, &is));
	*does = !is;
out:
	return err;
}

/* ---- why not ------------------------------------------------------------------ */

static void
refusal_tell(const struct sync_untaken *was, struct sync_plan_row *row)
{
	row->at = was->at;
	if (was->reason != NULL)
		(void)snprintf(row->detail, sizeof(row->detail), "%s: %s",
		    was->reason->name, was->reason->words); /* cut is fine */
}

enum sync_why
plan_lack_why(struct planning *pl, const struct notations_subject *subject,
    struct sync_plan_row *row)
{
	const struct sync_untaken *was = sync_untaken_find(pl->p, subject);
	struct store_reader *r = sync_reader(pl->s);
	struct store_pending pending;
	struct pgp_fpr fpr;

	if (was != NULL) {
		refusal_tell(was, row);
		return was->is_waiting ? SYNC_WHY_WAITING : SYNC_WHY_REFUSED;
	}
	if (r != NULL && notations_subject_fpr(subject, &fpr) &&
	    store_pending_next(r, &fpr, 0, &pending) == ICS_OK) {
		(void)snprintf(row->detail, sizeof(row->detail),
		    "a signature by key %016llX",
		    (unsigned long long)pending.issuer_keyid); /* fits */
		row->at = pending.received;
		return SYNC_WHY_WAITING;
	}
	return SYNC_WHY_COMES;
}

static bool
is_selected(const struct planning *pl, const struct plan_part *part)
{
	bool is = pl->p->conf.select[0] == '\0';

	for (size_t i = 0; i < part->n && !is; i++)
		is = part->at[i].is_selected &&
		     part->at[i].row.event != SYNC_FEED_GONE;
	return is;
}

static void
left_add(struct planning *pl, const char *item, enum sync_why why,
    const struct sync_plan_row *told)
{
	struct sync_plan_row *row = plan_row_add(pl, item, why);

	plan_of(pl)->pull.left++;
	if (row == NULL || told == NULL)
		return;
	memcpy(row->detail, told->detail, sizeof(row->detail));
	row->at = told->at;
}

static enum ics_err
part_judge(struct planning *pl, struct store_reader *r,
    const struct plan_part *part)
{
	struct sync_plan *out = plan_of(pl);
	const char *item = part->at->row.item;
	struct notations_subject subject;
	struct sync_plan_row told = { .at = 0 };
	enum sync_why why = SYNC_WHY_NOT_SELECTED;
	bool is;
	enum ics_err err;

	if (!plan_part_is_there(part) ||
	    !notations_subject_read(bytes_of_str(item), &subject) ||
	    subject.kind == NOTATIONS_SUBJECT_RECORD)
		return ICS_OK;
	out->pull.shown++;
	if (!out->pulls)
		return ICS_OK;
	if (!is_selected(pl, part)) {
		TRY(plan_is_here(r, &subject, &is));
		if (!is)
			left_add(pl, item, why, NULL);
		return ICS_OK;
	}
	out->pull.selected++;
	TRY(lacks(pl, r, part, &is));
	why = is ? plan_lack_why(pl, &subject, &told) : SYNC_WHY_HERE;
	if (why == SYNC_WHY_HERE)
		out->pull.here++;
	else if (why == SYNC_WHY_COMES)
		out->pull.come++;
	else
		left_add(pl, item, why, &told);
out:
	return err;
}

/* ---- which term ---------------------------------------------------------------- */

#define VALUES_MAX 3  /* that are told of a name */
#define VALUE_MAX  60 /* octets of one */

/* What is said under a name. */
struct heard {
	struct bytes name;
	struct buf values;
	size_t n;
};

static void
pair_hear(void *arg, struct bytes name, struct bytes value)
{
	struct heard *heard = arg;

	if (!bytes_equal(name, heard->name) || heard->n++ >= VALUES_MAX)
		return;
	if (value.n > VALUE_MAX)
		value.n = VALUE_MAX;
	buf_put_str(&heard->values, heard->n == 1 ? "" : " or ");
	for (size_t i = 0; i < value.n; i++)
		buf_u8(&heard->values,
		    value.p[i] < ' ' || value.p[i] > '~' ? '?' : value.p[i]);
}

/* "model=T1000" does not fit: "model is t2000, not T1000". */
static void
pair_tell(struct bytes pair, const struct item_terms *term,
    const struct item *it, struct buf *out)
{
	struct heard heard = { .name = item_term_name(term, 0) };
	const struct notations_terms each = { pair_hear, &heard };
	size_t n = 0;

	buf_init(&heard.values, VALUES_MAX * (VALUE_MAX + 8));
	for (size_t i = 0; i < it->about_n; i++)
		notations_statement_terms(&it->statements[i].st, &each);
	while (n < pair.n && pair.p[n] != '=')
		n++;
	if (heard.n == 0)
		buf_printf(out, "no %.*s is said of it, not", (int)n,
		    (const char *)pair.p);
	else
		buf_printf(out, "%.*s is %s, not", (int)n, (const char *)pair.p,
		    buf_str(&heard.values));
	if (n < pair.n)
		buf_printf(out, " %.*s", (int)(pair.n - n - 1),
		    (const char *)&pair.p[n + 1]);
	buf_release(&heard.values);
}

bool
plan_terms_tell(const char *select, const struct item *it, char *out,
    size_t max)
{
	bool fits = true;
	struct buf text;

	buf_init(&text, SYNC_SELECT_MAX + 512);
	while (fits && *(select += strspn(select, " ")) != '\0') {
		struct bytes pair = bytes_of(select, strcspn(select, " "));
		struct item_terms term = { .n = 0 };

		fits = !item_terms_read(&term, pair) || term.n == 0 ||
		       item_terms_fit(&term, it, NULL);
		if (!fits)
			pair_tell(pair, &term, it, &text);
		select += pair.n;
	}
	(void)snprintf(out, max, "%s", buf_str(&text)); /* cut is fine */
	buf_release(&text);
	return !fits;
}

/* ---- the walk ------------------------------------------------------------------ */

static void details_ask(struct planning *pl);

static void
detail_answered(struct sync *s, const struct sync_http *h,
    const struct sync_http_answer *answer)
{
	struct planning *pl = h->arg;
	struct sync_plan_row *row = &plan_of(pl)->rows.at[pl->next++];
	struct notations_subject subject;
	struct item_pool *pool = NULL;
	struct item it = { 0 };

	(void)s;
	if (answer->status == 0 && strcmp(answer->error, "answer-size") != 0) {
		plan_fail_http(pl, answer);
		return;
	}
	if (answer->status == 200 &&
	    notations_subject_read(bytes_of_str(row->item), &subject) &&
	    plan_item_read(answer->body, &subject, &pool, &it) == ICS_OK)
		(void)plan_terms_tell(pl->p->conf.select, &it, row->detail,
		    sizeof(row->detail));
	item_release(&it);
	item_pool_free(pool);
	plan_go(pl, details_ask);
}

/* Of each that was not selected; then what we would give. */
static void
details_ask(struct planning *pl)
{
	struct sync_plan *out = plan_of(pl);
	char path[PLAN_PATH];

	while (pl->next < out->rows.n &&
	       out->rows.at[pl->next].why != SYNC_WHY_NOT_SELECTED)
		pl->next++;
	if (pl->next == out->rows.n || !plan_has_time(pl)) {
		plan_give_start(pl);
		return;
	}
	plan_item_path(out->rows.at[pl->next].item, path);
	plan_ask(pl, path, PLAN_OCTETS, detail_answered);
}

static void
parts_judge(struct planning *pl)
{
	struct store_reader *r = sync_reader(pl->s);
	enum ics_err err = r == NULL ? ICS_EDB : ICS_OK;

	for (size_t i = 0; i < PLAN_SLICE && pl->next < pl->theirs.n; i++) {
		struct plan_part part = plan_part_next(&pl->theirs, &pl->next);

		if (err == ICS_OK)
			err = part_judge(pl, r, &part);
	}
	if (err != ICS_OK) {
		plan_fail(pl, "store", err_words(err));
	} else if (pl->next < pl->theirs.n) {
		plan_go(pl, parts_judge);
	} else {
		pl->next = 0;
		plan_go(pl, details_ask);
	}
}

void
plan_take_start(struct planning *pl)
{
	pl->next = 0;
	parts_judge(pl);
}
