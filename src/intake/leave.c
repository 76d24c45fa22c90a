/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server that holds only what it is for (profile infield) lets go of:
 * items that no domain has and no peer is asked for any more. Judged one by
 * one, in slices, when a domain or what peers are asked for has changed;
 * deleted as an operator would, but not denied: whoever wants it later gets
 * it again. Invariant: what cannot be settled stays, and so does whoever spoke
 * about what stays. Nothing leaves while anything is being judged: what makes
 * it stay may be among that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "intake/writer.h"
#include "item/item.h"

#define LOOKED_MAX  256	 /* items that one may be kept for; beyond it stays */
#define RECORDS_MAX 1000 /* that are deleted in one turn */
#define ABOUT_DEPTH 4	 /* records about records about ... */

struct leave_wants {
	size_t n;
	struct item_terms at[];
};

/* ---- what peers are asked for ------------------------------------------------- */

/* NULL: somebody is asked for everything, nobody for anything, or for what
 * cannot be read. */
static struct leave_wants *
wants_read(const char *const *selects, size_t n)
{
	struct leave_wants *w =
	    alloc_zero(1, sizeof(*w) + (n + 1) * sizeof(w->at[0]));
	bool is_good = n > 0;

	for (size_t i = 0; i < n && is_good; i++)
		is_good =
		    item_terms_read(&w->at[i], bytes_of_str(selects[i])) &&
		    w->at[i].n > 0;
	w->n = n;
	if (is_good)
		return w;
	free(w);
	return NULL;
}

/* As one text, to tell whether they are the same. */
static char *
wants_text(const char *const *selects, size_t n)
{
	struct buf text;
	char *copy;

	buf_init(&text, n * (ITEM_TERMS_TEXT_MAX + 1) + 1);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%.*s\n", ITEM_TERMS_TEXT_MAX - 1,
		    selects[i]);
	copy = alloc_str(buf_str(&text));
	buf_release(&text);
	return copy;
}

/* Is it other than it was? Then it is remembered. */
static bool
is_news(struct intake *in, char *text, uint64_t generation)
{
	bool is;

	(void)pthread_mutex_lock(&in->renewing);
	is = in->wants_text == NULL || strcmp(in->wants_text, text) != 0 ||
	     in->wants_generation != generation;
	if (is) {
		free(in->wants_text);
		in->wants_text = text;
		in->wants_generation = generation;
	}
	(void)pthread_mutex_unlock(&in->renewing);
	if (!is)
		free(text);
	return is;
}

void
intake_wants_set(struct intake *in, const char *const *selects, size_t n)
{
	struct domain_set *set;
	struct leave_wants *wants;
	bool is;

	if (in->config.profile != DOMAIN_PROFILE_INFIELD)
		return;
	set = domain_live_hold(in->live);
	is = is_news(in, wants_text(selects, n), domain_set_generation(set));
	domain_set_drop(set);
	if (!is)
		return;
	wants = wants_read(selects, n);
	/* None at all is news as well: a walk under way lets go of no more. */
	if (wants == NULL)
		wants = alloc_zero(1, sizeof(*wants));
	free(atomic_exchange(&in->wants, wants));
	intake_tick(in);
}

static bool
is_quiet(const struct writer *wr)
{
	return wr->ready.n == 0 && atomic_load(&wr->in->inflight) == 0;
}

bool
leave_is_asked(const struct writer *wr)
{
	return is_quiet(wr) && atomic_load(&wr->in->wants) != NULL;
}

enum ics_err
leave_begin(struct writer *wr)
{
	static const struct pgp_fpr all = { .version = 0 };
	struct leave_wants *next;

	if (!leave_is_asked(wr))
		return ICS_OK;
	next = atomic_exchange(&wr->in->wants, NULL);
	free(wr->wants);
	wr->wants = next;
	wr->left = 0;
	wr->is_missed = false;
	if (next->n > 0)
		return store_walk_put(wr->store, &all, STORE_WALK_NEAR);
	leave_end(wr);
	return ICS_OK;
}

void
leave_end(struct writer *wr)
{
	free(wr->wants);
	wr->wants = NULL;
}

/* Some were not looked at: once more, when it is quiet. */
static void
ask_again(struct writer *wr)
{
	struct leave_wants *none = NULL;

	if (atomic_compare_exchange_strong(&wr->in->wants, &none, wr->wants))
		wr->wants = NULL;
}

enum ics_err
leave_walked(struct writer *wr, bool *again)
{
	static const struct pgp_fpr all = { .version = 0 };

	/* Who spoke about what has left may leave now. */
	*again = wr->wants != NULL && wr->left > 0 && !wr->is_missed;
	if (wr->wants != NULL && wr->is_missed)
		ask_again(wr);
	if (!*again)
		leave_end(wr);
	wr->left = 0;
	return *again ? store_walk_put(wr->store, &all, STORE_WALK_NEAR)
		      : ICS_OK;
}

/* ---- who stays ---------------------------------------------------------------- */

/* One that may leave, and what it is kept for if that stays. */
struct looking {
	struct writer *wr;
	const struct item_where *where;
	struct subject_array looked; /* the first is itself */
};

static bool
is_party(const struct policy_domain *d, const struct pgp_fpr *fpr)
{
	for (size_t i = 0; i < d->parties_n; i++)
		if (pgp_fpr_equal(&d->parties[i].fpr, fpr))
			return true;
	for (size_t i = 0; i < d->syncs_n; i++)
		if (pgp_fpr_equal(&d->syncs[i].key, fpr))
			return true;
	return false;
}

/* A right, now or before, of the server's or of any domain; or a name. */
static bool
has_right(const struct looking *l, const struct notations_subject *subject)
{
	struct pgp_fpr fpr;

	if (!notations_subject_fpr(subject, &fpr))
		return false;
	if (rights_has_any(l->wr->in, &fpr))
		return true;
	for (size_t i = 0; i < domain_set_size(l->where->set); i++)
		if (is_party(domain_set_newest(l->where->set, i), &fpr))
			return true;
	return false;
}

/* Whoever speaks of it may come yet. */
static enum ics_err
is_waiting(const struct looking *l, const struct notations_subject *subject,
    bool *is)
{
	struct store_pending row;
	struct pgp_fpr fpr;
	enum ics_err err = ICS_ENOTFOUND;

	if (notations_subject_fpr(subject, &fpr))
		err = store_pending_next(l->where->reader, &fpr, 0, &row);
	*is = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* By what is said of it, as peers select. */
static enum ics_err
is_selected(const struct looking *l, const struct notations_subject *subject,
    bool *is)
{
	const struct leave_wants *wants = l->wr->wants;
	struct item_source source;
	struct item it = { 0 };
	enum ics_err err;

	*is = false;
	item_source_of_store(l->where->reader, &source);
	TRY(item_read(&source, subject, &it));
	for (size_t i = 0; i < wants->n && !*is; i++)
		*is = item_terms_fit(&wants->at[i], &it, NULL);
out:
	item_release(&it);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
is_wanted(const struct looking *l, const struct notations_subject *subject,
    bool *is)
{
	static const struct store_bits none;
	struct item_membership m;
	enum ics_err err = ICS_OK;

	*is = has_right(l, subject);
	if (*is)
		return ICS_OK;
	TRY(item_membership(l->where, subject, &m));
	*is = memcmp(&m.bits, &none, sizeof(none)) != 0;
	if (!*is)
		TRY(is_selected(l, subject, is));
	if (!*is)
		err = is_waiting(l, subject, is);
out:
	return err;
}

static void
looked_add(struct looking *l, const struct notations_subject *subject)
{
	for (size_t i = 0; i < l->looked.n; i++)
		if (notations_subject_equal(&l->looked.at[i], subject))
			return;
	*subject_array_add(&l->looked) = *subject;
}

/* What it spoke about, while there is room to look. */
static enum ics_err
spoken_add(struct looking *l, struct notations_subject by)
{
	struct notations_subject about;
	struct pgp_fpr fpr;
	int64_t after = 0;
	enum ics_err err = ICS_OK;

	if (!notations_subject_fpr(&by, &fpr))
		return ICS_OK;
	while (l->looked.n <= LOOKED_MAX) {
		TRY(store_spoken_next(l->where->reader, &fpr, &after, &about));
		err = store_statement_settle(l->where->reader, &about);
		if (err == ICS_ENOTFOUND)
			continue; /* about what is not here */
		TRY(err);
		looked_add(l, &about);
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
stays(struct looking *l, bool *is)
{
	enum ics_err err = ICS_OK;

	*is = false;
	for (size_t i = 0; i < l->looked.n && !*is; i++) {
		TRY(is_wanted(l, &l->looked.at[i], is));
		if (!*is)
			TRY(spoken_add(l, l->looked.at[i]));
		*is = *is || l->looked.n > LOOKED_MAX;
	}
out:
	return err;
}

/* ---- letting go --------------------------------------------------------------- */

static struct notations_subject
record_subject(const uint8_t digest[32])
{
	struct notations_subject s = { .kind = NOTATIONS_SUBJECT_RECORD,
		.tag = PGP_HASH_SHA256,
		.n = 32 };

	memcpy(s.b, digest, 32);
	return s;
}

/* The records about it and about those, which go first; *n are left to do. */
static enum ics_err
records_delete(struct looking *l, const struct notations_subject *subject,
    size_t *n, int depth)
{
	struct store_statement st;
	const uint8_t *after = NULL;
	uint8_t at[32];
	enum ics_err err = ICS_OK;

	while (*n > 0 && depth > 0) {
		struct notations_subject about;

		TRY(store_statement_next(l->where->reader, subject, after,
		    &st));
		memcpy(at, st.digest, sizeof(at));
		after = at;
		about = record_subject(at);
		TRY(records_delete(l, &about, n, depth - 1));
		if (*n == 0 || !st.is_record)
			continue;
		TRY(store_record_delete(l->wr->store, at, l->where->now));
		(*n)--;
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
cert_delete(struct looking *l, const struct notations_subject *subject)
{
	struct pgp_fpr fpr;
	enum ics_err err = ICS_ENOTFOUND;

	if (notations_subject_fpr(subject, &fpr))
		err = store_delete(l->wr->store, &fpr, l->where->now);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
let_go(struct looking *l, const struct notations_subject *subject)
{
	static const struct store_bits none;
	char name[NOTATIONS_SUBJECT_TEXT_MAX];
	size_t n = RECORDS_MAX;
	enum ics_err err;

	l->wr->left++;
	TRY(records_delete(l, subject, &n, ABOUT_DEPTH));
	if (n == 0)
		return ICS_OK; /* the rest, and itself, with the next walk */
	TRY(cert_delete(l, subject));
	TRY(store_membership_set(l->wr->store, subject, &none));
	TRY(store_due_put(l->wr->store, subject, INT64_MAX));
	notations_subject_text(subject, name);
	log_event(LOG_LEVEL_NOTE, "withdrawn", "item=%s why=\"not selected\"",
	    name);
out:
	return err;
}

enum ics_err
leave_look(struct writer *wr, const struct item_where *where,
    const struct notations_subject *subject)
{
	struct looking l = { .wr = wr, .where = where };
	bool is = true;
	enum ics_err err;

	if (wr->wants == NULL || subject->kind == NOTATIONS_SUBJECT_RECORD ||
	    subject->kind == NOTATIONS_SUBJECT_NONE)
		return ICS_OK;
	wr->is_missed = wr->is_missed || !is_quiet(wr);
	if (!is_quiet(wr))
		return ICS_OK;
	looked_add(&l, subject);
	err = stays(&l, &is);
	if (err == ICS_OK && !is)
		err = let_go(&l, subject);
	subject_array_release(&l.looked);
	return err == ICS_ECORRUPT ? ICS_OK : err; /* fsck names it */
}
