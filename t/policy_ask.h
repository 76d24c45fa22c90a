/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A world of statements as a question, in any order and with the parties
 * anywhere.
 */
#ifndef T_POLICY_ASK_H
#define T_POLICY_ASK_H

#include "policy_make.h"

/* Where each stands: parties by places[], statements in the order given. */
struct make_layout {
	size_t order[MAKE_MAX]; /* numbers from 0; grants too */
	size_t n;
	size_t places[MAKE_PARTIES]; /* index of a letter's party */
};

static inline void
make_layout_init(const struct make_world *w, struct make_layout *l)
{
	l->n = w->all.n;
	for (size_t i = 0; i < l->n; i++)
		l->order[i] = i;
	for (size_t i = 0; i < MAKE_PARTIES; i++)
		l->places[i] = i;
}

static inline struct policy_statement
make_lend(const struct make_world *w, const struct make_layout *l, size_t i)
{
	const struct make_made *m = &w->all.at[i];

	return (struct policy_statement){ .st = &m->st,
		.party = l->places[m->issuer],
		.position = m->position };
}

/* q lends what the world holds until the next call; parties likewise. */
static inline void
make_question(struct make_world *w, const struct make_layout *l,
    struct policy_party parties[MAKE_PARTIES], struct policy_question *q)
{
	size_t n = 0, grants_n = 0;

	free(w->statements);
	free(w->grants);
	free(w->numbers);
	w->statements = alloc_zero(l->n + 1, sizeof(*w->statements));
	w->grants = alloc_zero(l->n + 1, sizeof(*w->grants));
	w->numbers = alloc_zero(l->n + 1, sizeof(*w->numbers));
	for (size_t k = 0; k < l->n; k++) {
		if (w->all.at[l->order[k]].about != MAKE_PARTIES)
			continue;
		w->numbers[n] = l->order[k];
		w->statements[n++] = make_lend(w, l, l->order[k]);
	}
	for (size_t p = 0; p < MAKE_PARTIES; p++) {
		struct policy_party *to = &parties[l->places[p]];

		*to = w->parties[p];
		to->grants = w->grants + grants_n;
		for (size_t k = 0; k < l->n; k++)
			if (w->all.at[l->order[k]].about == p)
				w->grants[grants_n++] =
				    make_lend(w, l, l->order[k]);
		to->grants_n = (size_t)(w->grants + grants_n - to->grants);
	}
	w->lent = (struct policy_rights){ .at = w->rights.at,
		.n = w->rights.n,
		.states = w->rules.at,
		.states_n = w->rules.n };
	*q = (struct policy_question){ .subject = &w->subject,
		.subject_created = w->subject_created,
		.statements = w->statements,
		.statements_n = n,
		.parties = parties,
		.parties_n = MAKE_PARTIES,
		.rights = &w->lent };
}

#endif
