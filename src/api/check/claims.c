/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thing that names itself: "manu/model/serial", or a slot that it fills. If
 * others are registered under that name and it is not, it is a replacement
 * with the wrong key, however good its own certificate is.
 */
#include "api/check.h"

#define CANDIDATES_MAX 16 /* that are looked at in one turn; others may be */
#define TURNS_MAX      16 /* registered by whoever likes: those are many */

struct claims {
	struct bytes manu, model, serial, slot;
};

/* What stands before the first slash; the rest is behind it. */
static struct bytes
head_take(struct bytes *rest)
{
	struct bytes head;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '/')
		n++;
	head = bytes_of(rest->p, n);
	*rest = n == rest->n ? bytes_of(NULL, 0)
			     : bytes_of(rest->p + n + 1, rest->n - n - 1);
	return head;
}

static struct claims
claims_of(const struct api_check_part *part)
{
	struct bytes rest = part->claims;
	struct claims claims = { .slot = part->slot };

	claims.manu = head_take(&rest);
	claims.model = head_take(&rest);
	claims.serial = rest;
	return claims;
}

static bool
term_add(struct item_terms *terms, enum notations_name name, struct bytes value)
{
	return value.n == 0 ||
	       item_terms_add(terms, bytes_of_str(notations_row(name)->name),
		   value);
}

/* The serial number stands under one of two names. */
static bool
terms_fill(const struct claims *claims, enum notations_name serial,
    struct item_terms *terms)
{
	terms->n = terms->used = 0;
	return term_add(terms, NOTATIONS_NAME_MANU, claims->manu) &&
	       term_add(terms, NOTATIONS_NAME_MODEL, claims->model) &&
	       term_add(terms, serial, claims->serial) &&
	       term_add(terms, NOTATIONS_NAME_SLOT, claims->slot) &&
	       terms->n > 0;
}

/* What the candidates are held against, and what came of it. */
struct looking {
	const struct api_check_request *c;
	const struct api_check_scope *scope;
	struct item_terms terms;
	const struct notations_subject *own;
	bool is_own;
	struct notations_subject other; /* kind NONE: nobody else */
};

static enum ics_err
candidate_look(struct looking *k, const struct notations_subject *subject)
{
	struct api_check_look l;
	enum ics_err err =
	    api_check_look_read(k->c, k->scope->rights, subject, &l);

	if (err == ICS_OK && !notations_subject_equal(subject, k->own) &&
	    item_terms_fit(&k->terms, &l.it, &l.state))
		k->other = *subject;
	api_check_look_release(&l);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* The thing itself first: nobody can put as many others before it as would hide
 * it. */
static bool
own_fits(const struct looking *k, const struct api_check_look *own)
{
	return own != NULL && item_terms_fit(&k->terms, &own->it, &own->state);
}

static enum ics_err
candidates_look(struct looking *k, struct store_search *find)
{
	enum ics_err err;

	TRY(store_search_run(k->c->r, find));
	for (size_t i = 0;
	     i < find->n && k->other.kind == NOTATIONS_SUBJECT_NONE; i++)
		if (api_check_may_see(k->c, &find->out[i]))
			TRY(candidate_look(k, &find->out[i]));
out:
	return err;
}

static enum ics_err
registered_look(struct looking *k)
{
	struct notations_subject out[CANDIDATES_MAX];
	int64_t ids[CANDIDATES_MAX];
	struct store_search find = {
		.max = CANDIDATES_MAX, .out = out, .ids = ids
	};
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < k->terms.n; i++)
		find.terms[find.terms_n++] =
		    notations_term_hash(item_term_name(&k->terms, i),
			item_term_value(&k->terms, i));
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		TRY(candidates_look(k, &find));
		if (k->other.kind != NOTATIONS_SUBJECT_NONE || find.next == 0)
			break;
		find.after = find.next;
	}
out:
	return err;
}

static void
outcome_say(const struct looking *k, const struct api_check_look *own,
    struct api_check_draft *d)
{
	if (k->is_own) {
		api_check_draft_say(d, API_CHECK_CLAIMS, POLICY_FINE);
	} else if (k->other.kind != NOTATIONS_SUBJECT_NONE) {
		d->registered = k->other;
		api_check_draft_say(d, POLICY_RULE_SUBSTITUTED, POLICY_REFUSAL);
	} else if (own != NULL) {
		api_check_draft_say(d, API_CHECK_CLAIMS, POLICY_REFUSAL);
	}
}

enum ics_err
api_check_claims_look(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *own,
    struct api_check_draft *d)
{
	static const enum notations_name serials[] = { NOTATIONS_NAME_PRODID,
		NOTATIONS_NAME_SERIAL };
	const struct claims claims = claims_of(d->part);
	struct looking k = { .c = c,
		.scope = scope,
		.own = own == NULL ? &d->part->subject : &own->it.subject };
	enum ics_err err = ICS_OK;

	if (d->part->claims.n == 0 && d->part->slot.n == 0)
		return ICS_OK;
	d->is_fleeting = true; /* it rests on whoever comes to be known so */
	for (size_t i = 0; i < 2 && !k.is_own; i++) {
		if (!terms_fill(&claims, serials[i], &k.terms))
			continue;
		k.is_own = own_fits(&k, own);
		if (!k.is_own && k.other.kind == NOTATIONS_SUBJECT_NONE)
			TRY(registered_look(&k));
	}
	outcome_say(&k, own, d);
out:
	return err;
}
